import { DrillRun } from "./drill/drillRun";
import type { DrillServer } from "./drill/server";
import { storeRecord } from "./drill/record";
import type { DrillAssertion, DrillRecord } from "./drillContract";
import { messageOf, StageError } from "./errors";
import type { Side } from "./freshnessFacts";
import type { PointLocation } from "./contract";
import type { Repository } from "./repository/repository";
import type { RestoreDependencies, RestoreEvent } from "./restore";

/** Everything `runDrill` touches outside itself. */
export interface DrillDependencies extends Pick<
  RestoreDependencies,
  "repository" | "findProgram" | "identities" | "path" | "scratch" | "clock" | "random"
> {
  /** Which side `repository` is. */
  side: Side;
  /** Where the record goes; undefined: nowhere, so that nothing was proven to anybody else. */
  records: Repository | undefined;
  /** The server that is restored into. */
  server: DrillServer;
  /** The server of a newer major for the rehearsal. */
  nextServer: DrillServer;
  /** Version of this tool. */
  toolVersion: string;
  /** Who runs it; null when nobody can say. */
  ranBy: string | null;
  onEvent: (event: DrillEvent) => void;
}

/** Progress, for people. */
export type DrillEvent =
  | RestoreEvent
  | { event: "server"; serverVersion: string }
  | { event: "checking" }
  | { event: "rehearsing" }
  /** Once, at the end; `key` is null when the record was not stored. */
  | { event: "finished"; record: DrillRecord; key: string | null };

/** What to drill. */
export interface DrillRequest {
  database: string;
  /** @default the newest point that the side holds whole */
  point?: PointLocation | undefined;
  /** Recovery time objective; null: none. */
  rtoSeconds: number | null;
  assertions: readonly DrillAssertion[];
  /** Whether to restore into a newer major too. */
  rehearseNextMajor: boolean;
  /** How many objects are loaded, and indexes built, at once; 1-16. */
  workers: number;
  /** Locale of the server's operating system to compare text by. @default the source's */
  locale?: string | undefined;
}

/** Name of the database that drills make. */
export const DRILL_DATABASE = "drill";

/**
 * Restores a recovery point into a throwaway server and checks what came of it. Whatever goes wrong is in the record: a drill that
 * could not do something has failed. The record is stored also when a signal stopped the drill.
 *
 * @returns the record, stored; its verdict may be `failed`
 * @throws StageError `unhealthy` when the record could not be stored: then there is no evidence, and the drill has failed
 */
export async function runDrill(
  dependencies: DrillDependencies,
  request: DrillRequest,
  signal: AbortSignal,
): Promise<DrillRecord> {
  const run = new DrillRun(dependencies, request, signal);
  await run.run();
  const record = run.record();
  const { records, onEvent } = dependencies;
  if (records === undefined) {
    onEvent({ event: "finished", record, key: null });
    return record;
  }
  let key: string;
  try {
    key = await storeRecord(records, record);
  } catch (error) {
    // Without evidence it has failed, whatever was seen: so say metrics, too.
    onEvent({ event: "finished", record: { ...record, verdict: "failed" }, key: null });
    throw new StageError(
      "drill",
      "unhealthy",
      `${record.drillId} ${record.verdict}, but its record could not be stored in bucket "${records.bucket}": ${messageOf(error)}; without evidence it counts as failed`,
      { cause: error },
    );
  }
  onEvent({ event: "finished", record, key });
  return record;
}
