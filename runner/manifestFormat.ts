import type { ObjectLockMode } from "./contract";

/** Size and SHA-256 (lower-case hex) of a byte sequence. */
export interface Digest {
  bytes: number;
  sha256: string;
}

/** Size and, where somebody read those bytes, SHA-256 (lower-case hex). Each zstd frame carries a checksum of its raw bytes in any case. */
export interface RawDigest {
  bytes: number;
  sha256?: string | undefined;
}

/** How a recovery point is laid out in objects. */
export type DumpShape = "single" | "parallel";

/**
 * What an object holds. Single stream: `database`, a whole archive. Parallel: `schema`, an archive of everything but the rows
 * of tables and large objects; `largeObjects`, an archive of these; `tables`, SQL with the rows of tables, each a frame of
 * its own. Both: `globals`, SQL with the cluster's roles and tablespaces.
 */
export type ObjectRole = "database" | "schema" | "largeObjects" | "tables" | "globals";

/** One data object of a recovery point. */
export interface ManifestObject {
  key: string;
  /** Version id on the primary; S3 keeps it on the replica. Data is read by it, so later overwrites change nothing. */
  versionId: string;
  role: ObjectRole;
  format: "pg_dump-custom" | "sql";
  compression: "zstd";
  /** After compression; absent: none. The recipients are the manifest's `encryption`. */
  encryption?: "age" | undefined;
  /** Before compression. */
  raw: RawDigest;
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
  /** Where its rows are. Absent in a single stream, and of what has no rows of its own in the dump (p, m, f, excluded). */
  data?: TableData[] | undefined;
  /**
   * The partitioned table that its rows are loaded into, where they may belong to another partition afterwards: an enum's hash
   * follows from an oid, which every database gives anew. Absent: the table itself.
   */
  loadInto?: { schema: string; name: string } | undefined;
}

/** The rows of a table, or of a range of its blocks: SQL that psql loads, one frame (one age file where encrypted) of an object. */
export interface TableData {
  /** Index into `objects`. */
  object: number;
  /** Range of the stored object. */
  offset: number;
  bytes: number;
  rawBytes: number;
  rows: number;
  /** First block of a table that was split; absent: the whole table. */
  fromBlock?: number | undefined;
  /** Block after the last one; absent: to the end. */
  toBlock?: number | undefined;
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
    /** By how many seconds the dumped standby was behind; `takenAt` is earlier by as much. Absent: a primary was dumped. */
    standbyLagSeconds?: number | undefined;
  };
  shape: DumpShape;
  /** Absent: objects are not encrypted by the client. */
  encryption?:
    { format: "age"; /** Public keys; each of them alone opens every object. */ recipients: string[] } | undefined;
  objects: ManifestObject[];
  tables: ManifestTable[];
  /** SHA-256 over the columns of every dumped table, in a fixed order. */
  schemaFingerprint: string;
  /** `schema.table` of every table left out, by whatever setting. */
  excludedTables: string[];
  /** What was done otherwise than asked, in sentences. */
  notes?: string[] | undefined;
  /** Shell lines that restore this point with stock tools alone (aws, sha256sum, zstd, createdb, pg_restore). */
  restoreCommands: string[];
  tool: { name: string; version: string };
}
