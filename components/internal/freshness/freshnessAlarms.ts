import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { METRICS } from "../../../runner/contract";
import { FRESHNESS_METRICS, type FreshnessDatabase } from "../../../runner/freshnessContract";
import type { FreshnessCheckArgs } from "../../freshnessCheck";
import type { Transform } from "../../types";
import { DEFAULTS } from "../defaults";
import { type AlarmInput, type Scope, alarm } from "../scope";
import { checkIntervalMinutes } from "./checkInterval";

/**
 * One alarm for each database, or one for all of a list; and one for the doctor where its records are judged. A point that is too old makes a database unhealthy, so one alarm holds age,
 * soundness and silence, and nobody is paged twice.
 *
 * @returns their names, in the order of `databases`; the doctor's is the last
 */
export function freshnessAlarms(
  scope: Scope,
  args: FreshnessCheckArgs,
  databases: readonly FreshnessDatabase[],
  transform: Transform<aws.cloudwatch.MetricAlarmArgs> | undefined,
): pulumi.Output<string>[] {
  const { side } = args;
  const shared = {
    namespace: args.metricNamespace ?? DEFAULTS.metricNamespace,
    // Two intervals hold at least one result, however late one of them is.
    periodMinutes: 2 * checkIntervalMinutes(args.databaseList !== undefined),
    // Silence of the check, of its schedule or of its rights must not look like health.
    missingDataBreaches: true,
  };
  const dimensions = { Repository: args.repositoryName ?? scope.name, Side: side };
  const inputs: AlarmInput[] =
    args.databaseList === undefined
      ? databases.map(({ name, rpoMinutes }) => ({
          ...shared,
          role: `healthy-${name}`,
          description:
            `${name} (${side}): its newest recovery point is older than ${rpoMinutes} minutes or not sound, ` +
            "or the check did not report; the function's result says which",
          metricName: METRICS.healthy,
          dimensions: { ...dimensions, Database: name },
          statistic: "Minimum",
          comparison: "LessThanThreshold",
          threshold: 1,
        }))
      : [
          {
            ...shared,
            role: "unhealthy-databases",
            description:
              `${scope.name} (${side}): databases of the list have a newest recovery point that is too old or not sound, ` +
              "or the check did not report; the function's result names them",
            metricName: METRICS.unhealthyDatabases,
            dimensions,
            statistic: "Maximum",
            comparison: "GreaterThanThreshold",
            threshold: 0,
          },
        ];
  if (args.doctorIntervalDays !== undefined) {
    inputs.push({
      ...shared,
      role: "doctor",
      description:
        `${scope.name} (${side}): the last recorded run of backup321 doctor found something, or is older than ` +
        `${1.5 * args.doctorIntervalDays} days, or there is none; run backup321 doctor`,
      metricName: FRESHNESS_METRICS.doctorHealthy,
      dimensions,
      statistic: "Minimum",
      comparison: "LessThanThreshold",
      threshold: 1,
    });
  }
  return inputs.map((input) => alarm(scope, input, args.alarmTopicArn, transform));
}
