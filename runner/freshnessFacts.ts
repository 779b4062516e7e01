import { dumpPrefix, manifestKey, parseRecoveryPointId, PREFIXES } from "./contract";
import { isComplete } from "./freshness";
import { parseManifestMetadata } from "./manifest";
import { listRecoveryPoints, newestRecoveryPoint, type RecoveryPoint } from "./recoveryPoints";
import type { ListedObject, ListedVersion, ObjectHead, Repository } from "./repository/repository";

/** A bucket's place in the repository. */
export type Side = "primary" | "replica";
export const SIDES: readonly Side[] = ["primary", "replica"];

/** What was found of one recovery point, without reading a byte of any object. */
export interface PointFacts {
  point: RecoveryPoint;
  /** Every version and delete marker of the manifest's key, oldest first. */
  manifestVersions: ListedVersion[];
  /** HEAD of the manifest's oldest version. */
  manifest: ObjectHead;
  /** Data objects below the point's prefix; at most one more than the manifest counts. */
  listed: ListedObject[];
  /** HEADs of the first few of them. */
  heads: ObjectHead[];
}

/** What was found of one database on one side. */
export interface FreshnessFacts {
  database: string;
  side: Side;
  /** Newest first. One point, or on a replica as many as it takes to find a complete one, within bounds. */
  points: PointFacts[];
  /** Keys of recent manifests that hide behind a delete marker although their data is listed. */
  hiddenManifests: string[];
}

/** What to look for. */
export interface FactsOptions {
  side: Side;
  /** Names of the tiers to look in. */
  tiers: readonly string[];
  /** Start of the recent past; anything older is found by walking folders, only if nothing recent is there. */
  since: Date;
}

const MAX_HEADS = 5;
const MAX_POINTS = 3;
const MAX_HIDDEN_CHECKS = 3;

async function factsOf(repository: Repository, point: RecoveryPoint): Promise<PointFacts> {
  const key = manifestKey(point);
  const manifestVersions = await repository.versionsOf(key);
  const first = manifestVersions.find((version) => !version.isDeleteMarker);
  const manifest = await repository.head(key, first?.versionId);
  const expected = parseManifestMetadata(manifest.metadata)?.objects ?? MAX_HEADS;
  const listed: ListedObject[] = [];
  for await (const object of repository.list(dumpPrefix(point))) {
    listed.push(object);
    // One too many is enough to know; a flood of foreign keys must not make the check run for ever.
    if (listed.length > expected) break;
  }
  const heads = await Promise.all(listed.slice(0, MAX_HEADS).map((object) => repository.head(object.key)));
  return { point, manifestVersions, manifest, listed, heads };
}

/** Ids below `dumps/` since a day: of finished, failed and running dumps, newest first. */
async function recentDumps(repository: Repository, database: string, tier: string, since: Date): Promise<string[]> {
  const prefix = `${PREFIXES.dumps}${tier}/${database}/`;
  const startAfter = prefix + since.toISOString().slice(0, 10).replace(/-/g, "/");
  const ids = new Set<string>();
  for await (const { key } of repository.list(prefix, { startAfter })) {
    const id = key.slice(prefix.length).split("/")[3] ?? "";
    if (parseRecoveryPointId(id)) ids.add(id);
  }
  return [...ids].sort().reverse();
}

async function findHidden(
  repository: Repository,
  database: string,
  tiers: readonly string[],
  points: readonly RecoveryPoint[],
  since: Date,
): Promise<string[]> {
  const visible = new Set(points.map((point) => point.id));
  const perTier = await Promise.all(
    tiers.map(async (tier) => {
      const ids = await recentDumps(repository, database, tier, since);
      const missing = ids.filter((id) => !visible.has(id)).slice(0, MAX_HIDDEN_CHECKS);
      const keys = missing.map((id) => manifestKey({ tier, database, id }));
      const versions = await Promise.all(keys.map((key) => repository.versionsOf(key)));
      // Data without any manifest is a dump that failed or still runs, which is no tampering.
      return keys.filter((_, index) => versions[index]!.some((version) => version.isDeleteMarker));
    }),
  );
  return perTier.flat();
}

/**
 * Collects what freshness is judged from: two LISTs per tier, then per looked-at point one LIST and a few HEADs, whatever
 * the history. Needs no right to decrypt.
 */
export async function gatherFacts(
  repository: Repository,
  database: string,
  options: FactsOptions,
): Promise<FreshnessFacts> {
  const { tiers } = options;
  const recent = await listRecoveryPoints(repository, database, { tiers, sinceDay: options.since });
  const older = recent.length > 0 ? undefined : await newestRecoveryPoint(repository, database, { tiers });
  const points: PointFacts[] = [];
  for (const point of older ? [older] : recent.slice(0, options.side === "replica" ? MAX_POINTS : 1)) {
    const facts = await factsOf(repository, point);
    points.push(facts);
    if (isComplete(facts)) break;
  }
  const hiddenManifests = await findHidden(repository, database, tiers, recent, options.since);
  return { database, side: options.side, points, hiddenManifests };
}
