import type { Client } from "pg";
import { StageError, detailOf } from "../../errors";
import type { PlannedObject } from "../dumpSource";
import { tableName } from "../../tableName";
import { exclusiveLocks, type LockedTable } from "./tableLocks";

/** Longest wait for the session that holds the snapshot to say who waits for its locks. */
const ANSWER_MS = 5_000;

/**
 * The same object, whose failure names the tables that another session waits to alter, truncate or drop. Such a session waits for
 * the one that holds the snapshot, and every further lock, of pg_dump or a worker, would queue behind it.
 */
export function namingConflicts(object: PlannedObject, client: Client, tables: readonly LockedTable[]): PlannedObject {
  return {
    ...object,
    async produce(sink, signal) {
      try {
        return await object.produce(sink, signal);
      } catch (error) {
        if (signal.aborted || !(error instanceof StageError) || error.exit !== "dump") throw error;
        const waited = await conflicts(client, tables);
        if (waited === undefined) throw error;
        const text = detailOf(error);
        throw new StageError(error.stage, error.exit, `${text}; meanwhile ${waited}`, { cause: error });
      }
    },
  };
}

async function conflicts(client: Client, tables: readonly LockedTable[]): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<[]>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, []);
  });
  const waiting = await Promise.race([exclusiveLocks(client, tables).catch(() => []), patience]);
  clearTimeout(timer);
  if (waiting.length === 0) return undefined;
  const named = waiting.map(({ table, pid }) => `${tableName(table)} (PID ${pid ?? "of a prepared transaction"})`);
  return `another session waits to alter, truncate or drop ${named.join(", ")}, and no table can be locked behind it; let that end, then run again`;
}
