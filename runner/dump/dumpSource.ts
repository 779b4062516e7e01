import type { Manifest, ManifestTable } from "../manifestFormat";
import type { Stage } from "../stream/childStage";

/** A source frozen at one moment, ready to be dumped. Holds the overlap lock until `close`. */
export interface DumpSession {
  /** When the snapshot was taken. */
  readonly takenAt: Date;
  readonly source: Manifest["source"];
  readonly tables: ManifestTable[];
  readonly schemaFingerprint: string;
  /** `schema.table` of every table whose rows are not in the dump. */
  readonly excludedTables: string[];
  /** Upper estimate of the dump's length in bytes, before compression. */
  readonly estimatedBytes: number;
  /** Rejects when the session that holds the snapshot is lost; never resolves. */
  readonly lost: Promise<never>;
  /** Starts the dump; its stdout is the raw archive. */
  dump(): Promise<Stage>;
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
