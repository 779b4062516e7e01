import type { Client } from "pg";
import { messageOf, StageError } from "../../errors";
import { type Catalog, readCatalog } from "./catalog";
import { tableName } from "../../tableName";
import { readRelations } from "./relations";
import { readLagSeconds } from "./standby";
import {
  heldTables,
  type LockedTable,
  lockTables,
  rewrittenTables,
  TableBusy,
  TableVanished,
  waitUntilFree,
} from "./tableLocks";

/** Two-part advisory lock key of every backup: "B321" in ASCII, and this use of it. Advisory locks are per database. */
const LOCK_KEY = [0x42333231, 1] as const;
/** Tables may come and go while they are locked; on a database where they never stop, this ends it. */
const MOST_ATTEMPTS = 5;

/** What freezing needs to know. */
export interface FreezeRequest {
  /** `host:port/database`, for errors. */
  where: string;
  clock: () => Date;
  lockWaitMs: number;
  isStandby: boolean;
  /** Why no snapshot may be exported; undefined: it may. */
  noExport: string | undefined;
}

/** A database frozen in the session's open transaction, which holds ACCESS SHARE on every table that the dump reads. */
export interface FrozenDatabase {
  /** When the snapshot was taken; on a standby, the moment of the primary that it shows. */
  takenAt: Date;
  snapshotId: string | undefined;
  /** Why there is no `snapshotId`. */
  noExport: string | undefined;
  /** Of a standby. */
  lagSeconds: number | undefined;
  catalog: Catalog;
}

/** The server would not export a snapshot. The transaction is aborted. */
class ExportRefused extends Error {
  override readonly name = "ExportRefused";
}

/** Tables of the snapshot that could not be locked, or were rewritten before they were. */
class Unlocked extends Error {
  override readonly name = "Unlocked";
  constructor(readonly tables: readonly string[]) {
    super("some tables are not locked");
  }
}

/**
 * Locks every table, then freezes the snapshot: nothing can be truncated, dropped or rewritten between the two, or later. What is
 * made or renamed meanwhile is found in the snapshot and locked too, or all of it starts anew.
 * @throws StageError `preflight` naming tables that stay locked by others or never stand still, `overlap`
 */
export async function freeze(client: Client, request: FreezeRequest): Promise<FrozenDatabase> {
  const { where, clock, lockWaitMs } = request;
  const until = clock().getTime() + lockWaitMs;
  const patience = { lockWaitMs, remainingMs: () => until - clock().getTime() };
  let noExport = request.noExport;
  let restless: readonly string[] = [];
  for (let attempt = 1; attempt <= MOST_ATTEMPTS;) {
    const tables = (await readRelations(client)).filter(({ kind }) => kind !== "S");
    try {
      return await attemptToFreeze(client, { ...request, noExport }, tables);
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined); // a session that is gone has nothing to roll back
      if (error instanceof TableBusy) await waitUntilFree(client, where, error.tables, patience);
      else if (error instanceof ExportRefused) noExport = messageOf(error);
      else if (error instanceof Unlocked || error instanceof TableVanished) {
        restless = error instanceof Unlocked ? error.tables : [];
        attempt += 1;
      } else throw error;
    }
  }
  const names = restless.length > 0 ? `: ${restless.join(", ")}` : "";
  throw new StageError(
    "preflight",
    "preflight",
    `tables of ${where} were made, renamed, dropped or rewritten each time that all of them were to be locked, ${MOST_ATTEMPTS} times in a row${names}; run again when that has ended`,
  );
}

async function attemptToFreeze(
  client: Client,
  { where, clock, isStandby, noExport }: FreezeRequest,
  tables: readonly LockedTable[],
): Promise<FrozenDatabase> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await lockTables(client, tables);
  const asked = clock();
  // The first query of the transaction, so it freezes the snapshot. The lock ends with the transaction, whatever way that ends.
  await takeOverlapLock(client, where);
  const lagSeconds = isStandby ? await readLagSeconds(client) : undefined;
  const snapshotId = noExport === undefined ? await exportSnapshot(client) : undefined;
  const catalog = await readCatalog(client);
  await lockNewcomers(client, catalog);
  return {
    takenAt: new Date(asked.getTime() - Math.ceil((lagSeconds ?? 0) * 1000)),
    snapshotId,
    noExport,
    lagSeconds,
    catalog,
  };
}

/** @throws StageError `overlap` */
async function takeOverlapLock(client: Client, where: string): Promise<void> {
  const { rows } = await client.query<{ ok: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${LOCK_KEY.join(", ")}) AS ok`,
  );
  if (!rows[0]!.ok) throw overlap(where);
}

/**
 * Looks whether another run holds the overlap lock, before anything is waited for or counted.
 * @throws StageError `overlap`
 */
export async function refuseOverlap(client: Client, where: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
       AND classid = ${LOCK_KEY[0]} AND objid = ${LOCK_KEY[1]}
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  if (rows.length > 0) throw overlap(where);
}

function overlap(where: string): StageError {
  return new StageError(
    "preflight",
    "overlap",
    `another backup of ${where} is running (it holds advisory lock ${LOCK_KEY.join("/")}); wait for it to end`,
  );
}

async function exportSnapshot(client: Client): Promise<string> {
  try {
    const { rows } = await client.query<{ id: string }>("SELECT pg_export_snapshot() AS id");
    return rows[0]!.id;
  } catch (error) {
    throw new ExportRefused(messageOf(error), { cause: error });
  }
}

/** Locks the tables that the snapshot shows and the listing before it did not; none of them may have been rewritten meanwhile. */
async function lockNewcomers(client: Client, { relations }: Catalog): Promise<void> {
  const held = await heldTables(client);
  const newcomers = relations.filter(({ kind, oid }) => (kind === "r" || kind === "p") && !held.has(oid));
  if (newcomers.length === 0) return;
  const unlocked = (tables: readonly LockedTable[]) => new Unlocked(tables.map(tableName));
  try {
    await lockTables(client, newcomers);
  } catch (error) {
    throw error instanceof TableBusy || error instanceof TableVanished ? unlocked(newcomers) : error;
  }
  const oids = newcomers.map(({ oid }) => oid);
  const nowHeld = await heldTables(client);
  // A name may be another table's by now.
  const strangers = newcomers.filter(({ oid }) => !nowHeld.has(oid));
  const rewritten = new Set(await rewrittenTables(client, oids));
  const lost = newcomers.filter((table) => strangers.includes(table) || rewritten.has(table.oid));
  if (lost.length > 0) throw unlocked(lost);
}
