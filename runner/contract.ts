/**
 * The contract between what is provisioned (components/), what runs (runner/) and what is read back (restore, freshness):
 * environment variable names and the key layout of the repository. No imports, no I/O, no clock.
 */

/** Version of the repository format. Readers refuse a manifest of a newer one. */
export const FORMAT_VERSION = 1;

/** Periods of retention tiers, shortest first. A recovery point is stored once, under the tier of the highest period due. */
export enum Tier {
  Hourly = "hourly",
  Daily = "daily",
  Weekly = "weekly",
  Monthly = "monthly",
  Yearly = "yearly",
}

/** Every period, lowest first. */
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
  /** Its name in the repository, a segment of every key. Two tiers of one period may have different lives. */
  name: string;
  /** Its period. A database uses at most one tier of each. */
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
  /** Comma-separated repository database names that `list` and `status` show; default all. */
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
  /** Name of the tier of this recovery point; the plan state chooses it. */
  tier: "BACKUP321_TIER",
  /** JSON array of TierPolicy: the repository's tiers. */
  tiers: "BACKUP321_TIERS",
  /** GOVERNANCE or COMPLIANCE. */
  lockMode: "BACKUP321_LOCK_MODE",
  /** Recovery point objective in whole minutes. */
  rpoMinutes: "BACKUP321_RPO_MINUTES",
  /** Longest allowed dump in whole minutes; a time in a recovery point id further from LastModified is reported as forged. */
  timeoutMinutes: "BACKUP321_TIMEOUT_MINUTES",
  /**
   * ARN of a Secrets Manager secret in RDS's shape (host, port, username, password, dbname) that the process reads itself. Where it
   * is absent, the connection comes from libpq's own variables.
   */
  secretArn: "BACKUP321_SECRET_ARN",
  /** `true`: sign in to RDS by IAM. libpq's variables hold everything but the password, for which a token is made at each connect. */
  rdsIamAuth: "BACKUP321_RDS_IAM_AUTH",
  /** `s3://<bucket>/<key>` of a JSON array of ListedDatabase that a freshness check judges, instead of a list of its own. */
  databaseList: "BACKUP321_DATABASE_LIST",
  /** Memory for part buffers in MiB; default 256. */
  bufferBudgetMiB: "BACKUP321_BUFFER_BUDGET_MIB",
  /** `auto`, `single` or `parallel`: how a recovery point is laid out in objects; default auto. */
  shape: "BACKUP321_SHAPE",
  /** Objects dumped, or restored, at once; 1-16; default by size and cores. */
  workers: "BACKUP321_WORKERS",
  /** Level of zstd, 1-19; default 3. */
  compressionLevel: "BACKUP321_COMPRESSION_LEVEL",
  /** Cap of the upload in MiB per second, over all objects; default none. */
  maxMiBPerSecond: "BACKUP321_MAX_MIB_PER_SECOND",
  /** `true`: address buckets by path, as many S3-compatible servers need. */
  s3PathStyle: "BACKUP321_S3_PATH_STYLE",
  /** `true`: a standby may be dumped, as long as it is not behind by more than `maxReplayLagSeconds`. */
  allowStandby: "BACKUP321_ALLOW_STANDBY",
  /** Longest replay lag of a standby in whole seconds; default 300. */
  maxReplayLagSeconds: "BACKUP321_MAX_REPLAY_LAG_SECONDS",
  /** Comma-separated age public keys (`age1...`); objects are encrypted to all of them. Default: not encrypted by the client. */
  ageRecipients: "BACKUP321_AGE_RECIPIENTS",
  /** File with age identities, one a line, that opens encrypted objects. Never set where backups run. */
  ageIdentityFile: "BACKUP321_AGE_IDENTITY_FILE",
  /** `true`: the globals hold password hashes of roles, for which the dump's role must be a superuser. */
  rolePasswords: "BACKUP321_ROLE_PASSWORDS",
  /** JSON array of `schema.table` whose rows are left out; their definitions stay. */
  excludeTableData: "BACKUP321_EXCLUDE_TABLE_DATA",
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
  /** Databases of a list whose checks did not all pass. Dimensions: Repository, Side. */
  unhealthyDatabases: "UnhealthyDatabases",
  /** Minutes since the oldest of the newest points of a list was taken. Dimensions: Repository, Side. */
  oldestRecoveryPointAgeMinutes: "OldestRecoveryPointAgeMinutes",
  /** Bytes stored by a dump, so far while it runs: read its maximum. Dimensions of this and all Dump metrics: Repository, Database. */
  dumpStoredBytes: "DumpStoredBytes",
  /** Bytes stored per second since the dump began, so far while it runs. */
  dumpBytesPerSecond: "DumpBytesPerSecond",
  /** Bytes before compression. This and the following are sent once, when the recovery point is committed. */
  dumpRawBytes: "DumpRawBytes",
  /** From the snapshot to the commit. */
  dumpSeconds: "DumpSeconds",
  /** Tables in the recovery point. */
  dumpTables: "DumpTables",
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
  /** `backup` committed a recovery point and then could not verify it: no right to read it, no pg_restore, a lost network. */
  unverified: 10,
  /** An alert, a ping or an export of metrics did not reach everybody; what could be sent was sent. */
  undelivered: 11,
  /** SIGTERM, SIGINT or SIGHUP; uploads were aborted. */
  interrupted: 143,
} as const;

const DATABASE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TIER_NAME = /^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/;
const RECOVERY_POINT_ID = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-([a-z2-7]{6})$/;

/** Whether `name` can be a database's name in the repository. */
export function isDatabaseName(name: unknown): boolean {
  // A pattern would take an absent name for the text "undefined".
  return typeof name === "string" && DATABASE_NAME.test(name);
}

/** Whether `name` can be a tier's name: 1-20 characters of a-z, 0-9 and inner hyphens. */
export function isTierName(name: string): boolean {
  return TIER_NAME.test(name);
}

/** One database of a list that lives in S3: a JSON array of these, read at each run and at each freshness check. */
export interface ListedDatabase {
  name: string;
  /** ARN of its secret in RDS's shape. Never the value. */
  secretArn: string;
  /** Names of the repository's tiers that it uses; absent: all. */
  tiers?: string[];
  /** Recovery point objective in whole minutes; absent: that of the check. */
  rpoMinutes?: number;
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
  /** Name of the tier. */
  tier: string;
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
export function manifestPrefix(tier: string, database: string): string {
  return `${PREFIXES.manifests}${tier}/${database}/`;
}

/** Key of the n-th verification record (n from 1) of a point. */
export function verificationKey(database: string, id: string, n: number): string {
  return `${PREFIXES.verifications}${database}/${datePath(requireId(id).takenAt)}/${id}-${n}.json`;
}

/** Parses the key of a manifest; undefined when it is not one (foreign files are ignored by listings and reported by verify). */
export function parseManifestKey(key: string): (PointLocation & { takenAt: Date }) | undefined {
  const m = /^manifests\/([^/]+)\/([^/]+)\/\d{4}\/\d{2}\/\d{2}\/([^/]+)\.json$/.exec(key);
  const parsed = m && parseRecoveryPointId(m[3]!);
  if (!m || !isTierName(m[1]!) || !parsed || !isDatabaseName(m[2]!)) return undefined;
  const at = { tier: m[1]!, database: m[2]!, id: parsed.id };
  return manifestKey(at) === key ? { ...at, takenAt: parsed.takenAt } : undefined;
}
