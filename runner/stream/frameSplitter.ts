import { StageError } from "../errors";
import { COMPRESS_STAGE } from "./compressor";
import { FrameWalker } from "./zstdFrames";

/** Takes a stream of zstd frames apart again, without decompressing anything and without holding more than a chunk of it. */
export class FrameSplitter {
  private readonly chunks: AsyncIterator<Buffer>;
  /** Bytes behind the end of the frame before. */
  private rest: Buffer | undefined;

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /**
   * The bytes of the next frame.
   * @throws StageError `dump` where the stream ends before the frame does, or holds something else
   */
  async *next(): AsyncGenerator<Buffer, void> {
    const walker = new FrameWalker();
    while (!walker.isWhole) {
      const chunk = this.rest ?? (await this.take());
      if (chunk === undefined)
        throw new StageError(COMPRESS_STAGE, "dump", "the compressor's output ended within a frame");
      const taken = walker.pushFrame(chunk);
      if (walker.isBroken) return this.refuse("the compressor wrote something that is no zstd frame");
      this.rest = taken < chunk.length ? chunk.subarray(taken) : undefined;
      yield taken < chunk.length ? chunk.subarray(0, taken) : chunk;
    }
  }

  /**
   * Resolves at the end of the stream.
   * @throws StageError `dump` where there is something more
   */
  async end(): Promise<void> {
    if (this.rest !== undefined || (await this.take()) !== undefined)
      await this.refuse("the compressor wrote more frames than there are tables");
  }

  /** A program that fails may well have written nonsense before: what it says of itself comes first, so all is read. */
  private async refuse(what: string): Promise<never> {
    while ((await this.take()) !== undefined);
    throw new StageError(COMPRESS_STAGE, "dump", what);
  }

  private async take(): Promise<Buffer | undefined> {
    for (;;) {
      const next = await this.chunks.next();
      if (next.done) return undefined;
      if (next.value.length > 0) return next.value;
    }
  }
}
