import type { Readable } from "node:stream";
import type { ObjectLockMode } from "../contract";

/** Explicit lock of one object, sent as headers when its put or its upload is created. */
export interface ObjectLock {
  mode: ObjectLockMode;
  retainUntil: Date;
}

/** What a write returns. */
export interface StoredObject {
  key: string;
  versionId: string;
  /** Storage's own SHA-256 of what it holds: base64; composite with "-<parts>" for an upload in parts. */
  checksumSha256: string;
}

/** One object as a listing shows it. */
export interface ListedObject {
  key: string;
  bytes: number;
  lastModified: Date;
}

/** One version, or delete marker, of a key. */
export interface ListedVersion {
  key: string;
  versionId: string;
  isDeleteMarker: boolean;
  lastModified: Date;
  bytes: number;
}

/** What a HEAD shows without any right to decrypt. */
export interface ObjectHead {
  key: string;
  versionId: string;
  bytes: number;
  lastModified: Date;
  /** User metadata, keys in lower case, values as stored (percent-encoded by the writer). */
  metadata: Record<string, string>;
  lock: ObjectLock | undefined;
  /** COMPLETED, PENDING, FAILED on the source; REPLICA on a replica; undefined where no rule applies. */
  replicationStatus: string | undefined;
  storageClass: string;
  /** Of an archived object that was asked for: still on its way, or a readable copy is there for some days. */
  thaw?: "ongoing" | "done" | undefined;
  /** Until when that copy is there, as far as storage says it. */
  readableUntil?: Date | undefined;
}

/** An upload in parts. It becomes an object only by `complete`; `abort` leaves nothing behind. */
export interface PartUpload {
  readonly key: string;
  /**
   * Sends part `number` (from 1). The bytes must not be changed before the promise settles.
   * @param sha256 base64 SHA-256 of exactly these bytes; storage refuses a mismatch
   */
  uploadPart(number: number, bytes: Buffer, sha256: string): Promise<void>;
  /**
   * Makes the object, if the key does not exist yet (`If-None-Match: *`).
   * @throws UploadError `alreadyExists` on 412, `ambiguous` when there was no clear answer
   */
  complete(): Promise<StoredObject>;
  /** Ends every part in flight, then removes the upload and all its parts; resolves when storage confirmed it. */
  abort(): Promise<void>;
}

/** Bytes of an object, one after the other. */
export interface ByteRange {
  /** Of the first byte, from 0. */
  offset: number;
  /** How many; at least 1. */
  bytes: number;
}

/** Listing options. */
export interface ListOptions {
  /** Only keys after this one, in byte order. */
  startAfter?: string;
}

/** Options of a listing of folders. */
export interface FolderOptions {
  /** Also folders in which every object hides behind a delete marker. Default false. */
  withHidden?: boolean;
}

/**
 * Where recovery points live: one bucket in one region. Nine verbs; a put-only role can use the first two.
 * Every method rejects with a RepositoryError that names the verb, the key, and the cause.
 */
export interface Repository {
  readonly bucket: string;
  readonly region: string;
  /** Puts a small object if its key does not exist yet. @throws RepositoryError `alreadyExists`, `ambiguous` */
  putOnce(key: string, body: string | Buffer, options: PutOptions): Promise<StoredObject>;
  /** Starts an upload in parts. */
  startUpload(key: string, options: PutOptions): Promise<PartUpload>;
  /** Current objects below a prefix, in byte order of their keys. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListedObject>;
  /** The next level of "folders" below a prefix ending in "/", each with its trailing "/", in byte order. */
  listFolders(prefix: string, options?: FolderOptions): Promise<string[]>;
  /** All versions and delete markers of exactly this key, oldest first; empty when there are none. */
  versionsOf(key: string): Promise<ListedVersion[]>;
  /** @throws RepositoryError `notFound` */
  head(key: string, versionId?: string): Promise<ObjectHead>;
  /**
   * Bytes of one version (default: the current), all of them or exactly a range.
   * @throws RepositoryError `notFound`; `refused` where the object does not hold the whole range
   */
  read(key: string, versionId?: string, range?: ByteRange): Promise<Readable>;
  /**
   * Asks for a readable copy of one version that is in an archive class.
   * @throws RepositoryError `notFound`; `refused` where the version is in no archive class or storage has no capacity
   */
  rehydrate(key: string, versionId: string, options: RehydrateOptions): Promise<Rehydration>;
  /** Releases sockets. */
  close(): void;
}

/** @throws RepositoryError `refused` where a range is none */
export function requireRange(key: string, range: ByteRange): void {
  const { offset, bytes } = range;
  if (Number.isSafeInteger(offset) && Number.isSafeInteger(bytes) && offset >= 0 && bytes >= 1) return;
  const detail = `a range begins at 0 or later and has at least 1 byte, got offset ${offset} and ${bytes} bytes`;
  throw new RepositoryError("read", key, "refused", detail);
}

/** Options of every write. */
export interface PutOptions {
  /** undefined only where the bucket's default retention is meant (verification records). */
  lock: ObjectLock | undefined;
  contentType: string;
  metadata?: Record<string, string>;
}

/** How fast an archived object comes back: minutes, hours, or half a day and more. Faster is dearer. */
export const RETRIEVALS = ["expedited", "standard", "bulk"] as const;
export type Retrieval = (typeof RETRIEVALS)[number];

/** How to ask for a readable copy of an archived object. */
export interface RehydrateOptions {
  retrieval: Retrieval;
  /** Whole days that the copy stays, from when it is there; at least 1. */
  days: number;
}

/**
 * What became of such a request: it was taken; an earlier one is under way, and goes on as it was asked; the copy is there
 * already, and now stays for the asked days from today, also where it would have stayed longer.
 */
export type Rehydration = "requested" | "ongoing" | "extended";

/** Why a repository call failed, for decisions; the message is for people. */
export type RepositoryErrorKind =
  "notFound" | "alreadyExists" | "accessDenied" | "ambiguous" | "refused" | "unavailable";

/** A failed call on the repository. */
export class RepositoryError extends Error {
  override readonly name = "RepositoryError";
  constructor(
    readonly verb: string,
    readonly key: string,
    readonly kind: RepositoryErrorKind,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`repository: ${verb} ${key}: ${detail}`, options);
  }
}
