import { requirePlan } from "./agreement";
import type { BackupEvent } from "./backupEvents";
import { PATIENCE, type Patience } from "./cleanUp";
import { commitPoint, describePoint } from "./commit";
import type { BackupConfig } from "./config";
import { manifestKey, type PointLocation, recoveryPointId } from "./contract";
import type { DumpSession, DumpSource } from "./dump/dumpSource";
import { unlessAborted } from "./interruption";
import type { Manifest } from "./manifestFormat";
import type { Repository } from "./repository/repository";
import { interruption, lockFrom, storeObjects } from "./storeObjects";
import { requireReportingCompressor } from "./stream/compressor";

/** Everything `runBackup` touches outside itself. */
export interface BackupDependencies {
  source: DumpSource;
  repository: Repository;
  clock: () => Date;
  /** Returns `length` characters of a-z and 2-7. */
  random: (length: number) => string;
  /** PATH for child processes. */
  path: string;
  tool: Manifest["tool"];
  onEvent: (event: BackupEvent) => void;
  /** @default PATIENCE */
  patience?: Patience;
}

/** A committed recovery point. */
export interface BackupResult {
  location: PointLocation;
  manifest: Manifest;
  manifestKey: string;
}

/** Totals of a manifest's objects, in bytes before compression and as stored. */
export function totalBytes(manifest: Pick<Manifest, "objects">): { rawBytes: number; storedBytes: number } {
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return {
    rawBytes: sum(manifest.objects.map((object) => object.raw.bytes)),
    storedBytes: sum(manifest.objects.map((object) => object.stored.bytes)),
  };
}

/**
 * Backs up one database: snapshot → dump → zstd → parts → commit. A recovery point exists only if this resolves.
 *
 * On any failure before the manifest every upload is aborted and nothing is left that a reader takes for a backup.
 * @throws StageError; its exit code is the process's (docs/exit-codes.md)
 */
export async function runBackup(
  dependencies: BackupDependencies,
  config: BackupConfig,
  signal: AbortSignal,
): Promise<BackupResult> {
  const session = await openUnless(dependencies.source, signal);
  try {
    throwIfInterrupted(signal);
    return await backUp(dependencies, session, config, signal);
  } finally {
    await session.close();
  }
}

async function backUp(
  dependencies: BackupDependencies,
  session: DumpSession,
  config: BackupConfig,
  signal: AbortSignal,
): Promise<BackupResult> {
  const { repository, clock, tool, onEvent, patience = PATIENCE } = dependencies;
  requirePlan(session);
  await requireReportingCompressor(dependencies.path);
  const startedMs = clock().getTime();
  const id = recoveryPointId(session.takenAt, dependencies.random(6));
  const location: PointLocation = { tier: config.tier.name, database: config.database, id };
  onEvent({
    event: "snapshot",
    recoveryPointId: id,
    shape: session.shape,
    objects: session.objects.length,
    workers: session.workers,
    tables: session.tables.length,
    estimatedBytes: session.estimatedBytes,
    excludedTables: session.excludedTables.length,
    notes: session.notes ?? [],
  });
  const data = await storeObjects(dependencies, session, location, config, signal);
  const manifest = describePoint({ session, config, location, completedAt: clock(), tool }, data);
  const key = manifestKey(location);
  // A signal is too late now: one small put is quicker than any clean-up, and all data is there.
  const limits = { signal, answerMs: patience.answerMs };
  await commitPoint(repository, key, manifest, lockFrom(clock(), config), limits);
  onEvent({
    event: "committed",
    key,
    objects: manifest.objects.length,
    tables: manifest.tables.length,
    ...totalBytes(manifest),
    seconds: (clock().getTime() - startedMs) / 1000,
  });
  return { location, manifest, manifestKey: key };
}

/** Opens the source, unless a signal comes first: a server or a lock that keeps it waiting must not keep the process. */
async function openUnless(source: DumpSource, signal: AbortSignal): Promise<DumpSession> {
  throwIfInterrupted(signal);
  const opening = source.open();
  try {
    return await unlessAborted(signal, opening, interruption);
  } catch (error) {
    // What opens after that is closed again at once.
    void opening.then(
      (session) => session.close(),
      () => undefined,
    );
    throw error;
  }
}

function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw interruption();
}
