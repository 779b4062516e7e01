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
 * Cuts a stream into parts and sends them, a few at a time, from a bounded set of reused buffers.
 *
 * Reads no faster than storage takes: when all buffers are full, the source waits. Rejects with the first error, of the
 * source or of a part, after every part in flight has settled; the caller aborts the upload.
 *
 * @param onSent called with the bytes stored so far
 */
export async function uploadStream(
  source: AsyncIterable<Buffer>,
  upload: PartUpload,
  plan: PartPlan,
  onSent: (bytes: number) => void,
): Promise<SentStream> {
  const whole = createHash("sha256");
  const free: Buffer[] = []; // of parts already sent
  const inFlight = new Set<Promise<void>>();
  let firstError: Error | undefined;
  let number = 1;
  let filled = 0;
  let buffer: Buffer = Buffer.allocUnsafeSlow(plan.partBytes(1));
  let sentBytes = 0;

  const send = async () => {
    while (inFlight.size >= plan.concurrency(number)) await Promise.race(inFlight);
    if (firstError !== undefined) throw firstError;
    if (number > MAX_PARTS) {
      throw new StageError(
        "upload",
        "upload",
        `${upload.key} needs more than ${MAX_PARTS} parts (${plan.capacityBytes} bytes); raise bufferBudgetMiB so that parts can grow further`,
      );
    }
    const used = buffer;
    const bytes = used.subarray(0, filled);
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    const sending: Promise<void> = upload
      .uploadPart(number, bytes, sha256)
      .then(
        () => onSent((sentBytes += bytes.length)),
        (error: unknown) => {
          firstError ??= error instanceof Error ? error : new Error(messageOf(error));
        },
      )
      .finally(() => {
        inFlight.delete(sending);
        free.push(used);
      });
    inFlight.add(sending);
    number += 1;
    filled = 0;
    const size = plan.partBytes(number);
    const reused = free.pop();
    buffer = reused?.length === size ? reused : Buffer.allocUnsafeSlow(size);
  };

  let bytes = 0;
  try {
    for await (const chunk of source) {
      if (firstError !== undefined) throw firstError;
      whole.update(chunk);
      bytes += chunk.length;
      for (let at = 0; at < chunk.length;) {
        const copied = chunk.copy(buffer, filled, at);
        at += copied;
        filled += copied;
        if (filled === buffer.length) await send();
      }
    }
    if (filled > 0) await send();
  } finally {
    await Promise.all(inFlight);
  }
  if (firstError !== undefined) throw firstError;
  return { stored: { bytes, sha256: whole.digest("hex") }, parts: number - 1 };
}
