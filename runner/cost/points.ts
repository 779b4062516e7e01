import { type TierPolicy, TIERS } from "../contract";
import { chooseTier } from "../retention";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
/** Days of a year of 8,760 hours, which is twelve of the 730-hour months that AWS's own calculator uses. */
export const YEAR_DAYS = 365;
/** A year of that length, and a month before it, so that its first periods are served as any other. */
const WARM_UP = Date.UTC(2025, 11, 1);
const YEAR_START = Date.UTC(2026, 0, 1);
const YEAR_END = YEAR_START + YEAR_DAYS * DAY_MS;
/** No period is shorter than an hour: of several runs within one, all but the first go to the lowest tier. */
const STEP_MINUTES = 60;

/**
 * Recovery points that a regular schedule stores in a year, by tier name. Each run goes where the rule that plans it puts it: a point
 * is stored once, under the highest period that has none yet.
 *
 * @param tiers of one database, each of another period, in any order
 * @param intervalMinutes time between two runs
 * @throws when `tiers` is empty
 */
export function pointsPerYear(
  tiers: readonly Pick<TierPolicy, "name" | "tier">[],
  intervalMinutes: number,
): ReadonlyMap<string, number> {
  const policies = tiers.map(({ name, tier }) => ({ name, tier, lockDays: 1, expireDays: 1 }));
  const points = new Map(policies.map(({ name }) => [name, 0]));
  const committed = new Map<string, Date>();
  const stepMinutes = Math.max(STEP_MINUTES, intervalMinutes);
  for (let at = WARM_UP; at < YEAR_END; at += stepMinutes * MINUTE_MS) {
    const now = new Date(at);
    const { name } = chooseTier(policies, committed, now);
    committed.set(name, now);
    if (at >= YEAR_START) points.set(name, points.get(name)! + 1);
  }
  const lowest = TIERS.flatMap((tier) => policies.filter((policy) => policy.tier === tier))[0]!.name;
  const withinAStep = ((YEAR_DAYS * DAY_MS) / MINUTE_MS) * (1 / intervalMinutes - 1 / stepMinutes);
  return points.set(lowest, points.get(lowest)! + withinAStep);
}
