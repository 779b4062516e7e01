import type { PointLocation } from "./contract";
import type { ClientProgram } from "./postgres/clientPrograms";
import type { PostgresSettings } from "./postgres/connection";
import { dropReplaced, replaceDatabase } from "./postgres/replaceDatabase";
import { renameDatabase } from "./postgres/temporaryDatabase";
import type { Repository } from "./repository/repository";
import type { RestoreOmissions } from "./restorePreflight";
import { requireWholeReplacement } from "./restoreSelection";
import { partitionsOf } from "./restorePartitions";
import { namedTables } from "./restoreSelection";
import { restoreTemporary } from "./restoreTemporary";
import { inScratch } from "./scratch";
import { completeMarker } from "./unfinishedRestores";

/** Everything `restorePoint` touches outside itself. */
export interface RestoreDependencies {
  /** Either side: primary or replica. */
  repository: Repository;
  /** The target server; `database` is one to connect to while the new one is made, often `postgres`. */
  settings: PostgresSettings;
  /** Finds a program of PostgreSQL of at least this major version. */
  findProgram: (name: "pg_restore" | "psql" | "pg_dump", minMajor: number) => Promise<ClientProgram>;
  /** Private keys of age, one of which opens the objects; needed where they are encrypted. */
  identities?: readonly string[] | undefined;
  /** PATH for child processes. */
  path: string;
  /** Folder for small temporary files: the archive of the schema and lists of entries, never a table's rows. */
  scratch: string;
  clock: () => Date;
  /** Returns `length` characters of a-z and 2-7. */
  random: (length: number) => string;
  onEvent: (event: RestoreEvent) => void;
}

/** Progress, for people. */
export type RestoreEvent =
  | { event: "preflight"; recoveryPointId: string; storedBytes: number; rawBytes: number; spaceWarning: string | null }
  | { event: "started"; temporaryDatabase: string }
  | { event: "progress"; readBytes: number; totalBytes: number }
  | { event: "analyzing" }
  | { event: "renamed"; database: string };

/** What to restore. */
export interface RestoreRequest extends RestoreOmissions {
  point: PointLocation;
  /** Name of the database to make; must not exist, unless it is to be replaced. */
  newDatabase: string;
  /**
   * Put the restore in the place of the database of that name, which then is `<name>__replaced_<random>`. A whole restore alone: not
   * with `tables`, `schemas` or `schemaOnly`.
   * @default refuse where it exists
   */
  replace?: ReplaceOptions | undefined;
  /** Locale of the operating system to compare text by; default: the source's, which the server must know. */
  locale?: string | undefined;
  /**
   * Names of the tables whose rows are wanted, `schema.table`; a partitioned one brings its partitions. The definitions of all
   * others come along, empty.
   * @default every table
   */
  tables?: readonly string[] | undefined;
  /** Schemas, the rows of all of whose tables are wanted, beside those of `tables`. */
  schemas?: readonly string[] | undefined;
  /** Definitions alone: no rows, no values of sequences, no large objects. */
  schemaOnly?: boolean | undefined;
  /**
   * Roles of the source, and those of the server that own and may do what they did. Large objects stay with the connecting role; names
   * in row security policies and user mappings stay as they are.
   * @default every role has its own name
   */
  roleMap?: ReadonlyMap<string, string> | undefined;
  /** How many objects are loaded, and indexes built, at once; 1-16. */
  workers: number;
}

/** How an existing database is replaced. */
export interface ReplaceOptions {
  /** End the sessions of others in it; else it is not replaced while there are any. */
  disconnectOthers: boolean;
  /** Drop the old one once the new one has its name. */
  dropReplaced: boolean;
}

/** What became of a replaced database. */
export interface ReplacedDatabase {
  /** Its name now. */
  name: string;
  isDropped: boolean;
  /** Why it could not be dropped although it was to be; null otherwise. */
  problem: string | null;
}

/** A recovery point, where it is read from, and the database that it comes back as. */
export interface RestoredPoint {
  recoveryPointId: string;
  tier: string;
  /** ISO 8601 UTC; the state of the data. */
  takenAt: string;
  bucket: string;
  region: string;
  database: string;
}

