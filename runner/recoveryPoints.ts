import {
  dumpPrefix,
  isDatabaseName,
  manifestKey,
  manifestPrefix,
  parseManifestKey,
  parseRecoveryPointId,
  type PointLocation,
} from "./contract";
import type { Manifest } from "./manifestFormat";
import { newestDated } from "./datedFolders";
import { StageError } from "./errors";
import { decodeManifest } from "./manifest";
import { readText } from "./repository/readText";
import type { Repository } from "./repository/repository";
import { tiersIn } from "./repositoryTiers";

/** A committed recovery point as a listing shows it: its manifest is there; nothing below it was read yet. */
export interface RecoveryPoint extends PointLocation {
  takenAt: Date;
  /** When storage stored the manifest. */
  committedAt: Date;
}

/** Options of a listing. */
export interface PointListOptions {
  /** Names of tiers. Default: all that the repository holds, for one call more; also those no longer in use. */
  tiers?: readonly string[] | undefined;
  /** Default true. */
  newestFirst?: boolean;
  /** Only points taken on this UTC day or later: one LIST per tier, whatever the history. */
  sinceDay?: Date;
}

/** A manifest, and what its key's history says about it. */
export interface ReadManifest {
  manifest: Manifest;
  /** The version that was read: the oldest. */
  versionId: string;
  /** One sentence for each later version or delete marker of the manifest's key; empty for an untouched point. */
  tampering: string[];
}

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

const day = (at: Date): string => at.toISOString().slice(0, 10).replace(/-/g, "/");

