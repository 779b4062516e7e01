import { StageError } from "../errors";
import type { Stage } from "../stream/childStage";
import { type Compression, startCompressor } from "../stream/compressor";
import { relayedDigest, startDigestRelay } from "../stream/digestRelay";
import { pump } from "../stream/pump";
import type { Seal } from "../stream/seal";
import type { ByteSink, PlannedObject, ProducedObject } from "./dumpSource";

/** How an object is stored. */
export interface Storing {
  /** PATH of zstd. */
  path: string;
  compression?: Compression | undefined;
  /** Encrypts what is stored; absent: not encrypted. */
  seal?: Seal | undefined;
}

/** An object that is the output of one program. */
export interface ProgramOutput extends Pick<PlannedObject, "role" | "format" | "estimatedBytes"> {
  /** Of the object, without the endings of compression and encryption. */
  name: string;
  /** Starts the program, which writes into `next`. */
  start: (next: Stage) => Promise<Stage>;
}

/** Name of an object as it is stored, with an ending for each thing that was done to it. */
export function storedName(name: string, seal: Seal | undefined): string {
  return `${name}.zst${seal === undefined ? "" : ".age"}`;
}

/** The output of one program as an object: hashed, through zstd, sealed. */
export function programObject(output: ProgramOutput, storing: Storing): PlannedObject {
  const { name, role, format, estimatedBytes, start } = output;
  return {
    name: storedName(name, storing.seal),
    role,
    format,
    estimatedBytes,
    async produce(sink: ByteSink, signal: AbortSignal): Promise<ProducedObject> {
      signal.throwIfAborted();
      const zstd = startCompressor(storing.path, storing.compression);
      const relay = startDigestRelay(zstd, sink.onRead);
      const program = await startOr([relay, zstd], () => start(relay));
      await pump([program, relay, zstd], (bytes) => writeAll(sealed(bytes, storing.seal), sink), signal);
      const raw = relayedDigest(relay);
      if (raw.bytes === 0) throw new StageError("dump", "dump", `${name}: the program exited 0 but wrote nothing`);
      return { raw, tables: [] };
    },
  };
}

/** Starts what comes before `stages` in the chain; they end when it can't even be tried. */
export async function startOr(stages: readonly Stage[], start: () => Promise<Stage>): Promise<Stage> {
  try {
    return await start();
  } catch (error) {
    await Promise.all(stages.map((stage) => stage.stop()));
    throw error;
  }
}

/** A frame run, encrypted where that is wanted. */
export function sealed(bytes: AsyncIterable<Buffer>, seal: Seal | undefined): AsyncIterable<Buffer> {
  return seal === undefined ? bytes : seal(bytes);
}

/** Writes all of it, no faster than the sink takes it. */
export async function writeAll(bytes: AsyncIterable<Buffer>, sink: ByteSink): Promise<void> {
  for await (const chunk of bytes) await sink.write(chunk);
}
