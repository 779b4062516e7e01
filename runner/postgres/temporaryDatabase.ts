import { type Client, escapeIdentifier } from "pg";
import { messageOf, StageError } from "../errors";
import { connect, type PostgresSettings } from "./connection";

/** First version whose DROP DATABASE ends the sessions of others. */
const DROP_FORCE_SINCE = 130_000;

/** Creates `<name>__restoring_<random>` from template0, so that nothing local is in it, and returns its name. */
export async function createTemporary(client: Client, name: string, random: string, encoding: string): Promise<string> {
  const temporary = `${name}__restoring_${random}`;
  const literal = `'${encoding.replace(/'/g, "''")}'`;
  try {
    await client.query(`CREATE DATABASE ${escapeIdentifier(temporary)} TEMPLATE template0 ENCODING ${literal}`);
  } catch (error) {
    throw new StageError("restore", "restore", `can't create database "${temporary}": ${messageOf(error)}`, {
      cause: error,
    });
  }
  return temporary;
}

/** Gives a finished database its name; fails when the name was taken meanwhile. */
export async function renameDatabase(client: Client, from: string, to: string): Promise<void> {
  await client.query(`ALTER DATABASE ${escapeIdentifier(from)} RENAME TO ${escapeIdentifier(to)}`);
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
    const client = await connect(settings);
    try {
      const { rows } = await client.query<{ number: string }>("SELECT current_setting('server_version_num') AS number");
      const hasForce = Number(rows[0]!.number) >= DROP_FORCE_SINCE;
      if (!hasForce) {
        await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
      }
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)}${hasForce ? " WITH (FORCE)" : ""}`);
    } finally {
      await client.end();
    }
    return failure;
  } catch (error) {
    return new StageError(
      failure.stage,
      failure.exit,
      `${failure.message}; and the temporary database "${name}" could not be dropped: ${messageOf(error)}; drop it by hand`,
      { cause: failure },
    );
  }
}
