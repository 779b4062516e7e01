import type { Env } from "../config";
import type { ManifestTable } from "../manifestFormat";
import type { ClientProgram } from "../postgres/clientPrograms";
import type { PostgresSettings } from "../postgres/connection";
import type { Seal } from "../stream/seal";

/** How one PostgreSQL database is dumped. */
export interface DumpOptions {
  /** `auto`: by size, and single where the server exports no snapshot. */
  shape: "auto" | "single" | "parallel";
  /** Objects written at once, 1-16; undefined: by size and cores. */
  workers: number | undefined;
  /** Level of zstd, 1-19. */
  compressionLevel: number;
  /** Keeps password hashes of roles with the globals. */
  rolePasswords: boolean;
  /** `schema.table` of tables whose rows are left out; of a partitioned table, those of all its partitions. */
  excludeTableData: readonly string[];
  /** Lets a standby be dumped. */
  allowStandby: boolean;
  /** Longest replay lag of a standby in seconds. */
  maxReplayLagSeconds: number;
}

/** What holds where nothing else is said. */
export const DEFAULT_DUMP_OPTIONS: DumpOptions = {
  shape: "auto",
  workers: undefined,
  compressionLevel: 3,
  rolePasswords: false,
  excludeTableData: [],
  allowStandby: false,
  maxReplayLagSeconds: 300,
};

/** A relation that pg_dump writes, as the snapshot shows it. Members of extensions are none of these: they are pg_dump's business. */
export interface CatalogTable extends ManifestTable {
  oid: number;
  /** Whether rows are stored in the relation itself and COPY reads them: relkind r. Materialized views are filled by a refresh. */
  hasOwnRows: boolean;
  isUnlogged: boolean;
  /** Columns that COPY writes, in order: neither dropped nor generated. May be empty. */
  columns: readonly string[];
  /** Length in blocks of 8 KiB at the time of the snapshot; grows on, never shrinks while the coordinator holds its lock. 0 where `hasOwnRows` is false. */
  blocks: number;
}

/** Everything that the objects of one dump are planned and produced from. The coordinator holds snapshot and locks meanwhile. */
export interface DumpContext {
  settings: PostgresSettings;
  /** PATH and locale for child processes. */
  env: Env;
  /** PATH of zstd and of our own programs. */
  path: string;
  /** Major version of the server. */
  serverMajor: number;
  pgDump: ClientProgram;
  pgDumpall: ClientProgram;
  psql: ClientProgram;
  /** Undefined where the server exports none: then only one program can read, at a moment of its own. */
  snapshotId: string | undefined;
  /** Every relation of the snapshot that pg_dump writes, ordered by schema and name. */
  tables: readonly CatalogTable[];
  /** Oids of `tables` with rows of their own that are left out: by setting, or since a standby can't read them. */
  excludedTables: ReadonlySet<number>;
  largeObjects: {
    count: number;
    /** Bytes on disk, before compression. */
    estimatedBytes: number;
  };
  /** Bytes of the whole database on disk. */
  databaseBytes: number;
  /** The database's own encoding, as pg_encoding_to_char spells it. */
  encoding: string;
  /** CPUs that this process may use. */
  cores: number;
  /** Longest wait for a table lock in ms. The coordinator has every lock already, so a wait means a queued ALTER behind it. */
  lockWaitMs: number;
  options: DumpOptions;
  /** Encrypts one frame run; absent: objects are not encrypted. */
  seal?: Seal | undefined;
}
