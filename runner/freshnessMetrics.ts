import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { METRICS } from "./contract";
import { DRILL_METRICS } from "./drillContract";
import type { SideCheck } from "./freshnessCheck";
import { FRESHNESS_METRICS } from "./freshnessContract";

/** PutMetricData takes at most 1,000 data; fewer keep a call under its 1 MB. */
const METRICS_PER_CALL = 500;

type Dimensions = Readonly<Record<string, string>>;

function datum(MetricName: string, dimensions: Dimensions, Value: number): MetricDatum {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { MetricName, Dimensions, Value, Unit: "None" };
}

/** A number that may be unknown: then there is no honest datum, and whoever waits for it is told by its absence. */
function known(name: string, dimensions: Dimensions, value: number | null | undefined): MetricDatum[] {
  return value === null || value === undefined ? [] : [datum(name, dimensions, value)];
}

function doctorMetrics({ side, doctor }: SideCheck, repositoryName: string): MetricDatum[] {
  if (!doctor) return [];
  const dimensions = { Repository: repositoryName, Side: side };
  return [
    datum(FRESHNESS_METRICS.doctorHealthy, dimensions, doctor.healthy ? 1 : 0),
    ...known(FRESHNESS_METRICS.doctorAgeMinutes, dimensions, doctor.ageMinutes),
  ];
}

/**
 * Metric data of named databases, without timestamps: the service stamps them, so a wrong clock here can't backdate them.
 *
 * A database without any complete point gets `Healthy` 0 and no age: there is no honest number. A database that could not be
 * judged gets neither, and the alarm treats missing data as breaching.
 *
 * @param hasDetails also what everybody can do without: each metric is billed by the month
 */
export function freshnessMetrics(check: SideCheck, repositoryName: string, hasDetails: boolean): MetricDatum[] {
  const ofDatabases = check.judgements.flatMap(({ database, side, healthy, ageMinutes, drill, ...more }) => {
    const dimensions = { Repository: repositoryName, Database: database, Side: side };
    const details = [
      ...known(FRESHNESS_METRICS.storedBytes, dimensions, more.recoveryPoint?.storedBytes),
      ...known(FRESHNESS_METRICS.verificationAgeMinutes, dimensions, more.verification?.ageMinutes),
    ];
    return [
      datum(METRICS.healthy, dimensions, healthy ? 1 : 0),
      ...known(METRICS.recoveryPointAgeMinutes, dimensions, ageMinutes),
      // A drill is of the database: both sides see the same records.
      ...known(
        DRILL_METRICS.drillAgeMinutes,
        { Repository: repositoryName, Database: database },
        drill?.passedAgeMinutes,
      ),
      ...(hasDetails ? details : []),
    ];
  });
  return [...ofDatabases, ...doctorMetrics(check, repositoryName)];
}

function greatest(values: readonly (number | null | undefined)[]): number | null {
  return values.reduce<number | null>((most, value) => (value == null ? most : Math.max(most ?? 0, value)), null);
}

/**
 * Metric data of a whole list: how many databases are not healthy, or could not be judged; the greatest age among those that have a
 * complete point, and among drills. Five metrics at most for any number of databases: each would be billed by the month.
 */
export function listMetrics(check: SideCheck, repositoryName: string): MetricDatum[] {
  const { side, judgements, failures } = check;
  const dimensions = { Repository: repositoryName, Side: side };
  const ages = judgements.map(({ ageMinutes }) => ageMinutes);
  const drillAges = judgements.map(({ drill }) => drill?.passedAgeMinutes);
  const unhealthy = judgements.filter((judgement) => !judgement.healthy).length + failures.length;
  return [
    datum(METRICS.unhealthyDatabases, dimensions, unhealthy),
    ...known(METRICS.oldestRecoveryPointAgeMinutes, dimensions, greatest(ages)),
    ...known(FRESHNESS_METRICS.oldestDrillAgeMinutes, dimensions, greatest(drillAges)),
    ...doctorMetrics(check, repositoryName),
  ];
}

/** Metric data in the portions that one call takes. */
export function metricBatches(data: readonly MetricDatum[]): MetricDatum[][] {
  const count = Math.ceil(data.length / METRICS_PER_CALL);
  return Array.from({ length: count }, (_, n) => data.slice(n * METRICS_PER_CALL, (n + 1) * METRICS_PER_CALL));
}
