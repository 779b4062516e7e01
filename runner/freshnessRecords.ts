import { manifestKey, manifestPrefix, parseManifestKey, verificationKey, type PointLocation } from "./contract";
import { newestDated } from "./datedFolders";
import { drillPrefix, parseDrillKey } from "./drillContract";
import { DOCTOR_PREFIX, parseDoctorKey } from "./freshnessContract";
import { parseManifestMetadata } from "./manifest";
import type { RecoveryPoint } from "./recoveryPoints";
import { type Repository, RepositoryError } from "./repository/repository";

/** A record of a verification, a drill or the doctor, without having read it. */
export interface RecordFacts {
  key: string;
  /** When its run began by its id, or when storage received it, whichever is earlier. */
  at: Date;
  metadata: Record<string, string>;
}

/** The newest verification of a point; undefined when it has none. */
export interface VerificationFacts {
  point: RecoveryPoint;
  record: RecordFacts | undefined;
}

/** Drills of one database. */
export interface DrillFacts {
  /** Newest first: to the last one that passed, within bounds. */
  records: RecordFacts[];
  /** The oldest point there is, looked for only where there is no drill at all. */
  oldestPoint: { takenAt: Date; retainUntil: Date | undefined } | undefined;
}

/** A point is verified once or twice, a database drilled some times in its interval. */
const MAX_RECORDS = 1_000;
const MAX_DRILLS = 5;
const DAY_MS = 86_400_000;

async function keysBelow(repository: Repository, prefix: string, startAfter?: string) {
  const found: { key: string; lastModified: Date }[] = [];
  for await (const { key, lastModified } of repository.list(prefix, startAfter === undefined ? {} : { startAfter })) {
    found.push({ key, lastModified });
    if (found.length >= MAX_RECORDS) break;
  }
  return found;
}

/** Newest verification record of a point: one LIST, and a HEAD where there is one. */
async function verificationOf(repository: Repository, point: RecoveryPoint): Promise<VerificationFacts> {
  const prefix = verificationKey(point.database, point.id, 1).slice(0, -"1.json".length);
  const numbered = (await keysBelow(repository, prefix)).flatMap(({ key }) => {
    const n = /^([1-9]\d{0,4})\.json$/.exec(key.slice(prefix.length));
    return n ? [{ key, n: Number(n[1]) }] : [];
  });
  // Numbers are not padded: the tenth comes before the second in a listing.
  const newest = numbered.sort((a, b) => a.n - b.n).at(-1);
  if (!newest) return { point, record: undefined };
  const { lastModified, metadata } = await repository.head(newest.key);
  return { point, record: { key: newest.key, at: lastModified, metadata } };
}

/**
 * Verification of the newest point and, as long as it may be under way, of the newest point that has had its time. Without the
 * second, where backups run more often than a verification may take, none would ever be missed.
 * @param points complete ones, newest first
 * @param due a point committed before this must have a record
 */
export async function gatherVerifications(
  repository: Repository,
  points: readonly RecoveryPoint[],
  due: Date,
): Promise<VerificationFacts[]> {
  const [newest, ...others] = points;
  if (!newest) return [];
  const first = await verificationOf(repository, newest);
  if (first.record || newest.committedAt.getTime() <= due.getTime()) return [first];
  const settled = others.find((point) => point.committedAt.getTime() <= due.getTime());
  return settled ? [first, await verificationOf(repository, settled)] : [first];
}

interface Recorded {
  key: string;
  at: Date;
}

/** Newest records below dated folders, newest first: one LIST where there is one since a day, else a walk to the last day with one. */
async function newestRecords(
  repository: Repository,
  root: string,
  what: string,
  parse: (key: string) => { startedAt: Date } | undefined,
  since: Date,
): Promise<Recorded[]> {
  const recorded = async (prefix: string, startAfter?: string): Promise<Recorded[]> => {
    const keys = await keysBelow(repository, prefix, startAfter);
    const records = keys.flatMap(({ key, lastModified }) => {
      const startedAt = parse(key)?.startedAt.getTime();
      return startedAt === undefined ? [] : [{ key, at: new Date(Math.min(startedAt, lastModified.getTime())) }];
    });
    return records.sort((a, b) => b.at.getTime() - a.at.getTime());
  };
  const recent = await recorded(root, root + since.toISOString().slice(0, 10).replace(/-/g, "/"));
  if (recent.length > 0) return recent;
  const newestOfDay = async (folder: string) => {
    const records = await recorded(folder);
    return records.length > 0 ? records : undefined;
  };
  return (await newestDated(repository, { root, newestOfDay, what })) ?? [];
}

async function oldestPointOf(repository: Repository, database: string, tiers: readonly string[]) {
  const firsts = await Promise.all(
    tiers.map(async (tier) => {
      // A listing is in order of time; foreign keys before the first point are not followed.
      for (const { key } of await keysBelow(repository, manifestPrefix(tier, database))) {
        const at = parseManifestKey(key);
        if (at) return [at];
      }
      return [];
    }),
  );
  const oldest = firsts.flat().sort((a, b) => a.takenAt.getTime() - b.takenAt.getTime())[0];
  if (!oldest) return undefined;
  const retainUntil = parseManifestMetadata(await metadataOf(repository, oldest))?.retainUntil;
  return { takenAt: oldest.takenAt, retainUntil };
}

async function metadataOf(repository: Repository, at: PointLocation): Promise<Record<string, string>> {
  try {
    return (await repository.head(manifestKey(at))).metadata;
  } catch (error) {
    // Lifecycle takes the oldest ones away, also between a LIST and a HEAD.
    if (error instanceof RepositoryError && error.kind === "notFound") return {};
    throw error;
  }
}

/** What the drills of a database show: a LIST and a HEAD, a few more calls where none passed of late. */
export async function gatherDrills(
  repository: Repository,
  database: string,
  tiers: readonly string[],
  since: Date,
): Promise<DrillFacts> {
  const parse = (key: string) => parseDrillKey(key);
  const found = await newestRecords(repository, drillPrefix(database), "drill", parse, since);
  const records: RecordFacts[] = [];
  for (const { key, at } of found.slice(0, MAX_DRILLS)) {
    const { metadata } = await repository.head(key);
    records.push({ key, at, metadata });
    if (metadata.verdict === "passed") break;
  }
  const oldestPoint = records.length > 0 ? undefined : await oldestPointOf(repository, database, tiers);
  return { records, oldestPoint };
}

/** The doctor's newest record; undefined when there is none. */
export async function gatherDoctor(repository: Repository, since: Date): Promise<RecordFacts | undefined> {
  const [newest] = await newestRecords(repository, DOCTOR_PREFIX, "doctor's record", parseDoctorKey, since);
  return newest && { ...newest, metadata: (await repository.head(newest.key)).metadata };
}

/** How long after a drill, or a run of the doctor, the next one is missed, in milliseconds: one may fail and be run again. */
export function overdueMs(intervalDays: number): number {
  return 1.5 * intervalDays * DAY_MS;
}
