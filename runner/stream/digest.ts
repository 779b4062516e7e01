import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import type { Digest } from "../manifestFormat";

/** Passes bytes through and counts and hashes them. */
export class DigestStream extends Transform {
  private readonly hash = createHash("sha256");
  private bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.bytes += chunk.length;
    this.hash.update(chunk);
    callback(null, chunk);
  }

  /** Count and hash of everything that passed. Call it once, after the stream ended. */
  digest(): Digest {
    return { bytes: this.bytes, sha256: this.hash.digest("hex") };
  }
}
