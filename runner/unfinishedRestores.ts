import { type Client, escapeIdentifier } from "pg";
import { messageOf, problemsError } from "./errors";

/** A database that a restore made and never finished. */
export interface UnfinishedRestore {
  /** `<name>__restoring_<random>`. */
  name: string;
  /** Of the restore that made it. */
  recoveryPointId: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  /** Sessions in it: a restore that goes on has some. */
  sessions: number;
  bytes: number;
}

const MARKER = /^backup321: unfinished restore of (\S+), begun (\S+)$/;
const NAME = "^.+__restoring_[a-z2-7]{6}$";

/** Comment of a database that is being restored into; gone once it is complete. */
export function unfinishedMarker(recoveryPointId: string, startedAt: Date): string {
  return `backup321: unfinished restore of ${recoveryPointId}, begun ${startedAt.toISOString()}`;
}

/**
 * Comment of a database that is restored whole and has yet to get its name: nothing offers to drop it any more. It is gone from the
 * moment the database has its name.
 */
export function completeMarker(recoveryPointId: string): string {
  return `backup321: complete restore of ${recoveryPointId}`;
}

/** Databases of a server that have both the name and the mark of an unfinished restore, the oldest first. */
export async function unfinishedRestores(client: Client): Promise<UnfinishedRestore[]> {
  const { rows } = await client.query<{ name: string; marker: string | null; sessions: number; bytes: number }>(
    `SELECT datname AS name, shobj_description(d.oid, 'pg_database') AS marker, pg_database_size(d.oid)::float8 AS bytes,
            (SELECT count(*)::int FROM pg_stat_activity a WHERE a.datid = d.oid) AS sessions
     FROM pg_database d WHERE datname ~ $1 AND pg_has_role(datdba, 'USAGE')`,
    [NAME],
  );
  const found = rows.flatMap(({ marker, ...row }) => {
    const [, recoveryPointId, startedAt] = MARKER.exec(marker ?? "") ?? [];
    return recoveryPointId && startedAt ? [{ ...row, recoveryPointId, startedAt }] : [];
  });
  return found.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/**
 * Drops unfinished restores that nobody is connected to. Not one with a session: its restore may go on.
 * @returns names of those that are gone
 * @throws StageError `restore` naming every one that stays and why; the others are gone
 */
export async function dropUnfinished(client: Client, restores: readonly UnfinishedRestore[]): Promise<string[]> {
  const problems: string[] = [];
  const dropped: string[] = [];
  for (const { name } of restores) {
    try {
      // Looked at again: it may have been finished, or gone on, while a person was asked.
      const now = (await unfinishedRestores(client)).find((each) => each.name === name);
      if (now === undefined) throw new Error("it is no unfinished restore any more");
      if (now.sessions > 0) throw new Error(`${now.sessions} sessions are in it, so its restore may still go on`);
      await client.query(`DROP DATABASE ${escapeIdentifier(name)}`);
      dropped.push(name);
    } catch (error) {
      problems.push(`"${name}" stays: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw problemsError("unfinished restores", "restore", problems);
  return dropped;
}
