import type { Client } from "pg";
import type { PointLocation } from "./contract";
import type { Manifest } from "./manifestFormat";
import { type ClientProgram } from "./postgres/clientPrograms";
import { connect, disconnect, type PostgresSettings } from "./postgres/connection";
import { gatherStatistics } from "./postgres/statistics";
import { createTemporary, dropTemporary, renameDatabase } from "./postgres/temporaryDatabase";
import { readManifest } from "./recoveryPoints";
import type { Repository } from "./repository/repository";
import { fillDatabase } from "./restoreFill";
import { prepareRestore } from "./restorePreparation";
import { asRestoreError, type RestoreOmissions } from "./restorePreflight";
import { inScratch } from "./scratch";

/** Everything `restorePoint` touches outside itself. */
export interface RestoreDependencies {
  /** Either side: primary or replica. */
  repository: Repository;
  /** The target server; `database` is one to connect to while the new one is made, often `postgres`. */
  settings: PostgresSettings;
  /** Finds a program of PostgreSQL of at least this major version. */
  findProgram: (name: "pg_restore" | "psql", minMajor: number) => Promise<ClientProgram>;
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
  | { event: "preflight"; recoveryPointId: string; storedBytes: number; rawBytes: number }
  | { event: "started"; temporaryDatabase: string }
  | { event: "progress"; readBytes: number; totalBytes: number }
  | { event: "analyzing" }
  | { event: "renamed"; database: string };

/** What to restore. */
export interface RestoreRequest extends RestoreOmissions {
  point: PointLocation;
  /** Name of the database to make; must not exist. */
  newDatabase: string;
  /** Locale of the operating system to compare text by; default: the source's, which the server must know. */
  locale?: string | undefined;
  /**
   * Names of the tables whose rows are wanted, `schema.table`; a partitioned one brings its partitions. The definitions of all
   * others come along, empty.
   * @default every table
   */
  tables?: readonly string[] | undefined;
  /** How many objects are loaded, and indexes built, at once; 1-16. */
  workers: number;
}

/** A finished restore. */
export interface RestoreResult {
  recoveryPointId: string;
  tier: string;
  /** ISO 8601 UTC; the state of the data. */
  takenAt: string;
  bucket: string;
  region: string;
  database: string;
  /** Read from the repository, of all that it holds of this point. */
  storedBytes: number;
  rawBytes: number;
  /** How many have their rows. */
  tables: number;
  /** Of a restore of some tables: what could not come along, like `foreign key orders_customer_fkey of public.orders`. */
  leftOut: string[];
  /** Later versions and delete markers on the manifest's key; they were not used. */
  tampering: string[];
  /** Why ANALYZE failed; null when it did not. The data is complete without statistics, queries may be slow. */
  statisticsProblem: string | null;
  seconds: { preflight: number; restore: number; analyze: number; total: number };
}

/**
 * Restores one recovery point, or some of its tables, into a new database.
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
  return inScratch(dependencies.scratch, (directory) => restoreWith(dependencies, request, directory, signal));
}

async function restoreWith(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  directory: string,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const { repository, settings, clock, onEvent } = dependencies;
  const times = [clock()];
  const { manifest, tampering } = await readManifest(repository, request.point);
  const { prepared, temporary } = await withClient(settings, async (client) => {
    const found = await prepareRestore(dependencies, request, manifest, { client, directory, signal });
    times.push(clock());
    const random = dependencies.random(6);
    return {
      prepared: found,
      temporary: await createTemporary(client, request.newDatabase, random, likeSource(manifest, request)),
    };
  });
  onEvent({ event: "started", temporaryDatabase: temporary });
  let statisticsProblem: string | null;
  try {
    await fillDatabase(dependencies, request, prepared, temporary, signal);
    times.push(clock());
    onEvent({ event: "analyzing" });
    statisticsProblem = await gatherStatistics(settings, temporary, request.workers, signal);
  } catch (error) {
    throw await dropTemporary(settings, temporary, asRestoreError(error, `database "${temporary}"`));
  }
  await renameDatabase(settings, temporary, request.newDatabase);
  times.push(clock());
  onEvent({ event: "renamed", database: request.newDatabase });
  const seconds = (from: number, to: number) => (times[to]!.getTime() - times[from]!.getTime()) / 1000;
  const { storedBytes, rawBytes, tables, leftOut } = prepared;
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
    tampering,
    statisticsProblem,
    seconds: { preflight: seconds(0, 1), restore: seconds(1, 2), analyze: seconds(2, 3), total: seconds(0, 3) },
  };
}

function likeSource({ source }: Manifest, { locale }: RestoreRequest) {
  if (locale === undefined) return source;
  return { encoding: source.encoding, locale: { provider: "libc" as const, collate: locale, ctype: locale } };
}

async function withClient<T>(settings: PostgresSettings, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(settings);
  client.on("error", () => undefined); // a lost session shows as the error of its next query
  try {
    return await work(client);
  } finally {
    await disconnect(client);
  }
}
