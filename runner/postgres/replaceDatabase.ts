import { type Client, DatabaseError, escapeIdentifier } from "pg";
import { messageOf, StageError } from "../errors";
import { connect, disconnect, type PostgresSettings } from "./connection";
import { copyDatabaseProperties } from "./databaseProperties";
import { IN_USE, markDatabase } from "./temporaryDatabase";

/** A database that a restore is to replace, as its server has it. */
export interface ReplaceableDatabase {
  isTemplate: boolean;
  /** Whether the connecting role may rename it. */
  isOwned: boolean;
  /** Of others in it. */
  sessions: number;
}

/** Looks at a database; undefined where there is none. */
export async function replaceableDatabase(client: Client, name: string): Promise<ReplaceableDatabase | undefined> {
  const { rows } = await client.query<ReplaceableDatabase>(
    `SELECT datistemplate AS "isTemplate", pg_has_role(datdba, 'USAGE') AS "isOwned",
            (SELECT count(*)::int FROM pg_stat_activity a WHERE a.datid = d.oid AND a.pid <> pg_backend_pid()) AS sessions
     FROM pg_database d WHERE datname = $1`,
    [name],
  );
  return rows[0];
}

/** How a database is replaced. */
export interface Replacement {
  /** The finished restore. */
  from: string;
  /** Comment that it has from now on until it has its name, whatever becomes of the renaming. */
  complete: string;
  name: string;
  /** The name that the old one gets. */
  replaced: string;
  /** End the sessions of others in it. */
  disconnectOthers: boolean;
}

/** The server itself waits 5 s for the others to leave, each time. */
const ATTEMPTS = 3;

/**
 * Gives a finished restore the name of a database that exists, and that one another: both in one transaction, so that at no moment,
 * whatever is killed, there is none of the name. The new one gets the old one's owner, privileges, settings and comment.
 *
 * @throws StageError `restore`; nothing is renamed then, and the restore stays under its temporary name
 */
export async function replaceDatabase(settings: PostgresSettings, replacement: Replacement): Promise<void> {
  const { from, name } = replacement;
  try {
    const client = await connect(settings);
    try {
      await markDatabase(client, from, replacement.complete);
      await swapAmongOthers(client, replacement);
    } finally {
      await disconnect(client);
    }
  } catch (error) {
    throw new StageError(
      "restore",
      "restore",
      `everything is restored into "${from}", which could not take the place of "${name}": ${messageOf(error)}; "${name}" is as it was${unlessLost(error)}. Finish it by hand when nobody is connected: ${swapLines(replacement)}; that does not hand on owner, privileges, settings, connection limit and comment of "${name}". Or drop "${from}"`,
      { cause: error },
    );
  }
}

function renames({ from, name, replaced }: Replacement): string[] {
  const rename = (old: string, next: string) =>
    `ALTER DATABASE ${escapeIdentifier(old)} RENAME TO ${escapeIdentifier(next)}`;
  return [rename(name, replaced), rename(from, name)];
}

/** For people: one transaction, as here. */
function swapLines(replacement: Replacement): string {
  const unmark = `COMMENT ON DATABASE ${escapeIdentifier(replacement.name)} IS NULL`;
  return ["BEGIN", ...renames(replacement), unmark, "COMMIT"].join("; ");
}

/** Without the server's answer nobody knows whether it committed. */
function unlessLost(error: unknown): string {
  return error instanceof DatabaseError || error instanceof StageError ? "" : ", unless only the answer was lost";
}

async function swapAmongOthers(client: Client, replacement: Replacement): Promise<void> {
  const { from, name, disconnectOthers } = replacement;
  for (let attempt = 1; ; attempt++) {
    try {
      await swap(client, replacement);
      return;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined); // the cause says more
      if ((error as { code?: string }).code !== IN_USE || attempt === ATTEMPTS) throw error;
    }
    // Whoever looks into the temporary one has no business there; in the other they are asked for.
    const where = disconnectOthers ? [from, name] : [from];
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY ($1)", [where]);
  }
}

async function swap(client: Client, replacement: Replacement): Promise<void> {
  await client.query("BEGIN");
  await copyDatabaseProperties(client, replacement.name, replacement.from);
  for (const rename of renames(replacement)) await client.query(rename);
  await client.query("COMMIT");
}

/**
 * Tries, before hours of restoring, whether the role may give one database what another has of its own. Changes nothing.
 * @throws what the server says
 */
export async function rehearseReplacement(client: Client, name: string, from: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await copyDatabaseProperties(client, name, from);
  } finally {
    await client.query("ROLLBACK").catch(() => undefined); // the cause says more
  }
}

/** Drops a replaced database, with whatever sessions came back to it. Resolves to why it could not, or null. */
export async function dropReplaced(settings: PostgresSettings, name: string): Promise<string | null> {
  try {
    const client = await connect(settings);
    try {
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      await client.query(`DROP DATABASE ${escapeIdentifier(name)}`);
    } finally {
      await disconnect(client);
    }
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
