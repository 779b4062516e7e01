import { setTimeout as sleep } from "node:timers/promises";
import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import type { DatabaseLocale } from "../manifestFormat";
import { messageOf, StageError, detailOf } from "../errors";
import { connect, disconnect, type PostgresSettings } from "./connection";
import { localeClauses } from "./databaseLocale";

/** First major whose DROP DATABASE ends the sessions of others. */
const DROP_FORCE_SINCE = 13;

async function majorOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ number: string }>("SELECT current_setting('server_version_num') AS number");
  return Math.floor(Number(rows[0]!.number) / 10_000);
}

/**
 * Creates `<name>__restoring_<random>` from template0, so that nothing local is in it, and returns its name.
 * @param like encoding and locale to give it; without a locale it gets the server's own
 */
export async function createTemporary(
  client: Client,
  name: string,
  random: string,
  like: { encoding: string; locale?: DatabaseLocale | undefined },
): Promise<string> {
  const temporary = `${name}__restoring_${random}`;
  const encoding = `'${like.encoding.replace(/'/g, "''")}'`;
  try {
    const locale = like.locale === undefined ? "" : localeClauses(like.locale, await majorOf(client));
    await client.query(
      `CREATE DATABASE ${escapeIdentifier(temporary)} TEMPLATE template0 ENCODING ${encoding}${locale}`,
    );
  } catch (error) {
    const advice = /locale/i.test(messageOf(error))
      ? "; install the source's locale on the server, or restore with --locale <one that it has>"
      : "";
    throw new StageError("restore", "restore", `can't create database "${temporary}": ${messageOf(error)}${advice}`, {
      cause: error,
    });
  }
  return temporary;
}

/** Gives a database a comment by which it is known as unfinished, or as complete, until it gets its name. */
export async function markDatabase(client: Client, name: string, marker: string): Promise<void> {
  await client.query(`COMMENT ON DATABASE ${escapeIdentifier(name)} IS ${escapeLiteral(marker)}`);
}

/** SQLSTATE object_in_use. The server itself waits 5 s for the others to leave, each time. */
export const IN_USE = "55006";
const RENAME_ATTEMPTS = 3;

/**
 * Gives a finished database its name, through a session of its own: one that idled through hours of restore may have been
 * cut off. Sessions of others that stand in the way, such as a monitoring agent that looks into every database, are ended.
 *
 * @param complete comment that it has from now on until it has its name, whatever becomes of the renaming
 * @throws StageError `restore`; the database stays: a complete, proven restore is never thrown away for its name
 */
export async function renameDatabase(
  settings: PostgresSettings,
  { from, to, complete }: { from: string; to: string; complete: string },
): Promise<void> {
  const lines = `COMMENT ON DATABASE ${escapeIdentifier(from)} IS NULL; ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`;
  try {
    const client = await connect(settings);
    client.on("error", () => undefined); // a lost session shows as the error of its next query
    try {
      await markDatabase(client, from, complete);
      await renameAmongOthers(client, from, lines);
    } finally {
      await disconnect(client);
    }
  } catch (error) {
    throw new StageError(
      "restore",
      "restore",
      `everything is restored into "${from}", which could not get its name: ${messageOf(error)}; it stays, so finish it by hand: ${lines}`,
      { cause: error },
    );
  }
}

async function renameAmongOthers(client: Client, from: string, rename: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      // A simple query of two commands is one transaction: no database of that name still bears the marker.
      await client.query(rename);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE || attempt === RENAME_ATTEMPTS) throw error;
    }
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [from]);
  }
}

/** A database with subscriptions can't be dropped. They lose their slot's name first: it is the source's, on another server. */
async function dropSubscriptions(client: Client, settings: PostgresSettings, database: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT subname AS name FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = $1)",
    [database],
  );
  if (rows.length === 0) return;
  const inside = await connect({ ...settings, database });
  try {
    for (const name of rows.map((row) => escapeIdentifier(row.name))) {
      await inside.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
      await inside.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
      await inside.query(`DROP SUBSCRIPTION ${name}`);
    }
  } finally {
    await disconnect(inside);
  }
}

/** A server that restarts, which may be why a restore failed, takes no sessions for some seconds. */
const CONNECT_ATTEMPTS = 5;
const CONNECT_WAIT_MS = 2_000;

async function connectPatiently(settings: PostgresSettings): Promise<Client> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect(settings);
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS) throw error;
      await sleep(CONNECT_WAIT_MS);
    }
  }
}

/**
 * Drops a temporary database after a failure, through a session of its own, because the failure may have been the other's.
 * @returns the failure, with a sentence about what is left if the drop failed too
 */
export async function dropTemporary(
  settings: PostgresSettings,
  name: string,
  failure: StageError,
): Promise<StageError> {
  try {
    const client = await connectPatiently(settings);
    try {
      const hasForce = (await majorOf(client)) >= DROP_FORCE_SINCE;
      if (!hasForce) {
        await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      }
      await dropSubscriptions(client, settings, name);
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}${hasForce ? " WITH (FORCE)" : ""}`);
    } finally {
      await disconnect(client);
    }
    return failure;
  } catch (error) {
    return new StageError(
      failure.stage,
      failure.exit,
      `${detailOf(failure)}; and the temporary database "${name}" could not be dropped: ${messageOf(error)}; drop it with backup321 restore --drop-unfinished, or by hand`,
      { cause: failure },
    );
  }
}
