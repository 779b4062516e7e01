import { StageError, detailOf } from "../errors";
import { startClient } from "./clientStage";
import type { DumpContext } from "./dumpContext";
import type { PlannedObject } from "./dumpSource";
import { programObject, type Storing } from "./programStream";

const ESTIMATED_BYTES = 1024 * 1024;

/**
 * Roles, their settings and memberships, and tablespaces: what belongs to the cluster, so that no archive of a database has it.
 * Without passwords, which only a superuser may read, unless asked for.
 */
export function globalsObject(context: DumpContext, storing: Storing): PlannedObject {
  const { rolePasswords } = context.options;
  const object = programObject(
    {
      name: "globals.sql",
      role: "globals",
      format: "sql",
      estimatedBytes: ESTIMATED_BYTES,
      start: (next) =>
        startClient(context, {
          stage: "globals",
          program: context.pgDumpall,
          args: [
            "--globals-only",
            `--database=${asConnectionString(context.settings.database)}`,
            ...(rolePasswords ? [] : ["--no-role-passwords"]),
          ],
          next,
        }),
    },
    storing,
  );
  return {
    ...object,
    async produce(sink, signal) {
      try {
        return await object.produce(sink, signal);
      } catch (error) {
        if (!(error instanceof StageError) || error.stage !== "globals") throw error;
        const fix = rolePasswords
          ? "a role that is no superuser may not read the passwords of roles: leave BACKUP321_ROLE_PASSWORDS out"
          : "a backup without roles and tablespaces is not whole: let the role read pg_roles, pg_auth_members, pg_db_role_setting and pg_tablespace";
        throw new StageError("globals", "dump", `${detailOf(error)}; ${fix}`, { cause: error });
      }
    },
  };
}

/** pg_dumpall takes a database's name for a connection string where it looks like one; so it gets one that says just the name. */
function asConnectionString(database: string): string {
  return `dbname='${database.replace(/[\\']/g, "\\$&")}'`;
}
