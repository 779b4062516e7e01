import { cronGaps } from "./cron";
import { remembered } from "./remembered";

/** What a schedule means for the recovery point objective, or why it can't be used. */
export type ScheduleReading =
  | { problems: string[]; longestIntervalMinutes?: undefined }
  | { problems: []; /** Longest time between two starts. */ longestIntervalMinutes: number };

const RATE = /^rate\((\d+) (minutes?|hours?|days?)\)$/;
const UNIT_MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
/** Clocks move by at most this much, so two local starts can be this much further apart. */
const DST_SHIFT_MINUTES = 60;

/** To ask takes a millisecond, and many databases share few time zones. */
const isTimezone = remembered((timezone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
});

function readExpression(expression: string): ScheduleReading {
  const rate = RATE.exec(expression);
  if (rate) {
    const value = Number(rate[1]);
    const unit = rate[2]!;
    if (value < 1) return { problems: [`scheduleExpression: the rate must be at least 1, got "${expression}"`] };
    if ((value === 1) === unit.endsWith("s")) {
      return {
        problems: [`scheduleExpression: write 1 minute, hour or day, and more in the plural, got "${expression}"`],
      };
    }
    return {
      problems: [],
      longestIntervalMinutes: value * UNIT_MINUTES[unit.replace(/s$/, "") as keyof typeof UNIT_MINUTES],
    };
  }
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (!cron) {
    return { problems: [`scheduleExpression must be rate(<n> <unit>) or cron(<six fields>), got "${expression}"`] };
  }
  const gaps = cronGaps(cron[1]!);
  return typeof gaps === "string"
    ? { problems: [`scheduleExpression: ${gaps}, got "${expression}"`] }
    : { problems: [], longestIntervalMinutes: gaps.longestMinutes };
}

/**
 * Reads an EventBridge Scheduler expression and the longest time between two of its starts.
 *
 * @param timezone IANA name; one whose clocks move adds an hour to the interval of a cron expression
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function readSchedule(expression: string, timezone: string): ScheduleReading {
  const reading = readExpression(expression);
  if (!isTimezone(timezone)) {
    const problem = `scheduleTimezone must be an IANA time zone like Europe/Berlin, got "${timezone}"`;
    return { problems: [...reading.problems, problem] };
  }
  if (reading.longestIntervalMinutes === undefined || expression.startsWith("rate(")) return reading;
  const shift = ["UTC", "GMT", "Etc/UTC"].includes(timezone) ? 0 : DST_SHIFT_MINUTES;
  return { problems: [], longestIntervalMinutes: reading.longestIntervalMinutes + shift };
}

/** Average time between two starts, in minutes; undefined when the expression can't be read. Moving clocks make no difference in a year. */
export function averageIntervalMinutes(expression: string): number | undefined {
  const cron = /^cron\((.+)\)$/.exec(expression);
  if (!cron) return readExpression(expression).longestIntervalMinutes;
  const gaps = cronGaps(cron[1]!);
  return typeof gaps === "string" ? undefined : gaps.averageMinutes;
}
