import { createHash } from "node:crypto";
import type { Digest } from "../manifestFormat";
import { messageOf, StageError } from "../errors";
import type { PartUpload } from "../repository/repository";
import { MAX_PARTS, type PartPlan } from "./partPlan";

/** What was sent. The upload is not completed yet: that is the commit's business. */
export interface SentStream {
  stored: Digest;
  parts: number;
}

/**
 * Cuts what is written into parts and sends them, a few at a time, from a bounded set of reused buffers.
 *
 * Takes no more than storage does: when all buffers are full, `write` waits. The first error of a part rejects the writes
 * after it; whoever writes aborts the upload.
 */
export class PartWriter {
  private readonly whole = createHash("sha256");
  private readonly free: Buffer[] = []; // of parts already sent
  private readonly inFlight = new Set<Promise<void>>();
  private firstError: Error | undefined;
  private number = 1;
  private filled = 0;
  private buffer: Buffer;
  private written = 0;

  /** @param onSent called with the length of each part that storage took */
  constructor(
    private readonly upload: PartUpload,
    private readonly plan: PartPlan,
    private readonly onSent: (bytes: number) => void,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(plan.partBytes(1));
  }

  /** Bytes written so far. */
  get position(): number {
    return this.written;
  }

  /** Takes a chunk and resolves when there is room for another. The chunk may be reused then. */
  async write(chunk: Buffer): Promise<void> {
    if (this.firstError !== undefined) throw this.firstError;
    this.whole.update(chunk);
    this.written += chunk.length;
    for (let at = 0; at < chunk.length;) {
      const copied = chunk.copy(this.buffer, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === this.buffer.length) await this.send();
    }
  }

  /** Sends the rest and waits for all parts. */
  async finish(): Promise<SentStream> {
    if (this.filled > 0) await this.send();
    await Promise.all(this.inFlight);
    if (this.firstError !== undefined) throw this.firstError;
    return { stored: { bytes: this.written, sha256: this.whole.digest("hex") }, parts: this.number - 1 };
  }

  private async send(): Promise<void> {
    while (this.inFlight.size >= this.plan.concurrency(this.number)) await Promise.race(this.inFlight);
    if (this.firstError !== undefined) throw this.firstError;
    if (this.number > MAX_PARTS) {
      throw new StageError(
        "upload",
        "upload",
        `${this.upload.key} needs more than ${MAX_PARTS} parts (${this.plan.capacityBytes} bytes); raise bufferBudgetMiB so that parts can grow further`,
      );
    }
    const used = this.buffer;
    const bytes = used.subarray(0, this.filled);
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    const sending: Promise<void> = this.upload
      .uploadPart(this.number, bytes, sha256)
      .then(
        () => this.onSent(bytes.length),
        (error: unknown) => {
          this.firstError ??= error instanceof Error ? error : new Error(messageOf(error));
        },
      )
      .finally(() => {
        this.inFlight.delete(sending);
        this.free.push(used);
      });
    this.inFlight.add(sending);
    this.number += 1;
    this.filled = 0;
    const size = this.plan.partBytes(this.number);
    const reused = this.free.pop();
    this.buffer = reused?.length === size ? reused : Buffer.allocUnsafeSlow(size);
  }
}
