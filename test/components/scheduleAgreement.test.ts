import { readSchedule } from "../../components/internal/schedule";
import { longestIntervalMinutes } from "../../policies/scheduleInterval";

test.each([
  "rate(1 minute)",
  "rate(5 minutes)",
  "rate(1 hour)",
  "rate(7 days)",
  "cron(0 2 * * ? *)",
  "cron(30 1,13 * * ? *)",
  "cron(0 0/4 * * ? *)",
  "cron(15 */6 * * ? *)",
  "cron(0 22-2 * * ? *)",
  "cron(0/20 * * * ? *)",
  "cron(0 3 ? * SUN *)",
  "cron(0 3 ? * MON-FRI *)",
  "cron(0 3 ? * fri-mon *)",
  "cron(0 3 ? * 1,4 *)",
  "cron(0 3 ? * L *)",
  "cron(0 3 ? * 6L *)",
  "cron(0 3 ? * TUE#2 *)",
  "cron(0 3 1 * ? *)",
  "cron(0 3 1,15 * ? *)",
  "cron(0 3 31 * ? *)",
  "cron(0 3 L * ? *)",
  "cron(0 3 */2 * ? *)",
  "cron(0 3 1 JAN,JUL ? *)",
  "cron(0 3 * 2-11 ? *)",
])("%s is read as the components read it", (expression) => {
  const { longestIntervalMinutes: expected } = readSchedule(expression, "UTC");
  expect(expected).toBeGreaterThan(0);
  expect(longestIntervalMinutes(expression)).toBe(expected);
});
