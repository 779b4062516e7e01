import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { DRILL_METRICS } from "../../../runner/drillContract";
import type { RestoreDrillArgs } from "../../restoreDrillArgs";
import type { Transform } from "../../types";
import { DEFAULTS } from "../defaults";
import { readSchedule } from "../schedule";
import { alarm, type Scope } from "../scope";

const DAY_MINUTES = 1440;
const CLOCK_CHANGE_MINUTES = 60;
/** A drill may be late by half its interval, to freshness checks as well: one that was missed shows well before the next one is due. */
const LATENESS = 1.5;

type Schedule = Pick<RestoreDrillArgs, "scheduleExpression" | "scheduleTimezone">;

function intervalMinutes({ scheduleExpression, scheduleTimezone }: Schedule): number {
  const reading = readSchedule(
    scheduleExpression ?? DEFAULTS.drillScheduleExpression,
    scheduleTimezone ?? DEFAULTS.scheduleTimezone,
  );
  return reading.longestIntervalMinutes ?? DAY_MINUTES;
}

/** Whole days between two drills, as freshness checks are told them; the hour by which clocks move is none of theirs. */
export function drillIntervalDays(schedule: Schedule): number {
  return Math.max(1, Math.ceil((intervalMinutes(schedule) - CLOCK_CHANGE_MINUTES) / DAY_MINUTES));
}

/** Age in minutes of the last drill that passed at which an alarm goes off. */
export function drillAgeLimitMinutes(schedule: Schedule): number {
  return Math.ceil(LATENESS * drillIntervalDays(schedule) * DAY_MINUTES);
}

/** One alarm for each database on the age of the last drill that passed, which the freshness checks measure, and on their silence. */
export function drillAgeAlarms(
  scope: Scope,
  args: RestoreDrillArgs,
  transform: Transform<aws.cloudwatch.MetricAlarmArgs> | undefined,
): pulumi.Output<string>[] {
  const limitMinutes = drillAgeLimitMinutes(args);
  return args.databases.map(({ name }) =>
    alarm(
      scope,
      {
        role: `age-${name}`,
        description:
          `${name}: no restore drill that began in the last ${limitMinutes / DAY_MINUTES} days has passed, ` +
          "or the freshness check did not report; the newest record below drills/ says why",
        namespace: args.metricNamespace ?? DEFAULTS.metricNamespace,
        metricName: DRILL_METRICS.drillAgeMinutes,
        dimensions: { Repository: args.repositoryName ?? scope.name, Database: name },
        statistic: "Maximum",
        comparison: "GreaterThanThreshold",
        threshold: limitMinutes,
        periodMinutes: 2 * DEFAULTS.freshnessIntervalMinutes,
        missingDataBreaches: true,
      },
      args.alarmTopicArn,
      transform,
    ),
  );
}
