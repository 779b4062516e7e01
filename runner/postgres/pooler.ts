import type { Client } from "pg";
import { messageOf } from "../errors";

/** What `sharedSessionProblem` asks about a session. */
export interface BackendIdentity {
  /** PID that the other end announced when the session began (BackendKeyData). */
  announced: number | null | undefined;
  /** PID of the server's process that answered. */
  answering: number;
}

/** @returns whether something between us and the server answers in the server's name */
export function isProxied({ announced, answering }: BackendIdentity): boolean {
  return announced !== answering;
}

/**
 * Whether a pooler hands the server's processes from transaction to transaction: two sessions, open at once, were answered by the
 * same process, or one session by several.
 */
export function isShared(first: readonly number[], second: readonly number[]): boolean {
  return new Set(first).size > 1 || new Set(second).size > 1 || second.some((pid) => first.includes(pid));
}

const ROUNDS = 3;

/** PID of the process that answers this session's next query. */
async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  return rows[0]!.pid;
}

/**
 * Finds a pooler that hands the server's processes out by the transaction: snapshots, locks and settings of a session would be
 * another's the next moment. A direct connection, or a pooler that keeps one process per session, is fine.
 * @param client a session that has not set anything yet: the next user of a pooled one would find it
 * @param openSecond opens another session in the same way
 * @returns what is wrong, after the address; undefined when the session is its client's own
 */
export async function sharedSessionProblem(
  client: Client,
  openSecond: () => Promise<Client>,
): Promise<string | undefined> {
  const { processID } = client as unknown as { processID?: number | null };
  const first = [await backendOf(client)];
  if (!isProxied({ announced: processID, answering: first[0]! })) return undefined;
  const second: number[] = [];
  let other: Client | undefined;
  try {
    other = await openSecond();
    // Two of the one, then one of the other: a pooler that takes turns can't give each the same process every time.
    for (let round = 0; round < ROUNDS; round += 1) {
      first.push(await backendOf(client), await backendOf(client));
      second.push(await backendOf(other));
    }
  } catch (error) {
    return `is behind a connection pooler, and whether that keeps a session together can't be told: ${messageOf(error)}; ${FIX}`;
  } finally {
    await other?.end().catch(() => undefined);
  }
  return isShared(first, second)
    ? `is a connection pooler that shares the server's sessions between its clients by the transaction; ${FIX}`
    : undefined;
}

const FIX = "point PGHOST and PGPORT at the server itself, or at a pool in session mode";
