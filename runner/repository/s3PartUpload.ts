import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type PartUpload, RepositoryError, type StoredObject } from "./repository";
import { wrapS3Error } from "./s3Errors";

/** Far below the two minutes in which a stopped task must end. */
const ARRIVAL_GRACE_MS = 5_000;

interface SentPart {
  etag: string;
  sha256: string;
}

/**
 * S3's composite checksum of an upload: the hash of the parts' hashes, and how many there were.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export function compositeSha256(partSha256: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of partSha256) hash.update(Buffer.from(part, "base64"));
  return `${hash.digest("base64")}-${partSha256.length}`;
}

/** A multipart upload. A part is retried by the SDK, from the same buffer; the source is never read twice. */
export class S3PartUpload implements PartUpload {
  private readonly sent = new Map<number, SentPart>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private readonly cancel = new AbortController();
  private isEnding = false;

  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    readonly key: string,
    private readonly uploadId: string,
  ) {}

  private get target() {
    return { Bucket: this.bucket, Key: this.key, UploadId: this.uploadId };
  }

  async uploadPart(number: number, bytes: Buffer, sha256: string): Promise<void> {
    if (this.isEnding) {
      throw new RepositoryError(`upload part ${number} of`, this.key, "refused", "the upload has ended");
    }
    const sending = this.client
      .send(
        new UploadPartCommand({
          ...this.target,
          PartNumber: number,
          Body: bytes,
          ContentLength: bytes.length,
          ChecksumSHA256: sha256,
        }),
        { abortSignal: this.cancel.signal },
      )
      .then(
        (answer) => {
          // Storage's own hash of what arrived; a server that answers with none has not checked anything.
          if (answer.ETag === undefined || answer.ChecksumSHA256 !== sha256) {
            throw new RepositoryError(
              `upload part ${number} of`,
              this.key,
              "refused",
              `storage answered with checksum ${answer.ChecksumSHA256 ?? "none"}, sent ${sha256}`,
            );
          }
          this.sent.set(number, { etag: answer.ETag, sha256 });
        },
        (error: unknown) => {
          throw wrapS3Error(`upload part ${number} of`, this.key, error, false);
        },
      );
    this.inFlight.add(sending);
    await sending.finally(() => this.inFlight.delete(sending));
  }

  async complete(): Promise<StoredObject> {
    const parts = [...this.sent].sort(([a], [b]) => a - b);
    const gap = parts.findIndex(([number], i) => number !== i + 1);
    if (parts.length === 0 || gap !== -1 || this.inFlight.size > 0) {
      throw new RepositoryError(
        "complete upload of",
        this.key,
        "refused",
        `parts are not all there: ${parts.length} sent, ${this.inFlight.size} in flight${gap === -1 ? "" : `, part ${gap + 1} missing`}`,
      );
    }
    const expected = compositeSha256(parts.map(([, p]) => p.sha256));
    let answer;
    try {
      answer = await this.client.send(
        new CompleteMultipartUploadCommand({
          ...this.target,
          IfNoneMatch: "*",
          MultipartUpload: {
            Parts: parts.map(([number, p]) => ({ PartNumber: number, ETag: p.etag, ChecksumSHA256: p.sha256 })),
          },
        }),
      );
    } catch (error) {
      throw wrapS3Error("complete upload of", this.key, error, true);
    }
    if (answer.ChecksumSHA256 !== expected || !answer.VersionId) {
      throw new RepositoryError(
        "complete upload of",
        this.key,
        "refused",
        `storage says checksum ${answer.ChecksumSHA256 ?? "none"} and version ${answer.VersionId ?? "none"}, expected ${expected} and a version id; the bucket must be versioned`,
      );
    }
    return { key: this.key, versionId: answer.VersionId, checksumSha256: expected };
  }

  async abort(): Promise<void> {
    this.isEnding = true;
    // A part that lands after the abort would stay behind, and storage may still take in one whose request was given up. So
    // parts in flight get a moment to arrive; those of storage that does not answer are given up then.
    const settled = Promise.allSettled(this.inFlight);
    await Promise.race([settled, sleep(ARRIVAL_GRACE_MS, undefined, { ref: false })]);
    this.cancel.abort();
    await settled;
    try {
      await this.client.send(new AbortMultipartUploadCommand(this.target));
    } catch (error) {
      const wrapped = wrapS3Error("abort upload of", this.key, error, false);
      if (wrapped.kind !== "notFound") throw wrapped; // gone already is what abort wants
    }
  }
}
