import type { Writable } from "node:stream";
import { messageOf, StageError } from "../errors";
import {
  COMPRESS_STAGE,
  compressedFrame,
  compressorCommand,
  compressorFailure,
  DEFAULT_COMPRESSION,
} from "../stream/compressor";
import { FrameSplitter } from "../stream/frameSplitter";
import { pump } from "../stream/pump";
import { rawFrame } from "../stream/rawFrame";
import { startClient } from "./clientStage";
import { COPY_STAGE, copyErrorOf } from "./copyError";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import type { ProducedTable } from "./dumpSource";
import { type FrameTarget, producedTable } from "./frameTarget";
import { sealed, writeAll } from "./programStream";
import { beginSql, copyOutSql, FRAME_TRAILER, frameHeader, SESSION_SQL } from "./tableFrames";

/** Time-outs that only newer servers know; psql prints nothing for this. */
const NEW_TIMEOUTS_OFF =
  "SELECT count(set_config(name, '0', false)) AS timeouts FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout') \\gset";

/**
 * Copies tables, or parts of them, one after another by one psql, which starts a compressor for each. Rows go straight from one to
 * the other; only what is compressed passes through this process. The server counts the rows, the compressor their bytes; what it
 * says it wrote must be what came.
 */
export async function copyWithPsql(
  context: DumpContext,
  parts: readonly TablePart[],
  target: FrameTarget,
): Promise<ProducedTable[]> {
  if (parts.length === 0) return [];
  const psql = await startClient(context, {
    stage: COPY_STAGE,
    program: context.psql,
    args: ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--file=-"],
    stdin: "pipe",
    next: "pipe",
    hasReport: true,
  });
  const scripts = [
    `${SESSION_SQL.join(";\n")};\n${NEW_TIMEOUTS_OFF}\n`,
    ...parts.map((part) => scriptOf(part, context, target)),
  ];
  say(psql.stdin!, scripts.join(""));
  try {
    const stored = await pump([psql], (frames) => storeFrames(frames, parts, target), target.signal);
    const reports = reportsOf(psql.report());
    return stored.map((frames, index) => producedOf(frames, parts[index]!, reports[index]));
  } catch (error) {
    const reports = reportsOf(psql.report());
    const part = parts[partOfLine(scripts, error) ?? reports.filter(({ rows }) => rows !== undefined).length];
    throw copyErrorOf(part ?? parts.at(-1)!, causeOf(reports, error));
  }
}

function scriptOf({ table, range }: TablePart, context: DumpContext, { encoding, storing }: FrameTarget): string {
  const lines = [
    ...beginSql(table, context.snapshotId!).map((sql) => `${sql};`),
    copyOutSql(table, encoding, range),
    `\\g |${compressorCommand(storing.compression ?? DEFAULT_COMPRESSION)}`,
    "\\setenv BACKUP321_ROWS :ROW_COUNT",
    '\\! echo "rows $BACKUP321_ROWS" >&3',
    "COMMIT;",
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** A program that ends early does not read all of it; its exit code says why. */
function say(stdin: Writable, text: string): void {
  stdin.on("error", () => undefined);
  stdin.end(text);
}

/** Frames of one part: where they begin, and how long those of the rows are. */
interface StoredFrames {
  table: ProducedTable;
  rowsBytes: number;
}

async function storeFrames(
  frames: AsyncIterable<Buffer>,
  parts: readonly TablePart[],
  target: FrameTarget,
): Promise<StoredFrames[]> {
  const { encoding, storing, sink } = target;
  const splitter = new FrameSplitter(frames);
  const stored: StoredFrames[] = [];
  for (const part of parts) {
    const offset = sink.position;
    const header = frameHeader(part.table, encoding);
    let rowsBytes = 0;
    const framed = async function* () {
      yield rawFrame(header);
      for await (const chunk of splitter.next()) {
        rowsBytes += chunk.length;
        yield chunk;
      }
      yield rawFrame(FRAME_TRAILER);
    };
    await writeAll(sealed(framed(), storing.seal), sink);
    const unknown = { rawBytes: header.length + FRAME_TRAILER.length, rows: 0 };
    stored.push({ table: producedTable(part, target, offset, unknown), rowsBytes });
  }
  await splitter.end();
  return stored;
}

/** What was said on file 3 of one part. */
interface PartReport {
  lines: string[];
  /** As psql says it; undefined: the part did not come to its end. */
  rows?: string;
}

function reportsOf(text: string): PartReport[] {
  const reports: PartReport[] = [];
  let lines: string[] = [];
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const rows = /^rows (.*)$/.exec(line)?.[1];
    if (rows === undefined) {
      lines.push(line);
      continue;
    }
    reports.push({ lines, rows });
    lines = [];
  }
  return lines.length === 0 ? reports : [...reports, { lines }];
}

/** @throws StageError `dump` when what was said is not what came */
function producedOf(
  { table, rowsBytes }: StoredFrames,
  part: TablePart,
  report: PartReport | undefined,
): ProducedTable {
  const fail = (what: string) => copyErrorOf(part, new StageError(COPY_STAGE, "dump", what));
  if (!/^\d+$/.test(report?.rows ?? "")) throw fail(`psql did not say how many rows it copied, but "${report?.rows}"`);
  const { rawBytes, storedBytes } = compressedFrame(report!.lines);
  if (storedBytes !== rowsBytes)
    throw fail(`the compressor says that it wrote ${storedBytes} bytes, and ${rowsBytes} came; run again`);
  return {
    ...table,
    data: { ...table.data, rawBytes: table.data.rawBytes + rawBytes, rows: Number(report!.rows) },
  };
}

/** Which part a line of the script belongs to, where psql names one. */
function partOfLine(scripts: readonly string[], error: unknown): number | undefined {
  const named = /<stdin>:(\d+): /.exec(messageOf(error))?.[1];
  if (named === undefined) return undefined;
  let last = 0;
  const index = scripts.findIndex((script) => (last += script.split("\n").length - 1) >= Number(named));
  return index < 1 ? undefined : index - 1;
}

/** A compressor that fails breaks psql's pipe, or nothing at all: older ones do not ask how it ended. */
function causeOf(reports: readonly PartReport[], error: unknown): unknown {
  const isOurs = error instanceof StageError && (error.stage === COPY_STAGE || error.stage === COMPRESS_STAGE);
  const failed = reports.find(({ lines }) => lines.some((line) => /^exit [1-9]/.test(line)));
  return isOurs && failed ? compressorFailure(failed.lines) : error;
}
