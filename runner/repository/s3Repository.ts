import type { Readable } from "node:stream";
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  S3ServiceException,
  type Tier as S3Tier,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import type { ObjectLockMode } from "../contract";
import {
  type ByteRange,
  type FolderOptions,
  type ListedObject,
  type ListedVersion,
  type ListOptions,
  type ObjectHead,
  type ObjectLock,
  type PartUpload,
  type PutOptions,
  type Rehydration,
  type RehydrateOptions,
  type Repository,
  RepositoryError,
  requireRange,
  type StoredObject,
} from "./repository";
import { createS3Client } from "./s3Client";
import { ResumingRead } from "./resumingRead";
import { archivedCopy } from "./archivedCopy";
import { wrapS3Error } from "./s3Errors";
import { S3PartUpload } from "./s3PartUpload";

/** Settings of `S3Repository`. */
export interface S3RepositoryOptions {
  bucket: string;
  region: string;
  /** @default `createS3Client`, from the process's environment */
  client?: S3Client;
}

function lockInput(lock: ObjectLock | undefined) {
  return lock === undefined ? {} : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: lock.retainUntil };
}

const S3_TIERS = { expedited: "Expedited", standard: "Standard", bulk: "Bulk" } as const satisfies Record<
  string,
  S3Tier
>;

/** Which version of an object is meant. */
type ObjectVersion = Pick<GetObjectCommandInput, "VersionId" | "IfMatch">;

/** Where a page of versions begins. */
interface VersionsMarker {
  KeyMarker?: string | undefined;
  VersionIdMarker?: string | undefined;
}

/** A repository in one S3 bucket. Requests are retried by the SDK (5 attempts); nothing here retries again. */
export class S3Repository implements Repository {
  readonly bucket: string;
  readonly region: string;
  private readonly client: S3Client;

  constructor(options: S3RepositoryOptions) {
    this.bucket = options.bucket;
    this.region = options.region;
    this.client = options.client ?? createS3Client({ region: options.region });
  }

