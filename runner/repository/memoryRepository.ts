import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  type ByteRange,
  type FolderOptions,
  type ListedObject,
  type ListedVersion,
  type ListOptions,
  type ObjectHead,
  type PartUpload,
  type PutOptions,
  type Rehydration,
  type RehydrateOptions,
  type Repository,
  RepositoryError,
  requireRange,
  type StoredObject,
} from "./repository";
import { compositeSha256 } from "./s3PartUpload";

const DAY_MS = 86_400_000;

interface Version {
  versionId: string;
  bytes: Buffer | undefined; // undefined: a delete marker
  options: PutOptions | undefined;
  lastModified: Date;
  /** Absent: STANDARD. */
  archive?: { storageClass: string } & Pick<ObjectHead, "thaw" | "readableUntil">;
}

/** Settings of `MemoryRepository`. */
export interface MemoryRepositoryOptions {
  bucket?: string;
  region?: string;
  now: () => Date;
}

/** A repository in memory, for tests and dry runs; passes the same conformance suite as S3. */
export class MemoryRepository implements Repository {
  readonly bucket: string;
  readonly region: string;
  private readonly keys = new Map<string, Version[]>();
  /** Every key in order, until one is added. */
  private sorted: string[] | undefined;
  private readonly uploads = new Map<number, string>();
  private counter = 0;

  constructor(private readonly options: MemoryRepositoryOptions) {
    this.bucket = options.bucket ?? "memory";
    this.region = options.region ?? "eu-central-1";
  }

  /** Keys with an upload that is neither completed nor aborted. */
  openUploads(): string[] {
    return [...this.uploads.values()];
  }

  /** Adds a version or, without bytes, a delete marker, as an attacker or another program could. */
  addVersion(key: string, bytes?: string | Buffer, options?: PutOptions): string {
    return this.store(key, bytes === undefined ? undefined : Buffer.from(bytes), options).versionId;
  }

  /** Moves a version into an archive class, as lifecycle would; with `thaw`, as if it had been asked for. */
  archive(
    key: string,
    versionId: string,
    storageClass: string,
    thaw?: ObjectHead["thaw"],
    readableUntil?: ObjectHead["readableUntil"],
  ): void {
    const version = this.keys.get(key)?.find((one) => one.versionId === versionId);
    if (version === undefined) throw new Error(`memory repository: there is no ${key} version ${versionId}`);
    version.archive = { storageClass, thaw, readableUntil };
  }

  private store(key: string, bytes: Buffer | undefined, options: PutOptions | undefined): Version {
    const versionId = `v${String(++this.counter).padStart(6, "0")}`;
    const version = { versionId, bytes, options, lastModified: this.options.now() };
    const versions = this.keys.get(key);
    if (versions) versions.push(version);
    else {
      this.keys.set(key, [version]);
      this.sorted = undefined;
    }
    return version;
  }

  private current(key: string): Version | undefined {
    const last = this.keys.get(key)?.at(-1);
    return last?.bytes === undefined ? undefined : last;
  }

  private find(verb: string, key: string, versionId: string | undefined): Version & { bytes: Buffer } {
    const version = versionId ? this.keys.get(key)?.find((v) => v.versionId === versionId) : this.current(key);
    if (version?.bytes === undefined) throw new RepositoryError(verb, key, "notFound", "there is no such object");
    return { ...version, bytes: version.bytes };
  }

  private create(verb: string, key: string, bytes: Buffer, checksum: string, options: PutOptions): StoredObject {
    if (this.current(key)) throw new RepositoryError(verb, key, "alreadyExists", "the key exists already");
    return { key, versionId: this.store(key, bytes, options).versionId, checksumSha256: checksum };
  }

  // The interface is asynchronous; every method settles on a later turn, as storage does.
  async putOnce(key: string, body: string | Buffer, options: PutOptions): Promise<StoredObject> {
    await Promise.resolve();
    const bytes = Buffer.from(body);
    return this.create("put", key, bytes, createHash("sha256").update(bytes).digest("base64"), options);
  }

