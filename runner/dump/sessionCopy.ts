import { addAbortSignal, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unlessAborted } from "../interruption";
import { startCompressor } from "../stream/compressor";
import { pump } from "../stream/pump";
import { rawFrame } from "../stream/rawFrame";
import { copyErrorOf, copyFailure } from "./copyError";
import type { CopyOut } from "./copyOut";
import { CopySession } from "./copySession";
import type { DumpContext } from "./dumpContext";
import type { TablePart } from "./dumpPlan";
import type { ProducedTable } from "./dumpSource";
import { type CopiedRows, type FrameTarget, producedTable } from "./frameTarget";
import { sealed, writeAll } from "./programStream";
import { FRAME_TRAILER, frameHeader } from "./tableFrames";

/** Up to this many bytes of SQL are stored as they are: to start zstd would cost more than it saves. */
const RAW_FRAME_BYTES = 8 * 1024;

/** Copies tables, one after another, by a session of this process: for short ones, of which there may be thousands. */
export async function copyWithSession(
  context: DumpContext,
  parts: readonly TablePart[],
  target: FrameTarget,
): Promise<ProducedTable[]> {
  const session = new CopySession(context);
  const tables: ProducedTable[] = [];
  try {
    for (const part of parts) {
      const offset = target.sink.position;
      const copied = await copyPart(session, part, target).catch((error: unknown) => {
        throw copyErrorOf(part, error);
      });
      tables.push(producedTable(part, target, offset, copied));
    }
    return tables;
  } finally {
    await session.close();
  }
}

async function copyPart(session: CopySession, part: TablePart, target: FrameTarget): Promise<CopiedRows> {
  const { storing, sink, signal, encoding } = target;
  const copy = await unlessAborted(signal, session.copy(part), () => signal.reason as Error);
  addAbortSignal(signal, copy);
  const sql = new CountedSql(frameHeader(part.table, encoding), copy);
  const beginning = await sql.beginning(RAW_FRAME_BYTES);
  if (sql.isComplete) await writeAll(sealed(Readable.from([rawFrame(beginning)]), storing.seal), sink);
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
