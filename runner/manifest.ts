import * as z from "zod";
import { FORMAT_VERSION, isTierName, ObjectLockMode } from "./contract";
import type { Manifest } from "./manifestFormat";
import { StageError } from "./errors";
import { layoutProblems } from "./manifestLayout";

const digest = z.object({ bytes: z.number().int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const rawDigest = digest.extend({ sha256: digest.shape.sha256.optional() });
const instant = z.iso.datetime();
const count = z.number().int().nonnegative();

const tableData = z.object({
  object: count,
  offset: count,
  bytes: count.positive(),
  rawBytes: count,
  rows: count,
  fromBlock: count.optional(),
  toBlock: count.optional(),
});

const fields: z.ZodType<Manifest> = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  recoveryPointId: z.string(),
  database: z.string(),
  tier: z.string().refine(isTierName, "is no tier's name"),
  takenAt: instant,
  completedAt: instant,
  lock: z.object({ mode: z.enum(ObjectLockMode), retainUntil: instant }),
  source: z.object({
    engine: z.literal("postgresql"),
    serverVersion: z.string(),
    clientVersion: z.string(),
    databaseName: z.string(),
    encoding: z.string(),
    locale: z
      .object({
        provider: z.enum(["libc", "icu", "builtin"]),
        collate: z.string(),
        ctype: z.string(),
        name: z.string().optional(),
        icuRules: z.string().optional(),
      })
      .optional(),
    standbyLagSeconds: count.optional(),
  }),
  shape: z.enum(["single", "parallel"]),
  encryption: z.object({ format: z.literal("age"), recipients: z.array(z.string()).min(1) }).optional(),
  objects: z
    .array(
      z.object({
        key: z.string(),
        versionId: z.string(),
        role: z.enum(["database", "schema", "largeObjects", "tables", "globals"]),
        format: z.enum(["pg_dump-custom", "sql"]),
        compression: z.literal("zstd"),
        encryption: z.literal("age").optional(),
        raw: rawDigest,
        stored: digest,
        s3ChecksumSha256: z.string(),
        parts: z.number().int().positive(),
      }),
    )
    .min(1),
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      kind: z.string(),
      rowEstimate: z.number(),
      bytes: z.number(),
      data: z.array(tableData).optional(),
      loadInto: z.object({ schema: z.string(), name: z.string() }).optional(),
    }),
  ),
  schemaFingerprint: z.string(),
  excludedTables: z.array(z.string()),
  notes: z.array(z.string()).optional(),
  restoreCommands: z.array(z.string()),
  tool: z.object({ name: z.string(), version: z.string() }),
});

const schema = fields.superRefine((manifest, context) => {
  for (const { path, message } of layoutProblems(manifest)) context.addIssue({ code: "custom", path, message });
});

/** The manifest as stored: indented, since people read it in an emergency. */
export function encodeManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Parses and checks a stored manifest.
 * @param key named in errors
 * @throws StageError `unhealthy` when it is no JSON, of a newer format, or incomplete; every problem with its path
 */
export function decodeManifest(text: string, key: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StageError("manifest", "unhealthy", `${key} is no JSON (${text.length} characters)`);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === "number" && version > FORMAT_VERSION) {
    throw new StageError(
      "manifest",
      "unhealthy",
      `${key} has format ${version}, this tool reads up to ${FORMAT_VERSION}; use a newer pulumi-backup321, or the manifest's own restoreCommands`,
    );
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((i) => `${i.path.join(".") || "(top)"}: ${i.message}`);
    throw new StageError("manifest", "unhealthy", `${key} is not valid: ${problems.join("; ")}`);
  }
  return result.data;
}

/** What a HEAD of the manifest tells, without any right to decrypt. */
export interface ManifestMetadata {
  formatVersion: number;
  storedBytes: number;
  rawBytes: number;
  objects: number;
  tables: number;
  /** Sum of the planner's estimates; tables never analysed count 0. */
  rowEstimate: number;
  fingerprint: string;
  excluded: number;
  /** SHA-256 of the stored bytes of the first object. */
  storedSha256: string;
  retainUntil: Date;
  lockMode: ObjectLockMode;
  toolVersion: string;
}

const METADATA_LIMIT_BYTES = 1536;

/**
 * User metadata of the manifest object. Values are percent-encoded, since S3 metadata is ASCII; at most 1.5 KB in all
 * (S3 allows 2 KB), which holds because every value is of bounded length.
 */
export function manifestMetadata(manifest: Manifest): Record<string, string> {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const values: Record<string, string> = {
    formatversion: String(manifest.formatVersion),
    storedbytes: String(sum(manifest.objects.map((o) => o.stored.bytes))),
    rawbytes: String(sum(manifest.objects.map((o) => o.raw.bytes))),
    objects: String(manifest.objects.length),
    tables: String(manifest.tables.length),
    rowestimate: String(sum(manifest.tables.map((t) => Math.max(0, t.rowEstimate)))),
    fingerprint: manifest.schemaFingerprint,
    excluded: String(manifest.excludedTables.length),
    storedsha256: manifest.objects[0]?.stored.sha256 ?? "",
    retainuntil: manifest.lock.retainUntil,
    lockmode: manifest.lock.mode,
    toolversion: manifest.tool.version,
  };
  const encoded = Object.fromEntries(Object.entries(values).map(([k, v]) => [k, encodeURIComponent(v)]));
  const bytes = sum(Object.entries(encoded).map(([k, v]) => k.length + v.length));
  if (bytes > METADATA_LIMIT_BYTES) {
    throw new StageError("manifest", "unexpected", `metadata is ${bytes} bytes, the limit is ${METADATA_LIMIT_BYTES}`);
  }
  return encoded;
}

/** Parses `manifestMetadata`; undefined when anything is missing or malformed (a foreign or damaged manifest). */
export function parseManifestMetadata(metadata: Record<string, string>): ManifestMetadata | undefined {
  try {
    const text = (key: string) => decodeURIComponent(metadata[key] ?? "");
    const count = (key: string) => (/^\d+$/.test(text(key)) ? Number(text(key)) : NaN);
    const parsed: ManifestMetadata = {
      formatVersion: count("formatversion"),
      storedBytes: count("storedbytes"),
      rawBytes: count("rawbytes"),
      objects: count("objects"),
      tables: count("tables"),
      rowEstimate: count("rowestimate"),
      fingerprint: text("fingerprint"),
      excluded: count("excluded"),
      storedSha256: text("storedsha256"),
      retainUntil: new Date(text("retainuntil")),
      lockMode: text("lockmode") as ObjectLockMode,
      toolVersion: text("toolversion"),
    };
    const numbers = Object.values(parsed).filter((v): v is number => typeof v === "number");
    const isWhole =
      numbers.every((n) => Number.isSafeInteger(n)) &&
      !Number.isNaN(parsed.retainUntil.getTime()) &&
      Object.values(ObjectLockMode).includes(parsed.lockMode);
    return isWhole ? parsed : undefined;
  } catch {
    return undefined; // malformed percent-encoding: reported by the caller as a foreign manifest
  }
}
