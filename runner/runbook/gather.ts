import { manifestKey } from "../contract";
import { newestDated } from "../datedFolders";
import { drillPrefix, parseDrillKey } from "../drillContract";
import { messageOf } from "../errors";
import { newestRecoveryPoint, readManifest } from "../recoveryPoints";
import type { Repository } from "../repository/repository";
import { databasesIn } from "../repositoryTiers";
import type { StackSettings } from "../stackSettings";
import type { RunbookDatabase, RunbookDrill, RunbookFacts, RunbookFinding, RunbookSide } from "./facts";

/** Days with drills that are looked at, newest first: a page shows the recent ones, whatever the history. */
const DRILL_DAYS = 5;
const DRILLS_PER_DAY = 5;

/** A repository to read, or why it can't be. */
export type ReadableSide = Pick<Repository, "bucket" | "region"> & { repository: Repository };

/** What a runbook is gathered from. */
export interface RunbookSources {
  title: string;
  stack: StackSettings;
  primary: ReadableSide;
  replica: ReadableSide | undefined;
  /** Names; undefined: all that a side holds. */
  databases: readonly string[] | undefined;
  now: Date;
}

async function newestOf(repository: Repository, database: string, now: Date): Promise<RunbookFinding> {
  try {
    const at = await newestRecoveryPoint(repository, database, { now });
    if (!at) return { point: null };
    const { manifest, versionId, tampering } = await readManifest(repository, at);
    if (tampering.length > 0) return { problem: tampering.join("; ") };
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    return {
      point: {
        id: at.id,
        tier: at.tier,
        takenAt: manifest.takenAt,
        manifestKey: manifestKey(at),
        manifestVersionId: versionId,
        storedBytes: sum(manifest.objects.map(({ stored }) => stored.bytes)),
        rawBytes: sum(manifest.objects.map(({ raw }) => raw.bytes)),
        tables: manifest.tables.length,
        lockedUntil: manifest.lock.retainUntil,
        clientMajor: Number.parseInt(manifest.source.clientVersion, 10),
        recipients: manifest.encryption?.recipients ?? [],
        excludedTables: manifest.excludedTables,
      },
    };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Drills of one day, newest first, from their metadata alone. */
async function drillsOfDay(repository: Repository, folder: string): Promise<RunbookDrill[] | undefined> {
  const keys: string[] = [];
  for await (const { key } of repository.list(folder)) if (parseDrillKey(key)) keys.push(key);
  if (keys.length === 0) return undefined;
  const drills: RunbookDrill[] = [];
  for (const key of keys.sort().reverse().slice(0, DRILLS_PER_DAY)) {
    const { metadata } = await repository.head(key);
    const { verdict, startedat = "", restoreseconds = "" } = metadata;
    const restoreSeconds = Number(restoreseconds);
    if ((verdict !== "passed" && verdict !== "failed") || restoreseconds === "" || Number.isNaN(restoreSeconds))
      continue;
    drills.push({ startedAt: decodeURIComponent(startedat), verdict, restoreSeconds });
  }
  return drills;
}

/** The newest drills of a database, newest first. */
export async function newestDrills(repository: Repository, database: string): Promise<RunbookDrill[]> {
  const root = drillPrefix(database);
  const drills: RunbookDrill[] = [];
  let lastDay: string | undefined;
  for (let i = 0; i < DRILL_DAYS; i++) {
    const found = await newestDated(repository, {
      root,
      lastDay,
      what: "drill",
      newestOfDay: async (folder) => {
        const ofDay = await drillsOfDay(repository, folder);
        return ofDay && { ofDay, day: folder.slice(root.length, -1) };
      },
    });
    if (!found) break;
    drills.push(...found.ofDay);
    lastDay = new Date(Date.parse(`${found.day.replace(/\//g, "-")}T00:00:00Z`) - 86_400_000)
      .toISOString()
      .slice(0, 10)
      .replace(/-/g, "/");
  }
  return drills;
}

async function databaseFacts(sources: RunbookSources, name: string): Promise<RunbookDatabase> {
  const { primary, replica, now, stack } = sources;
  const [ofPrimary, ofReplica, drills] = await Promise.all([
    newestOf(primary.repository, name, now),
    replica ? newestOf(replica.repository, name, now) : null,
    newestDrills(primary.repository, name).catch((error: unknown) => ({ problem: messageOf(error) })),
  ]);
  return {
    name,
    rpoMinutes: stack.objectives?.find(({ database }) => database === name)?.rpoMinutes ?? stack.rpoMinutes ?? null,
    newest: { primary: ofPrimary, replica: ofReplica },
    drills: "problem" in drills ? null : drills,
    drillProblem: "problem" in drills ? drills.problem : null,
  };
}

async function namesOf({ databases, primary, replica }: RunbookSources): Promise<readonly string[]> {
  if (databases) return databases;
  try {
    return await databasesIn(primary.repository);
  } catch (error) {
    // On the day on which the primary is gone, the page is wanted most.
    if (!replica) throw error;
    return databasesIn(replica.repository);
  }
}

function sideFacts(
  { bucket, region }: ReadableSide,
  restorerRoleArn: string | undefined,
  topicArn: string | undefined,
): RunbookSide {
  return { bucket, region, restorerRoleArn: restorerRoleArn ?? null, topicArn: topicArn ?? null, kmsKeyArn: null };
}

/** Reads what a runbook tells: of each database one point and the newest drills, in bounded calls. A side that fails is told, not passed over. */
export async function gatherRunbook(sources: RunbookSources): Promise<RunbookFacts> {
  const { stack, primary, replica } = sources;
  const databases: RunbookDatabase[] = [];
  for (const name of await namesOf(sources)) databases.push(await databaseFacts(sources, name));
  const { restorerRoleArn, replicaRestorerRoleArn = restorerRoleArn } = stack;
  return {
    title: sources.title,
    generatedAt: `${sources.now.toISOString().slice(0, 16)}Z`,
    primary: sideFacts(primary, restorerRoleArn, stack.primaryTopicArn),
    replica: replica ? sideFacts(replica, replicaRestorerRoleArn, stack.replicaTopicArn) : null,
    databases,
    lockMode: stack.objectLockMode ?? null,
    stateMachineArn: stack.stateMachineArn ?? null,
    dumpRoleArns: stack.dumpRoleArns ?? [],
    dashboardName: stack.dashboardName ?? null,
  };
}
