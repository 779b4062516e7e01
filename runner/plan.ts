import type { TierPolicy } from "./contract";
import { newestByTier } from "./recoveryPoints";
import type { Repository } from "./repository/repository";
import { chooseTier } from "./retention";

/** What a planned backup is told. */
export interface BackupPlan {
  database: string;
  /** Name of the tier. */
  tier: string;
}

/**
 * Chooses the tier of the next recovery point of a database from what is committed. Lists only; four calls per tier.
 *
 * @param tiers those the database uses, each of another period
 * @param now the moment to plan for; the snapshot is taken moments later, so the real time, not the scheduled one
 */
export async function planBackup(
  repository: Repository,
  database: string,
  tiers: readonly TierPolicy[],
  now: Date,
): Promise<BackupPlan> {
  const newest = await newestByTier(repository, database, { tiers: tiers.map((policy) => policy.name), now });
  const takenAt = new Map([...newest].map(([name, point]) => [name, point.takenAt]));
  return { database, tier: chooseTier(tiers, takenAt, now).name };
}
