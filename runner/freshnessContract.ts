/**
 * What a freshness check is told and what it publishes: settings, thresholds, metrics. Shared by what is provisioned (components/),
 * the check and the command line. Imports the contract alone; no I/O, no clock.
 */
import { parseRecoveryPointId, PREFIXES } from "./contract";

/** How far a recovery point may be from the median of the up to seven before it. Fewer than three are no median: nothing is judged. */
export interface FreshnessThresholds {
  /**
   * Least stored bytes, in percent of the median. 0: not judged.
   * @default 50
   */
  minStoredPercent: number;
  /**
   * Least estimated rows, in percent of the median. 0: not judged.
   * @default 50
   */
  minRowsPercent: number;
  /**
   * Least tables, in percent of the median. 0: not judged.
   * @default 80
   */
  minTablesPercent: number;
  /**
   * How far the ratio of stored to raw bytes may come from the median towards 1, in percent of that way: at 50, a median of 0.2 may
   * become 0.6. Encrypted rows do not compress. 100: not judged.
   * @default 50
   */
  maxIncompressiblePercent: number;
  /**
   * How many more tables than the median may be left out.
   * @default 0
   */
  maxMoreExcludedTables: number;
}

/** The thresholds of a database that has none of its own. */
export const FRESHNESS_THRESHOLDS: Readonly<FreshnessThresholds> = {
  minStoredPercent: 50,
  minRowsPercent: 50,
  minTablesPercent: 80,
  maxIncompressiblePercent: 50,
  maxMoreExcludedTables: 0,
};

/** What one database may be held against besides its RPO. */
export interface FreshnessSettings {
  /** Least bytes that its newest point may have stored. @default 0: only a point that holds nothing is too small */
  minStoredBytes?: number | undefined;
  /** Days between two restore drills; one and a half of them may pass. @default the check's; none there: drills are not judged */
  drillIntervalDays?: number | undefined;
  /** @default FRESHNESS_THRESHOLDS, each by itself */
  thresholds?: Partial<FreshnessThresholds> | undefined;
}

/** A database as a freshness check is told about it, one entry of the file beside its bundle. */
export interface FreshnessDatabase extends FreshnessSettings {
  name: string;
  /** Recovery point objective in whole minutes. */
  rpoMinutes: number;
  /** Names of the tiers that it uses; absent: all of the repository's. */
  tiers?: string[];
}

/** File beside the freshness bundle: a JSON array of FreshnessDatabase. A function's environment would end at 4 KB. */
export const FRESHNESS_DATABASES_FILE = "databases.json";

/** Environment variables of a freshness check, beside those of `ENV`. */
export const FRESHNESS_ENV = {
  /** Days between two drills of a database that says nothing of its own; default: drills are not judged. */
  drillIntervalDays: "BACKUP321_DRILL_INTERVAL_DAYS",
  /** Days between two runs of the doctor; default: its records are not judged. */
  doctorIntervalDays: "BACKUP321_DOCTOR_INTERVAL_DAYS",
  /** Whole minutes from the commit of a recovery point until its verification must be there; default: the run's time-out. */
  verificationGraceMinutes: "BACKUP321_VERIFICATION_GRACE_MINUTES",
  /** `true`: publishes StoredBytes and VerificationAgeMinutes of each database too, each billed by the month. */
  detailedMetrics: "BACKUP321_DETAILED_METRICS",
} as const;

/** Metrics of freshness besides those of `METRICS` and `DrillAgeMinutes`. Public API: never rename. */
export const FRESHNESS_METRICS = {
  /** Stored bytes of the newest complete recovery point. Only where asked for. Dimensions: Repository, Database, Side. */
  storedBytes: "StoredBytes",
  /** Minutes since the newest point's verification ended. Only where asked for. Same dimensions. */
  verificationAgeMinutes: "VerificationAgeMinutes",
  /** Of a list: the greatest age of a last passed drill. Only where drills are judged. Dimensions: Repository, Side. */
  oldestDrillAgeMinutes: "OldestDrillAgeMinutes",
  /** 1 when the doctor's last run found nothing and is not too old, else 0. Only where it is judged. Dimensions: Repository, Side. */
  doctorHealthy: "DoctorHealthy",
  /** Minutes since the doctor's last run ended. Same dimensions. */
  doctorAgeMinutes: "DoctorAgeMinutes",
} as const;

/** Where the doctor's records are: no database can be named like this. */
export const DOCTOR_PREFIX = `${PREFIXES.drills}_doctor/`;

/** Parses the key of a doctor's record, `drills/_doctor/<yyyy>/<mm>/<dd>/<id>.json`; undefined when it is none. */
export function parseDoctorKey(key: string): { id: string; startedAt: Date } | undefined {
  const match =
    key.startsWith(DOCTOR_PREFIX) && /^(\d{4}\/\d{2}\/\d{2})\/([^/]+)\.json$/.exec(key.slice(DOCTOR_PREFIX.length));
  const parsed = match ? parseRecoveryPointId(match[2]!) : undefined;
  if (!match || !parsed) return undefined;
  const isOfItsDay = parsed.takenAt.toISOString().slice(0, 10).replace(/-/g, "/") === match[1];
  return isOfItsDay ? { id: parsed.id, startedAt: parsed.takenAt } : undefined;
}
