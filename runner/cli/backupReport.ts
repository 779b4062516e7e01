import { type Env, EnvReader } from "../config";
import type { BackupEvent } from "../backupEvents";
import { ENV, METRICS } from "../contract";
import { backupMetrics, type MetricTarget, withMetrics } from "../metricFormat";
import type { CliContext } from "./context";
import { DumpBar } from "./progress";

const PROGRESS_EVERY_MS = 10_000;
/** CloudWatch keeps metrics of this kind by the minute. */
const METRICS_EVERY_MS = 60_000;

/** Where metrics of a task in ECS go; undefined elsewhere: nobody would take them out of the lines. */
export function metricTarget(env: Env, database: string): MetricTarget | undefined {
  const reader = new EnvReader(env);
  // ECS sets it in every container, on Fargate since platform version 1.4.0.
  if (reader.optional("ECS_CONTAINER_METADATA_URI_V4") === undefined) return undefined;
  const repository = reader.optional(ENV.repository) ?? reader.optional(ENV.bucket) ?? "";
  return {
    namespace: reader.optional(ENV.metricNamespace) ?? METRICS.namespace,
    dimensions: { Repository: repository, Database: database },
  };
}

/** Tells people and programs how a backup goes. */
export interface BackupReport {
  onEvent: (event: BackupEvent) => void;
  /** Takes the bar away. */
  stop: () => void;
}

/**
 * One JSON line for each event. Progress is a line now and then, or a bar where people look; in ECS lines are metrics as well.
 * @param log writes one line
 */
export function backupReport(
  context: Pick<CliContext, "env" | "isInteractive" | "clock">,
  database: string,
  log: (line: Record<string, unknown>) => void,
): BackupReport {
  const target = metricTarget(context.env, database);
  const everyMs = target ? METRICS_EVERY_MS : PROGRESS_EVERY_MS;
  const bar = context.isInteractive ? new DumpBar() : undefined;
  let lastMs: number | undefined;
  return {
    onEvent: (event) => {
      if (event.event === "progress") {
        if (bar) return bar.update(event);
        const nowMs = context.clock().getTime();
        if (lastMs !== undefined && nowMs - lastMs < everyMs) return;
        lastMs = nowMs;
      } else bar?.stop(); // a line would be written into it
      const line = { database, ...event };
      log(target ? withMetrics(line, backupMetrics(event), target, context.clock()) : line);
    },
    stop: () => bar?.stop(),
  };
}
