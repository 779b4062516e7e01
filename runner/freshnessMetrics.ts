import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { METRICS } from "./contract";
import type { Judgement } from "./freshness";

/**
 * Metric data of judgements, without timestamps: the service stamps them, so a wrong clock here can't backdate them.
 *
 * A database without any complete point gets `Healthy` 0 and no age: there is no honest number, and the age alarm treats
 * missing data as breaching. A database that could not be judged gets neither, with the same effect on both alarms.
 */
export function freshnessMetrics(judgements: readonly Judgement[], repositoryName: string): MetricDatum[] {
  return judgements.flatMap((judgement) => {
    const Dimensions = [
      { Name: "Repository", Value: repositoryName },
      { Name: "Database", Value: judgement.database },
      { Name: "Side", Value: judgement.side },
    ];
    const healthy = {
      MetricName: METRICS.healthy,
      Dimensions,
      Value: judgement.healthy ? 1 : 0,
      Unit: "None" as const,
    };
    if (judgement.ageMinutes === null) return [healthy];
    const age = {
      MetricName: METRICS.recoveryPointAgeMinutes,
      Dimensions,
      Value: judgement.ageMinutes,
      Unit: "None" as const,
    };
    return [healthy, age];
  });
}
