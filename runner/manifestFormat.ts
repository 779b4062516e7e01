import type { ObjectLockMode } from "./contract";

/** Size and SHA-256 (lower-case hex) of a byte sequence. */
export interface Digest {
  bytes: number;
  sha256: string;
}

/** One data object of a recovery point. */
export interface ManifestObject {
  key: string;
  /** Version id on the primary; S3 keeps it on the replica. Data is read by it, so later overwrites change nothing. */
  versionId: string;
  /** What it holds; `database` is a whole pg_dump custom-format archive. */
  role: "database";
  format: "pg_dump-custom";
  compression: "zstd";
  /** Before compression. */
  raw: Digest;
  /** As stored in S3. */
  stored: Digest;
  /** S3's own composite checksum of the parts, base64 with "-<parts>". */
  s3ChecksumSha256: string;
  parts: number;
}

/** A table seen in the dump's snapshot. */
export interface ManifestTable {
  schema: string;
  name: string;
  /** pg_class.relkind: r table, p partitioned, m materialized view, f foreign. */
  kind: string;
  /** Planner's estimate in rows; -1 when never analysed. */
  rowEstimate: number;
  bytes: number;
}

/** How a database compares and classifies text. Fixed when it is made, so a restore has to make the new one alike. */
export interface DatabaseLocale {
  provider: "libc" | "icu" | "builtin";
  /** LC_COLLATE and LC_CTYPE, spelled as the source's operating system does. */
  collate: string;
  ctype: string;
  /** Of ICU and builtin. */
  name?: string | undefined;
  icuRules?: string | undefined;
}

/** The commit record, written last. A recovery point without a valid one does not exist. */
export interface Manifest {
  formatVersion: number;
  recoveryPointId: string;
  database: string;
  /** Name of its tier. */
  tier: string;
  /** ISO 8601 UTC; when the snapshot was taken. */
  takenAt: string;
  /** ISO 8601 UTC; when the last data object was completed. */
  completedAt: string;
  lock: { mode: ObjectLockMode; /** ISO 8601 UTC */ retainUntil: string };
  source: {
    engine: "postgresql";
    serverVersion: string;
    clientVersion: string;
    databaseName: string;
    encoding: string;
    /** Absent: that of the server restored into. */
    locale?: DatabaseLocale | undefined;
  };
  objects: ManifestObject[];
  tables: ManifestTable[];
  /** SHA-256 over the columns of every dumped table, in a fixed order. */
  schemaFingerprint: string;
  /** `schema.table` of every table left out, by whatever setting. */
  excludedTables: string[];
  /** Shell lines that restore this point with stock tools alone (aws, sha256sum, zstd, createdb, pg_restore). */
  restoreCommands: string[];
  tool: { name: string; version: string };
}
