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

/** A prefix of which only so many keys were looked at: more than any history of backups has. */
export interface Flood {
  prefix: string;
  keys: number;
}

/** When to look for records. */
export interface RecordTimes {
  /** Start of the time in which there must be one. */
  since: Date;
  now: Date;
}

/** Drills of one database. */
export interface DrillFacts {
  /** Newest first: to the last one that passed, within bounds. */
  records: RecordFacts[];
  /** Days with so many keys that there may be a newer drill. */
  flooded: Flood[];
  /** The oldest point there is, looked for only where there is no drill at all. */
  oldestPoint: { takenAt: Date; retainUntil: Date | undefined } | undefined;
}

/** What the doctor left. */
export interface DoctorFacts {
  /** Undefined when it never ran. */
  newest: RecordFacts | undefined;
  /** Days with so many keys that there may be a newer one. */
  flooded: Flood[];
}

/** A point is verified once or twice, a database drilled some times in its interval. */
const MAX_RECORDS = 1_000;
const MAX_DRILLS = 5;
const DAY_MS = 86_400_000;

interface ListedKeys {
  found: { key: string; lastModified: Date }[];
  /** There may be more: a listing ascends, so what is missing are its newest. */
  isCut: boolean;
}

async function keysBelow(repository: Repository, prefix: string, startAfter?: string): Promise<ListedKeys> {
  const found: ListedKeys["found"] = [];
  for await (const { key, lastModified } of repository.list(prefix, startAfter === undefined ? {} : { startAfter })) {
    found.push({ key, lastModified });
    // A page holds as many: to know whether there is one more would be another call.
    if (found.length >= MAX_RECORDS) return { found, isCut: true };
  }
  return { found, isCut: false };
}

/** Newest verification record of a point: one LIST, and a HEAD where there is one. */
async function verificationOf(repository: Repository, point: RecoveryPoint): Promise<VerificationFacts> {
  const prefix = verificationKey(point.database, point.id, 1).slice(0, -"1.json".length);
  const numbered = (await keysBelow(repository, prefix)).found.flatMap(({ key }) => {
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

const dayOf = (at: Date): string => at.toISOString().slice(0, 10).replace(/-/g, "/");
const newestFirst = (records: readonly Recorded[]): Recorded[] =>
  [...new Map(records.map((record) => [record.key, record])).values()].sort((a, b) => b.at.getTime() - a.at.getTime());

/**
 * Newest records below dated folders, newest first: one LIST since a day. Where it is cut, one from yesterday; where nothing was found, or
 * not the end, a walk to the last day with one. After a cut, records between the first thousand and that day are passed over.
 */
async function newestRecords(
  repository: Repository,
  root: string,
  what: string,
  parse: (key: string) => { startedAt: Date } | undefined,
  { since, now }: RecordTimes,
): Promise<{ records: Recorded[]; flooded: Flood[] }> {
  const recorded = async (prefix: string, startAfter?: string) => {
    const { found, isCut } = await keysBelow(repository, prefix, startAfter);
    const records = found.flatMap(({ key, lastModified }) => {
      const startedAt = parse(key)?.startedAt.getTime();
      return startedAt === undefined ? [] : [{ key, at: new Date(Math.min(startedAt, lastModified.getTime())) }];
    });
    return { records, isCut };
  };
  const seen: Recorded[] = [];
  for (const from of [since, new Date(now.getTime() - DAY_MS)]) {
    const { records, isCut } = await recorded(root, root + dayOf(from));
    seen.push(...records);
    if (isCut) continue;
    if (records.length > 0) return { records: newestFirst(seen), flooded: [] };
    break;
  }
  const flooded: Flood[] = [];
  const newestOfDay = async (folder: string) => {
    const { records, isCut } = await recorded(folder);
    if (isCut) flooded.push({ prefix: folder, keys: MAX_RECORDS - 1 });
    return records.length > 0 ? records : undefined;
  };
  seen.push(...((await newestDated(repository, { root, newestOfDay, what })) ?? []));
  return { records: newestFirst(seen), flooded };
}

async function oldestPointOf(repository: Repository, database: string, tiers: readonly string[]) {
  const firsts = await Promise.all(
    tiers.map(async (tier) => {
      // A listing is in order of time; foreign keys before the first point are not followed.
      for (const { key } of (await keysBelow(repository, manifestPrefix(tier, database))).found) {
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
  times: RecordTimes,
): Promise<DrillFacts> {
  const parse = (key: string) => parseDrillKey(key);
  const { records: found, flooded } = await newestRecords(repository, drillPrefix(database), "drill", parse, times);
  const records: RecordFacts[] = [];
  for (const { key, at } of found.slice(0, MAX_DRILLS)) {
    const { metadata } = await repository.head(key);
    records.push({ key, at, metadata });
    if (metadata.verdict === "passed") break;
  }
  const oldestPoint = records.length > 0 ? undefined : await oldestPointOf(repository, database, tiers);
  return { records, flooded, oldestPoint };
}

/** The doctor's newest record: a LIST and a HEAD, a few more calls where it ran a thousand times, or not of late. */
export async function gatherDoctor(repository: Repository, times: RecordTimes): Promise<DoctorFacts> {
  const { records, flooded } = await newestRecords(repository, DOCTOR_PREFIX, "doctor's record", parseDoctorKey, times);
  const [newest] = records;
  return { newest: newest && { ...newest, metadata: (await repository.head(newest.key)).metadata }, flooded };
}

/** How long after a drill, or a run of the doctor, the next one is missed, in milliseconds: one may fail and be run again. */
export function overdueMs(intervalDays: number): number {
  return 1.5 * intervalDays * DAY_MS;
}
