import type { BackupConfig } from "./config";
import { FORMAT_VERSION, type PointLocation } from "./contract";
import type { Digest, Manifest, ManifestObject, ManifestTable, TableData } from "./manifestFormat";
import type { DumpSession, PlannedObject, ProducedObject } from "./dump/dumpSource";
import { unlessAborted } from "./interruption";
import { messageOf, StageError } from "./errors";
import { encodeManifest, manifestMetadata } from "./manifest";
import { type ObjectLock, type Repository, RepositoryError, type StoredObject } from "./repository/repository";
import { type RestorableFacts, restoreCommands } from "./restoreCommands";
import { tableKey } from "./tableName";

/** A data object that storage has completed, and what went into it. */
export interface StoredDump {
  planned: PlannedObject;
  object: StoredObject;
  produced: ProducedObject;
  stored: Digest;
  parts: number;
  lock: ObjectLock;
}

/** What a manifest says besides its data objects. */
export interface PointFacts {
  session: DumpSession;
  config: BackupConfig;
  location: PointLocation;
  /** When the last data object was completed. */
  completedAt: Date;
  tool: Manifest["tool"];
}

/** The manifest of one recovery point. */
export function describePoint(point: PointFacts, dumps: readonly StoredDump[]): Manifest {
  const { session, config, location } = point;
  // Each object's lock counts from its own creation; what holds for all of them is the earliest.
  const retainUntil = new Date(Math.min(...dumps.map(({ lock }) => lock.retainUntil.getTime())));
  const isEncrypted = config.ageRecipients.length > 0;
  const objects = dumps.map(({ planned, object, produced, stored, parts }): ManifestObject => ({
    key: object.key,
    versionId: object.versionId,
    role: planned.role,
    format: planned.format,
    compression: "zstd",
    ...(isEncrypted ? { encryption: "age" as const } : {}),
    raw: produced.raw,
    stored,
    s3ChecksumSha256: object.checksumSha256,
    parts,
  }));
  const restorable: RestorableFacts = {
    source: session.source,
    shape: session.shape,
    ...(isEncrypted ? { encryption: { format: "age" as const, recipients: [...config.ageRecipients] } } : {}),
    objects,
    tables: placed(session.tables, dumps),
  };
  return {
    formatVersion: FORMAT_VERSION,
    recoveryPointId: location.id,
    database: location.database,
    tier: location.tier,
    takenAt: session.takenAt.toISOString(),
    completedAt: point.completedAt.toISOString(),
    lock: { mode: config.lockMode, retainUntil: retainUntil.toISOString() },
    ...restorable,
    schemaFingerprint: session.schemaFingerprint,
    excludedTables: session.excludedTables,
    ...(session.notes?.length ? { notes: [...session.notes] } : {}),
    restoreCommands: restoreCommands(restorable, config.repository, config.replica),
    tool: point.tool,
  };
}

/** The tables, each with where its rows went. */
function placed(tables: readonly ManifestTable[], dumps: readonly StoredDump[]): ManifestTable[] {
  const data = new Map<string, TableData[]>();
  for (const [object, { produced }] of dumps.entries()) {
    for (const table of produced.tables)
      data.set(tableKey(table), [...(data.get(tableKey(table)) ?? []), { object, ...table.data }]);
  }
  const inOrder = (a: TableData, b: TableData) => (a.fromBlock ?? 0) - (b.fromBlock ?? 0);
  return tables.map((table) => {
    const where = data.get(tableKey(table))?.sort(inOrder);
    return where === undefined ? table : { ...table, data: where };
  });
}

/** Cuts the wait for storage short. */
export interface CommitLimits {
  signal: AbortSignal;
  /** How long after the signal an answer is waited for. */
  answerMs: number;
}

/**
 * Puts the manifest: from here on the recovery point exists. A signal does not stop that.
 * @throws StageError `committedUnconfirmed` when storage gave no clear answer, `upload` when it refused
 */
export async function commitPoint(
  repository: Repository,
  key: string,
  manifest: Manifest,
  lock: ObjectLock,
  limits: CommitLimits,
): Promise<void> {
  const metadata = manifestMetadata(manifest);
  const unanswered = () =>
    new RepositoryError(
      "put",
      key,
      "ambiguous",
      `stopped by a signal, and no answer came within ${limits.answerMs} ms`,
    );
  try {
    const putting = repository.putOnce(key, encodeManifest(manifest), {
      lock,
      contentType: "application/json",
      metadata,
    });
    await unlessAborted(limits.signal, putting, unanswered, limits.answerMs);
  } catch (error) {
    const isUnclear =
      error instanceof RepositoryError && (error.kind === "ambiguous" || error.kind === "alreadyExists");
    // Our key is random: "exists already" can only be our own put, whose answer was lost.
    if (isUnclear) throw new StageError("commit", "committedUnconfirmed", error.message, { cause: error });
    throw new StageError(
      "commit",
      "upload",
      `${messageOf(error)}; its ${manifest.objects.length} data object(s) are left without it, so no reader takes them for a backup, until lifecycle expires them`,
      { cause: error },
    );
  }
}
