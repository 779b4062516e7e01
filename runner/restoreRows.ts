import type { Client } from "pg";
import { type ExitName, messageOf, problemsError, StageError } from "./errors";
import { unlessAborted } from "./interruption";
import type { Manifest, ManifestTable } from "./manifestFormat";
import { startPgRestore } from "./postgres/archivePrograms";
import { libpqEnv } from "./postgres/connection";
import { dropTemporary } from "./postgres/temporaryDatabase";
import { readManifest } from "./recoveryPoints";
import type { RestoreDependencies, RestoreRequest } from "./restore";
import { asRestoreError, stopped } from "./restorePreflight";
import { partitionsOf } from "./restorePartitions";
import { namedTables } from "./restoreSelection";
import { restoreTemporary, withClient } from "./restoreTemporary";
import { inScratch } from "./scratch";
import { startStage } from "./stream/childStage";
import { tableName } from "./tableName";
import { qualifiedName } from "./postgres/qualifiedName";

/** Whose rows to bring into which database. */
export type RowsRequest = Pick<RestoreRequest, "point" | "tables" | "schemas" | "workers" | "locale"> & {
  /** An existing database that has the tables, empty. */
  database: string;
};

/** Rows that were brought into an existing database. */
export interface RowsResult {
  recoveryPointId: string;
  /** ISO 8601 UTC; the state of the data. */
  takenAt: string;
  bucket: string;
  region: string;
  database: string;
  /** `schema.table` of those that got their rows. */
  tables: string[];
  leftOut: string[];
  tampering: string[];
  seconds: number;
}

const MOST_PROBLEMS = 20;

/**
 * Brings rows of a recovery point into tables of an existing database that are there and empty.
 *
 * They are restored into a temporary database first, and only when every digest and row count agreed are they copied, in one
 * transaction: all of them or none. Needs room for both. The tables' triggers fire, and their foreign keys are checked. That they
 * are empty is checked at the beginning and right before the copy; nothing keeps others from writing after that, so stop them.
 *
 * @throws StageError as `restorePoint`; values of sequences are the point's also after a copy that failed
 */
export async function restoreRows(
  dependencies: RestoreDependencies,
  request: RowsRequest,
  signal: AbortSignal,
): Promise<RowsResult> {
  const { repository, settings, clock } = dependencies;
  const startedAt = clock();
  const { database, ...rest } = request;
  const omissions = { noOwner: true, noAcl: true, noTablespaces: true };
  const whole: RestoreRequest = { ...rest, ...omissions, newDatabase: `${database}__rows` };
  const { manifest } = await readManifest(repository, request.point);
  const named = namedTables(manifest, whole);
  const tables = named ?? withRows(manifest);
  const target = { ...settings, database };
  await withClient(target, (client) => requireEmpty(client, { database, exit: "preflight" }, tables));
  return inScratch(dependencies.scratch, async (directory) => {
    const { prepared, temporary, tampering } = await restoreTemporary(dependencies, whole, directory, signal);
    try {
      const major = prepared.server.major;
      const copied = named === undefined ? [] : tables.map((table) => `--table=${qualifiedName(table)}`);
      const partitions = named === undefined ? [] : await partitionsOf(settings, temporary, tables);
      const children = partitions.filter(({ isLeaf }) => isLeaf).map((partition) => `--table=${partition.name}`);
      // Hours have passed, in which somebody may have written.
      await withClient(target, (client) => requireEmpty(client, { database, exit: "restore" }, tables));
      await copyRows(dependencies, { temporary, database, major, args: [...copied, ...children] }, signal);
    } catch (error) {
      throw await dropTemporary(settings, temporary, asRestoreError(error, `database "${database}"`));
    }
    await dropAfter(dependencies, temporary);
    return {
      recoveryPointId: manifest.recoveryPointId,
      takenAt: manifest.takenAt,
      bucket: repository.bucket,
      region: repository.region,
      database,
      tables: tables.map(tableName),
      leftOut: prepared.leftOut,
      tampering,
      seconds: (clock().getTime() - startedAt.getTime()) / 1000,
    };
  });
}

function withRows({ tables, excludedTables }: Manifest): ManifestTable[] {
  return tables.filter((table) => table.kind === "r" && !excludedTables.includes(tableName(table)));
}

/** @throws StageError of that exit naming every table that is not there or has rows */
async function requireEmpty(
  client: Client,
  { database, exit }: { database: string; exit: ExitName },
  tables: readonly ManifestTable[],
): Promise<void> {
  const problems: string[] = [];
  for (const table of tables) {
    try {
      const { rows } = await client.query<{ has: boolean }>(
        `SELECT EXISTS (SELECT FROM ${qualifiedName(table)}) AS has`,
      );
      if (rows[0]!.has) problems.push(`"${tableName(table)}" has rows; empty it, or restore into a new database`);
    } catch (error) {
      problems.push(`"${tableName(table)}": ${messageOf(error)}`);
    }
  }
  if (problems.length === 0) return;
  throw problemsError(`rows into database "${database}"`, exit, problems, MOST_PROBLEMS);
}

/** One program's archive is the other's input; a cut-off one is refused there, before the one commit. */
async function copyRows(
  dependencies: RestoreDependencies,
  copy: { temporary: string; database: string; major: number; args: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const { settings, path } = dependencies;
  const into = startPgRestore({
    program: await dependencies.findProgram("pg_restore", copy.major),
    path,
    stage: "copy of rows",
    exit: "restore",
    args: ["--data-only", "--single-transaction", "--exit-on-error", "--no-password", `--dbname=${copy.database}`],
    connection: await libpqEnv({ ...settings, database: copy.database }),
    stdout: "ignore",
  });
  const dump = await dependencies.findProgram("pg_dump", copy.major);
  const from = startStage({
    stage: "copy of rows",
    exit: "restore",
    command: dump.path,
    args: [
      "--format=custom",
      "--compress=0",
      "--data-only",
      "--no-password",
      ...copy.args,
      `--dbname=${copy.temporary}`,
    ],
    env: { ...(await libpqEnv({ ...settings, database: copy.temporary })), PATH: path, LC_ALL: "C" },
    stdin: "ignore",
    stdout: into,
  });
  const ends = Promise.allSettled([from.done, into.done]);
  const [sent, taken] = await unlessAborted(signal, ends, stopped).catch(async (error: unknown) => {
    await Promise.all([into.stop(), from.stop()]);
    throw error;
  });
  // Whose reader has gone only knows that the pipe broke.
  if (sent.status === "rejected" && !/SIGPIPE|Broken pipe|Connection reset by peer/.test(messageOf(sent.reason)))
    throw sent.reason;
  if (taken.status === "rejected") throw taken.reason;
  if (sent.status === "rejected") throw sent.reason;
}

/** The rows are there whatever becomes of the temporary database. @throws StageError `restore` naming it where it stays */
async function dropAfter({ settings }: RestoreDependencies, temporary: string): Promise<void> {
  const done = new StageError("copy of rows", "restore", "the rows are copied and committed");
  const said = await dropTemporary(settings, temporary, done);
  if (said !== done) throw said;
}
