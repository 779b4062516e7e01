import type { Client } from "pg";
import type { LockTable } from "./lockCapacity";

/** What a server and its database are, as far as a dump goes by it. */
export interface ServerFacts {
  version: string;
  major: number;
  isStandby: boolean;
  encoding: string;
  /** Of the whole database, on disk. */
  databaseBytes: number;
  /** Whether the role may call pg_export_snapshot. */
  mayExport: boolean;
  lockTable: LockTable;
}

/** Settings whose sum is the number of processes that may hold locks; autovacuum has one of the first two, by version. */
const PROCESSES = [
  "max_connections",
  "autovacuum_worker_slots",
  "autovacuum_max_workers",
  "max_worker_processes",
  "max_wal_senders",
  "max_prepared_transactions",
];

/** Asks a session about its server, outside of any transaction. */
export async function readServer(client: Client): Promise<ServerFacts> {
  const { rows } = await client.query<
    Omit<ServerFacts, "lockTable"> & LockTable & { settings: Record<string, number> }
  >(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major,
            pg_is_in_recovery() AS "isStandby", pg_encoding_to_char(encoding) AS encoding,
            pg_database_size(datname)::float8 AS "databaseBytes",
            has_function_privilege('pg_catalog.pg_export_snapshot()', 'EXECUTE') AS "mayExport",
            current_setting('max_locks_per_transaction')::int AS "maxLocksPerTransaction",
            (SELECT jsonb_object_agg(name, setting::int) FROM pg_settings WHERE name = ANY ($1)) AS settings,
            (SELECT count(DISTINCT (locktype, database, relation, page, tuple, transactionid::text, classid, objid, objsubid))
             FROM pg_locks WHERE NOT fastpath AND locktype <> 'virtualxid')::int AS "inUse"
     FROM pg_database WHERE datname = current_database()`,
    [PROCESSES],
  );
  const { maxLocksPerTransaction, inUse, settings, ...facts } = rows[0]!;
  // Where there are slots, max_workers is how many of them are used.
  if (settings.autovacuum_worker_slots !== undefined) delete settings.autovacuum_max_workers;
  const processes = Object.values(settings).reduce((sum, count) => sum + count, 0);
  return { ...facts, lockTable: { maxLocksPerTransaction, processes, inUse } };
}
