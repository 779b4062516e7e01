import { type DrillRecordMetadata, drillPrefix, parseDrillKey } from "./drillContract";
import type { SpaceEstimate } from "./postgres/freeSpace";
import { readManifest } from "./recoveryPoints";
import { type Repository, RepositoryError } from "./repository/repository";
import type { RestoredPoint, RestoreDependencies, RestoreRequest } from "./restore";
import { prepareRestore } from "./restorePreparation";
import { requireWholeReplacement } from "./restoreSelection";
import { withClient } from "./restoreTemporary";
import { inScratch } from "./scratch";

/** How long a restore of the database took in its last drill that passed. */
export interface PastRestore {
  /** ISO 8601 UTC. */
  startedAt: string;
  recoveryPointId: string;
  seconds: number;
}

/** What a restore would do. Every check that can be made before it was made. */
export interface RestorePreview extends RestoredPoint {
  /** The database of that name, which would be replaced. */
  replaces: { sessions: number } | null;
  sourceVersion: string;
  serverVersion: string;
  /** Read from the repository. */
  storedBytes: number;
  rawBytes: number;
  /** How many get their rows. */
  tables: number;
  space: SpaceEstimate;
  /** Why the server's disk may not have room; null where no reason is seen, or nobody can. */
  spaceWarning: string | null;
  /** Null where no drill is known, or none may be looked at. */
  pastRestore: PastRestore | null;
  leftOut: string[];
  tampering: string[];
}

/** Drills older than this say little. */
const LOOK_BACK_DAYS = 100;
const MOST_HEADS = 10;

/**
 * The newest drill that passed, of those whose records this side holds: one listing and a few HEADs.
 * @throws RepositoryError, other than where the right to look is missing
 */
export async function pastRestore(repository: Repository, database: string, now: Date): Promise<PastRestore | null> {
  const since = new Date(now.getTime() - LOOK_BACK_DAYS * 86_400_000).toISOString().slice(0, 10).replace(/-/g, "/");
  const keys: string[] = [];
  try {
    for await (const { key } of repository.list(drillPrefix(database), { startAfter: drillPrefix(database) + since })) {
      if (parseDrillKey(key) !== undefined) keys.push(key);
    }
    for (const key of keys.reverse().slice(0, MOST_HEADS)) {
      const metadata = (await repository.head(key)).metadata as Partial<DrillRecordMetadata>;
      const seconds = Number(metadata.restoreseconds);
      if (metadata.verdict !== "passed" || !(seconds > 0)) continue;
      return { startedAt: metadata.startedat!, recoveryPointId: metadata.recoverypoint!, seconds };
    }
    return null;
  } catch (error) {
    // A restore needs no drills; whoever may only read dumps is not told of them.
    if (error instanceof RepositoryError && error.kind === "accessDenied") return null;
    throw error;
  }
}

/**
 * Makes every check of a restore and stops before anything is made.
 * @throws StageError as `restorePoint` before anything is made
 */
export async function previewRestore(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestorePreview> {
  requireWholeReplacement(request);
  const { repository, settings, clock } = dependencies;
  return inScratch(dependencies.scratch, async (directory) => {
    const { manifest, tampering } = await readManifest(repository, request.point);
    const prepared = await withClient(settings, (client) =>
      prepareRestore(dependencies, request, manifest, { client, directory, signal }),
    );
    const { storedBytes, rawBytes, tables, space, spaceWarning, leftOut, existing, server } = prepared;
    return {
      recoveryPointId: manifest.recoveryPointId,
      tier: manifest.tier,
      takenAt: manifest.takenAt,
      bucket: repository.bucket,
      region: repository.region,
      database: request.newDatabase,
      replaces: existing === undefined ? null : { sessions: existing.sessions },
      sourceVersion: manifest.source.serverVersion,
      serverVersion: server.version,
      storedBytes,
      rawBytes,
      tables,
      space,
      spaceWarning,
      pastRestore: await pastRestore(repository, manifest.database, clock()),
      leftOut,
      tampering,
    };
  });
}
