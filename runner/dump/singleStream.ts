import { StageError } from "../errors";
import { type Stage } from "../stream/childStage";
import { startCompressor } from "../stream/compressor";
import { relayedDigest, startDigestRelay } from "../stream/digestRelay";
import { pump } from "../stream/pump";
import type { ByteSink, PlannedObject } from "./dumpSource";

/**
 * The whole database as one object: a program's output, hashed, through zstd.
 * @param start starts the program that writes the archive into a stage
 * @param path PATH of zstd
 */
export function wholeDatabase(
  estimatedBytes: number,
  path: string,
  start: (next: Stage) => Promise<Stage>,
): PlannedObject {
  return {
    name: "database.pgdump.zst",
    role: "database",
    format: "pg_dump-custom",
    estimatedBytes,
    async produce(sink: ByteSink, signal: AbortSignal) {
      signal.throwIfAborted();
      const zstd = startCompressor(path);
      const relay = startDigestRelay(zstd);
      const dump = await start(relay);
      await pump([dump, relay, zstd], (chunk) => sink.write(chunk), signal);
      const raw = relayedDigest(relay);
      if (raw.bytes === 0) throw new StageError("dump", "dump", "pg_dump exited 0 but wrote nothing");
      return { raw, tables: [] };
    },
  };
}
