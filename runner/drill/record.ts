import * as z from "zod";
import { parseRecoveryPointId } from "../contract";
import { DRILL_METRICS, drillKey, type DrillRecord, type DrillRecordMetadata } from "../drillContract";
import { StageError } from "../errors";
import type { Metric } from "../metricFormat";
import type { ReadManifest } from "../recoveryPoints";
import type { Repository } from "../repository/repository";

/** Seconds from the start of the restore until queries could be answered. */
export const recoverySeconds = ({ seconds }: Pick<DrillRecord, "seconds">): number =>
  seconds.preflight + seconds.restore;

/** Whether anything was restored whole, so that its time means something. */
export const hasRestored = ({ checks }: Pick<DrillRecord, "checks">): boolean =>
  checks.some(({ name, passed }) => name === "restore" && passed);

/** What a record says of its recovery point. */
export function pointOfRecord({ manifest, versionId }: ReadManifest): NonNullable<DrillRecord["recoveryPoint"]> {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return {
    id: manifest.recoveryPointId,
    tier: manifest.tier,
    takenAt: manifest.takenAt,
    manifestVersionId: versionId,
    schemaFingerprint: manifest.schemaFingerprint,
    storedBytes: sum(manifest.objects.map(({ stored }) => stored.bytes)),
    rawBytes: sum(manifest.objects.map(({ raw }) => raw.bytes)),
    tables: manifest.tables.length,
    storedSha256: Object.fromEntries(manifest.objects.map(({ key, stored }) => [key, stored.sha256])),
  };
}

/** User metadata of a record. A drill that restored nothing has no recovery time: its value is `none`. */
export function recordMetadata(record: DrillRecord): DrillRecordMetadata {
  return {
    verdict: record.verdict,
    recoverypoint: record.recoveryPoint?.id ?? "none",
    startedat: record.startedAt,
    finishedat: record.finishedAt,
    restoreseconds: hasRestored(record) ? recoverySeconds(record).toFixed(1) : "none",
  };
}

/** The record as stored: indented, since people read it. */
export const encodeRecord = (record: DrillRecord): string => `${JSON.stringify(record, null, 2)}\n`;

/** Stores a record and returns its key. The bucket's default retention locks it. @throws RepositoryError */
export async function storeRecord(repository: Repository, record: DrillRecord): Promise<string> {
  const key = drillKey(record.database, record.drillId);
  await repository.putOnce(key, encodeRecord(record), {
    lock: undefined,
    contentType: "application/json",
    metadata: { ...recordMetadata(record) },
  });
  return key;
}

/** The numbers of a drill. One that restored nothing has no time, or a failure would look fast. */
export function drillMetrics(record: DrillRecord): Metric[] {
  return [
    { name: DRILL_METRICS.drillPassed, unit: "Count", value: record.verdict === "passed" ? 1 : 0 },
    ...(hasRestored(record)
      ? [{ name: DRILL_METRICS.drillRestoreSeconds, unit: "Seconds" as const, value: recoverySeconds(record) }]
      : []),
  ];
}

const count = z.number().nonnegative();
const instant = z.iso.datetime();
/** Of a drill or a recovery point: both have one form. */
const id = z.string().refine((text) => parseRecoveryPointId(text) !== undefined, {
  error: "expected an id like 20261120T020000Z-k3q7ab",
});

const schema: z.ZodType<DrillRecord> = z.object({
  formatVersion: z.literal(1),
  drillId: id,
  database: z.string(),
  startedAt: instant,
  finishedAt: instant,
  verdict: z.enum(["passed", "failed"]),
  recoveryPoint: z
    .object({
      id,
      tier: z.string(),
      takenAt: instant,
      manifestVersionId: z.string(),
      schemaFingerprint: z.string(),
      storedBytes: count,
      rawBytes: count,
      tables: count,
      storedSha256: z.record(z.string(), z.string()),
    })
    .nullable(),
  source: z.object({ side: z.enum(["primary", "replica"]), bucket: z.string(), region: z.string() }),
  ranBy: z.string().nullable(),
  versions: z.object({
    tool: z.string(),
    server: z.string().nullable(),
    client: z.string().nullable(),
    sourceServer: z.string().nullable(),
  }),
  rows: count.nullable(),
  seconds: z.object({ preflight: count, restore: count, checks: count, total: count }),
  rtoSeconds: count.nullable(),
  decryption: z.enum(["notEncrypted", "proven", "notProven"]),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean(), detail: z.string() })),
  leftOut: z.array(z.string()),
});

/**
 * Parses a stored record.
 * @throws StageError `unhealthy` when it is none
 */
export function decodeRecord(text: string, key: string): DrillRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StageError("drill record", "unhealthy", `${key} is no JSON`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((i) => `${i.path.join(".") || "(top)"}: ${i.message}`);
    throw new StageError("drill record", "unhealthy", `${key} is not valid: ${problems.join("; ")}`);
  }
  const { database, drillId } = result.data;
  if (!key.endsWith(`/${drillId}.json`) || !key.startsWith(`drills/${database}/`)) {
    throw new StageError("drill record", "unhealthy", `${key}: its content speaks of ${database}/${drillId}`);
  }
  return result.data;
}
