import { messageOf, StageError } from "../errors";
import { TOOL } from "../version";
import type { Gauge } from "./samples";

const NAMES = ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/**
 * Sends gauges once by OTLP over HTTP (JSON). Where to, headers, certificates and time-out are OpenTelemetry's own variables
 * (`OTEL_EXPORTER_OTLP_ENDPOINT` and so on), which its exporter reads from the process.
 *
 * @param env says only whether an endpoint is set
 * @throws StageError `usage` without an endpoint; `undelivered` when the collector did not take it
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export async function exportOtlp(
  gauges: readonly Gauge[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (NAMES.every((name) => !env[name])) {
    throw new StageError("metrics", "usage", `no collector is named; set ${NAMES[1]!} like https://collector:4318`);
  }
  // Loaded here: most runs of the tool, dumps above all, never need them.
  const { OTLPMetricExporter } = await import("@opentelemetry/exporter-metrics-otlp-http");
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const { MeterProvider, MetricReader } = await import("@opentelemetry/sdk-metrics");
  /** Collects when it is told to. The SDK's own readers send by a timer and keep failures to themselves. */
  class SingleReader extends MetricReader {
    protected override async onForceFlush(): Promise<void> {}
    protected override async onShutdown(): Promise<void> {}
  }
  const exporter = new OTLPMetricExporter();
  const reader = new SingleReader();
  const resource = resourceFromAttributes({ "service.name": "backup321", "service.version": TOOL.version });
  const provider = new MeterProvider({ resource, readers: [reader] });
  try {
    const meter = provider.getMeter("backup321", TOOL.version);
    for (const { name, help, unit, samples } of gauges) {
      const gauge = meter.createGauge(name, { description: help, unit });
      for (const { labels, value } of samples) gauge.record(value, { ...labels });
    }
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw errors[0];
    await new Promise<void>((resolve, reject) => {
      exporter.export(resourceMetrics, ({ error, code }) => {
        // ExportResultCode.SUCCESS, of a package that comes only with the exporter.
        if (Number(code) === 0) resolve();
        else reject(error ?? new Error("the collector did not take them"));
      });
    });
  } catch (error) {
    throw new StageError(
      "metrics",
      "undelivered",
      `OpenTelemetry: ${messageOf(error)}; check ${NAMES[1]!} and headers`,
    );
  } finally {
    await exporter.shutdown();
    await provider.shutdown();
  }
}