function byTime(a: RecoveryPoint, b: RecoveryPoint): number {
  return a.takenAt.getTime() - b.takenAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function requireDatabase(database: string): void {
  if (isDatabaseName(database)) return;
  throw new StageError(
    "recovery points",
    "usage",
    `database "${database}" is no name in a repository; use 1-63 characters of a-z, 0-9 and inner hyphens`,
  );
}

async function pointsBelow(repository: Repository, prefix: string, startAfter?: string): Promise<RecoveryPoint[]> {
  const points: RecoveryPoint[] = [];
  for await (const object of repository.list(prefix, startAfter === undefined ? {} : { startAfter })) {
    const at = parseManifestKey(object.key);
    if (at) points.push({ ...at, committedAt: object.lastModified });
  }
  return points;
}

/**
 * Every committed recovery point of a database whose manifest is the current object of its key, by the time it was taken.
 * Points whose manifest hides behind a delete marker are found by id only.
 */
export async function listRecoveryPoints(
  repository: Repository,
  database: string,
  options: PointListOptions = {},
): Promise<RecoveryPoint[]> {
  requireDatabase(database);
  const tiers = options.tiers ?? (await tiersIn(repository));
  const perTier = await Promise.all(
    tiers.map((tier) => {
      const prefix = manifestPrefix(tier, database);
      return pointsBelow(repository, prefix, options.sinceDay && prefix + day(options.sinceDay));
    }),
  );
  const points = perTier.flat().sort(byTime);
  return (options.newestFirst ?? true) ? points.reverse() : points;
}

/** How far a runner's clock may be ahead. Beyond, a point from the future is forged, or the clock is of no use. */
const FUTURE_TOLERANCE_MS = 86_400_000;

/** Options of a search for the newest point. */
export interface NewestOptions {
  /** Names of tiers. Default: all that the repository holds, for one call more. */
  tiers?: readonly string[] | undefined;
  /** Passes over points taken more than a day after this moment; whoever may add points could hide all others with one. */
  now?: Date | undefined;
  /** Only points taken before this moment, to the second. */
  before?: Date | undefined;
}

/** Newest point of one tier, by walking year, month and day folders from the newest: four calls however long the history. */
async function newestOfTier(
  repository: Repository,
  database: string,
  tier: string,
  { now, before }: NewestOptions,
): Promise<RecoveryPoint | undefined> {
  const days = [...(now ? [day(new Date(now.getTime() + FUTURE_TOLERANCE_MS))] : []), ...(before ? [day(before)] : [])];
  // Ids tell time to the second.
  const until = before === undefined ? Infinity : Math.floor(before.getTime() / 1000) * 1000;
  return newestDated(repository, {
    root: manifestPrefix(tier, database),
    lastDay: days.sort()[0],
    newestOfDay: async (folder) => {
      const points = (await pointsBelow(repository, folder)).filter((point) => point.takenAt.getTime() < until);
      return points.sort(byTime).at(-1);
    },
    what: "recovery point",
  });
}

/** Newest committed point of each tier, by its name; a tier without points is absent. Four calls per tier. */
export async function newestByTier(
  repository: Repository,
  database: string,
  options: NewestOptions = {},
): Promise<Map<string, RecoveryPoint>> {
  requireDatabase(database);
  const tiers = options.tiers ?? (await tiersIn(repository));
  const found = await Promise.all(tiers.map((tier) => newestOfTier(repository, database, tier, options)));
  return new Map(found.flatMap((point) => (point ? [[point.tier, point]] : [])));
}

/** Newest committed point over all given tiers; undefined when there is none. */
export async function newestRecoveryPoint(
  repository: Repository,
  database: string,
  options: NewestOptions = {},
): Promise<RecoveryPoint | undefined> {
  return [...(await newestByTier(repository, database, options)).values()].sort(byTime).at(-1);
}

/** Newest point taken at or before a moment; undefined when there is none. */
export async function recoveryPointAsOf(
  repository: Repository,
  database: string,
  asOf: Date,
): Promise<RecoveryPoint | undefined> {
  const points = await listRecoveryPoints(repository, database);
  return points.find((point) => point.takenAt.getTime() <= asOf.getTime());
}

/**
 * A point by its id, in whatever tier it is; also one whose manifest hides behind a delete marker or a later version.
 *
 * @throws StageError `usage` when the id is none, or no manifest of that id exists
 */
export async function findRecoveryPoint(repository: Repository, database: string, id: string): Promise<RecoveryPoint> {
  requireDatabase(database);
  const parsed = parseRecoveryPointId(id);
  if (!parsed) {
    throw new StageError(
      "recovery points",
      "usage",
      `"${id}" is no recovery point id; expected like 20261120T020000Z-k3q7ab`,
    );
  }
  const found = await Promise.all(
    (await tiersIn(repository)).map(async (tier): Promise<RecoveryPoint[]> => {
      const versions = await repository.versionsOf(manifestKey({ tier, database, id }));
      const first = versions.find((version) => !version.isDeleteMarker);
      return first ? [{ tier, database, id, takenAt: parsed.takenAt, committedAt: first.lastModified }] : [];
    }),
  );
  const points = found.flat();
  if (points.length > 1) {
    const tiers = points.map((point) => point.tier).join(", ");
    throw new StageError(
      "recovery points",
      "unhealthy",
      `${id} has a manifest in more than one tier (${tiers}); ids are never reused: look who wrote them`,
    );
  }
  if (points[0]) return points[0];
  throw new StageError(
    "recovery points",
    "usage",
    `no recovery point ${id} of database "${database}" in bucket "${repository.bucket}" (${repository.region}); backup321 list shows what is there`,
  );
}

/**
 * Reads the true manifest of a point: the oldest version of its key. Whatever came later is reported, not used.
 *
 * @throws StageError `unhealthy` when there is none, it can't be decoded, or it speaks of another point than its key or of
 *   data outside of the point's prefix
 */
export async function readManifest(repository: Repository, at: PointLocation): Promise<ReadManifest> {
  const key = manifestKey(at);
  const versions = await repository.versionsOf(key);
  const first = versions.find((version) => !version.isDeleteMarker);
  if (!first) {
    throw new StageError(
      "manifest",
      "unhealthy",
      `${key}: there is no version to read; the recovery point does not exist`,
    );
  }
  const text = await readText(repository, "manifest", key, MAX_MANIFEST_BYTES, first.versionId);
  const manifest = decodeManifest(text, key);
  const saysOf = `${manifest.tier}/${manifest.database}/${manifest.recoveryPointId}`;
  const isOf = `${at.tier}/${at.database}/${at.id}`;
  if (saysOf !== isOf) {
    throw new StageError("manifest", "unhealthy", `${key}: its content speaks of ${saysOf}; no run writes that`);
  }
  const foreign = manifest.objects
    .filter((object) => !object.key.startsWith(dumpPrefix(at)))
    .map((object) => object.key);
  if (foreign.length > 0) {
    throw new StageError(
      "manifest",
      "unhealthy",
      `${key}: it names data that is not its own: ${foreign.join(", ")}; no run writes that`,
    );
  }
  return { manifest, versionId: first.versionId, tampering: tamperingOf(key, versions) };
}

/** One sentence for each version or delete marker of a write-once key beyond the oldest version. */
export function tamperingOf(
  key: string,
  versions: readonly { versionId: string; isDeleteMarker: boolean; lastModified: Date }[],
): string[] {
  const first = versions.findIndex((version) => !version.isDeleteMarker);
  return versions
    .filter((_, index) => index !== first)
    .map((version) => {
      const what = version.isDeleteMarker ? "delete marker" : "second version";
      return `${what} ${version.versionId} on ${key}, written ${version.lastModified.toISOString()}`;
    });
}
