import type { BackupEvent } from "./backupEvents";
import { METRICS } from "./contract";

/** Units of CloudWatch, as far as they are used here. */
export type MetricUnit = "Bytes" | "Bytes/Second" | "Seconds" | "Count";

/** One number for CloudWatch. */
export interface Metric {
  name: string;
  unit: MetricUnit;
  value: number;
}

/** Where metrics go. */
export interface MetricTarget {
  namespace: string;
  /** Name → value. */
  dimensions: Readonly<Record<string, string>>;
}

/** The numbers of an event; none for most. */
export function backupMetrics(event: BackupEvent): Metric[] {
  if (event.event === "progress") {
    return [
      { name: METRICS.dumpStoredBytes, unit: "Bytes", value: event.storedBytes },
      { name: METRICS.dumpBytesPerSecond, unit: "Bytes/Second", value: event.storedBytesPerSecond },
    ];
  }
  if (event.event !== "committed") return [];
  const { storedBytes, rawBytes, seconds, tables } = event;
  return [
    { name: METRICS.dumpStoredBytes, unit: "Bytes", value: storedBytes },
    { name: METRICS.dumpBytesPerSecond, unit: "Bytes/Second", value: seconds > 0 ? storedBytes / seconds : 0 },
    { name: METRICS.dumpRawBytes, unit: "Bytes", value: rawBytes },
    { name: METRICS.dumpSeconds, unit: "Seconds", value: seconds },
    { name: METRICS.dumpTables, unit: "Count", value: tables },
  ];
}

/**
 * A log line that CloudWatch Logs also takes metrics out of (embedded metric format); the line itself where there are none.
 *
 * The log driver of ECS needs no setting for it: it sends each line by PutLogEvents, which needs no header for this format.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Generation_PutLogEvents.html
 *
 * @param at when the numbers were taken
 */
export function withMetrics(
  line: Readonly<Record<string, unknown>>,
  metrics: readonly Metric[],
  target: MetricTarget,
  at: Date,
): Record<string, unknown> {
  if (metrics.length === 0) return { ...line };
  return {
    ...line,
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: target.namespace,
          Dimensions: [Object.keys(target.dimensions)],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...target.dimensions,
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  };
}
