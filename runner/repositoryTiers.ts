import { isDatabaseName, isTierName, PREFIXES } from "./contract";
import { StageError } from "./errors";
import type { Repository } from "./repository/repository";

/** Five times what a repository can have at once, for those it once had. */
const MAX_TIERS = 100;

/**
 * Names of the tiers that hold a manifest, sorted: what a reader without any configuration looks through. One call. Also those
 * whose manifests all hide behind delete markers, so that their points are still found by id.
 *
 * @throws StageError `unhealthy` when there are more than a repository can have had
 */
export async function tiersIn(repository: Repository): Promise<string[]> {
  const folders = await repository.listFolders(PREFIXES.manifests, { withHidden: true });
  const names = folders.map((folder) => folder.slice(PREFIXES.manifests.length, -1)).filter(isTierName);
  if (names.length <= MAX_TIERS) return names.sort();
  throw new StageError(
    "tiers",
    "unhealthy",
    `${PREFIXES.manifests}: ${names.length} tiers, at most ${MAX_TIERS} are looked through; foreign keys fill the repository`,
  );
}

/** Every database with a manifest in the repository, sorted. */
export async function databasesIn(repository: Repository): Promise<string[]> {
  const tiers = await tiersIn(repository);
  const perTier = await Promise.all(tiers.map((tier) => repository.listFolders(`${PREFIXES.manifests}${tier}/`)));
  const names = perTier.flat().map((folder) => folder.split("/")[2]!);
  return [...new Set(names.filter(isDatabaseName))].sort();
}
