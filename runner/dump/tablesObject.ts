import { setMaxListeners } from "node:events";
import { unlessAborted } from "../interruption";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import type { ByteSink, PlannedObject, ProducedObject } from "./dumpSource";
import { type Storing, storedName } from "./programStream";
import { copyWithPsql } from "./psqlCopy";
import type { FrameTarget } from "./frameTarget";
import { copyWithSession } from "./sessionCopy";

/** Up to this size a table goes through a session of this process; above, through psql into a compressor of its own. */
const SESSION_COPY_BYTES = 64 * 1024;

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
  const isShort = (part: TablePart) => part.range === undefined && part.estimatedBytes <= SESSION_COPY_BYTES;
  return {
    name: storedName(`tables-${String(number).padStart(4, "0")}.sql`, storing.seal),
    role: "tables",
    format: "sql",
    estimatedBytes: parts.reduce((sum, part) => sum + part.estimatedBytes, 0),
    async produce(sink: ByteSink, signal: AbortSignal): Promise<ProducedObject> {
      signal.throwIfAborted();
      // Each table of a long object listens to it, some of them twice.
      setMaxListeners(0, signal);
      const target: FrameTarget = { encoding: context.encoding, storing, sink: untilAborted(sink, signal), signal };
      try {
        const tables = [
          ...(await copyWithPsql(
            context,
            parts.filter((part) => !isShort(part)),
            target,
          )),
          ...(await copyWithSession(context, parts.filter(isShort), target)),
        ];
        return { raw: { bytes: tables.reduce((sum, { data }) => sum + data.rawBytes, 0) }, tables };
      } catch (error) {
        throw signal.aborted ? (signal.reason as Error) : error;
      }
    },
  };
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
