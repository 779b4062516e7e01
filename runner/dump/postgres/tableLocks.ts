import type { Client } from "pg";
import { StageError } from "../../errors";
import { tableName } from "../../tableName";
import { qualifiedName } from "../../postgres/qualifiedName";

/** A table by its name. */
export interface LockedTable {
  oid: number;
  schema: string;
  name: string;
}

/** SQLSTATE of a lock that NOWAIT or lock_timeout gave up on. */
const LOCK_NOT_AVAILABLE = "55P03";
/** SQLSTATEs of what was dropped or renamed since it was listed. */
const VANISHED = ["42P01", "3F000"];
/** Names in one statement; one statement per table would be as many round trips. */
const BATCH = 500;

/** Some of a batch could not be locked. The transaction that tried is aborted. */
export class TableBusy extends Error {
  override readonly name = "TableBusy";
  constructor(
    /** The batch; one of them it is. */
    readonly tables: readonly LockedTable[],
    options: ErrorOptions,
  ) {
    super("a table is locked by another session", options);
  }
}

/** A table was dropped or renamed between its listing and its lock. The transaction that tried is aborted. */
export class TableVanished extends Error {
  override readonly name = "TableVanished";
}

/**
 * Takes ACCESS SHARE on every table in the session's open transaction, without waiting: whoever waits while it holds other locks
 * can end up in a deadlock with DDL, and the server might then end that instead of this. LOCK TABLE does not freeze the snapshot.
 * @throws TableBusy, TableVanished
 */
export async function lockTables(client: Client, tables: readonly LockedTable[]): Promise<void> {
  for (let from = 0; from < tables.length; from += BATCH) {
    const batch = tables.slice(from, from + BATCH);
    try {
      await client.query(`LOCK TABLE ${batch.map(only).join(", ")} IN ACCESS SHARE MODE NOWAIT`);
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (code === LOCK_NOT_AVAILABLE) throw new TableBusy(batch, { cause: error });
      if (VANISHED.includes(code)) throw new TableVanished("a table is gone", { cause: error });
      throw error;
    }
  }
}

function only({ schema, name }: LockedTable): string {
  return `ONLY ${qualifiedName({ schema, name })}`;
}

/** How long a run waits for tables that others have locked. */
export interface LockPatience {
  lockWaitMs: number;
  /** Milliseconds of it that are left. */
  remainingMs: () => number;
}

/**
 * Waits, holding nothing, until the busy ones of the tables are free. Outside of any transaction.
 * @throws StageError `preflight` naming the table that stayed locked, and by which sessions
 */
export async function waitUntilFree(
  client: Client,
  where: string,
  tables: readonly LockedTable[],
  { lockWaitMs, remainingMs }: LockPatience,
): Promise<void> {
  const isOver = remainingMs() <= 0;
  const busy = await exclusiveLocks(client, tables);
  for (const { table } of busy) {
    if (!isOver && (await isLockable(client, table, remainingMs()))) continue;
    const pids = (await exclusiveLocks(client, [table])).map(({ pid }) => pid ?? "of a prepared transaction");
    throw locked(`table ${tableName(table)} of ${where}`, pids.length === 0 ? "" : ` (PID ${pids.join(", ")})`);
  }
  if (isOver) throw locked(`one table after another of ${where}, last one of ${tables.map(tableName).join(", ")},`);

  function locked(what: string, by = ""): StageError {
    return new StageError(
      "preflight",
      "preflight",
      `${what} was locked by another session${by} for more than ${lockWaitMs} ms; let its ALTER TABLE, VACUUM FULL or LOCK TABLE end, then run again`,
    );
  }
}

/** Whether the table can be locked within the time; one that is gone needs no lock. */
async function isLockable(client: Client, table: LockedTable, withinMs: number): Promise<boolean> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.ceil(withinMs))}`);
    await client.query(`LOCK TABLE ${only(table)} IN ACCESS SHARE MODE`);
    return true;
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === LOCK_NOT_AVAILABLE) return false;
    if (VANISHED.includes(code)) return true;
    throw error;
  } finally {
    await client.query("ROLLBACK");
  }
}

/** Who has, or waits for, ACCESS EXCLUSIVE on some of the tables; a prepared transaction has no PID. */
export async function exclusiveLocks(
  client: Client,
  tables: readonly LockedTable[],
): Promise<{ table: LockedTable; pid: number | null }[]> {
  const { rows } = await client.query<{ oid: number; pid: number | null }>(
    `SELECT relation::int8::float8 AS oid, pid FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock' AND pid IS DISTINCT FROM pg_backend_pid()
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY relation, pid`,
  );
  const byOid = new Map(tables.map((table) => [table.oid, table]));
  return rows.flatMap(({ oid, pid }) => {
    const table = byOid.get(oid);
    return table === undefined ? [] : [{ table, pid }];
  });
}

/** Oids of the relations on which this session holds ACCESS SHARE. */
export async function heldTables(client: Client): Promise<Set<number>> {
  const { rows } = await client.query<{ oid: number }>(
    `SELECT relation::int8::float8 AS oid FROM pg_locks
     WHERE locktype = 'relation' AND mode = 'AccessShareLock' AND pid = pg_backend_pid() AND granted`,
  );
  return new Set(rows.map(({ oid }) => oid));
}

/**
 * Tables of the snapshot whose rows are stored elsewhere by now: TRUNCATE, VACUUM FULL or an ALTER rewrote them after the snapshot
 * and before the lock, and what the snapshot sees of them is not what it was. pg_relation_filenode looks past the snapshot.
 */
export async function rewrittenTables(client: Client, oids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ oid: number }>(
    `SELECT oid::int8::float8 AS oid FROM pg_class
     WHERE oid = ANY ($1::oid[]) AND relkind = 'r' AND pg_relation_filenode(oid) IS DISTINCT FROM relfilenode`,
    [oids],
  );
  return rows.map(({ oid }) => oid);
}
