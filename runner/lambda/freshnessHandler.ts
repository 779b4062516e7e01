import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { ALERT_ENV } from "../alertContract";
import { readChannelSecret } from "../alerts/channelSecrets";
import { sendPing } from "../alerts/ping";
import { freshnessConfig } from "../freshnessConfig";
import { FRESHNESS_DATABASES_FILE } from "../freshnessContract";
import { type FreshnessResult, type ListResult, runFreshness } from "../freshnessRun";
import { createLogger } from "../logger";
import { createS3Client } from "../repository/s3Client";
import { S3Repository } from "../repository/s3Repository";

const PING_MS = 30_000;

/** What tells a dead-man's switch, whose URL is a secret. */
function pingOf(arn: string | undefined): (() => Promise<void>) | undefined {
  if (arn === undefined || arn === "") return undefined;
  return async () => sendPing(await readChannelSecret({ arn }), AbortSignal.timeout(PING_MS));
}

/**
 * Makes the handler that judges one side, configured by its environment.
 * @param directory holds the file of the databases, unless they are a list in S3
 */
export function freshnessHandler(directory: string): () => Promise<FreshnessResult | ListResult> {
  const file = path.join(directory, FRESHNESS_DATABASES_FILE);
  return async () => {
    const config = freshnessConfig(process.env, existsSync(file) ? readFileSync(file, "utf8") : undefined);
    const { region } = config.repository;
    const repository = new S3Repository(config.repository);
    const cloudWatch = new CloudWatchClient({ region });
    const logger = createLogger();
    try {
      return await runFreshness(
        {
          repository,
          // Both sides read one list, so one of them reads it in another region.
          openList: ({ bucket }) => {
            return new S3Repository({
              bucket,
              region,
              client: createS3Client({ region, followRegionRedirects: true }),
            });
          },
          publish: async (MetricData) => {
            await cloudWatch.send(new PutMetricDataCommand({ Namespace: config.metricNamespace, MetricData }));
          },
          log: (result) => logger[result.unhealthyDatabases > 0 ? "warn" : "info"](result),
          ping: pingOf(process.env[ALERT_ENV.pingSecretArn]),
          clock: () => new Date(),
        },
        config,
      );
    } finally {
      repository.close();
      cloudWatch.destroy();
    }
  };
}

/** Judges every database of this side. */
export const handler = freshnessHandler(__dirname);
