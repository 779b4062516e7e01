import { createHash, type Hash } from "node:crypto";
import type { Digest } from "../manifestFormat";
import { messageOf, StageError } from "../errors";
import type { PartUpload } from "../repository/repository";
import type { PartMemory } from "./partMemory";
import { MAX_PARTS, type PartPlan } from "./partPlan";
import type { Throttle } from "./throttle";
import { noteUsedUp } from "./chunkGarbage";

/** What was sent. The upload is not completed yet: that is the commit's business. */
export interface SentStream {
  stored: Digest;
  parts: number;
}

/** What the writers of a run share. */
export interface PartSending {
  memory: PartMemory;
  throttle: Throttle;
  /** Ends every wait, and no part is begun after it; its reason is what the writer rejects with. */
  signal: AbortSignal;
  /** Called with the length of each part that storage took. */
  onSent: (bytes: number) => void;
}

/** The part that is being filled. */
interface Filling {
  buffer: Buffer;
  filled: number;
  sha256: Hash;
}

/**
 * Cuts what is written into parts and sends them, a few at a time, from buffers that all writers of a run share.
 *
 * Takes no more than storage does: when all buffers are in use, `write` waits. The first error of a part rejects the writes
 * after it; whoever writes aborts the upload.
 */
export class PartWriter {
  private readonly whole = createHash("sha256");
  private readonly inFlight = new Set<Promise<void>>();
  /** Ends this writer's own waits at its first error, or at the run's end. */
  private readonly broken = new AbortController();
  private readonly ends: AbortSignal;
  private part: Filling | undefined;
  private number = 0;
  private written = 0;

  constructor(
    private readonly upload: PartUpload,
    private readonly plan: PartPlan,
    private readonly sending: PartSending,
  ) {
    this.ends = AbortSignal.any([sending.signal, this.broken.signal]);
  }

  /** Bytes written so far. */
  get position(): number {
    return this.written;
  }

  /** Takes a chunk and resolves when there is room for another. The chunk may be reused then. */
  async write(chunk: Buffer): Promise<void> {
    this.ends.throwIfAborted();
    this.whole.update(chunk);
    this.written += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const part = (this.part ??= await this.nextPart());
      const copied = chunk.copy(part.buffer, part.filled, at);
      part.sha256.update(copied === chunk.length ? chunk : chunk.subarray(at, at + copied));
      at += copied;
      part.filled += copied;
      if (part.filled === part.buffer.length) this.send(part);
    }
    noteUsedUp(chunk.length);
  }

  /** Sends the rest and waits for all parts. */
  async finish(): Promise<SentStream> {
    this.ends.throwIfAborted();
    if (this.part) this.send(this.part);
    await Promise.all(this.inFlight);
    this.ends.throwIfAborted();
    return { stored: { bytes: this.written, sha256: this.whole.digest("hex") }, parts: this.number };
  }

  private async nextPart(): Promise<Filling> {
    if (this.number === MAX_PARTS) {
      throw new StageError(
        "upload",
        "upload",
        `${this.upload.key} needs more than ${MAX_PARTS} parts (${this.plan.capacityBytes} bytes); raise bufferBudgetMiB so that parts can grow further`,
      );
    }
    const buffer = await this.sending.memory.take(this.plan.partBytes(this.number + 1), this.ends);
    this.number += 1;
    return { buffer, filled: 0, sha256: createHash("sha256") };
  }

  private send({ buffer, filled, sha256 }: Filling): void {
    this.part = undefined;
    const sending: Promise<void> = this.sendPart(this.number, buffer.subarray(0, filled), sha256.digest("base64"))
      .catch((error: unknown) => this.broken.abort(error instanceof Error ? error : new Error(messageOf(error))))
      .finally(() => {
        this.inFlight.delete(sending);
        this.sending.memory.giveBack(buffer);
      });
    this.inFlight.add(sending);
  }

  private async sendPart(number: number, bytes: Buffer, sha256: string): Promise<void> {
    await this.sending.throttle.pass(bytes.length, this.ends);
    await this.upload.uploadPart(number, bytes, sha256);
    this.sending.onSent(bytes.length);
  }
}
