import { ENV, isDatabaseName, METRICS, ObjectLockMode, type Tier } from "./contract";
import { type Env, EnvReader, repositoryConfig, type RepositoryConfig } from "./config";
import type { FreshnessLimits } from "./freshness";
import { type Side, SIDES } from "./freshnessFacts";

/** Minutes an object may wait for its replication. S3 replicates most objects within 15 minutes; large ones take longer. */
export const REPLICATION_GRACE_MINUTES = 60;

/** Everything a freshness check of one side needs. */
export interface FreshnessConfig {
  repository: RepositoryConfig;
  /** Name of the repository, a metric dimension. */
  repositoryName: string;
  side: Side;
  databases: string[];
  tiers: Tier[] | undefined;
  limits: FreshnessLimits;
  metricNamespace: string;
}

/** Reads the limits; RPO default 26 hours, run time-out default 12 hours. */
export function freshnessLimits(reader: EnvReader): FreshnessLimits {
  const mode = reader.optional(ENV.lockMode);
  return {
    rpoMinutes: reader.integer(ENV.rpoMinutes, { min: 1, max: 527_040, default: 1_560 }),
    timeoutMinutes: reader.integer(ENV.timeoutMinutes, { min: 1, max: 44_640, default: 720 }),
    replicationGraceMinutes: REPLICATION_GRACE_MINUTES,
    lockMode: mode === undefined ? undefined : reader.oneOf(ENV.lockMode, Object.values(ObjectLockMode), undefined),
  };
}

/**
 * Reads the configuration of a freshness check.
 * @throws StageError `usage` with every missing or bad variable
 */
export function freshnessConfig(env: Env): FreshnessConfig {
  const reader = new EnvReader(env);
  const names = reader.required(ENV.databases, "the databases to judge, separated by commas");
  const databases = names.split(",").map((name) => name.trim());
  for (const name of names === "" ? [] : databases) {
    if (!isDatabaseName(name)) {
      reader.problems.push(
        `${ENV.databases} has "${name}"; a name is 1 to 63 characters of a-z, 0-9 and inner hyphens`,
      );
    }
  }
  const config: FreshnessConfig = {
    repository: repositoryConfig(reader),
    repositoryName: reader.required(ENV.repository, "the repository's name, a metric dimension"),
    side: reader.oneOf<Side>(ENV.side, SIDES, undefined),
    databases,
    tiers: reader.optional(ENV.tiers) ? reader.tierPolicies(ENV.tiers).map((policy) => policy.tier) : undefined,
    limits: freshnessLimits(reader),
    metricNamespace: reader.optional(ENV.metricNamespace) ?? METRICS.namespace,
  };
  reader.finish("freshness");
  return config;
}

/** Start of the recent past that a check lists: at least two days, so that one missed daily run still shows its last point. */
export function recentSince(limits: FreshnessLimits, now: Date): Date {
  return new Date(now.getTime() - Math.max(2 * limits.rpoMinutes, 2 * 1440) * 60_000);
}
