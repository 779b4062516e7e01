import { longestIntervalMinutes } from "../../policies/scheduleInterval";

test.each([
  ["rate(1 minute)", 1],
  ["rate(7 days)", 7 * 1440],
  ["cron(0 2 * * ? *)", 1440],
  ["cron(0 0/4 * * ? *)", 240],
  ["cron(0 3 ? * MON-FRI *)", 3 * 1440],
  ["cron(0 3 1 * ? *)", 31 * 1440],
])("%s: %d minutes at most", (expression, expected) => {
  expect(longestIntervalMinutes(expression)).toBe(expected);
});

test("what starts once, or on a day that no year has, never starts again", () => {
  expect(longestIntervalMinutes("at(2026-12-01T02:00:00)")).toBe(Infinity);
  expect(longestIntervalMinutes("cron(0 3 30 2 ? *)")).toBe(Infinity);
});

test("the nearest weekday counts as the day itself", () => {
  expect(longestIntervalMinutes("cron(0 3 15W * ? *)")).toBe(31 * 1440);
  expect(longestIntervalMinutes("cron(0 3 LW * ? *)")).toBe(31 * 1440);
});

test.each([
  "",
  "daily",
  "rate(day)",
  "rate(1 week)",
  "cron()",
  "cron(0 2 * * ? 2027)",
  "cron(60 2 * * ? *)",
  "cron(0 24 * * ? *)",
  "cron(0 2 32 * ? *)",
  "cron(0 2 * 13 ? *)",
  "cron(0 2 ? * 8 *)",
  "cron(0 2 ? * MON#6 *)",
  "cron(0 2 1 * MON *)",
  "cron(x 2 * * ? *)",
  "cron(0 2-x * * ? *)",
  "cron(0 0/0 * * ? *)",
  "cron(0 2- * * ? *)",
])("%p cannot be read", (expression) => {
  expect(longestIntervalMinutes(expression)).toBeUndefined();
});

test("blanks around an expression do no harm", () => {
  expect(longestIntervalMinutes(" rate(2 hours) ")).toBe(120);
  expect(longestIntervalMinutes("cron( 0  2 * * ? * )")).toBe(1440);
});
