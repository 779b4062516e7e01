import type { DumpShape, Manifest, ManifestObject, ManifestTable, RawDigest, TableData } from "../manifestFormat";

/** Where the bytes of one data object go, in order. */
export interface ByteSink {
  /** Bytes written so far: where the next frame begins. */
  readonly position: number;
  /** Takes a chunk and resolves when there is room for another. Rejects with the first error of storage. */
  write(chunk: Buffer): Promise<void>;
  /** Told now and then how many bytes were read from the source for this object so far, where that can be known: for progress alone. */
  onRead?: (rawBytes: number) => void;
}

/** The rows of one table, or of a range of its blocks, within one object. */
export interface ProducedTable {
  schema: string;
  name: string;
  data: Omit<TableData, "object">;
}

/** What went into an object. */
export interface ProducedObject {
  raw: RawDigest;
  /** Frames in the order of their offsets; empty unless the object's role is `tables`. */
  tables: ProducedTable[];
}

/** One data object of a recovery point, written by one worker from its first byte to its last. */
export interface PlannedObject extends Pick<ManifestObject, "role" | "format"> {
  /** Last segment of its key, like `database.pgdump.zst`. */
  name: string;
  /** Upper estimate of its stored length in bytes; plans its parts. */
  estimatedBytes: number;
  /**
   * Writes all of it. Resolves only when every program exited 0.
   * @param signal ends every program; the promise then rejects, after all of them are gone
   * @throws StageError
   */
  produce(sink: ByteSink, signal: AbortSignal): Promise<ProducedObject>;
}

/** A source frozen at one moment, ready to be dumped. Holds the overlap lock until `close`. */
export interface DumpSession {
  /** When the snapshot was taken. */
  readonly takenAt: Date;
  readonly source: Manifest["source"];
  readonly shape: DumpShape;
  readonly tables: ManifestTable[];
  readonly schemaFingerprint: string;
  /** `schema.table` of every table whose rows are not in the dump. */
  readonly excludedTables: string[];
  /** What was done otherwise than asked, in sentences, for the manifest and the log. */
  readonly notes?: readonly string[];
  /** Upper estimate of all objects in bytes, before compression. */
  readonly estimatedBytes: number;
  /** How many objects are produced at once at most. */
  readonly workers: number;
  /** In the order in which they are started. */
  readonly objects: readonly PlannedObject[];
  /** Rejects when the session that holds the snapshot is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Ends the session and releases the lock. */
  close(): Promise<void>;
}

/** Something that can be dumped: one file per kind of database. */
export interface DumpSource {
  /**
   * Checks that the source can be dumped, takes the overlap lock, and freezes a snapshot.
   * @throws StageError `preflight` when it can't be dumped, `overlap` when another run holds the lock
   */
  open(): Promise<DumpSession>;
}
