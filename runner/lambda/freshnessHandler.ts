import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { problemsError } from "../errors";
import type { Judgement } from "../freshness";
import { checkSide } from "../freshnessCheck";
import { freshnessConfig } from "../freshnessConfig";
import type { Side } from "../freshnessFacts";
import { freshnessMetrics } from "../freshnessMetrics";
import { S3Repository } from "../repository/s3Repository";

/** PutMetricData takes at most 1,000 data; fewer keep a call under its 1 MB. */
const METRICS_PER_CALL = 500;

/**
 * Judges every database of this side, publishes metrics of those judged, and returns the judgements.
 * @throws when a database could not be judged, after the others were published
 */
export async function handler(): Promise<{ side: Side; judgements: Judgement[] }> {
  const config = freshnessConfig(process.env);
  const repository = new S3Repository(config.repository);
  const cloudWatch = new CloudWatchClient({ region: config.repository.region });
  try {
    const check = await checkSide(repository, config, new Date());
    const data = freshnessMetrics(check.judgements, config.repositoryName);
    for (let start = 0; start < data.length; start += METRICS_PER_CALL) {
      const MetricData = data.slice(start, start + METRICS_PER_CALL);
      await cloudWatch.send(new PutMetricDataCommand({ Namespace: config.metricNamespace, MetricData }));
    }
    if (check.failures.length > 0) {
      const messages = check.failures.map(({ database, message }) => `database "${database}": ${message}`);
      throw problemsError("freshness", "preflight", messages);
    }
    return { side: check.side, judgements: check.judgements };
  } finally {
    repository.close();
    cloudWatch.destroy();
  }
}
