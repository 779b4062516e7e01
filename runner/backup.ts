import { pipeline } from "node:stream/promises";
import { commitPoint, describePoint, type StoredDump } from "./commit";
import type { BackupConfig } from "./config";
import { dumpKey, manifestKey, type PointLocation, recoveryPointId } from "./contract";
import type { Digest, Manifest } from "./manifestFormat";
import type { DumpSession, DumpSource } from "./dump/dumpSource";
import { messageOf, StageError } from "./errors";
import { unlessAborted } from "./interruption";
import { type ObjectLock, type PartUpload, type Repository, RepositoryError } from "./repository/repository";
import { outputOf } from "./stream/childStage";
import { requireCompressor, startCompressor } from "./stream/compressor";
import { DigestStream } from "./stream/digest";
import { planParts } from "./stream/partPlan";
import { type SentStream, uploadStream } from "./stream/uploadStream";

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

const OBJECT = "database.pgdump.zst";
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
    const data = await storeDump(dependencies, session, dumpKey(location, OBJECT), lock, config, signal);
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

async function storeDump(
  dependencies: BackupDependencies,
  session: DumpSession,
  key: string,
  lock: ObjectLock,
  config: BackupConfig,
  signal: AbortSignal,
): Promise<StoredDump> {
  // zstd never makes a stream longer than a few bytes per block, so the raw estimate is an upper one.
  const plan = planParts(session.estimatedBytes, config.bufferBudgetMiB);
  await requireCompressor(dependencies.path);
  const upload = await startUpload(dependencies.repository, key, lock);
  try {
    const { raw, sent } = await stream(dependencies, session, upload, plan, signal);
    throwIfInterrupted(signal);
    const object = await asUploadError(() => upload.complete());
    dependencies.onEvent({
      event: "stored",
      key,
      rawBytes: raw.bytes,
      storedBytes: sent.stored.bytes,
      parts: sent.parts,
    });
    return { object, raw, sent };
  } catch (error) {
    throw await abortAfter(error, upload);
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

/** Runs dump and compressor and sends the parts; resolves only when both exited 0 and every part was accepted. */
async function stream(
  dependencies: BackupDependencies,
  session: DumpSession,
  upload: PartUpload,
  plan: ReturnType<typeof planParts>,
  signal: AbortSignal,
): Promise<{ raw: Digest; sent: SentStream }> {
  throwIfInterrupted(signal);
  const dump = await session.dump();
  const zstd = startCompressor(dependencies.path);
  const rawDigest = new DigestStream();
  const feeding = pipeline(outputOf(dump), rawDigest, zstd.stdin!);
  const sending = asUploadError(() =>
    uploadStream(outputOf(zstd), upload, plan, (storedBytes) =>
      dependencies.onEvent({ event: "progress", storedBytes }),
    ),
  );
  const all = Promise.all([feeding, sending, dump.done, zstd.done]);
  // Whichever fails first, the others fail after it; theirs are consequences.
  for (const p of [feeding, sending]) p.catch(() => undefined);
  try {
    const [, sent] = await unlessAborted(signal, Promise.race([all, session.lost]), interruption);
    const raw = rawDigest.digest();
    if (raw.bytes === 0) throw new StageError("dump", "dump", "pg_dump exited 0 but wrote nothing");
    return { raw, sent };
  } catch (error) {
    // A broken pipe into zstd is a consequence: either zstd died, or a refused part closed its output. Sending knows which.
    // Node names it by whether a write was pending when the pipe broke.
    const code = (error as NodeJS.ErrnoException).code;
    const isConsequence = code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE";
    const cause = isConsequence
      ? await sending.then(
          () => error,
          (e: unknown) => e,
        )
      : error;
    await Promise.all([dump.stop(), zstd.stop()]);
    // Parts in flight are not waited for: storage may never answer them. The abort that follows ends them first.
    throw cause;
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

async function abortAfter(error: unknown, upload: PartUpload): Promise<unknown> {
  try {
    await upload.abort();
    return error;
  } catch (abortError) {
    const stage = error instanceof StageError ? error : new StageError("backup", "unexpected", messageOf(error));
    return new StageError(
      stage.stage,
      stage.exit,
      // The message begins with its stage, which the new one adds again.
      `${stage.message.slice(stage.stage.length + 2)}; and the parts could not be removed: ${messageOf(abortError)} (the bucket's lifecycle removes them after 3 days)`,
      { cause: error },
    );
  }
}
