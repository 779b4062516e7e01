import { PREFIXES } from "../contract";
import { drillKey, drillPrefix, parseDrillKey, type DrillRecord } from "../drillContract";
import { decodeRecord } from "../drill/record";
import { StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import { listRecoveryPoints, newestRecoveryPoint } from "../recoveryPoints";
import type { Repository } from "../repository/repository";
import type { DatabaseEvidence, Evidence } from "./evidence";
import { verificationsOf } from "./gatherVerifications";
import { type Listing, MOST_KEYS, newestOf, readRecords, READS_AT_ONCE } from "./readRecords";

/** What to gather. */
export interface GatherRequest {
  side: Side;
  databases: readonly string[];
  since: Date;
  now: Date;
  toolVersion: string;
}

const day = (at: Date): string => at.toISOString().slice(0, 10).replace(/-/g, "/");

/** Keys of a database's drills from a day on, the newest of them. */
async function drillKeys(repository: Repository, prefix: string, since: Date): Promise<Listing> {
  const keys: string[] = [];
  let seen = 0;
  for await (const { key } of repository.list(prefix, { startAfter: prefix + day(since) })) {
    if (parseDrillKey(key) !== undefined) keys.push(key);
    // A listing begins with the oldest: one that is cut would lack the newest.
    if (++seen > MOST_KEYS) {
      const detail = `${prefix} holds more than ${MOST_KEYS} keys since ${day(since)}; give a later --since`;
      throw new StageError("report", "unhealthy", detail);
    }
  }
  return newestOf(keys.sort().reverse(), "drill records");
}

/** The newest record that can't be read, where no readable one is newer: nobody knows what the last drill came to. */
function unreadableLast(unreadable: ReadonlyMap<string, string>, drills: readonly DrillRecord[], since: Date) {
  const key = [...unreadable.keys()].sort().at(-1);
  if (key === undefined) return null;
  const { startedAt } = parseDrillKey(key)!;
  const readable = drills[0] && parseDrillKey(drillKey(drills[0].database, drills[0].drillId))!.startedAt;
  if (startedAt < since || (readable && readable > startedAt)) return null;
  return { key, startedAt: startedAt.toISOString(), problem: unreadable.get(key)! };
}

async function drillsOf(repository: Repository, database: string, since: Date) {
  const listing = await drillKeys(repository, drillPrefix(database), since);
  const { records, unreadable, remarks } = await readRecords(repository, listing.keys, decodeRecord);
  const drills = records.filter(({ startedAt }) => new Date(startedAt) >= since);
  return {
    drills,
    unreadableLast: unreadableLast(unreadable, drills, since),
    remarks: [...listing.remarks, ...remarks],
  };
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
    unreadableLast: drilled.unreadableLast,
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
