import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { messageOf, StageError } from "../errors";
import { unlessAborted } from "../interruption";
import type { ManifestObject } from "../manifestFormat";
import type { Repository } from "../repository/repository";
import { requireSame } from "../stream/archive";

/** @throws StageError `interrupted` */
export function interruption(): StageError {
  return new StageError("verify", "interrupted", "stopped by a signal");
}

/**
 * The stored bytes of one data object, counted and hashed while somebody reads them. Whoever stops early has not ended it:
 * `finish` reads the rest, so that a damaged object is called damaged, and not what its damage looks like to zstd or SQL.
 */
export class StoredObject implements AsyncIterable<Buffer> {
  /** Set when storage broke off: whatever its reader then says is a consequence. */
  failure: StageError | undefined;
  private readonly hash = createHash("sha256");
  private readonly chunks: AsyncIterator<Buffer>;
  private bytes = 0;

  private constructor(
    private readonly object: ManifestObject,
    private readonly source: Readable,
    private readonly signal: AbortSignal,
    private readonly onRead: (storedBytes: number) => void,
  ) {
    this.chunks = (source as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    signal.addEventListener("abort", this.stop, { once: true });
    if (signal.aborted) this.stop();
  }

  /** @throws RepositoryError */
  static async open(
    repository: Repository,
    object: ManifestObject,
    signal: AbortSignal,
    onRead: (storedBytes: number) => void,
  ): Promise<StoredObject> {
    const opening = repository.read(object.key, object.versionId);
    try {
      return new StoredObject(object, await unlessAborted(signal, opening, interruption), signal, onRead);
    } catch (error) {
      void opening.then(
        (source) => source.destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  private readonly stop = () => void this.source.destroy(interruption());

  private async next(): Promise<IteratorResult<Buffer, undefined>> {
    try {
      const next = await this.chunks.next();
      if (next.done) return { done: true, value: undefined };
      this.bytes += next.value.length;
      this.hash.update(next.value);
      this.onRead(this.bytes);
      return { done: false, value: next.value };
    } catch (error) {
      const { key, versionId } = this.object;
      this.failure ??= new StageError("read", "unhealthy", `${key} version ${versionId}: ${messageOf(error)}`, {
        cause: error,
      });
      throw this.failure;
    }
  }

  /** Without `return`: breaking out of a loop leaves the rest to `finish`. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.next() };
  }

  /**
   * Reads what is left.
   * @throws StageError `digest` when size or SHA-256 are not the manifest's; `read` when storage breaks off
   */
  async finish(): Promise<void> {
    while (!(await this.next()).done);
    const digest = { bytes: this.bytes, sha256: this.hash.digest("hex") };
    requireSame("stored bytes", this.object, digest, this.object.stored, "unhealthy");
  }

  close(): void {
    this.signal.removeEventListener("abort", this.stop);
    this.source.destroy();
  }
}

/** Cuts a stream into pieces of known lengths, one after the other. */
export class Pieces {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stored: AsyncIterable<Buffer>) {
    this.chunks = stored[Symbol.asyncIterator]();
  }

  /** The next `bytes`, or fewer where the stream ends. The piece before must have been read to its end. */
  async *take(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0;) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done) return;
        this.rest = next.value;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
}
