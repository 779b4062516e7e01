import { setMaxListeners } from "node:events";
import { StageError } from "../errors";
import { unlessAborted } from "../interruption";
import { COPY_STAGE } from "./copyOut";
import { CopySession } from "./copySession";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import type { ByteSink, PlannedObject, ProducedObject, ProducedTable } from "./dumpSource";
import { type Storing, storedName } from "./programStream";
import { copyWithPsql, copyWithSession, type FrameTarget } from "./tableCopy";

/** Up to this size the start of three programs costs more than what it takes to copy the rows through this process. */
const SESSION_COPY_BYTES = 16 * 1024 * 1024;

/**
 * The rows of some tables, or of a part of one, as one object: a run of zstd frames for each, which hold SQL that psql loads.
 * @param number its place among the objects of this kind, from 1
 */
export function tablesObject(
  context: DumpContext,
  parts: readonly TablePart[],
  number: number,
  storing: Storing,
): PlannedObject {
  return {
    name: storedName(`tables-${String(number).padStart(4, "0")}.sql`, storing.seal),
    role: "tables",
    format: "sql",
    estimatedBytes: parts.reduce((sum, part) => sum + part.estimatedBytes, 0),
    async produce(sink: ByteSink, signal: AbortSignal): Promise<ProducedObject> {
      signal.throwIfAborted();
      const session = new CopySession(context);
      // Each table of a long object listens to it, some of them twice.
      setMaxListeners(0, signal);
      try {
        const tables: ProducedTable[] = [];
        for (const part of parts) tables.push(await producePart(part, { context, storing, sink, signal, session }));
        return { raw: { bytes: tables.reduce((sum, { data }) => sum + data.rawBytes, 0) }, tables };
      } catch (error) {
        throw signal.aborted ? (signal.reason as Error) : error;
      } finally {
        await session.close();
      }
    },
  };
}

async function producePart(
  part: TablePart,
  place: { context: DumpContext; storing: Storing; sink: ByteSink; signal: AbortSignal; session: CopySession },
): Promise<ProducedTable> {
  const { context, storing, signal, session } = place;
  const sink = untilAborted(place.sink, signal);
  const offset = sink.position;
  const target: FrameTarget = { encoding: context.encoding, storing, sink, signal };
  const isShort = part.range === undefined && part.estimatedBytes <= SESSION_COPY_BYTES;
  try {
    const copied = isShort ? await copyWithSession(session, part, target) : await copyWithPsql(context, part, target);
    const { schema, name } = part.table;
    return { schema, name, data: { offset, bytes: sink.position - offset, ...copied, ...part.range } };
  } catch (error) {
    throw copyError(part, error);
  }
}

/** Storage may never answer; an interrupted dump does not wait for it. */
function untilAborted(sink: ByteSink, signal: AbortSignal): ByteSink {
  return {
    get position() {
      return sink.position;
    },
    write: (chunk) => unlessAborted(signal, sink.write(chunk), () => signal.reason as Error),
  };
}

/** SQLSTATE of a lock that was not free. */
const LOCK_NOT_AVAILABLE = "55P03";

/** Errors of the copy itself, with the table's name; those of storage and of other stages as they are. */
function copyError({ table }: TablePart, error: unknown): unknown {
  if (!(error instanceof StageError) || error.stage !== COPY_STAGE) return error;
  const name = `${table.schema}.${table.name}`;
  const message = error.message.slice(COPY_STAGE.length + 2);
  // psql with VERBOSITY verbose: `ERROR:  55P03: could not obtain lock ...`, its first word in the server's language.
  const code = (error.cause as { code?: unknown } | undefined)?.code ?? /: {2}([0-9A-Z]{5}): /.exec(message)?.[1];
  const detail =
    code === LOCK_NOT_AVAILABLE
      ? `${name}: another session waits to change it (ALTER TABLE, TRUNCATE, DROP or VACUUM FULL), so its rows can't be read (${message}); run again when that has ended`
      : `${name}: ${message}`;
  return new StageError(COPY_STAGE, "dump", detail, { cause: error });
}
