import { isDatabaseName } from "../../runner/contract";
import type { FreshnessCheckArgs } from "../freshnessCheck";
import { ObjectLockMode, RepositorySide } from "../types";
import { DEFAULTS, LIMITS } from "./defaults";
import { type ScheduleReading, readSchedule } from "./schedule";
import { regionProblems, tierProblems, topicArnProblems, wholeNumberProblems } from "./validate";

/** Longest RPO: a year, and a day for the leap. */
const RPO_LIMIT_MINUTES = 366 * 1440;
/** Replication of the newest point may take this long before it counts on the replica. */
const REPLICATION_ALLOWANCE_MINUTES = 60;

/** When runs start and how long they may take, in minutes. */
export interface RunTiming {
  scheduleExpression?: string;
  scheduleTimezone?: string;
  flexibleWindowMinutes?: number;
  timeoutMinutes?: number;
}

function reading(timing: RunTiming): ScheduleReading {
  return readSchedule(
    timing.scheduleExpression ?? DEFAULTS.scheduleExpression,
    timing.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
  );
}

/** Oldest that the newest point can get while every run succeeds at its latest; undefined when the schedule can't be read. */
function worstAgeMinutes(timing: RunTiming): number | undefined {
  const interval = reading(timing).longestIntervalMinutes;
  if (interval === undefined) return undefined;
  const window = timing.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes;
  return interval + window + (timing.timeoutMinutes ?? DEFAULTS.timeoutMinutes);
}

/** RPO for a schedule when none is given: the worst age of healthy runs, and an hour for replication. */
export function defaultRpoMinutes(timing: RunTiming): number {
  return (worstAgeMinutes(timing) ?? 0) + REPLICATION_ALLOWANCE_MINUTES;
}

/** Problem of an RPO that a schedule can't keep. Problems of the schedule itself are reported elsewhere. */
export function rpoScheduleProblems(rpoMinutes: number | undefined, timing: RunTiming): string[] {
  const worst = worstAgeMinutes(timing);
  if (rpoMinutes === undefined || worst === undefined || rpoMinutes >= worst) return [];
  const window = timing.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes;
  return [
    `rpoMinutes must be at least ${worst} (longest interval of the schedule ${reading(timing).longestIntervalMinutes}` +
      `${window > 0 ? ` + flexibleWindowMinutes ${window}` : ""} + timeoutMinutes ${timing.timeoutMinutes ?? DEFAULTS.timeoutMinutes}), ` +
      `got ${rpoMinutes}; back up more often, lower timeoutMinutes, or raise it`,
  ];
}

/** Every problem of a check's arguments that can be known before anything is registered. */
export function freshnessProblems(args: FreshnessCheckArgs): string[] {
  const problems = args.databases.length === 0 ? ["databases must hold at least one name"] : [];
  args.databases.forEach((name, i) => {
    if (!isDatabaseName(name)) {
      problems.push(`databases[${i}] must be 1-63 characters of a-z, 0-9 and inner hyphens, got "${name}"`);
    } else if (args.databases.indexOf(name) !== i) {
      problems.push(`databases: "${name}" appears twice; remove one`);
    }
  });
  const characters = args.databases.join(",").length;
  if (characters > LIMITS.databaseNameCharacters) {
    problems.push(
      `databases must be at most ${LIMITS.databaseNameCharacters} characters together (a function's environment holds 4 KB), ` +
        `got ${characters}; use several FreshnessChecks`,
    );
  }
  if (!Object.values(RepositorySide).includes(args.side)) {
    problems.push(`side must be one of ${Object.values(RepositorySide).join(", ")}, got "${String(args.side)}"`);
  }
  if (args.objectLockMode !== undefined && !Object.values(ObjectLockMode).includes(args.objectLockMode)) {
    problems.push(
      `objectLockMode must be one of ${Object.values(ObjectLockMode).join(", ")}, got "${String(args.objectLockMode)}"`,
    );
  }
  if (args.metricNamespace !== undefined && !/^(?!AWS\/)[\w./#:-]{1,255}$/.test(args.metricNamespace)) {
    problems.push(
      `metricNamespace must be 1-255 characters of A-Z, a-z, 0-9 and ._-/#: and not begin with AWS/, got "${args.metricNamespace}"`,
    );
  }
  return [
    ...problems,
    ...regionProblems("region", args.region),
    ...wholeNumberProblems("rpoMinutes", args.rpoMinutes, 1, RPO_LIMIT_MINUTES),
    ...wholeNumberProblems("timeoutMinutes", args.timeoutMinutes, 1, LIMITS.timeoutMinutes),
    ...tierProblems(args.tiers),
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
  ];
}
