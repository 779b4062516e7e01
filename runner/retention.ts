import { Tier, TIERS, type TierPolicy } from "./contract";

const DAY_MS = 86_400_000;

/**
 * Name of the UTC period of a tier that holds a moment: two moments are in the same period exactly when the names agree.
 * Hour, day, ISO 8601 week (from Monday), calendar month, calendar year.
 */
export function periodOf(tier: Tier, at: Date): string {
  const iso = at.toISOString();
  switch (tier) {
    case Tier.Hourly:
      return iso.slice(0, 13);
    case Tier.Daily:
      return iso.slice(0, 10);
    case Tier.Weekly: {
      // The Monday names the week; ISO week numbers would only add a special case around New Year.
      const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
      const sinceMonday = (at.getUTCDay() + 6) % 7;
      return `week of ${new Date(midnight - sinceMonday * DAY_MS).toISOString().slice(0, 10)}`;
    }
    case Tier.Monthly:
      return iso.slice(0, 7);
    case Tier.Yearly:
      return iso.slice(0, 4);
  }
}

/** What a database's choice among the repository's tiers comes to. It is sound when everything but `tiers` is empty. */
export interface TierChoice<T> {
  /** Those chosen, in the repository's order. */
  tiers: T[];
  /** Names that the repository does not have. */
  unknown: string[];
  /** Names that are given more than once. */
  repeated: string[];
  /** Periods of which several tiers are chosen; a database uses one of each, since a point is stored once per period. */
  crowded: { period: Tier; names: string[] }[];
}

/** @param names theirs; undefined for all */
export function tierChoice<T extends Pick<TierPolicy, "name" | "tier">>(
  all: readonly T[],
  names: readonly string[] | undefined,
): TierChoice<T> {
  const tiers = all.filter((policy) => names?.includes(policy.name) ?? true);
  const given = [...new Set(names)];
  return {
    tiers,
    unknown: given.filter((name) => !all.some((policy) => policy.name === name)),
    repeated: given.filter((name) => names!.indexOf(name) !== names!.lastIndexOf(name)),
    crowded: TIERS.map((period) => ({
      period,
      names: tiers.filter((policy) => policy.tier === period).map((policy) => policy.name),
    })).filter((shared) => shared.names.length > 1),
  };
}

/**
 * The tier that the next recovery point is stored under: the one of the highest period that has no committed point yet.
 * A point of a higher period counts for every lower one, so a failed weekly run promotes the next daily one.
 *
 * @param tiers those the database uses, each of another period, in any order
 * @param committedByTier when the newest committed point of each tier was taken, by the tier's name; a tier without points is
 *   absent, and tiers that the database does not use do not count: their points have another life
 * @param now the moment to plan for
 * @returns one of `tiers`; the lowest when every period is served already, because a dump that was asked for is never skipped
 * @throws when `tiers` is empty
 */
export function chooseTier(
  tiers: readonly TierPolicy[],
  committedByTier: ReadonlyMap<string, Date>,
  now: Date,
): TierPolicy {
  const rank = (policy: TierPolicy): number => TIERS.indexOf(policy.tier);
  const used = [...tiers].sort((a, b) => rank(a) - rank(b));
  if (used.length === 0) throw new Error("retention: no tier to choose from; give at least one");
  const isServed = (policy: TierPolicy, index: number): boolean =>
    used.slice(index).some((higher) => {
      const takenAt = committedByTier.get(higher.name);
      return takenAt !== undefined && periodOf(policy.tier, takenAt) === periodOf(policy.tier, now);
    });
  return used.findLast((policy, index) => !isServed(policy, index)) ?? used[0]!;
}

/**
 * When the lock of an object ends: `lockDays` whole days after its upload is created, to the second, because not every
 * storage keeps fractions of one and a lock that reads back shorter than it was asked for is reported.
 */
export function retainUntil(policy: Pick<TierPolicy, "lockDays">, from: Date): Date {
  return new Date(Math.floor(from.getTime() / 1000) * 1000 + policy.lockDays * DAY_MS);
}
