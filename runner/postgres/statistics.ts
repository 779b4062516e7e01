import type { Client } from "pg";
import { messageOf, StageError } from "../errors";
import { unlessAborted } from "../interruption";
import { connect, disconnect, type PostgresSettings } from "./connection";
import { tableName } from "../tableName";
import { qualifiedName } from "./qualifiedName";

const interrupted = () => new StageError("restore", "interrupted", "stopped by a signal");

/** The largest first, so that no session is left alone with one at the end. Foreign tables are not ours to read. */
const RELATIONS = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  ORDER BY pg_relation_size(c.oid) DESC, 1, 2`;

/**
 * Gathers statistics of every table, so that the first queries are no slower than at home, in a few sessions at once.
 * A signal ends it at once; dropping the database ends a session that is still at work.
 *
 * @returns why it failed for some, or null: user code that ANALYZE meets must not cost a complete restore
 * @throws StageError `interrupted`
 */
export async function gatherStatistics(
  settings: PostgresSettings,
  database: string,
  sessions: number,
  signal: AbortSignal,
): Promise<string | null> {
  const problems: string[] = [];
  const open = async (): Promise<Client> => {
    const client = await connect({ ...settings, database });
    client.on("error", () => undefined); // its query rejects as well
    return client;
  };
  const work = async () => {
    const first = await open();
    const { rows } = await first.query<{ schema: string; name: string }>(RELATIONS).catch(async (error: unknown) => {
      await disconnect(first);
      throw error;
    });
    const analyzeRest = async (opening: Promise<Client>) => {
      const client = await opening;
      try {
        for (let next = rows.shift(); next !== undefined && !signal.aborted; next = rows.shift()) {
          const table = qualifiedName(next);
          const what = tableName(next);
          await client.query(`ANALYZE ${table}`).catch((error: unknown) => {
            problems.push(`${what}: ${messageOf(error)}`);
          });
        }
      } finally {
        await disconnect(client);
      }
    };
    const others = Array.from({ length: Math.max(0, Math.min(sessions, rows.length) - 1) }, open);
    const ended = await Promise.allSettled([Promise.resolve(first), ...others].map(analyzeRest));
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  };
  try {
    await unlessAborted(signal, work(), interrupted);
  } catch (error) {
    if (error instanceof StageError && error.exit === "interrupted") throw error;
    problems.push(messageOf(error));
  }
  if (problems.length === 0) return null;
  return problems.length === 1 ? problems[0]! : `${problems[0]!} (and ${problems.length - 1} more)`;
}
