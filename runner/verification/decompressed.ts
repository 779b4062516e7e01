import { pipeline } from "node:stream/promises";
import { startDecompressor } from "../stream/archive";
import { outputOf } from "../stream/childStage";

/** What reading the content of an object needs. */
export interface ContentReader {
  /** PATH for child processes. */
  path: string;
  /** Ends every program; what is being read then fails. */
  signal: AbortSignal;
}

/** A write to zstd after it ended; its exit says more. */
const CONSEQUENCES = new Set<unknown>(["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED"]);

/**
 * What zstd makes of frames. Ends only when all of them were whole; fails with the error of `frames`, if that has one, else
 * with zstd's. zstd is gone when it ends, also for a reader that stops early.
 */
export async function* decompressed(
  frames: AsyncIterable<Buffer>,
  { path, signal }: ContentReader,
): AsyncGenerator<Buffer> {
  const zstd = startDecompressor({ path, exit: "unhealthy" }, "pipe");
  const onAbort = () => void zstd.stop();
  signal.addEventListener("abort", onAbort, { once: true });
  const feeding = pipeline(frames, zstd.stdin!);
  feeding.catch(() => undefined);
  try {
    yield* outputOf(zstd);
    await feeding;
  } catch (error) {
    await feeding.catch((cause: NodeJS.ErrnoException) => {
      if (!CONSEQUENCES.has(cause.code)) throw cause;
    });
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    await zstd.stop();
    await feeding.catch(() => undefined);
  }
}
