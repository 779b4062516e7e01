import { averageIntervalMinutes, readSchedule } from "../../components/internal/schedule";

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
    // AWS's own examples.
    ["cron(15 12 * * ? *)", DAY],
    ["cron(0 18 ? * MON-FRI *)", 3 * DAY],
    ["cron(0/15 * * * ? *)", 15],
    ["cron(0/10 * ? * MON-FRI *)", 2 * DAY + 10],
    ["cron(0/5 8-17 ? * MON-FRI *)", 2 * DAY + 14 * 60 + 5],
    ["cron(0/30 20-2 ? * MON-FRI *)", 2 * DAY + 30],
    // W, worked out by hand: from Thursday 3 March to Monday 4 April, whose third is a Sunday.
    ["cron(0 0 3W * ? *)", 32 * DAY],
    // From Wednesday 1 in a month of 31 days to Monday 3; a first on a Saturday doesn't move into the month before.
    ["cron(0 0 1W * ? *)", 33 * DAY],
    ["cron(0 0 15W * ? *)", 32 * DAY],
    // From Friday 29 August, whose last is a Sunday, to Friday 30 July, whose last is a Saturday.
    ["cron(0 0 31W 7,8 ? *)", 336 * DAY],
    // From 30 January to 30 March, past February.
    ["cron(0 0 30W * ? *)", 60 * DAY],
    ["cron(0 0 ? * L *)", 7 * DAY],
    ["cron(0 0 ? * FRI-MON *)", 4 * DAY],
    ["cron(0 2 * * ? 2026-2199)", DAY],
    ["cron(0 0 1 JAN ? 2025/2)", 731 * DAY],
    ["cron(0 2 * * ? 2026,2028-2199)", 366 * DAY],
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
      'scheduleExpression: cron ends with the year 2027, and the backups with it; use * as its year, got "cron(0 2 * * ? 2027)"',
    ],
    [
      "cron(15 10 ? * 6L 2022-2023)",
      'scheduleExpression: cron ends with the year 2023, and the backups with it; use * as its year, got "cron(15 10 ? * 6L 2022-2023)"',
    ],
    [
      "cron(0 2 * * ? 2026-2198)",
      'scheduleExpression: cron ends with the year 2198, and the backups with it; use * as its year, got "cron(0 2 * * ? 2026-2198)"',
    ],
    [
      "cron(0 2 * * ? 2030-2026)",
      'scheduleExpression: cron has a field that can\'t be read: year "2030-2026", got "cron(0 2 * * ? 2030-2026)"',
    ],
    [
      "cron(0 2 32W * ? 2200)",
      'scheduleExpression: cron has a field that can\'t be read: day "32W", year "2200", got "cron(0 2 32W * ? 2200)"',
    ],
    [
      "cron(0 2 1W,15W * ? *)",
      'scheduleExpression: cron has a field that can\'t be read: day "1W,15W", got "cron(0 2 1W,15W * ? *)"',
    ],
    [
      "cron(60 24 0 13 ? *)",
      'scheduleExpression: cron has a field that can\'t be read: minutes "60", hours "24", month "13", day "0", got "cron(60 24 0 13 ? *)"',
    ],
    [
      "cron(0 0 31W 4 ? *)",
      'scheduleExpression: cron never starts, or only once in many years, got "cron(0 0 31W 4 ? *)"',
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

describe("the average interval of a schedule", () => {
  it.each([
    ["rate(6 hours)", 360],
    ["cron(0 2 * * ? *)", DAY],
    ["cron(0 2,8 * * ? *)", DAY / 2],
    ["cron(0 0/4 * * ? *)", 240],
    ["cron(30 9 ? * SUN *)", 7 * DAY],
  ])("of %s is %i minutes", (expression, minutes) => {
    expect(averageIntervalMinutes(expression)).toBe(minutes);
  });

  it("is less than the longest where days are left out", () => {
    expect(averageIntervalMinutes("cron(0 9 ? * MON-FRI *)")).toBeCloseTo((7 / 5) * DAY, -1);
  });

  it("is unknown of what can't be read", () => {
    expect(averageIntervalMinutes("cron(0 2 * * *)")).toBeUndefined();
    expect(averageIntervalMinutes("at(2026-11-20T02:00:00)")).toBeUndefined();
  });
});
