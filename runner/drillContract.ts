/**
 * What a restore drill is told and what it leaves behind: settings, the record below `drills/`, metrics. Shared by what is provisioned
 * (components/), what runs drills, and what judges or reports them. No I/O, no clock.
 */
import { isDatabaseName, parseRecoveryPointId, PREFIXES, recoveryPointId } from "./contract";

/** Environment variables of a drill, beside those of `ENV` that say where the replica is. */
export const DRILL_ENV = {
  /** Recovery time objective in whole minutes: a drill that takes longer has failed. Default: none. */
  rtoMinutes: "BACKUP321_RTO_MINUTES",
  /** JSON array of DrillAssertion. */
  assertions: "BACKUP321_DRILL_ASSERTIONS",
  /** `true`: restore into a newer major version of PostgreSQL as well; without a server of one the check fails. */
  rehearseNextMajor: "BACKUP321_DRILL_REHEARSE_NEXT_MAJOR",
  /** Port of the server of a newer major version beside the task; its host, role and password are those of the other. */
  nextMajorPort: "BACKUP321_DRILL_NEXT_MAJOR_PORT",
  /** Text of an age identity file, as a secret puts it into a task's environment. Never set where backups run. */
  ageIdentity: "BACKUP321_AGE_IDENTITY",
  /** Bucket and region that the record goes to; default: those of the primary. */
  recordBucket: "BACKUP321_DRILL_RECORD_BUCKET",
  recordRegion: "BACKUP321_DRILL_RECORD_REGION",
} as const;

/** Metrics of drills. Public API: dashboards and alarms of users depend on them; never rename. */
export const DRILL_METRICS = {
  /** Minutes since the last drill that passed began. Dimensions of this and the next two: Repository, Database. */
  drillAgeMinutes: "DrillAgeMinutes",
  /** Seconds from the start of the restore until queries could be answered; sent by each drill. */
  drillRestoreSeconds: "DrillRestoreSeconds",
  /** 1 when the drill passed, else 0; sent by each drill. */
  drillPassed: "DrillPassed",
} as const;

/** One question to the restored database. It passes when the first column of its first row is true, or a number other than 0. */
export interface DrillAssertion {
  /** Shown in records, 1-100 characters. */
  name: string;
  /** One SELECT. */
  sql: string;
}

/** One check of a drill and what came of it. */
export interface DrillCheck {
  /** `restore`, `rowCounts`, `schemaFingerprint`, `assertion: <name>`, `recoveryTime`, `nextMajor`; `cleanUp` where it failed. */
  name: string;
  passed: boolean;
  /** One sentence: what was compared, or what is wrong. */
  detail: string;
}

/** Evidence of one drill: JSON under `drills/`, written once. */
export interface DrillRecord {
  formatVersion: 1;
  drillId: string;
  database: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  finishedAt: string;
  verdict: "passed" | "failed";
  /** Null when no recovery point could be found or read. */
  recoveryPoint: {
    id: string;
    tier: string;
    takenAt: string;
    manifestVersionId: string;
    schemaFingerprint: string;
    storedBytes: number;
    rawBytes: number;
    tables: number;
    /** SHA-256 of each stored object, by its key. */
    storedSha256: Record<string, string>;
  } | null;
  /** Where it was read from. */
  source: { side: "primary" | "replica"; bucket: string; region: string };
  /** The principal that ran it, as the caller's identity or the task's ARN; null when nobody could say. */
  ranBy: string | null;
  versions: { tool: string; server: string | null; client: string | null; sourceServer: string | null };
  /** Rows counted in the restored database; null when it did not come so far. */
  rows: number | null;
  seconds: { preflight: number; restore: number; checks: number; total: number };
  /** Objective in seconds; null when none is set. Held against preflight + restore. */
  rtoSeconds: number | null;
  /** `notProven` never passes: a drill that could not decrypt has shown nothing. */
  decryption: "notEncrypted" | "proven" | "notProven";
  checks: DrillCheck[];
  /** What a restore leaves out and names. */
  leftOut: string[];
}

/** User metadata of a record: what a HEAD tells without any right to decrypt. Lower-case keys, as S3 keeps them. */
export interface DrillRecordMetadata {
  verdict: "passed" | "failed";
  recoverypoint: string;
  startedat: string;
  finishedat: string;
  restoreseconds: string;
}

/** Id of a drill: the form of a recovery point's, its time is when the drill began. */
export const drillId = recoveryPointId;

/** `drills/<database>/`, the prefix of all records of one database. */
export function drillPrefix(database: string): string {
  return `${PREFIXES.drills}${database}/`;
}

/** Key of the record of one drill. */
export function drillKey(database: string, id: string): string {
  const parsed = parseRecoveryPointId(id);
  if (!parsed) throw new Error(`contract: "${id}" is no drill id (expected like 20261120T020000Z-k3q7ab)`);
  return `${drillPrefix(database)}${parsed.takenAt.toISOString().slice(0, 10).replace(/-/g, "/")}/${id}.json`;
}

/** Parses the key of a record; undefined when it is none. */
export function parseDrillKey(key: string): { database: string; id: string; startedAt: Date } | undefined {
  const match = /^drills\/([^/]+)\/\d{4}\/\d{2}\/\d{2}\/([^/]+)\.json$/.exec(key);
  const parsed = match && parseRecoveryPointId(match[2]!);
  if (!match || !parsed || !isDatabaseName(match[1]) || drillKey(match[1]!, parsed.id) !== key) return undefined;
  return { database: match[1]!, id: parsed.id, startedAt: parsed.takenAt };
}
