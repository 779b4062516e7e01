import { commitPoint, describePoint, type StoredDump } from "./commit";
import type { BackupConfig } from "./config";
import { dumpKey, manifestKey, type PointLocation, recoveryPointId } from "./contract";
import type { Manifest } from "./manifestFormat";
import type { DumpSession, DumpSource, PlannedObject } from "./dump/dumpSource";
import { messageOf, StageError } from "./errors";
import { unlessAborted } from "./interruption";
import { type ObjectLock, type PartUpload, type Repository, RepositoryError } from "./repository/repository";
import { requireCompressor } from "./stream/compressor";
import { planParts } from "./stream/partPlan";
import { PartWriter } from "./stream/partWriter";

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
}

/** Progress, for logs and bars. */
export type BackupEvent =
  | { event: "snapshot"; recoveryPointId: string; tables: number; estimatedBytes: number }
  | { event: "progress"; storedBytes: number }
  | { event: "stored"; key: string; rawBytes: number; storedBytes: number; parts: number }
  | { event: "committed"; key: string };

/** A committed recovery point. */
export interface BackupResult {
  location: PointLocation;
  manifest: Manifest;
  manifestKey: string;
}

const DAY_MS = 86_400_000;

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
    const id = recoveryPointId(session.takenAt, dependencies.random(6));
    const location: PointLocation = { tier: config.tier.name, database: config.database, id };
    dependencies.onEvent({
      event: "snapshot",
      recoveryPointId: id,
      tables: session.tables.length,
      estimatedBytes: session.estimatedBytes,
    });
    const lock = lockFrom(dependencies.clock(), config);
    const data = await storeObjects(dependencies, session, location, lock, config, signal);
    const { clock, tool } = dependencies;
    const manifest = describePoint({ session, config, location, lock, completedAt: clock(), tool }, data);
    const key = manifestKey(location);
    await commitPoint(dependencies.repository, key, manifest, lockFrom(clock(), config));
    dependencies.onEvent({ event: "committed", key });
    return { location, manifest, manifestKey: key };
  } finally {
    await session.close();
  }
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

/** Locks count from when each object is created, so a dump of many hours still gives its manifest the tier's whole lifetime. */
function lockFrom(now: Date, config: BackupConfig): ObjectLock {
  return { mode: config.lockMode, retainUntil: new Date(now.getTime() + config.tier.lockDays * DAY_MS) };
}

function interruption(): StageError {
  return new StageError("backup", "interrupted", "stopped by a signal; nothing was committed");
}

function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw interruption();
}

/**
 * Produces every object and sends its parts, then completes all uploads. Not one is completed before every program of every
 * worker exited 0 and every part was accepted; on any failure all uploads are aborted.
 */
async function storeObjects(
  dependencies: BackupDependencies,
  session: DumpSession,
  location: PointLocation,
  lock: ObjectLock,
  config: BackupConfig,
  signal: AbortSignal,
): Promise<StoredDump[]> {
  // zstd never makes a stream longer than a few bytes per block, so a raw estimate is an upper one.
  const plans = session.objects.map((object) => planParts(object.estimatedBytes, config.bufferBudgetMiB));
  await requireCompressor(dependencies.path);
  const uploads: PartUpload[] = [];
  try {
    let storedBytes = 0;
    const onSent = (bytes: number) => dependencies.onEvent({ event: "progress", storedBytes: (storedBytes += bytes) });
    const sent = await inWorkers(session, signal, async (planned, index, stop) => {
      const upload = await startUpload(dependencies.repository, dumpKey(location, planned.name), lock);
      uploads.push(upload);
      const writer = new PartWriter(upload, plans[index]!, onSent);
      const sink = {
        get position() {
          return writer.position;
        },
        write: (chunk: Buffer) => asUploadError(() => writer.write(chunk)),
      };
      const produced = await planned.produce(sink, stop);
      // Parts in flight are not waited for after a signal: storage may never answer them. The abort that follows ends them first.
      return {
        planned,
        upload,
        produced,
        sent: await unlessAborted(
          stop,
          asUploadError(() => writer.finish()),
          () => stop.reason as Error,
        ),
      };
    });
    const stored: StoredDump[] = [];
    for (const {
      planned,
      upload,
      produced,
      sent: { stored: digest, parts },
    } of sent) {
      throwIfInterrupted(signal);
      const object = await asUploadError(() => upload.complete());
      stored.push({ planned, object, produced, stored: digest, parts });
      dependencies.onEvent({
        event: "stored",
        key: object.key,
        rawBytes: produced.raw.bytes,
        storedBytes: digest.bytes,
        parts,
      });
    }
    return stored;
  } catch (error) {
    throw await abortAfter(error, uploads);
  }
}

/**
 * Runs `work` over the session's objects, as many at once as it has workers. The first failure, of one of them, of the
 * session or by the signal, stops the others, and is what this rejects with once all of them have ended.
 */
async function inWorkers<T>(
  session: DumpSession,
  signal: AbortSignal,
  work: (planned: PlannedObject, index: number, stop: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(interruption());
  if (signal.aborted) onSignal();
  signal.addEventListener("abort", onSignal, { once: true });
  session.lost.catch((error: unknown) => stop.abort(error));
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < session.objects.length; index = next++) {
      if (stop.signal.aborted) return;
      try {
        results[index] = await work(session.objects[index]!, index, stop.signal);
      } catch (error) {
        stop.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: session.workers }, worker));
    stop.signal.throwIfAborted();
    return results;
  } finally {
    signal.removeEventListener("abort", onSignal);
  }
}

/** Nothing is stored yet: storage that takes no upload can't be used, like a database that takes no connection. */
async function startUpload(repository: Repository, key: string, lock: ObjectLock): Promise<PartUpload> {
  try {
    return await repository.startUpload(key, { lock, contentType: "application/zstd" });
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    throw new StageError(
      "preflight",
      "preflight",
      `bucket ${repository.bucket} in ${repository.region} takes no upload: ${error.message}`,
      { cause: error },
    );
  }
}

async function asUploadError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RepositoryError) throw new StageError("upload", "upload", error.message, { cause: error });
    throw error;
  }
}

async function abortAfter(error: unknown, uploads: readonly PartUpload[]): Promise<unknown> {
  const aborted = await Promise.allSettled(uploads.map((upload) => upload.abort()));
  const left = aborted.filter((result) => result.status === "rejected").map((result) => messageOf(result.reason));
  if (left.length === 0) return error;
  const stage = error instanceof StageError ? error : new StageError("backup", "unexpected", messageOf(error));
  return new StageError(
    stage.stage,
    stage.exit,
    // The message begins with its stage, which the new one adds again.
    `${stage.message.slice(stage.stage.length + 2)}; and the parts could not be removed: ${left.join("; ")} (the bucket's lifecycle removes them after 3 days)`,
    { cause: error },
  );
}