  async startUpload(key: string, options: PutOptions): Promise<PartUpload> {
    await Promise.resolve();
    const id = ++this.counter;
    this.uploads.set(id, key);
    const parts = new Map<number, { bytes: Buffer; sha256: string }>();
    const requireOpen = (verb: string) => {
      if (!this.uploads.has(id)) throw new RepositoryError(verb, key, "refused", "the upload has ended");
    };
    return {
      key,
      uploadPart: async (number, bytes, sha256) => {
        await Promise.resolve();
        requireOpen(`upload part ${number} of`);
        if (createHash("sha256").update(bytes).digest("base64") !== sha256) {
          throw new RepositoryError(`upload part ${number} of`, key, "refused", "the checksum does not match");
        }
        parts.set(number, { bytes: Buffer.from(bytes), sha256 });
      },
      complete: async () => {
        await Promise.resolve();
        requireOpen("complete upload of");
        const sorted = [...parts].sort(([a], [b]) => a - b);
        if (sorted.length === 0 || sorted.some(([n], i) => n !== i + 1)) {
          throw new RepositoryError("complete upload of", key, "refused", "parts are not all there");
        }
        const bytes = Buffer.concat(sorted.map(([, p]) => p.bytes));
        const checksum = compositeSha256(sorted.map(([, p]) => p.sha256));
        const stored = this.create("complete upload of", key, bytes, checksum, options);
        this.uploads.delete(id);
        return stored;
      },
      abort: async () => {
        await Promise.resolve();
        this.uploads.delete(id);
      },
    };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ListedObject> {
    await Promise.resolve();
    for (const key of this.keysBelow(prefix, options.startAfter)) {
      const version = this.current(key);
      if (!version) continue;
      yield { key, bytes: version.bytes!.length, lastModified: version.lastModified };
    }
  }

  /** Keys below a prefix, also those behind a delete marker, in order. */
  private *keysBelow(prefix: string, startAfter = ""): Iterable<string> {
    const keys = (this.sorted ??= [...this.keys.keys()].sort());
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (keys[middle]! < prefix || keys[middle]! <= startAfter) low = middle + 1;
      else high = middle;
    }
    for (let at = low; at < keys.length && keys[at]!.startsWith(prefix); at++) yield keys[at]!;
  }

  async listFolders(prefix: string, options: FolderOptions = {}): Promise<string[]> {
    await Promise.resolve();
    const folders = new Set<string>();
    for (const key of this.keysBelow(prefix)) {
      if (!options.withHidden && !this.current(key)) continue;
      const end = key.indexOf("/", prefix.length);
      if (end !== -1) folders.add(key.slice(0, end + 1));
    }
    return [...folders];
  }

  async versionsOf(key: string): Promise<ListedVersion[]> {
    await Promise.resolve();
    return (this.keys.get(key) ?? []).map((v) => ({
      key,
      versionId: v.versionId,
      isDeleteMarker: v.bytes === undefined,
      lastModified: v.lastModified,
      bytes: v.bytes?.length ?? 0,
    }));
  }

  async head(key: string, versionId?: string): Promise<ObjectHead> {
    await Promise.resolve();
    const version = this.find("head", key, versionId);
    return {
      key,
      versionId: version.versionId,
      bytes: version.bytes.length,
      lastModified: version.lastModified,
      metadata: version.options?.metadata ?? {},
      lock: version.options?.lock,
      replicationStatus: undefined,
      storageClass: version.archive?.storageClass ?? "STANDARD",
      ...(version.archive?.thaw === undefined ? {} : { thaw: version.archive.thaw }),
      ...(version.archive?.readableUntil === undefined ? {} : { readableUntil: version.archive.readableUntil }),
    };
  }

  async read(key: string, versionId?: string, range?: ByteRange): Promise<Readable> {
    await Promise.resolve();
    if (range) requireRange(key, range);
    const { bytes, archive } = this.find("read", key, versionId);
    if (archive !== undefined && archive.thaw !== "done") {
      throw new RepositoryError("read", key, "refused", `it is in storage class ${archive.storageClass}`);
    }
    if (!range) return Readable.from([bytes]);
    const end = range.offset + range.bytes;
    if (end <= bytes.length) return Readable.from([bytes.subarray(range.offset, end)]);
    const detail = `asked for bytes ${range.offset}-${end - 1}, there are ${bytes.length}`;
    throw new RepositoryError("read", key, "refused", detail);
  }

  async rehydrate(key: string, versionId: string, { days }: RehydrateOptions): Promise<Rehydration> {
    await Promise.resolve();
    if (!(Number.isInteger(days) && days >= 1)) throw new RepositoryError("rehydrate", key, "refused", `${days} days`);
    const { archive } = this.find("rehydrate", key, versionId);
    if (archive === undefined) throw new RepositoryError("rehydrate", key, "refused", "it is in no archive class");
    if (archive.thaw === "ongoing") return "ongoing";
    if (archive.thaw === "done") {
      // As S3 counts: from now, to the midnight after.
      archive.readableUntil = new Date((Math.floor(this.options.now().getTime() / DAY_MS) + days + 1) * DAY_MS);
      return "extended";
    }
    archive.thaw = "ongoing";
    return "requested";
  }

  close(): void {
    // Nothing is held open.
  }
}
