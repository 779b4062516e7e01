import { requireAgreement } from "./agreement";
import type { BackupDependencies } from "./backup";
import { cleanUpAfter, PATIENCE } from "./cleanUp";
import type { StoredDump } from "./commit";
import type { BackupConfig } from "./config";
import { dumpKey, type PointLocation } from "./contract";
import type { DumpSession, PlannedObject, ProducedObject } from "./dump/dumpSource";
import { StageError } from "./errors";
import { unlessAborted } from "./interruption";
import type { Digest } from "./manifestFormat";
import { ProgressMeter } from "./progress";
import { type ObjectLock, type PartUpload, type Repository, RepositoryError } from "./repository/repository";
import { PartMemory } from "./stream/partMemory";
import { planParts } from "./stream/partPlan";
import { PartWriter } from "./stream/partWriter";
import { createThrottle } from "./stream/throttle";
import { inWorkers } from "./workers";

const COMPLETIONS_AT_ONCE = 4;
const DAY_MS = 86_400_000;

/** Locks count from when each object is created, so that a dump of many hours still gives each one the tier's whole lifetime. */
export function lockFrom(now: Date, config: Pick<BackupConfig, "lockMode" | "tier">): ObjectLock {
  return { mode: config.lockMode, retainUntil: new Date(now.getTime() + config.tier.lockDays * DAY_MS) };
}

export function interruption(): StageError {
  return new StageError("backup", "interrupted", "stopped by a signal; nothing was committed");
}

/** An object whose every part storage took; it becomes an object when its upload is completed. */
interface Sent {
  planned: PlannedObject;
  produced: ProducedObject;
  upload: PartUpload;
  lock: ObjectLock;
  stored: Digest;
  parts: number;
}

/**
 * Produces every object and sends its parts, then completes all uploads. Not one is completed before every program of every
 * worker exited 0, every part was accepted, and all counts agree; on any failure all uploads are aborted.
 */
export async function storeObjects(
  dependencies: BackupDependencies,
  session: DumpSession,
  location: PointLocation,
  config: BackupConfig,
  signal: AbortSignal,
): Promise<StoredDump[]> {
  const { repository, clock, onEvent, patience = PATIENCE } = dependencies;
  // zstd never makes a stream longer than a few bytes per block, so a raw estimate is an upper one.
  const limits = {
    bufferBudgetMiB: config.bufferBudgetMiB,
    streams: Math.min(session.workers, session.objects.length),
  };
  const sizes = session.objects.map((object) => object.estimatedBytes);
  const parts = planParts(sizes, limits);
  const plans = new Map(session.objects.map((object, i) => [object, parts[i]!]));
  // For all workers, were there but one object today: a task with too little memory is told so now, not when its database has grown.
  const memory = new PartMemory({ ...limits, streams: session.workers });
  memory.claim(Math.min(...parts.map((plan) => plan.partBytes(1))));
  const throttle = createThrottle(config.maxMiBPerSecond);
  const meter = new ProgressMeter(session.objects, session.tables.length, clock);
  const open = new Set<PartUpload>();
  const orphans: string[] = [];
  const onProgress = () => onEvent({ event: "progress", ...meter.now() });

  const send = async (planned: PlannedObject, stop: AbortSignal): Promise<Sent> => {
    const lock = lockFrom(clock(), config);
    const starting = startUpload(repository, dumpKey(location, planned.name), lock, meter.now().storedBytes > 0);
    const upload = await unlessAborted(stop, starting, () => stop.reason as Error, patience.answerMs);
    open.add(upload);
    stop.throwIfAborted();
    const onSent = (bytes: number) => {
      meter.sent(bytes);
      onProgress();
    };
    const writer = new PartWriter(upload, plans.get(planned)!, { memory, throttle, signal: stop, onSent });
    const sink = {
      get position() {
        return writer.position;
      },
      write: (chunk: Buffer) => asUploadError(() => writer.write(chunk)),
      onRead: (rawBytes: number) => meter.read(planned, rawBytes),
    };
    const produced = await planned.produce(sink, stop);
    // Parts in flight are not waited for after a signal: storage may never answer them. The abort that follows ends them first.
    const finishing = asUploadError(() => writer.finish());
    const { stored, parts } = await unlessAborted(stop, finishing, () => stop.reason as Error);
    meter.done(planned, produced);
    onProgress();
    return { planned, produced, upload, lock, stored, parts };
  };

  const complete = async ({ upload, ...sent }: Sent): Promise<StoredDump> => {
    let object;
    try {
      const completing = asUploadError(() => upload.complete());
      object = await unlessAborted(signal, completing, interruption, patience.answerMs);
    } catch (error) {
      if (!isRefusal(error)) orphans.push(`perhaps ${upload.key}`);
      throw error;
    }
    open.delete(upload);
    orphans.push(upload.key);
    const { stored, produced, parts } = sent;
    const bytes = { rawBytes: produced.raw.bytes, storedBytes: stored.bytes };
    onEvent({ event: "stored", key: object.key, ...bytes, parts });
    return { ...sent, object };
  };

  try {
    const stops = { signal, interruption };
    const sent = await inWorkers(session.objects, session.workers, { ...stops, lost: session.lost }, send);
    requireAgreement(session.tables, sent);
    return await inWorkers(sent, COMPLETIONS_AT_ONCE, stops, complete);
  } catch (error) {
    throw await cleanUpAfter(error, { uploads: [...open], orphans }, patience.cleanUpMs);
  }
}

/** Storage that takes no upload at all can't be used, like a database that takes no connection. */
async function startUpload(
  repository: Repository,
  key: string,
  lock: ObjectLock,
  isUnderWay: boolean,
): Promise<PartUpload> {
  const start = () => repository.startUpload(key, { lock, contentType: "application/zstd" });
  if (isUnderWay) return asUploadError(start);
  try {
    return await start();
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

/** Whether storage said clearly that it did not make the object. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof StageError ? error.cause : undefined;
  return cause instanceof RepositoryError && ["accessDenied", "notFound"].includes(cause.kind);
}

async function asUploadError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RepositoryError) throw new StageError("upload", "upload", error.message, { cause: error });
    throw error;
  }
}
