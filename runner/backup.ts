import { pipeline } from "node:stream/promises";
import type { BackupConfig } from "./config";
import {
  type Digest,
  dumpKey,
  FORMAT_VERSION,
  type Manifest,
  manifestKey,
  type PointLocation,
  recoveryPointId,
} from "./contract";
import type { DumpSession, DumpSource } from "./dump/dumpSource";
import { messageOf, StageError } from "./errors";
import { encodeManifest, manifestMetadata } from "./manifest";
import { type ObjectLock, type PartUpload, type Repository, RepositoryError, type StoredObject } from "./repository/repository";
import { restoreCommands } from "./restoreCommands";
import { outputOf, startStage } from "./stream/childStage";
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
  const session = await dependencies.source.open();
  try {
    throwIfInterrupted(signal);
    const id = recoveryPointId(session.takenAt, dependencies.random(6));
    const location: PointLocation = { tier: config.tier.tier, database: config.database, id };
    dependencies.onEvent({
      event: "snapshot",
      recoveryPointId: id,
      tables: session.tables.length,
      estimatedBytes: session.estimatedBytes,
    });
    const lock = lockFrom(dependencies.clock(), config);
    const data = await storeDump(dependencies, session, dumpKey(location, OBJECT), lock, config, signal);
    const manifest = describe(dependencies, session, config, location, lock, data);
    const key = manifestKey(location);
    await commit(dependencies, key, manifest, config);
    dependencies.onEvent({ event: "committed", key });
    return { location, manifest, manifestKey: key };
  } finally {
    await session.close();
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

interface StoredDump {
  object: StoredObject;
  raw: Digest;
  sent: SentStream;
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
  const upload = await asUploadError(() =>
    dependencies.repository.startUpload(key, { lock, contentType: "application/zstd" }),
  );
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

/** Runs dump and compressor and sends the parts; resolves only when both exited 0 and every part was accepted. */
async function stream(
  dependencies: BackupDependencies,
  session: DumpSession,
  upload: PartUpload,
  plan: ReturnType<typeof planParts>,
  signal: AbortSignal,
): Promise<{ raw: Digest; sent: SentStream }> {
  throwIfInterrupted(signal);
  const dump = session.dump();
  const zstd = startStage({
    stage: "compress",
    exit: "dump",
    command: "zstd",
    args: ["-3", "-T0", "--quiet", "--stdout", "-"],
    env: { PATH: dependencies.path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: "pipe",
  });
  const rawDigest = new DigestStream();
  let onAbort = () => undefined as void;
  const interrupted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interruption());
    signal.addEventListener("abort", onAbort, { once: true });
  });
  const feeding = pipeline(outputOf(dump), rawDigest, zstd.stdin!);
  const sending = asUploadError(() =>
    uploadStream(outputOf(zstd), upload, plan, (storedBytes) => dependencies.onEvent({ event: "progress", storedBytes })),
  );
  const all = Promise.all([feeding, sending, dump.done, zstd.done]);
  // Whichever fails first, the others fail after it; theirs are consequences.
  for (const p of [feeding, sending, interrupted]) p.catch(() => undefined);
  try {
    const [, sent] = await Promise.race([all, interrupted, session.lost]);
    const raw = rawDigest.digest();
    if (raw.bytes === 0) throw new StageError("dump", "dump", "pg_dump exited 0 but wrote nothing");
    return { raw, sent };
  } catch (error) {
    // A broken pipe into zstd is a consequence: either zstd died, or a refused part closed its output. Sending knows which.
    const isConsequence = (error as NodeJS.ErrnoException).code === "EPIPE";
    const cause = isConsequence ? await sending.then(() => error, (e: unknown) => e) : error;
    await Promise.all([dump.stop(), zstd.stop()]);
    await Promise.allSettled([feeding, sending]);
    throw cause;
  } finally {
    signal.removeEventListener("abort", onAbort);
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
      `${stage.message}; and the parts could not be removed: ${messageOf(abortError)} (the bucket's lifecycle removes them after 3 days)`,
      { cause: error },
    );
  }
}

function describe(
  dependencies: BackupDependencies,
  session: DumpSession,
  config: BackupConfig,
  location: PointLocation,
  lock: ObjectLock,
  { object, raw, sent }: StoredDump,
): Manifest {
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
    completedAt: dependencies.clock().toISOString(),
    lock: { mode: lock.mode, retainUntil: lock.retainUntil.toISOString() },
    source: session.source,
    objects,
    tables: session.tables,
    schemaFingerprint: session.schemaFingerprint,
    excludedTables: session.excludedTables,
    restoreCommands: restoreCommands(objects[0]!, config.repository, config.replica),
    tool: dependencies.tool,
  };
}

async function commit(
  dependencies: BackupDependencies,
  key: string,
  manifest: Manifest,
  config: BackupConfig,
): Promise<void> {
  try {
    await dependencies.repository.putOnce(key, encodeManifest(manifest), {
      lock: lockFrom(dependencies.clock(), config),
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