/** A finished restore. */
export interface RestoreResult extends RestoredPoint {
  /** Read from the repository, of all that it holds of this point. */
  storedBytes: number;
  rawBytes: number;
  /** How many have their rows. */
  tables: number;
  /** What did not come along, like `foreign key orders_customer_fkey of public.orders`, or rows that the backup left out. */
  leftOut: string[];
  /** A statement for each foreign key that was left out of the named tables themselves; it adds it where all rows are. */
  foreignKeys: string[];
  /** Partitions of the named tables, at whatever depth, each with its schema and quoted: pg_dump takes none by itself. */
  partitions: string[];
  /** Later versions and delete markers on the manifest's key; they were not used. */
  tampering: string[];
  /** Why the server's disk might not have had room; null where no reason was seen, or nobody could. */
  spaceWarning: string | null;
  /** Why ANALYZE failed; null when it did not. The data is complete without statistics, queries may be slow. */
  statisticsProblem: string | null;
  /** Null where none was. */
  replaced: ReplacedDatabase | null;
  seconds: { preflight: number; restore: number; analyze: number; total: number };
}

/**
 * Restores one recovery point, or some of its tables, into a new database, or in the place of an existing one.
 *
 * It grows under `<name>__restoring_<random>` and gets its name only after every digest and every row count agreed with the
 * manifest, every program exited 0, and statistics were gathered. On any failure or signal before that the temporary
 * database is dropped; one that is complete and can't get its name stays.
 *
 * @throws StageError `usage` or `preflight` before anything was made, `restore` or `interrupted` after
 */
export async function restorePoint(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestoreResult> {
  requireWholeReplacement(request);
  return inScratch(dependencies.scratch, (directory) => restoreWith(dependencies, request, directory, signal));
}

async function restoreWith(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  directory: string,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const { repository, settings, clock, onEvent } = dependencies;
  const { manifest, tampering, prepared, temporary, statisticsProblem, times } = await restoreTemporary(
    dependencies,
    request,
    directory,
    signal,
  );
  const named = request.tables === undefined ? undefined : namedTables(manifest, request);
  const partitions = await partitionsOf(settings, temporary, named ?? []);
  const complete = completeMarker(manifest.recoveryPointId);
  const replaced = request.replace === undefined ? null : await replace(dependencies, request, temporary, complete);
  if (request.replace === undefined) {
    await renameDatabase(settings, { from: temporary, to: request.newDatabase, complete });
  }
  const at = [...times, clock()];
  onEvent({ event: "renamed", database: request.newDatabase });
  const seconds = (from: number, to: number) => (at[to]!.getTime() - at[from]!.getTime()) / 1000;
  const { storedBytes, rawBytes, tables, leftOut, foreignKeys, spaceWarning } = prepared;
  return {
    recoveryPointId: manifest.recoveryPointId,
    tier: manifest.tier,
    takenAt: manifest.takenAt,
    bucket: repository.bucket,
    region: repository.region,
    database: request.newDatabase,
    storedBytes,
    rawBytes,
    tables,
    leftOut,
    foreignKeys,
    partitions: partitions.map(({ name }) => name),
    tampering,
    spaceWarning,
    statisticsProblem,
    replaced,
    seconds: { preflight: seconds(0, 1), restore: seconds(1, 2), analyze: seconds(2, 3), total: seconds(0, 3) },
  };
}

async function replace(
  { settings }: RestoreDependencies,
  { newDatabase: name, replace: how }: RestoreRequest,
  from: string,
  complete: string,
): Promise<ReplacedDatabase> {
  // The same word of chance: whoever sees one name knows the other.
  const replaced = from.replace(/__restoring_(?=[^_]*$)/, "__replaced_");
  await replaceDatabase(settings, { from, complete, name, replaced, disconnectOthers: how!.disconnectOthers });
  const problem = how!.dropReplaced ? await dropReplaced(settings, replaced) : null;
  return { name: replaced, isDropped: how!.dropReplaced && problem === null, problem };
}
