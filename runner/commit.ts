import type { BackupConfig } from "./config";
import { FORMAT_VERSION, type PointLocation } from "./contract";
import type { Digest, Manifest } from "./manifestFormat";
import type { DumpSession } from "./dump/dumpSource";
import { messageOf, StageError } from "./errors";
import { encodeManifest, manifestMetadata } from "./manifest";
import { type ObjectLock, type Repository, RepositoryError, type StoredObject } from "./repository/repository";
import { restoreCommands } from "./restoreCommands";
import type { SentStream } from "./stream/uploadStream";

/** A data object that storage has completed, and what went into it. */
export interface StoredDump {
  object: StoredObject;
  raw: Digest;
  sent: SentStream;
}

/** What a manifest says besides its data object. */
export interface PointFacts {
  session: DumpSession;
  config: BackupConfig;
  location: PointLocation;
  /** Lock of the data object. */
  lock: ObjectLock;
  /** When the data object was completed. */
  completedAt: Date;
  tool: Manifest["tool"];
}

/** The manifest of one recovery point. */
export function describePoint(point: PointFacts, { object, raw, sent }: StoredDump): Manifest {
  const { session, config, location, lock } = point;
  const objects: Manifest["objects"] = [
    {
      key: object.key,
      versionId: object.versionId,
      role: "database",
      format: "pg_dump-custom",
      compression: "zstd",
      raw,
      stored: sent.stored,
      s3ChecksumSha256: object.checksumSha256,
      parts: sent.parts,
    },
  ];
  return {
    formatVersion: FORMAT_VERSION,
    recoveryPointId: location.id,
    database: location.database,
    tier: location.tier,
    takenAt: session.takenAt.toISOString(),
    completedAt: point.completedAt.toISOString(),
    lock: { mode: lock.mode, retainUntil: lock.retainUntil.toISOString() },
    source: session.source,
    objects,
    tables: session.tables,
    schemaFingerprint: session.schemaFingerprint,
    excludedTables: session.excludedTables,
    restoreCommands: restoreCommands(objects[0]!, session.source, config.repository, config.replica),
    tool: point.tool,
  };
}

/**
 * Puts the manifest: from here on the recovery point exists.
 * @throws StageError `committedUnconfirmed` when storage gave no clear answer, `upload` when it refused
 */
export async function commitPoint(
  repository: Repository,
  key: string,
  manifest: Manifest,
  lock: ObjectLock,
): Promise<void> {
  try {
    await repository.putOnce(key, encodeManifest(manifest), {
      lock,
      contentType: "application/json",
      metadata: manifestMetadata(manifest),
    });
  } catch (error) {
    const isUnclear =
      error instanceof RepositoryError && (error.kind === "ambiguous" || error.kind === "alreadyExists");
    // Our key is random: "exists already" can only be our own put, whose answer was lost.
    if (isUnclear) throw new StageError("commit", "committedUnconfirmed", error.message, { cause: error });
    throw new StageError("commit", "upload", messageOf(error), { cause: error });
  }
}
