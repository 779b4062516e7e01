import type { FreshnessDatabase } from "../../../runner/freshnessContract";
import type { FreshnessCheckArgs } from "../../freshnessCheck";

/** The databases as the function reads them: by name, so that their order in the arguments changes nothing. */
export function freshnessDatabases({
  databases = [],
  rpoMinutes,
}: Pick<FreshnessCheckArgs, "databases" | "rpoMinutes">): FreshnessDatabase[] {
  return databases
    .map(({ name, rpoMinutes: own, tiers, minStoredBytes, drillIntervalDays, thresholds }) => ({
      name,
      rpoMinutes: own ?? rpoMinutes,
      ...(tiers && { tiers }),
      ...(minStoredBytes !== undefined && { minStoredBytes }),
      ...(drillIntervalDays !== undefined && { drillIntervalDays }),
      ...(thresholds && { thresholds }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
