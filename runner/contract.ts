/**
 * The contract between what is provisioned (components/), what runs (runner/) and what is read back (restore, freshness):
 * environment variable names, the key layout of the repository, and the manifest schema. No imports, no I/O, no clock.
 */

/** Version of the repository format. Readers refuse a manifest of a newer one. */
export const FORMAT_VERSION = 1;

/** Retention tiers, shortest-lived first. A recovery point is stored once, under the highest tier due. */
export enum Tier {
  Hourly = "hourly",
  Daily = "daily",
  Weekly = "weekly",
  Monthly = "monthly",
  Yearly = "yearly",
}

/** Every tier, lowest first. */
export const TIERS: readonly Tier[] = [Tier.Hourly, Tier.Daily, Tier.Weekly, Tier.Monthly, Tier.Yearly];

/** S3 Object Lock modes. */
export enum ObjectLockMode {
  /** A principal with `s3:BypassGovernanceRetention` can shorten it; our bucket policies deny that to all but admins. */
  Governance = "GOVERNANCE",
  /** Nobody can shorten it, root included, until it ends. */
  Compliance = "COMPLIANCE",
}

/** What one tier promises. */
export interface TierPolicy {
  tier: Tier;
  /** Whole days an object of this tier is locked from the moment its upload is created. */
  lockDays: number;
  /** Whole days until lifecycle expires it; never less than `lockDays`. */
  expireDays: number;
}

/**
 * Environment variables of the runner and the Lambdas. Connection settings use libpq's own names (PGHOST, PGPORT, PGUSER,
 * PGPASSWORD, PGDATABASE, PGSSLMODE, PGSSLROOTCERT); AWS settings use the SDK's (AWS_REGION, AWS_ENDPOINT_URL, ...).
 */
export const ENV = {
  /** Name of the database in the repository: 1-63 characters of a-z, 0-9 and inner hyphens. A key segment, not libpq's dbname. */
  database: "BACKUP321_DATABASE",
  /** Comma-separated repository database names that a freshness check judges. */
  databases: "BACKUP321_DATABASES",
  /** Name of the repository, a metric dimension. */
  repository: "BACKUP321_REPOSITORY",
  /** Bucket that this process reads or writes. */
  bucket: "BACKUP321_BUCKET",
  /** Region of that bucket; default AWS_REGION. */
  region: "BACKUP321_REGION",
  /** Bucket and region of the replica; written into the manifest's restore commands. */
  replicaBucket: "BACKUP321_REPLICA_BUCKET",
  replicaRegion: "BACKUP321_REPLICA_REGION",
  /** `primary` or `replica`: the side a freshness check judges. */
  side: "BACKUP321_SIDE",
  /** Tier of this recovery point; the plan state chooses it. */
  tier: "BACKUP321_TIER",
  /** JSON array of TierPolicy: the tiers this database uses. */
  tiers: "BACKUP321_TIERS",
  /** GOVERNANCE or COMPLIANCE. */
  lockMode: "BACKUP321_LOCK_MODE",
  /** Recovery point objective in whole minutes. */
  rpoMinutes: "BACKUP321_RPO_MINUTES",
  /** Longest allowed dump in whole minutes; a time in a recovery point id further from LastModified is reported as forged. */
  timeoutMinutes: "BACKUP321_TIMEOUT_MINUTES",
  /** Memory for part buffers in MiB; default 256. */
  bufferBudgetMiB: "BACKUP321_BUFFER_BUDGET_MIB",
  /** Metric namespace; default Backup321. */
  metricNamespace: "BACKUP321_METRIC_NAMESPACE",
} as const;

/** The four prefixes of a repository. Every key below them is written once. */
export const PREFIXES = {
  dumps: "dumps/",
  manifests: "manifests/",
  verifications: "verifications/",
  drills: "drills/",
} as const;

/** Metric namespace and names. Public API: dashboards and alarms of users depend on them; never rename. */
export const METRICS = {
  namespace: "Backup321",
  /** Minutes since the newest committed recovery point was taken. Dimensions: Repository, Database, Side. */
  recoveryPointAgeMinutes: "RecoveryPointAgeMinutes",
  /** 1 when every check of the database passed, else 0. Same dimensions. */
  healthy: "Healthy",
} as const;

