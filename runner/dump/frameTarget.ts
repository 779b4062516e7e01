import type { TablePart } from "./dumpPlan";
import type { ByteSink, ProducedTable } from "./dumpSource";
import type { Storing } from "./programStream";

/** Where frames go, and how. */
export interface FrameTarget {
  encoding: string;
  storing: Storing;
  sink: ByteSink;
  signal: AbortSignal;
}

/** What went into the frames of a table. */
export interface CopiedRows {
  /** Of all SQL, before compression. */
  rawBytes: number;
  rows: number;
}

/** A table whose frames reach from `offset` to where the sink is now. */
export function producedTable(
  { table, range }: TablePart,
  { sink }: FrameTarget,
  offset: number,
  copied: CopiedRows,
): ProducedTable {
  const data = { offset, bytes: sink.position - offset, ...copied, ...range };
  return { schema: table.schema, name: table.name, data };
}
