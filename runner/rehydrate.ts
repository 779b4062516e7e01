import type { PointLocation } from "./contract";
import { ARCHIVE_CLASSES, type ArchivedBytes, retrievalEstimate, type RetrievalEstimate } from "./cost/retrieval";
import { messageOf, problemsError, StageError } from "./errors";
import { readManifest } from "./recoveryPoints";
import type { ObjectHead, Repository, Retrieval } from "./repository/repository";

/** How a point's objects are asked for. */
export interface RehydrateRequest {
  point: PointLocation;
  retrieval: Retrieval;
  /** Whole days that the readable copies stay. */
  days: number;
}

/** One data object in an archive class. */
export interface ArchivedObject {
  key: string;
  versionId: string;
  bytes: number;
  storageClass: string;
}

/** One whose readable copy is there. */
export interface ReadableObject extends ArchivedObject {
  /** ISO 8601 UTC; null where storage does not say it. */
  readableUntil: string | null;
}

/** What asking for a point would do. */
export interface RehydrationPlan extends RehydrateRequest {
  bucket: string;
  region: string;
  /** Data objects of the point, whatever their class. */
  objects: number;
  /** In an archive class, and nobody has asked for them. */
  archived: ArchivedObject[];
  /** Asked for, and on their way. */
  ongoing: ArchivedObject[];
  /** A readable copy is there, and goes before the asked days are over: asking again lets it stay. */
  expiring: ReadableObject[];
  /** A readable copy stays as long anyway. Not asked for: storage counts the days from the last asking, so it would go sooner. */
  lasting: ReadableObject[];
  /** Of `archived`, and of the requests and further days of `expiring`: what is on its way or there is paid. */
  estimate: RetrievalEstimate;
}

/** What became of the requests, in objects. */
export interface RehydrationResult {
  requested: number;
  ongoing: number;
  extended: number;
}

/** Heads and requests at once. */
const AT_ONCE = 16;
const MOST_DAYS = 365;
const MOST_PROBLEMS = 10;
const DAY_MS = 86_400_000;

/** Whether a copy stays for some days anyway. One of which storage does not say it may go at any time. */
const stays = (readableUntil: Date | undefined, days: number, now: Date): boolean =>
  readableUntil !== undefined && readableUntil.getTime() >= now.getTime() + days * DAY_MS;

/** Whether an object can't be read before somebody asks for it, or while it is on its way. */
export function isArchived({ storageClass, thaw }: Pick<ObjectHead, "storageClass" | "thaw">): boolean {
  return ARCHIVE_CLASSES.includes(storageClass) && thaw !== "done";
}

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}

/** Bytes and objects by class. */
export function byClass(objects: readonly ArchivedObject[]): ArchivedBytes[] {
  return ARCHIVE_CLASSES.map((storageClass) => {
    const inClass = objects.filter((object) => object.storageClass === storageClass);
    return { storageClass, objects: inClass.length, bytes: inClass.reduce((sum, { bytes }) => sum + bytes, 0) };
  }).filter(({ objects: count }) => count > 0);
}

/** What `expiring` copies cost: a request each, and the days that they stay longer. Nothing is read from the archive for them. */
function extensionEstimate(
  region: string,
  { retrieval, days }: RehydrateRequest,
  expiring: readonly ReadableObject[],
  now: Date,
): Pick<RetrievalEstimate, "retrievalUsd" | "copiesUsd"> | undefined {
  const sum = { retrievalUsd: 0, copiesUsd: 0 };
  for (const object of expiring) {
    const left = object.readableUntil === null ? 0 : (Date.parse(object.readableUntil) - now.getTime()) / DAY_MS;
    const request = retrievalEstimate(region, retrieval, byClass([{ ...object, bytes: 0 }]), 0);
    const copy = retrievalEstimate(region, retrieval, byClass([object]), days - Math.max(0, left));
    if (request === undefined || copy === undefined) return undefined;
    sum.retrievalUsd += request.retrievalUsd;
    sum.copiesUsd += copy.copiesUsd;
  }
  return sum;
}

/**
 * Looks at every data object of a point, and says what asking for those in an archive class takes. Changes nothing.
 * @throws StageError `usage` for days or a speed that can't be; `unhealthy` for a point without a valid manifest; RepositoryError
 */
export async function planRehydration(
  repository: Repository,
  request: RehydrateRequest,
  now: Date,
): Promise<RehydrationPlan> {
  const { point, retrieval, days } = request;
  if (!(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) {
    throw new StageError("rehydrate", "usage", `days must be a whole number from 1 to ${MOST_DAYS}, got ${days}`);
  }
  const { manifest } = await readManifest(repository, point);
  const heads = await inBatches(manifest.objects, ({ key, versionId }) => repository.head(key, versionId));
  const inArchive = heads.filter(({ storageClass }) => ARCHIVE_CLASSES.includes(storageClass));
  const which = (thaw: ObjectHead["thaw"]) =>
    inArchive
      .filter((head) => head.thaw === thaw)
      .map(({ key, versionId, bytes, storageClass, readableUntil }) => ({
        object: { key, versionId, bytes, storageClass },
        readableUntil,
      }));
  const archived = which(undefined).map(({ object }) => object);
  const readable = (isLasting: boolean): ReadableObject[] =>
    which("done")
      .filter(({ readableUntil }) => stays(readableUntil, days, now) === isLasting)
      .map(({ object, readableUntil }) => ({ ...object, readableUntil: readableUntil?.toISOString() ?? null }));
  const expiring = readable(false);
  const estimate = retrievalEstimate(repository.region, retrieval, byClass(archived), days);
  const extension = extensionEstimate(repository.region, request, expiring, now);
  if (estimate === undefined || extension === undefined) {
    const detail = `objects in DEEP_ARCHIVE can't be asked for by "${retrieval}"; take standard (12 hours) or bulk (48 hours)`;
    throw new StageError("rehydrate", "usage", detail);
  }
  const { bucket, region } = repository;
  return {
    point,
    retrieval,
    days,
    bucket,
    region,
    objects: heads.length,
    archived,
    ongoing: which("ongoing").map(({ object }) => object),
    expiring,
    lasting: readable(true),
    estimate: {
      ...estimate,
      retrievalUsd: estimate.retrievalUsd + extension.retrievalUsd,
      copiesUsd: estimate.copiesUsd + extension.copiesUsd,
    },
  };
}

/**
 * Asks for everything in an archive class, and for longer stays of copies that would go too soon. Asking twice changes nothing more.
 * @throws StageError `preflight` naming every object that storage refuses; those before it are on their way, and asking again is harmless
 */
export async function rehydratePoint(
  repository: Repository,
  plan: RehydrationPlan,
  signal: AbortSignal,
): Promise<RehydrationResult> {
  const { retrieval, days } = plan;
  const result: RehydrationResult = { requested: 0, ongoing: plan.ongoing.length, extended: 0 };
  const problems: string[] = [];
  await inBatches([...plan.archived, ...plan.expiring], async ({ key, versionId }) => {
    if (signal.aborted) throw new StageError("rehydrate", "interrupted", "stopped by a signal; ask again for the rest");
    try {
      result[await repository.rehydrate(key, versionId, { retrieval, days })] += 1;
    } catch (error) {
      problems.push(messageOf(error));
    }
  });
  if (problems.length > 0) throw problemsError("rehydrate", "preflight", problems, MOST_PROBLEMS);
  return result;
}
