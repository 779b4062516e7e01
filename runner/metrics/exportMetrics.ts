import { type PostDependencies } from "../alerts/post";
import { messageOf, problemsError, StageError } from "../errors";
import type { SideCheck } from "../freshnessCheck";
import { exportOtlp } from "./openTelemetry";
import { pushToGateway, writePrometheusFile } from "./prometheus";
import { gaugesOf } from "./samples";

/** Where metrics go; any of them, all of them, or none. */
export interface MetricTargets {
  /** File for the textfile collector of node_exporter, `*.prom`. */
  prometheusFile?: string | undefined;
  /** File with the URL of a Pushgateway. */
  pushgatewayUrlFile?: string | undefined;
  /** Whether to send by OTLP to where OpenTelemetry's own variables say. */
  otlp?: boolean | undefined;
}

/** Where they come from. */
export interface MetricSource {
  /** Name of the repository, or its bucket: a label. */
  repository: string;
  now: Date;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Exports what checks found, to all targets: one that fails keeps no other from its metrics.
 * @throws StageError `usage` or `undelivered` with every failure
 */
export async function exportMetrics(
  checks: readonly SideCheck[],
  targets: MetricTargets,
  { repository, now, env }: MetricSource,
  dependencies: PostDependencies,
): Promise<void> {
  const gauges = gaugesOf(checks, repository, now);
  const { prometheusFile, pushgatewayUrlFile, otlp } = targets;
  const jobs: Promise<void>[] = [];
  if (prometheusFile !== undefined) jobs.push(writePrometheusFile(prometheusFile, gauges));
  if (pushgatewayUrlFile !== undefined) jobs.push(pushToGateway(pushgatewayUrlFile, repository, gauges, dependencies));
  if (otlp) jobs.push(exportOtlp(gauges, env));
  const results = await Promise.allSettled(jobs);
  const errors = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  if (errors.length === 0) return;
  if (errors.length === 1 && errors[0] instanceof StageError) throw errors[0];
  throw problemsError("metrics", "undelivered", errors.map(messageOf));
}