  async putOnce(key: string, body: string | Buffer, options: PutOptions): Promise<StoredObject> {
    const bytes = Buffer.from(body);
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    let answer;
    try {
      answer = await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: key,
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: options.contentType,
          Metadata: options.metadata,
          ChecksumSHA256: sha256,
          IfNoneMatch: "*",
          ...lockInput(options.lock),
        }),
      );
    } catch (error) {
      throw wrapS3Error("put", key, error, true);
    }
    if (!answer.VersionId) {
      throw new RepositoryError("put", key, "refused", "storage gave no version id; the bucket must be versioned");
    }
    return { key, versionId: answer.VersionId, checksumSha256: sha256 };
  }

  async startUpload(key: string, options: PutOptions): Promise<PartUpload> {
    try {
      const answer = await this.client.send(
        new CreateMultipartUploadCommand({
          Bucket: this.bucket,
          Key: key,
          ContentType: options.contentType,
          Metadata: options.metadata,
          ChecksumAlgorithm: "SHA256",
          ...lockInput(options.lock),
        }),
      );
      return new S3PartUpload(this.client, this.bucket, key, answer.UploadId!);
    } catch (error) {
      throw wrapS3Error("start upload of", key, error, false);
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ListedObject> {
    let token: string | undefined;
    do {
      const page = await this.listPage(prefix, { StartAfter: options.startAfter, ContinuationToken: token });
      for (const o of page.Contents ?? []) {
        yield { key: o.Key!, bytes: o.Size ?? 0, lastModified: o.LastModified! };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async listFolders(prefix: string, options: FolderOptions = {}): Promise<string[]> {
    if (options.withHidden) return this.foldersOfVersions(prefix);
    const folders: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.listPage(prefix, { Delimiter: "/", ContinuationToken: token });
      folders.push(...(page.CommonPrefixes ?? []).map((p) => p.Prefix!));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return folders;
  }

  private async foldersOfVersions(prefix: string): Promise<string[]> {
    const folders = new Set<string>();
    let marker: VersionsMarker = {};
    for (;;) {
      const page = await this.versionsPage(prefix, { Delimiter: "/", ...marker });
      for (const folder of page.CommonPrefixes ?? []) folders.add(folder.Prefix!);
      if (!page.IsTruncated) return [...folders];
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  }

  private async listPage(
    prefix: string,
    input: { StartAfter?: string | undefined; Delimiter?: string; ContinuationToken?: string | undefined },
  ) {
    try {
      return await this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ...input }));
    } catch (error) {
      throw wrapS3Error("list", prefix, error, false);
    }
  }

  async versionsOf(key: string): Promise<ListedVersion[]> {
    const found = new Map<string, ListedVersion>();
    let marker: VersionsMarker = {};
    for (;;) {
      const page = await this.versionsPage(key, marker);
      const rows = [
        ...(page.Versions ?? []).map((v) => ({ ...v, isDeleteMarker: false })),
        ...(page.DeleteMarkers ?? []).map((v) => ({ ...v, Size: 0, isDeleteMarker: true })),
      ];
      for (const v of rows.filter((r) => r.Key === key)) {
        found.set(v.VersionId!, {
          key,
          versionId: v.VersionId!,
          isDeleteMarker: v.isDeleteMarker,
          lastModified: v.LastModified!,
          bytes: v.Size ?? 0,
        });
      }
      // A longer key with the same beginning sorts after all versions of ours: nothing of ours can follow it.
      if (!page.IsTruncated || rows.some((r) => r.Key !== key)) break;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    // S3 lists newest first; times have whole seconds, so the listing's own order decides between equals.
    return [...found.values()].reverse().sort((a, b) => a.lastModified.getTime() - b.lastModified.getTime());
  }

  private async versionsPage(
    prefix: string,
    input: VersionsMarker & { Delimiter?: string },
  ): Promise<ListObjectVersionsCommandOutput> {
    try {
      return await this.client.send(new ListObjectVersionsCommand({ Bucket: this.bucket, Prefix: prefix, ...input }));
    } catch (error) {
      throw wrapS3Error("list versions of", prefix, error, false);
    }
  }

  async head(key: string, versionId?: string): Promise<ObjectHead> {
    let h;
    try {
      h = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId }));
    } catch (error) {
      throw wrapS3Error("head", key, error, false);
    }
    return {
      key,
      versionId: h.VersionId ?? "null",
      bytes: h.ContentLength ?? 0,
      lastModified: h.LastModified!,
      metadata: h.Metadata ?? {},
      lock:
        h.ObjectLockMode && h.ObjectLockRetainUntilDate
          ? { mode: h.ObjectLockMode as ObjectLockMode, retainUntil: h.ObjectLockRetainUntilDate }
          : undefined,
      // Older servers spell the source's status COMPLETE.
      replicationStatus: h.ReplicationStatus === "COMPLETE" ? "COMPLETED" : h.ReplicationStatus,
      storageClass: h.StorageClass ?? "STANDARD",
      ...archivedCopy(h.Restore),
    };
  }

  async read(key: string, versionId?: string, range?: ByteRange): Promise<Readable> {
    if (range) requireRange(key, range);
    const from = range?.offset ?? 0;
    const last = range ? from + range.bytes - 1 : undefined;
    const first = range
      ? await this.getRange(key, { VersionId: versionId }, from, last)
      : await this.get(key, { VersionId: versionId });
    // Whatever is written to the key meanwhile, the rest is of the same version.
    const same = { VersionId: versionId ?? first.VersionId, IfMatch: first.ETag };
    const total = range?.bytes ?? first.ContentLength ?? Infinity;
    return new ResumingRead(first.Body as Readable, total, async (position) => {
      return (await this.getRange(key, same, from + position, last)).Body as Readable;
    });
  }

  /** Bytes from one to another, both included; to the end where no last one is given. */
  private async getRange(key: string, input: ObjectVersion, from: number, last: number | undefined) {
    const asked = `${from}-${last ?? ""}`;
    const answer = await this.get(key, { ...input, Range: `bytes=${asked}` });
    if (answer.ContentRange?.startsWith(`bytes ${asked}${last === undefined ? "" : "/"}`)) return answer;
    (answer.Body as Readable).destroy();
    const got = answer.ContentRange ?? "everything";
    throw new RepositoryError("read", key, "refused", `asked for bytes ${asked}, storage answered with ${got}`);
  }

  private async get(key: string, input: Omit<GetObjectCommandInput, "Bucket" | "Key">) {
    try {
      return await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, ...input }));
    } catch (error) {
      throw wrapS3Error("read", key, error, false);
    }
  }

  async rehydrate(key: string, versionId: string, { retrieval, days }: RehydrateOptions): Promise<Rehydration> {
    const request = { Days: days, GlacierJobParameters: { Tier: S3_TIERS[retrieval] } };
    try {
      const { $metadata } = await this.client.send(
        new RestoreObjectCommand({ Bucket: this.bucket, Key: key, VersionId: versionId, RestoreRequest: request }),
      );
      // 202 of a new request, 200 of a copy that is there.
      return $metadata.httpStatusCode === 200 ? "extended" : "requested";
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === "RestoreAlreadyInProgress") return "ongoing";
      throw wrapS3Error("rehydrate", key, error, false);
    }
  }

  close(): void {
    this.client.destroy();
  }
}
