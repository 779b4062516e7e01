import { messageOf, StageError, detailOf } from "../errors";
import type { TablePart } from "./dumpPlan";
import { tableName } from "../tableName";

/** Stage of every error about the rows of a table. */
export const COPY_STAGE = "copy";

/** SQLSTATE of a lock that was not free. */
const LOCK_NOT_AVAILABLE = "55P03";

/** What the server or the connection says, as the error of a dump. */
export function copyFailure(error: unknown): StageError {
  return new StageError(COPY_STAGE, "dump", messageOf(error), { cause: error });
}

/** Errors of the copy itself, with the table's name; those of storage and of other stages as they are. */
export function copyErrorOf({ table }: TablePart, error: unknown): unknown {
  if (!(error instanceof StageError) || error.stage !== COPY_STAGE) return error;
  const name = tableName(table);
  const message = detailOf(error);
  // psql with VERBOSITY verbose: `ERROR:  55P03: could not obtain lock ...`, its first word in the server's language.
  const code = (error.cause as { code?: unknown } | undefined)?.code ?? /: {2}([0-9A-Z]{5}): /.exec(message)?.[1];
  const detail =
    code === LOCK_NOT_AVAILABLE
      ? `${name}: another session waits to change it (ALTER TABLE, TRUNCATE, DROP or VACUUM FULL), so its rows can't be read (${message}); run again when that has ended`
      : `${name}: ${message}`;
  return new StageError(COPY_STAGE, "dump", detail, { cause: error });
}
