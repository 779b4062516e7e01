import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { METRICS } from "./contract";
import type { Judgement } from "./freshness";
import type { SideCheck } from "./freshnessCheck";

/** PutMetricData takes at most 1,000 data; fewer keep a call under its 1 MB. */
const METRICS_PER_CALL = 500;

type Dimensions = Readonly<Record<string, string>>;

function datum(MetricName: string, dimensions: Dimensions, Value: number): MetricDatum {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { MetricName, Dimensions, Value, Unit: "None" };
}

/**
 * Metric data of judgements, without timestamps: the service stamps them, so a wrong clock here can't backdate them.
 *
 * A database without any complete point gets `Healthy` 0 and no age: there is no honest number. A database that could not be
 * judged gets neither, and the alarm treats missing data as breaching.
 */
export function freshnessMetrics(judgements: readonly Judgement[], repositoryName: string): MetricDatum[] {
  return judgements.flatMap(({ database, side, healthy, ageMinutes }) => {
    const dimensions = { Repository: repositoryName, Database: database, Side: side };
    return [
      datum(METRICS.healthy, dimensions, healthy ? 1 : 0),
      ...(ageMinutes === null ? [] : [datum(METRICS.recoveryPointAgeMinutes, dimensions, ageMinutes)]),
    ];
  });
}

/**
 * Metric data of a whole list: how many databases are not healthy, or could not be judged, and the greatest age among those that
 * have a complete point. Two metrics for any number of databases: each would be billed by the month.
 */
export function listMetrics({ side, judgements, failures }: SideCheck, repositoryName: string): MetricDatum[] {
  const dimensions = { Repository: repositoryName, Side: side };
  const oldest = judgements.reduce<number | null>((most, { ageMinutes }) => {
    return ageMinutes === null ? most : Math.max(most ?? 0, ageMinutes);
  }, null);
  const unhealthy = judgements.filter((judgement) => !judgement.healthy).length + failures.length;
  return [
    datum(METRICS.unhealthyDatabases, dimensions, unhealthy),
    ...(oldest === null ? [] : [datum(METRICS.oldestRecoveryPointAgeMinutes, dimensions, oldest)]),
  ];
}

/** Metric data in the portions that one call takes. */
export function metricBatches(data: readonly MetricDatum[]): MetricDatum[][] {
  const count = Math.ceil(data.length / METRICS_PER_CALL);
  return Array.from({ length: count }, (_, n) => data.slice(n * METRICS_PER_CALL, (n + 1) * METRICS_PER_CALL));
}
