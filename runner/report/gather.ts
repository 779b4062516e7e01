import { PREFIXES } from "../contract";
import { drillPrefix, parseDrillKey, type DrillRecord } from "../drillContract";
import { decodeRecord } from "../drill/record";
import { messageOf, StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import { listRecoveryPoints, newestRecoveryPoint } from "../recoveryPoints";
import { readText } from "../repository/readText";
import type { Repository } from "../repository/repository";
import { inWorkers } from "../workers";
import type { DatabaseEvidence, Evidence, VerificationEvidence } from "./evidence";
import { decodeVerification } from "./verificationRecord";

/** What to gather. */
export interface GatherRequest {
  side: Side;
  databases: readonly string[];
  since: Date;
  now: Date;
  toolVersion: string;
}

/** Records of one kind and database that are read; the newest. */
const MOST_RECORDS = 400;
/** Keys that are listed for one kind and database. */
const MOST_KEYS = 20_000;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const READS_AT_ONCE = 8;
const NEVER = new AbortController().signal;

const day = (at: Date): string => at.toISOString().slice(0, 10).replace(/-/g, "/");
/** A record lies under the day that its id names, which may be the day before it was written. */
const DAY_MS = 86_400_000;

interface Listing {
  /** Newest first, no more than are read. */
  keys: string[];
  remarks: string[];
}

/** Keys below a prefix from a day on, the newest of them. */
async function newestKeys(
  repository: Repository,
  what: string,
  prefix: string,
  since: Date,
  isOurs: (key: string) => boolean,
): Promise<Listing> {
  const keys: string[] = [];
  let seen = 0;
  for await (const { key } of repository.list(prefix, { startAfter: prefix + day(since) })) {
    if (isOurs(key)) keys.push(key);
    // A listing begins with the oldest: one that is cut would lack the newest.
    if (++seen > MOST_KEYS) {
      const detail = `${prefix} holds more than ${MOST_KEYS} keys since ${day(since)}; give a later --since`;
      throw new StageError("report", "unhealthy", detail);
    }
  }
  const newest = keys.sort().reverse().slice(0, MOST_RECORDS);
  return {
    keys: newest,
    remarks: keys.length > newest.length ? [`of ${keys.length} ${what} the newest ${newest.length} were read`] : [],
  };
}

/** Reads records; one that can't be read is named, since a report with a gap must show it. */
async function readAll<T>(
  repository: Repository,
  keys: readonly string[],
  decode: (text: string, key: string) => T,
): Promise<{ records: T[]; remarks: string[] }> {
  const found = new Map<string, T>();
  const remarks: string[] = [];
  const interruption = () => new StageError("report", "interrupted", "stopped by a signal");
  await inWorkers([...keys], READS_AT_ONCE, { signal: NEVER, interruption }, async (key) => {
    try {
      found.set(key, decode(await readText(repository, "report", key, MAX_RECORD_BYTES), key));
    } catch (error) {
      remarks.push(`not counted: ${messageOf(error)}`);
    }
  });
  return { records: keys.flatMap((key) => found.get(key) ?? []), remarks: remarks.sort() };
}

async function drillsOf(repository: Repository, database: string, since: Date) {
  const isOurs = (key: string) => parseDrillKey(key) !== undefined;
  const listing = await newestKeys(repository, "drill records", drillPrefix(database), since, isOurs);
  const { records, remarks } = await readAll(repository, listing.keys, decodeRecord);
  const inPeriod = records.filter(({ startedAt }) => new Date(startedAt) >= since);
  return { drills: inPeriod, remarks: [...listing.remarks, ...remarks] };
}

async function verificationsOf(repository: Repository, database: string, since: Date) {
  const prefix = `${PREFIXES.verifications}${database}/`;
  const isOurs = (key: string) => /-[1-9]\d*\.json$/.test(key);
  const from = new Date(since.getTime() - DAY_MS);
  const listing = await newestKeys(repository, "verification records", prefix, from, isOurs);
  const { records, remarks } = await readAll(repository, listing.keys, decodeVerification);
  const inPeriod = records.filter(({ startedAt }) => new Date(startedAt) >= since);
  const newestFirst = (a: VerificationEvidence, b: VerificationEvidence) => (a.startedAt < b.startedAt ? 1 : -1);
  return { verifications: inPeriod.sort(newestFirst), remarks: [...listing.remarks, ...remarks] };
}

/** The last drill before the period that passed, by the metadata of a few. */
async function passedBefore(repository: Repository, database: string, since: Date) {
  const keys: string[] = [];
  for await (const { key } of repository.list(drillPrefix(database))) {
    const parsed = parseDrillKey(key);
    if (parsed && parsed.startedAt < since) keys.push(key);
    if (keys.length >= MOST_KEYS) break;
  }
  for (const key of keys.sort().reverse().slice(0, READS_AT_ONCE)) {
    const { metadata } = await repository.head(key);
    if (metadata.verdict === "passed") return { startedAt: parseDrillKey(key)!.startedAt.toISOString() };
  }
  return null;
}

async function pointsSince(repository: Repository, database: string, passed: DrillRecord | undefined) {
  const takenAt = passed?.recoveryPoint?.takenAt;
  if (takenAt === undefined) return null;
  const at = new Date(takenAt);
  const points = await listRecoveryPoints(repository, database, { sinceDay: at });
  return points.filter((point) => point.takenAt.getTime() > at.getTime()).length;
}

async function evidenceOf(repository: Repository, database: string, request: GatherRequest): Promise<DatabaseEvidence> {
  const { since, now } = request;
  const drilled = await drillsOf(repository, database, since);
  const verified = await verificationsOf(repository, database, since);
  const passed = drilled.drills.find(({ verdict }) => verdict === "passed");
  const newest = await newestRecoveryPoint(repository, database, { now });
  return {
    database,
    drills: drilled.drills,
    lastPassedBefore: passed === undefined ? await passedBefore(repository, database, since) : null,
    verifications: verified.verifications,
    pointsSinceDrill: await pointsSince(repository, database, passed),
    newestPointAt: newest?.takenAt.toISOString() ?? null,
    remarks: [...drilled.remarks, ...verified.remarks],
  };
}

/** Databases that have evidence, also such as have no recovery point any more, sorted. */
export async function databasesWithEvidence(repository: Repository): Promise<string[]> {
  const prefixes = [PREFIXES.drills, PREFIXES.verifications];
  const folders = await Promise.all(prefixes.map((prefix) => repository.listFolders(prefix)));
  const names = folders.flat().map((folder) => folder.split("/")[1]!);
  // What begins with "_" is no database.
  return [...new Set(names.filter((name) => !name.startsWith("_")))].sort();
}

/** Gathers the evidence of a period: a bounded number of reads per database, and what was cut is said. */
export async function gatherEvidence(repository: Repository, request: GatherRequest): Promise<Evidence> {
  const databases: DatabaseEvidence[] = [];
  for (const database of request.databases) databases.push(await evidenceOf(repository, database, request));
  return {
    createdAt: request.now.toISOString(),
    since: request.since.toISOString(),
    side: request.side,
    bucket: repository.bucket,
    region: repository.region,
    toolVersion: request.toolVersion,
    databases,
  };
}
