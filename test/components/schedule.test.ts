import { readSchedule } from "../../components/internal/schedule";

const DAY = 1440;

describe("the longest interval of a schedule", () => {
  it.each([
    ["rate(1 minute)", 1],
    ["rate(15 minutes)", 15],
    ["rate(1 hour)", 60],
    ["rate(6 hours)", 360],
    ["rate(2 days)", 2 * DAY],
    ["cron(0 * * * ? *)", 60],
    ["cron(0/20 * * * ? *)", 20],
    ["cron(0 2 * * ? *)", DAY],
    ["cron(0 2,8 * * ? *)", 18 * 60],
    ["cron(0 8-18/5 * * ? *)", 14 * 60],
    ["cron(0 9 ? * MON-FRI *)", 3 * DAY],
    ["cron(30 9 ? * SUN *)", 7 * DAY],
    ["cron(0 0 ? * 2,5 *)", 4 * DAY],
    ["cron(0 0 1 * ? *)", 31 * DAY],
    ["cron(0 0 L * ? *)", 31 * DAY],
    ["cron(0 0 31 * ? *)", 61 * DAY],
    ["cron(0 0 ? * 1#1 *)", 35 * DAY],
    ["cron(0 0 ? * FRIL *)", 35 * DAY],
    ["cron(0 0 1 JAN ? *)", 366 * DAY],
    ["cron(0 0 29 2 ? *)", 1461 * DAY],
  ])("of %s is %i minutes", (expression, minutes) => {
    expect(readSchedule(expression, "UTC")).toEqual({ problems: [], longestIntervalMinutes: minutes });
  });

  it("is an hour longer where clocks move, for a cron expression only", () => {
    expect(readSchedule("cron(0 2 * * ? *)", "Europe/Berlin").longestIntervalMinutes).toBe(DAY + 60);
    expect(readSchedule("rate(1 day)", "Europe/Berlin").longestIntervalMinutes).toBe(DAY);
  });
});

describe("reading a schedule", () => {
  it.each([
    [
      "at(2026-11-20T02:00:00)",
      'scheduleExpression must be rate(<n> <unit>) or cron(<six fields>), got "at(2026-11-20T02:00:00)"',
    ],
    ["rate(0 hours)", 'scheduleExpression: the rate must be at least 1, got "rate(0 hours)"'],
    ["rate(1 hours)", 'scheduleExpression: write 1 minute, hour or day, and more in the plural, got "rate(1 hours)"'],
    ["rate(2 hour)", 'scheduleExpression: write 1 minute, hour or day, and more in the plural, got "rate(2 hour)"'],
    [
      "cron(0 2 * * *)",
      'scheduleExpression: cron needs six fields (minutes hours day-of-month month day-of-week year), it has 5, got "cron(0 2 * * *)"',
    ],
    [
      "cron(0 2 * * * *)",
      'scheduleExpression: cron needs ? in exactly one of day-of-month and day-of-week, got "cron(0 2 * * * *)"',
    ],
    [
      "cron(0 2 * * ? 2027)",
      'scheduleExpression: cron must have * as its year, or the backups would end, got "cron(0 2 * * ? 2027)"',
    ],
    [
      "cron(0 2 15W * ? *)",
      'scheduleExpression: cron with W (nearest weekday) is not supported; name a weekday instead, got "cron(0 2 15W * ? *)"',
    ],
    [
      "cron(60 24 0 13 ? *)",
      'scheduleExpression: cron has a field that can\'t be read: minutes "60", hours "24", month "13", day "0", got "cron(60 24 0 13 ? *)"',
    ],
    [
      "cron(0 0 30 2 ? *)",
      'scheduleExpression: cron never starts, or only once in many years, got "cron(0 0 30 2 ? *)"',
    ],
  ])("fails when it is %s", (expression, message) => {
    expect(readSchedule(expression, "UTC")).toEqual({ problems: [message] });
  });

  it("fails when the time zone does not exist", () => {
    expect(readSchedule("rate(1 hour)", "Mars/Olympus").problems).toEqual([
      'scheduleTimezone must be an IANA time zone like Europe/Berlin, got "Mars/Olympus"',
    ]);
  });
});
