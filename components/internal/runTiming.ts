import { DEFAULTS } from "./defaults";
import { type ScheduleReading, averageIntervalMinutes, readSchedule } from "./schedule";

/** Longest RPO: a year, and a day for the leap. */
export const RPO_LIMIT_MINUTES = 366 * 1440;
/** Replication of the newest point may take this long before it counts on the replica. */
const REPLICATION_ALLOWANCE_MINUTES = 60;

/** When runs start and how long they may take, in minutes. */
export interface RunTiming {
  scheduleExpression?: string | undefined;
  scheduleTimezone?: string | undefined;
  flexibleWindowMinutes?: number | undefined;
  timeoutMinutes?: number | undefined;
}

/** The schedule of a timing, read. */
export function scheduleOf(timing: RunTiming): ScheduleReading {
  return readSchedule(
    timing.scheduleExpression ?? DEFAULTS.scheduleExpression,
    timing.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
  );
}

/** Average time between two runs; undefined when the schedule can't be read. */
export function averageRunMinutes(timing: RunTiming): number | undefined {
  return averageIntervalMinutes(timing.scheduleExpression ?? DEFAULTS.scheduleExpression);
}

/** Oldest that the newest point can get while every run succeeds at its latest; undefined when the schedule can't be read. */
export function worstAgeMinutes(timing: RunTiming): number | undefined {
  const interval = scheduleOf(timing).longestIntervalMinutes;
  if (interval === undefined) return undefined;
  const window = timing.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes;
  return interval + window + (timing.timeoutMinutes ?? DEFAULTS.timeoutMinutes);
}

/** RPO for a schedule when none is given: the worst age of healthy runs, and an hour for replication. */
export function defaultRpoMinutes(timing: RunTiming): number {
  return (worstAgeMinutes(timing) ?? 0) + REPLICATION_ALLOWANCE_MINUTES;
}

/**
 * Problem of an RPO that a schedule can't keep. Problems of the schedule itself are reported elsewhere.
 *
 * @param argument what the caller wrote: `rpoMinutes` or `databases[0].rpoMinutes`
 * @param schedule whose it is, for the message
 */
export function rpoScheduleProblems(
  argument: string,
  rpoMinutes: number | undefined,
  timing: RunTiming,
  schedule = "the schedule",
): string[] {
  const worst = worstAgeMinutes(timing);
  if (rpoMinutes === undefined || worst === undefined || rpoMinutes >= worst) return [];
  const window = timing.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes;
  return [
    `${argument} must be at least ${worst} (longest interval of ${schedule} ${scheduleOf(timing).longestIntervalMinutes}` +
      `${window > 0 ? ` + flexibleWindowMinutes ${window}` : ""} + timeoutMinutes ${timing.timeoutMinutes ?? DEFAULTS.timeoutMinutes}), ` +
      `got ${rpoMinutes}; back up more often, lower timeoutMinutes, or raise it`,
  ];
}
