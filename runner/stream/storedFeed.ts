import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ManifestObject } from "../manifestFormat";
import { messageOf, StageError } from "../errors";
import type { ByteRange } from "../repository/repository";
import { type ArchiveReader, requireSame, unsealed } from "./archive";
import type { Stage } from "./childStage";
import { Feed, interruption } from "./feed";

/** Bytes of a data object that programs take. */
export interface StoredPart {
  object: ManifestObject;
  /** Default: all of it, checked against its digest. A range is checked by the checksums of its own zstd frames. */
  range?: ByteRange | undefined;
  /** Where its age files are, of an encrypted object that holds several: in order, without gaps. */
  files?: readonly ByteRange[] | undefined;
}

/** Time for the other programs to say why, after one failed. */
const SETTLE_MS = 1_000;

/** A program whose reader has gone. */
function isBrokenPipe(error: unknown): boolean {
  return /was killed by SIGPIPE|Broken pipe|Connection reset by peer/.test(messageOf(error));
}

/**
 * Feeds stored bytes to the first of a chain of programs, in which each writes into the next by a pipe of the operating
 * system: what they decompress to never passes through this process.
 *
 * The first sees its end only after the digest agreed with the manifest. Resolves when all exited 0 (one whose reader had
 * enough may break off); on any failure all of them are gone before it rejects with the cause.
 */
export async function feedStages(reader: ArchiveReader, part: StoredPart, stages: readonly Stage[]): Promise<void> {
  const { object, range } = part;
  const { promise: interrupted, release } = interruption(reader.signal, "read");
  let source: Readable | undefined;
  let refusal: { error: unknown } | undefined;
  let isChecked = false;
  const opening = reader.repository.read(object.key, object.versionId, range);
  const feeding = (async () => {
    try {
      source = await opening.catch((error: unknown) => {
        throw new StageError("read", reader.exit, messageOf(error), { cause: error });
      });
      const feed = new Feed(stages[0]!);
      const stored = checked(reader, part, source, () => (isChecked = true));
      for await (const chunk of unsealedFiles(reader, part, stored)) await feed.write(chunk);
      if (!isChecked) throw new StageError("read", reader.exit, `${object.key}: bytes follow what was to be read`);
      feed.end();
    } catch (error) {
      refusal = { error };
      throw error;
    }
  })();
  const failures = new Map<Stage, unknown>();
  const ends = stages.map((stage) =>
    stage.done.catch((error: unknown) => {
      if (stage !== stages.at(-1) && isBrokenPipe(error)) return;
      failures.set(stage, error);
      throw error;
    }),
  );
  try {
    await Promise.race([Promise.all([feeding, ...ends]), interrupted]);
  } catch (error) {
    if (refusal === undefined && !reader.signal.aborted) {
      await Promise.race([Promise.allSettled(ends), sleep(SETTLE_MS, undefined, { ref: false })]);
    }
    // The ones after the first that failed only got a broken input.
    const culprit = stages.find((stage) => failures.has(stage));
    const cause = refusal?.error ?? failures.get(culprit!) ?? error;
    void opening.then((body) => body.destroy()).catch(() => undefined);
    await Promise.all(stages.map((stage) => stage.stop()));
    if (source !== undefined) await feeding.catch(() => undefined);
    throw reader.signal.aborted ? error : cause;
  } finally {
    release();
  }
}

/** Counts and hashes; throws after the last byte unless they are those of the manifest. */
async function* checked(
  reader: ArchiveReader,
  part: StoredPart,
  source: Readable,
  onChecked: () => void,
): AsyncGenerator<Buffer, void> {
  const { object, range } = part;
  const what = `${object.key} version ${object.versionId}`;
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
      reader.onRead?.(bytes);
      yield chunk;
    }
  } catch (error) {
    throw new StageError("read", reader.exit, `${what}: ${messageOf(error)}`, { cause: error });
  }
  if (range === undefined) {
    requireSame("stored bytes", object, { bytes, sha256: hash.digest("hex") }, object.stored, reader.exit);
  } else if (bytes !== range.bytes) {
    throw new StageError("read", reader.exit, `${what}: ${range.bytes} bytes from ${range.offset} were ${bytes}`);
  }
  onChecked();
}

/** Opens one age file after the other. */
async function* unsealedFiles(
  reader: ArchiveReader,
  { object, files }: StoredPart,
  stored: AsyncGenerator<Buffer, void>,
): AsyncGenerator<Buffer, void> {
  if (object.encryption === undefined || files === undefined) {
    yield* unsealed(reader, object, stored);
    return;
  }
  let rest: Buffer = Buffer.alloc(0);
  async function* next(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (rest.length === 0) {
        const read = await stored.next();
        if (read.done) return; // an age file that is cut is refused by whoever opens it
        rest = read.value;
      }
      const chunk = rest.subarray(0, left);
      rest = rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }
  for (const file of files) yield* unsealed(reader, object, next(file.bytes));
  // The digest is checked at the end of what is stored.
  if (rest.length === 0) await stored.next();
}
