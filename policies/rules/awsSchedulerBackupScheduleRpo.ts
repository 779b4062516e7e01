import { schedulesOf, type StackSchedule } from "../backupSchedules";
import { backupWorkloadsOf } from "../backupWorkloads";
import type { StackBucket } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { isA } from "../resourceTypes";
import { longestIntervalMinutes } from "../scheduleInterval";
import { UNKNOWN, type Unknown } from "../unknowns";

/**
 * Refuses backups that start more rarely than the recovery point objective asks for, or that a schedule has stopped
 * starting: one that is disabled, or has an end.
 *
 * Severity high. Judged are EventBridge schedules, and rules with a schedule, that start something that writes into a
 * backup bucket (see `BackupWorkloads`). Of those that write into one bucket, one must be enabled, without an end, and
 * start at least every `rpoMinutes`: the others may be the weekly ones beside the daily ones. A second, rarer database in
 * the same bucket is therefore not seen. Schedules of this library's BackupRunner must each be enabled and without an
 * end; their interval was held against their own RPO by the component. Where it is not known whether something writes, or
 * how often, it is noted and judged at the update. An expression that cannot be read, a cron with years among them, is noted.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const awsSchedulerBackupScheduleRpo: StackRule = {
  name: "aws-scheduler-backup-schedule-rpo",
  displayName: "Schedules of backups fit the RPO",
  description:
    "A backup must be started, by an enabled schedule without an end, as often as its recovery point objective asks for.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Start the backup at least once every rpoMinutes, set the schedule's state to ENABLED and remove its endDate; where a longer time is agreed on, set rpoMinutes of this rule.",
  url: "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
  judges: ["schedule", "eventRule"],
  readsInputsOf: ["schedule", "eventRule"],
  options: {
    rpoMinutes: {
      type: "integer",
      minimum: 1,
      default: 1500,
      description: "Longest time between two starts of a backup, in minutes.",
    },
  },
  judgeStack: (stack, verdict, options) => {
    const rpoMinutes = options["rpoMinutes"] as number;
    const workloads = backupWorkloadsOf(stack);
    const report = ({ entry }: StackSchedule, problem: Problem, isCertain: boolean): void => {
      if (problem === UNREADABLE) {
        verdict.note(
          entry,
          `${entry.label} starts a backup: its scheduleExpression cannot be read; it was not held against the RPO.`,
        );
      } else if (problem === UNKNOWN || !isCertain) {
        verdict.unknown(
          entry,
          `${entry.label}: whether and how often it starts a backup is not known yet; it is judged at the update.`,
        );
      } else {
        verdict.violation(entry, `${entry.label} starts a backup: ${problem}.`);
      }
    };
    const byBucket = new Map<
      StackBucket,
      { schedule: StackSchedule; problem: Problem | undefined; isCertain: boolean }[]
    >();
    for (const schedule of schedulesOf(stack)) {
      const stopped = stoppedProblem(schedule);
      if (workloads.isOurs(schedule.entry)) {
        const isRunners = stack.ancestorsOf(schedule.entry).some(({ type }) => isA("backupRunner", type));
        if (isRunners && stopped !== undefined) report(schedule, stopped, true);
        continue;
      }
      const problem = stopped ?? rareProblem(schedule, rpoMinutes);
      for (const [bucket, isCertain] of workloads.writtenBy(...schedule.targets)) {
        byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), { schedule, problem, isCertain }]);
      }
    }
    const told = new Set<StackSchedule>();
    for (const ofBucket of byBucket.values()) {
      if (ofBucket.some(({ problem }) => problem === undefined)) continue;
      const open = ofBucket.filter(({ problem }) => typeof problem === "symbol");
      for (const { schedule, problem, isCertain } of open.length > 0 ? open : ofBucket) {
        if (!told.has(schedule)) report(schedule, problem!, isCertain);
        told.add(schedule);
      }
    }
  },
};

const UNREADABLE: unique symbol = Symbol("unreadable");
type Problem = string | Unknown | typeof UNREADABLE;

function stoppedProblem({ state, endDate }: StackSchedule): string | Unknown | undefined {
  if (state === "DISABLED") return 'state must be "ENABLED", got "DISABLED"; enable it';
  if (endDate !== undefined && endDate !== UNKNOWN) return "endDate must not be set, or backups end with it; remove it";
  return state === UNKNOWN || endDate === UNKNOWN ? UNKNOWN : undefined;
}

function rareProblem({ expression }: StackSchedule, rpoMinutes: number): Problem | undefined {
  if (expression === UNKNOWN) return UNKNOWN;
  const minutes = longestIntervalMinutes(String(expression));
  if (minutes === undefined) return UNREADABLE;
  if (minutes <= rpoMinutes) return undefined;
  const between = minutes === Infinity ? "it does not start again" : `${minutes} minutes lie between two starts`;
  return `${between}, and rpoMinutes is ${rpoMinutes}; start it more often, or set rpoMinutes to what was agreed on`;
}
