import type { PointLocation } from "../contract";
import { messageOf, StageError } from "../errors";
import type { Manifest } from "../manifestFormat";
import { newestRecoveryPoint, readManifest, type RecoveryPoint } from "../recoveryPoints";
import type { Repository } from "../repository/repository";
import { tableName, tableKey } from "../tableName";

/** What became of the tables of the recovery point before. None of it makes a point unhealthy: people do drop tables. */
export interface TableChanges {
  /** Id of the newest earlier point of the same database, of any tier; null when there is none. */
  comparedWith: string | null;
  /** `schema.table` of tables that were there and are gone. */
  vanishedTables: string[];
  /** `schema.table` of tables whose rows are left out now and were not then. */
  newlyExcludedTables: string[];
  /** Why nothing could be compared: the earlier point's manifest is damaged, or could not be found. */
  comparisonProblem: string | null;
}

const NO_CHANGES = { vanishedTables: [], newlyExcludedTables: [] };

/** Compares the tables of two manifests. */
export function tableChanges(
  before: Manifest,
  now: Manifest,
): Pick<TableChanges, "vanishedTables" | "newlyExcludedTables"> {
  const present = new Set(now.tables.map(tableKey));
  const excluded = new Set(before.excludedTables);
  return {
    vanishedTables: before.tables.filter((table) => !present.has(tableKey(table))).map(tableName),
    newlyExcludedTables: now.excludedTables.filter((name) => !excluded.has(name)),
  };
}

/**
 * Compares a point with the newest earlier one. A handful of calls for each tier, however long the history.
 * @throws RepositoryError when storage does not answer
 */
export async function compareWithPrevious(
  repository: Repository,
  at: PointLocation,
  manifest: Manifest,
): Promise<TableChanges> {
  let previous: RecoveryPoint | undefined;
  try {
    previous = await newestRecoveryPoint(repository, at.database, { before: new Date(manifest.takenAt) });
    const before = previous && (await readManifest(repository, previous)).manifest;
    return {
      comparedWith: previous?.id ?? null,
      ...(before ? tableChanges(before, manifest) : NO_CHANGES),
      comparisonProblem: null,
    };
  } catch (error) {
    // That is a finding about another point; whoever verifies that one gets it.
    if (!(error instanceof StageError) || error.exit !== "unhealthy") throw error;
    return { comparedWith: previous?.id ?? null, ...NO_CHANGES, comparisonProblem: messageOf(error) };
  }
}
