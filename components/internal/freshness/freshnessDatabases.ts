import type { FreshnessDatabase } from "../../../runner/contract";
import type { FreshnessCheckArgs } from "../../freshnessCheck";

/** The databases as the function reads them: by name, so that their order in the arguments changes nothing. */
export function freshnessDatabases({
  databases = [],
  rpoMinutes,
}: Pick<FreshnessCheckArgs, "databases" | "rpoMinutes">): FreshnessDatabase[] {
  return databases
    .map(({ name, rpoMinutes: own, tiers }) => ({ name, rpoMinutes: own ?? rpoMinutes, ...(tiers && { tiers }) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
