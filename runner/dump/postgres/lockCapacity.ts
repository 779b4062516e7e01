/** The server's shared lock table, as its settings and pg_locks describe it. */
export interface LockTable {
  maxLocksPerTransaction: number;
  /** Connections, autovacuum and background workers, WAL senders, and prepared transactions: each brings room for as many locks. */
  processes: number;
  /** Objects that sessions have locked already. */
  inUse: number;
}

/**
 * Share of the table that a dump may fill. It has room for two holders of each object; a dump has up to three (the session that
 * keeps the snapshot, pg_dump, a worker), and a full table refuses the locks of everybody else on the server.
 */
const LARGEST_SHARE = 0.85;
/** System catalogs and their indexes, which pg_dump locks besides. */
const CATALOG_OBJECTS = 200;

/**
 * Why the locks of a dump don't fit: each of its tables is locked until it ends, and by pg_dump each of its sequences too.
 * Undefined: they fit.
 *
 * https://www.postgresql.org/docs/current/runtime-config-locks.html#GUC-MAX-LOCKS-PER-TRANSACTION
 */
export function lockProblem(tables: number, sequences: number, table: LockTable): string | undefined {
  const { maxLocksPerTransaction, processes, inUse } = table;
  const needed = tables + sequences + CATALOG_OBJECTS + inUse;
  const capacity = maxLocksPerTransaction * processes;
  if (needed <= capacity * LARGEST_SHARE) return undefined;
  const setting = Math.ceil(needed / LARGEST_SHARE / processes);
  return (
    `${tables} tables and ${sequences} sequences must be locked at once, and the server's lock table has room for ${capacity} objects, of which ` +
    `a dump may take ${LARGEST_SHARE * 100} % (max_locks_per_transaction ${maxLocksPerTransaction} x ${processes} processes; ${inUse} in use); ` +
    `set max_locks_per_transaction to ${setting} or more and restart the server`
  );
}
