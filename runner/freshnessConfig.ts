import { type Env, EnvReader, repositoryConfig, type RepositoryConfig } from "./config";
import { ENV, METRICS, ObjectLockMode } from "./contract";
import { type ListLocation, parseFreshnessDatabases, parseListLocation } from "./databaseList";
import type { FreshnessLimits } from "./freshness";
import { FRESHNESS_DATABASES_FILE, FRESHNESS_ENV, type FreshnessDatabase } from "./freshnessContract";
import { type Side, SIDES } from "./freshnessFacts";

/** Minutes an object may wait for its replication. S3 replicates most objects within 15 minutes; large ones take longer. */
export const REPLICATION_GRACE_MINUTES = 60;

/** What all databases of one check are held against; each has an RPO of its own. */
export interface SideLimits extends Omit<FreshnessLimits, "rpoMinutes" | "minStoredBytes" | "thresholds"> {
  /** Days between two runs of the doctor; one and a half of them may pass. @default its records are not judged */
  doctorIntervalDays?: number | undefined;
}

/** Everything a freshness check of one side needs. */
export interface FreshnessConfig {
  repository: RepositoryConfig;
  /** Name of the repository, a metric dimension. */
  repositoryName: string;
  side: Side;
  /** The databases to judge, or where the list of them is. */
  databases: readonly FreshnessDatabase[] | ListLocation;
  /** RPO of a listed database that has none of its own. */
  rpoMinutes: number;
  /** Names of the repository's tiers; undefined: those that the repository holds. */
  tiers: string[] | undefined;
  limits: SideLimits;
  metricNamespace: string;
  /** Publishes the metrics too that not everybody wants to be billed for. */
  hasDetailedMetrics: boolean;
}

/** Reads the RPO; default 26 hours. */
export function rpoMinutesOf(reader: EnvReader): number {
  return reader.integer(ENV.rpoMinutes, { min: 1, max: 527_040, default: 1_560 });
}

/** A record may be missed after a year and a half. */
const INTERVAL_DAYS = { min: 1, max: 366 };

/** Reads the limits; run time-out default 12 hours. */
export function sideLimits(reader: EnvReader): SideLimits {
  const mode = reader.optional(ENV.lockMode);
  return {
    timeoutMinutes: reader.integer(ENV.timeoutMinutes, { min: 1, max: 44_640, default: 720 }),
    replicationGraceMinutes: REPLICATION_GRACE_MINUTES,
    verificationGraceMinutes: reader.optionalInteger(FRESHNESS_ENV.verificationGraceMinutes, { min: 1, max: 44_640 }),
    drillIntervalDays: reader.optionalInteger(FRESHNESS_ENV.drillIntervalDays, INTERVAL_DAYS),
    doctorIntervalDays: reader.optionalInteger(FRESHNESS_ENV.doctorIntervalDays, INTERVAL_DAYS),
    lockMode: mode === undefined ? undefined : reader.oneOf(ENV.lockMode, Object.values(ObjectLockMode), undefined),
  };
}

function targets(
  reader: EnvReader,
  databasesJson: string | undefined,
  tiers: string[] | undefined,
): readonly FreshnessDatabase[] | ListLocation {
  const address = reader.optional(ENV.databaseList);
  if (address !== undefined) {
    const location = parseListLocation(address);
    if (!location) reader.problems.push(`${ENV.databaseList} must be like s3://bucket/key, got "${address}"`);
    return location ?? [];
  }
  if (databasesJson === undefined) {
    reader.problems.push(
      `${FRESHNESS_DATABASES_FILE} is not beside the function's code; put the databases to judge there, or set ${ENV.databaseList}`,
    );
    return [];
  }
  const { entries, problems } = parseFreshnessDatabases(databasesJson, tiers);
  reader.problems.push(...problems.map((problem) => `${FRESHNESS_DATABASES_FILE}${problem}`));
  return entries;
}

/**
 * Reads the configuration of a freshness check.
 *
 * @param databasesJson text of the file beside the bundle; undefined when there is none. A list in S3 goes before it
 * @throws StageError `usage` with every missing or bad variable and entry
 */
export function freshnessConfig(env: Env, databasesJson: string | undefined): FreshnessConfig {
  const reader = new EnvReader(env);
  const policies = reader.optional(ENV.tiers) === undefined ? [] : reader.tierPolicies(ENV.tiers);
  const tiers = policies.length > 0 ? policies.map((policy) => policy.name) : undefined;
  const config: FreshnessConfig = {
    repository: repositoryConfig(reader),
    repositoryName: reader.required(ENV.repository, "the repository's name, a metric dimension"),
    side: reader.oneOf<Side>(ENV.side, SIDES, undefined),
    databases: targets(reader, databasesJson, tiers),
    rpoMinutes: rpoMinutesOf(reader),
    tiers,
    limits: sideLimits(reader),
    metricNamespace: reader.optional(ENV.metricNamespace) ?? METRICS.namespace,
    hasDetailedMetrics: reader.flag(FRESHNESS_ENV.detailedMetrics),
  };
  reader.finish("freshness");
  return config;
}

/** Start of the recent past that a check lists: at least two days, so that one missed daily run still shows its last point. */
export function recentSince(rpoMinutes: number, now: Date): Date {
  return new Date(now.getTime() - Math.max(2 * rpoMinutes, 2 * 1440) * 60_000);
}

/** Start of the points that the newest is compared with: backups that keep their RPO leave seven of them since. */
export function baselineSince(rpoMinutes: number, now: Date): Date {
  return new Date(Math.min(now.getTime() - 8 * rpoMinutes * 60_000, recentSince(rpoMinutes, now).getTime()));
}
