import { dumpPrefix, manifestKey, manifestPrefix, parseManifestKey, parseRecoveryPointId, PREFIXES } from "./contract";
import { BASELINE_POINTS } from "./freshnessJumps";
import { isComplete } from "./freshnessPoint";
import {
  type DrillFacts,
  type Flood,
  gatherDrills,
  gatherVerifications,
  type RecordTimes,
  type VerificationFacts,
} from "./freshnessRecords";
import { type ManifestMetadata, parseManifestMetadata } from "./manifest";
import { newestRecoveryPoint, type RecoveryPoint } from "./recoveryPoints";
import {
  type ListedObject,
  type ListedVersion,
  type ObjectHead,
  type Repository,
  RepositoryError,
} from "./repository/repository";

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
  flooded: Flood[];
  /** What the manifests of up to seven points before the newest complete one tell, newest first. */
  earlier: ManifestMetadata[];
  /** Of the newest complete point, and of the newest that must be verified by now. */
  verifications: VerificationFacts[];
  /** Undefined where drills are not looked for. */
  drills: DrillFacts | undefined;
}

/** What to look for. */
export interface FactsOptions {
  side: Side;
  /** Names of the tiers to look in. */
  tiers: readonly string[];
  /** Start of the recent past; anything older is found by walking folders, only if nothing recent is there. */
  since: Date;
  /** Start of the points that the newest is compared with. @default since */
  baselineSince?: Date | undefined;
  /** A point committed before this moment must be verified. */
  verificationDue: Date;
  /** When there must be a drill; undefined: drills are not looked for. */
  drills?: RecordTimes | undefined;
}

const MAX_HEADS = 5;
const MAX_POINTS = 3;
const MAX_HIDDEN_CHECKS = 3;
/** Twenty pages: a dump of 20 objects every three minutes has fewer in two days. */
const MAX_RECENT_KEYS = 20_000;

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

/** What a listing of the recent past found, cut where it would not end. */
interface Recent {
  objects: ListedObject[];
  flooded: Flood[];
}

async function recentObjects(repository: Repository, prefix: string, since: Date): Promise<Recent> {
  const startAfter = prefix + since.toISOString().slice(0, 10).replace(/-/g, "/");
  const objects: ListedObject[] = [];
  for await (const object of repository.list(prefix, { startAfter })) {
    if (objects.length >= MAX_RECENT_KEYS) return { objects, flooded: [{ prefix, keys: MAX_RECENT_KEYS }] };
    objects.push(object);
  }
  return { objects, flooded: [] };
}

interface Found<T> {
  found: T[];
  flooded: Flood[];
}

/** Points since a day, newest first: one LIST per tier, whatever the history. */
async function recentPoints(
  repository: Repository,
  database: string,
  { tiers, since, baselineSince = since }: FactsOptions,
): Promise<Found<RecoveryPoint>> {
  const perTier = await Promise.all(
    tiers.map((tier) => recentObjects(repository, manifestPrefix(tier, database), baselineSince)),
  );
  const points = perTier.flatMap(({ objects }) =>
    objects.flatMap(({ key, lastModified }) => {
      const at = parseManifestKey(key);
      return at ? [{ ...at, committedAt: lastModified }] : [];
    }),
  );
  const isBefore = (a: RecoveryPoint, b: RecoveryPoint) =>
    a.takenAt.getTime() - b.takenAt.getTime() || (a.id < b.id ? -1 : 1);
  return { found: points.sort(isBefore).reverse(), flooded: perTier.flatMap(({ flooded }) => flooded) };
}

/** Manifests that hide behind a delete marker although data of theirs is listed. */
async function findHidden(
  repository: Repository,
  database: string,
  { tiers, since }: FactsOptions,
  points: readonly RecoveryPoint[],
): Promise<Found<string>> {
  const visible = new Set(points.map((point) => point.id));
  const perTier = await Promise.all(
    tiers.map(async (tier) => {
      const prefix = `${PREFIXES.dumps}${tier}/${database}/`;
      const { objects, flooded } = await recentObjects(repository, prefix, since);
      // Of finished, failed and running dumps.
      const ids = new Set(objects.map(({ key }) => key.slice(prefix.length).split("/")[3] ?? ""));
      const missing = [...ids]
        .filter((id) => parseRecoveryPointId(id) && !visible.has(id))
        .sort()
        .reverse();
      const keys = missing.slice(0, MAX_HIDDEN_CHECKS).map((id) => manifestKey({ tier, database, id }));
      const versions = await Promise.all(keys.map((key) => repository.versionsOf(key)));
      // Data without any manifest is a dump that failed or still runs, which is no tampering.
      const found = keys.filter((_, index) => versions[index]!.some((version) => version.isDeleteMarker));
      return { found, flooded };
    }),
  );
  return { found: perTier.flatMap(({ found }) => found), flooded: perTier.flatMap(({ flooded }) => flooded) };
}

/** What the manifests of some points tell, in their order; those that a run did not write tell nothing. */
async function metadataOf(repository: Repository, points: readonly RecoveryPoint[]): Promise<ManifestMetadata[]> {
  const found = await Promise.all(
    points.map(async (point) => {
      try {
        return parseManifestMetadata((await repository.head(manifestKey(point))).metadata);
      } catch (error) {
        // Lifecycle may take an old one away between the LIST and this.
        if (error instanceof RepositoryError && error.kind === "notFound") return undefined;
        throw error;
      }
    }),
  );
  return found.filter((metadata) => metadata !== undefined);
}

/**
 * Collects what freshness is judged from, whatever the history: two LISTs per tier; per looked-at point one LIST and a few HEADs; a HEAD for
 * each of seven points before it; a LIST and a HEAD for its verification, and again for drills. Needs no right to decrypt.
 */
export async function gatherFacts(
  repository: Repository,
  database: string,
  options: FactsOptions,
): Promise<FreshnessFacts> {
  const { tiers, side } = options;
  const recent = await recentPoints(repository, database, options);
  const isFlooded = recent.flooded.length > 0;
  const older =
    recent.found.length > 0 || isFlooded ? undefined : await newestRecoveryPoint(repository, database, { tiers });
  const candidates = older ? [older] : recent.found;
  const points: PointFacts[] = [];
  for (const point of candidates.slice(0, side === "replica" ? MAX_POINTS : 1)) {
    const facts = await factsOf(repository, point);
    points.push(facts);
    if (isComplete(facts)) break;
  }
  const last = points.at(-1);
  const hasNewest = last !== undefined && (side === "primary" || isComplete(last));
  // What comes after the newest complete point was complete before it, or will never be.
  const complete = hasNewest ? candidates.slice(points.length - 1) : [];
  const [hidden, earlier, verifications, drills] = await Promise.all([
    findHidden(repository, database, options, recent.found),
    metadataOf(repository, complete.slice(1, 1 + BASELINE_POINTS)),
    gatherVerifications(repository, complete, options.verificationDue),
    options.drills && gatherDrills(repository, database, tiers, options.drills),
  ]);
  return {
    database,
    side,
    points,
    hiddenManifests: hidden.found,
    flooded: [...recent.flooded, ...hidden.flooded, ...(drills?.flooded ?? [])],
    earlier,
    verifications,
    drills,
  };
}
