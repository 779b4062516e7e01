import { addAbortSignal, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unlessAborted } from "../interruption";
import { startCompressor } from "../stream/compressor";
import { relayedCount, startCountingRelay } from "../stream/digestRelay";
import { pump } from "../stream/pump";
import { rawFrame } from "../stream/rawFrame";
import { startClient } from "./clientStage";
import { COPY_STAGE, type CopyOut, copyFailure } from "./copyOut";
import type { CopySession } from "./copySession";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import type { ByteSink } from "./dumpSource";
import { sealed, startOr, type Storing, writeAll } from "./programStream";
import { beginSql, copyOutSql, FRAME_TRAILER, frameHeader, SESSION_SQL } from "./tableFrames";

/** Up to this many bytes of SQL are stored as they are: to start zstd would cost more than it saves. */
const RAW_FRAME_BYTES = 8 * 1024;

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

/** Time-outs that only newer servers know; psql prints nothing for this. */
const NEW_TIMEOUTS_OFF =
  "SELECT count(set_config(name, '0', false)) AS timeouts FROM pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout') \\gset\n";

/**
 * Copies a table, or a part of one, by psql. Its rows go straight into the next programs of the chain, never through this process.
 * Counts them by their line feeds: in COPY's text format each row is one line, and one within a value is written as `\n`.
 */
export async function copyWithPsql(context: DumpContext, part: TablePart, target: FrameTarget): Promise<CopiedRows> {
  const { storing, sink, signal, encoding } = target;
  const { table, range } = part;
  signal.throwIfAborted();
  const zstd = startCompressor(storing.path, storing.compression);
  const relay = startCountingRelay(zstd);
  const psql = await startOr([relay, zstd], () =>
    startClient(context, {
      stage: COPY_STAGE,
      program: context.psql,
      args: ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose", "--file=-"],
      stdin: "pipe",
      next: relay,
    }),
  );
  const copy = copyOutSql(table, encoding, range);
  const statements = [...beginSql(table, context.snapshotId!), copy, "COMMIT"];
  say(psql.stdin!, `${SESSION_SQL.join(";\n")};\n${NEW_TIMEOUTS_OFF}${statements.join(";\n")};\n`);
  const header = frameHeader(table, encoding);
  await pump([psql, relay, zstd], (rows) => writeAll(sealed(framed(header, rows), storing.seal), sink), signal);
  const { bytes, lines } = relayedCount(relay);
  return { rawBytes: header.length + bytes + FRAME_TRAILER.length, rows: lines };
}

/** A program that ends early does not read all of it; its exit code says why. */
function say(stdin: Writable, text: string): void {
  stdin.on("error", () => undefined);
  stdin.end(text);
}

/** A text as a frame of its own; with rows, between it and the trailer, that are a frame already. */
async function* framed(text: Buffer, rows?: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield rawFrame(text);
  if (rows === undefined) return;
  yield* rows;
  yield rawFrame(FRAME_TRAILER);
}

/** Copies a table by a session of this process: for short ones, of which there may be thousands. */
export async function copyWithSession(session: CopySession, part: TablePart, target: FrameTarget): Promise<CopiedRows> {
  const { storing, sink, signal, encoding } = target;
  const copy = await unlessAborted(signal, session.copy(part), () => signal.reason as Error);
  addAbortSignal(signal, copy);
  const sql = new CountedSql(frameHeader(part.table, encoding), copy);
  const beginning = await sql.beginning(RAW_FRAME_BYTES);
  if (sql.isComplete) await writeAll(sealed(framed(beginning), storing.seal), sink);
  else await compress(beginning, sql, copy, target);
  if (!Number.isInteger(copy.rows)) throw copyFailure("the server did not say how many rows it sent");
  return { rawBytes: sql.bytes, rows: copy.rows! };
}

async function compress(beginning: Buffer, sql: CountedSql, copy: CopyOut, target: FrameTarget): Promise<void> {
  const { storing, sink, signal } = target;
  const zstd = startCompressor(storing.path, storing.compression);
  const feeding = pipeline(sql.rest(beginning), zstd.stdin!);
  feeding.catch(() => undefined);
  try {
    await pump([zstd], (frame) => writeAll(sealed(frame, storing.seal), sink), signal);
  } catch (error) {
    copy.destroy();
    await feeding.catch(() => undefined);
    throw error;
  }
  // A copy that fails ends zstd's input early, which is an orderly end to zstd.
  await feeding;
}

/** The SQL of a frame: header, rows, trailer. Counts what it gives. */
class CountedSql {
  bytes = 0;
  isComplete = false;
  private readonly chunks: AsyncGenerator<Buffer, void>;

  constructor(header: Buffer, rows: AsyncIterable<Buffer>) {
    this.chunks = this.all(header, rows);
  }

  /** All of it where it is not longer than `most`, else some more than that. */
  async beginning(most: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    while (this.bytes <= most) {
      const next = await this.chunks.next();
      if (next.done) break;
      chunks.push(next.value);
    }
    return Buffer.concat(chunks);
  }

  async *rest(beginning: Buffer): AsyncGenerator<Buffer> {
    yield beginning;
    yield* this.chunks;
  }

  private async *all(header: Buffer, rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of concatenated(header, rows)) {
      this.bytes += chunk.length;
      yield chunk;
    }
    this.isComplete = true;
  }
}

async function* concatenated(header: Buffer, rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield header;
  yield* rows;
  yield FRAME_TRAILER;
}