/** Exit codes of the runner and the CLI. docs/exit-codes.md says what to do about each; a test holds the two together. */
export const EXIT = {
  ok: 0,
  /** A bug, or an error of a kind the table does not name. */
  unexpected: 1,
  /** Bad arguments, environment or configuration. Nothing was started. */
  usage: 2,
  /** The source or the repository can't be used: no connection, no permission, a standby, missing tools. Nothing was uploaded. */
  preflight: 3,
  /** Another run of the same database holds the lock. */
  overlap: 4,
  /** The dump process failed, was killed, or wrote nothing. Uploads were aborted. */
  dump: 5,
  /** Storage refused a part or a completion. Uploads were aborted. */
  upload: 6,
  /** All data is stored, but the put of the manifest had no clear answer: the point may exist. Run `backup321 list`. */
  committedUnconfirmed: 7,
  /** verify, status or freshness found something wrong. */
  unhealthy: 8,
  /** Restore failed; the temporary database was dropped (or its name is in the message). */
  restore: 9,
  /** SIGTERM, SIGINT or SIGHUP; uploads were aborted. */
  interrupted: 143,
} as const;

const DATABASE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const RECOVERY_POINT_ID = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-([a-z2-7]{6})$/;

/** Whether `name` can be a database's name in the repository. */
export function isDatabaseName(name: string): boolean {
  return DATABASE_NAME.test(name);
}

/** A parsed recovery point id. */
export interface RecoveryPointId {
  id: string;
  /** When the dump's snapshot was taken, to the second. */
  takenAt: Date;
}

/**
 * Makes the id of a recovery point: `20261120T020000Z-k3q7ab`.
 *
 * @param takenAt when the snapshot was taken
 * @param random 6 characters of a-z and 2-7
 */
export function recoveryPointId(takenAt: Date, random: string): string {
  const id = `${takenAt.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z-${random}`;
  if (parseRecoveryPointId(id) === undefined) {
    throw new Error(
      `contract: "${id}" is no recovery point id; takenAt must be a valid date and random 6 characters of a-z2-7`,
    );
  }
  return id;
}

/** Parses a recovery point id; undefined when it is none (also when its date does not exist). */
export function parseRecoveryPointId(id: string): RecoveryPointId | undefined {
  const m = RECOVERY_POINT_ID.exec(id);
  if (!m) return undefined;
  const iso = `${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}.000Z`;
  const takenAt = new Date(iso);
  return !Number.isNaN(takenAt.getTime()) && takenAt.toISOString() === iso ? { id, takenAt } : undefined;
}

function datePath(takenAt: Date): string {
  return takenAt.toISOString().slice(0, 10).replace(/-/g, "/");
}

function requireId(id: string): RecoveryPointId {
  const parsed = parseRecoveryPointId(id);
  if (!parsed) throw new Error(`contract: "${id}" is no recovery point id (expected like 20261120T020000Z-k3q7ab)`);
  return parsed;
}

/** Where a recovery point lives. */
export interface PointLocation {
  tier: Tier;
  database: string;
  id: string;
}

/** `dumps/<tier>/<database>/<yyyy>/<mm>/<dd>/<id>/`, the prefix of a point's data objects. */
export function dumpPrefix(at: PointLocation): string {
  return `${PREFIXES.dumps}${at.tier}/${at.database}/${datePath(requireId(at.id).takenAt)}/${at.id}/`;
}

/** Key of one data object. */
export function dumpKey(at: PointLocation, object: string): string {
  return dumpPrefix(at) + object;
}

/** Key of the manifest, the commit record. */
export function manifestKey(at: PointLocation): string {
  return `${manifestPrefix(at.tier, at.database)}${datePath(requireId(at.id).takenAt)}/${at.id}.json`;
}

/** Prefix of all manifests of one database in one tier. */
export function manifestPrefix(tier: Tier, database: string): string {
  return `${PREFIXES.manifests}${tier}/${database}/`;
}

/** Key of the n-th verification record (n from 1) of a point. */
export function verificationKey(database: string, id: string, n: number): string {
  return `${PREFIXES.verifications}${database}/${datePath(requireId(id).takenAt)}/${id}-${n}.json`;
}

/** Parses the key of a manifest; undefined when it is not one (foreign files are ignored by listings and reported by verify). */
export function parseManifestKey(key: string): (PointLocation & { takenAt: Date }) | undefined {
  const m = /^manifests\/([a-z]+)\/([^/]+)\/\d{4}\/\d{2}\/\d{2}\/([^/]+)\.json$/.exec(key);
  const tier = TIERS.find((t) => t === m?.[1]);
  const parsed = m && parseRecoveryPointId(m[3]!);
  if (!m || !tier || !parsed || !isDatabaseName(m[2]!)) return undefined;
  const at = { tier, database: m[2]!, id: parsed.id };
  return manifestKey(at) === key ? { ...at, takenAt: parsed.takenAt } : undefined;
}

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
  tier: Tier;
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
