import type { BackupConfig } from "./config";
import { FORMAT_VERSION, type PointLocation } from "./contract";
import type { Digest, Manifest, ManifestObject, ManifestTable, TableData } from "./manifestFormat";
import type { DumpSession, PlannedObject, ProducedObject } from "./dump/dumpSource";
import { messageOf, StageError } from "./errors";
import { encodeManifest, manifestMetadata } from "./manifest";
import { type ObjectLock, type Repository, RepositoryError, type StoredObject } from "./repository/repository";
import { restoreCommands } from "./restoreCommands";

/** A data object that storage has completed, and what went into it. */
export interface StoredDump {
  planned: PlannedObject;
  object: StoredObject;
  produced: ProducedObject;
  stored: Digest;
  parts: number;
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
export function describePoint(point: PointFacts, dumps: readonly StoredDump[]): Manifest {
  const { session, config, location, lock } = point;
  const objects = dumps.map(({ planned, object, produced, stored, parts }): ManifestObject => ({
    key: object.key,
    versionId: object.versionId,
    role: planned.role,
    format: planned.format,
    compression: "zstd",
    raw: produced.raw,
    stored,
    s3ChecksumSha256: object.checksumSha256,
    parts,
  }));
  return {
    formatVersion: FORMAT_VERSION,
    recoveryPointId: location.id,
    database: location.database,
    tier: location.tier,
    takenAt: session.takenAt.toISOString(),
    completedAt: point.completedAt.toISOString(),
    lock: { mode: lock.mode, retainUntil: lock.retainUntil.toISOString() },
    source: session.source,
    shape: session.shape,
    objects,
    tables: placed(session.tables, dumps),
    schemaFingerprint: session.schemaFingerprint,
    excludedTables: session.excludedTables,
    restoreCommands: restoreCommands(objects[0]!, session.source, config.repository, config.replica),
    tool: point.tool,
  };
}

/** The tables, each with where its rows went. */
function placed(tables: readonly ManifestTable[], dumps: readonly StoredDump[]): ManifestTable[] {
  const key = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);
  const data = new Map<string, TableData[]>();
  for (const [object, { produced }] of dumps.entries()) {
    for (const table of produced.tables)
      data.set(key(table), [...(data.get(key(table)) ?? []), { object, ...table.data }]);
  }
  const inOrder = (a: TableData, b: TableData) => (a.fromBlock ?? 0) - (b.fromBlock ?? 0);
  return tables.map((table) => {
    const where = data.get(key(table))?.sort(inOrder);
    return where === undefined ? table : { ...table, data: where };
  });
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
