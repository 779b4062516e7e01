import type { Client } from "pg";
import type { PointLocation } from "./contract";
import type { Manifest } from "./manifestFormat";
import { messageOf, StageError } from "./errors";
import { linesOf, startPgRestore } from "./postgres/archivePrograms";
import { requirementsOf } from "./postgres/archiveContents";
import type { ClientProgram } from "./postgres/clientPrograms";
import { connect, disconnect, libpqEnv, type PostgresSettings } from "./postgres/connection";
import { readManifest } from "./recoveryPoints";
import type { Repository } from "./repository/repository";
import {
  asRestoreError,
  checkObjects,
  refuse,
  requirementProblems,
  type RestoreOmissions,
  type ServerFacts,
  serverFacts,
  serverProblems,
} from "./restorePreflight";
import { type ArchiveReader, readArchive, readArchiveHead } from "./stream/archive";
import { createTemporary, dropTemporary, renameDatabase } from "./postgres/temporaryDatabase";

/** Everything `restorePoint` touches outside itself. */
export interface RestoreDependencies {
  /** Either side: primary or replica. */
  repository: Repository;
  /** The target server; `database` is one to connect to while the new one is made, often `postgres`. */
  settings: PostgresSettings;
  /** Finds pg_restore of at least this major version. */
  findPgRestore: (minMajor: number) => Promise<ClientProgram>;
  /** PATH for child processes. */
  path: string;
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
  storedBytes: number;
  rawBytes: number;
  tables: number;
  /** Later versions and delete markers on the manifest's key; they were not used. */
  tampering: string[];
  /** Why ANALYZE failed; null when it did not. The data is complete without statistics, queries may be slow. */
  statisticsProblem: string | null;
  seconds: { preflight: number; restore: number; analyze: number; total: number };
}

/**
 * Restores one recovery point into a new database.
 *
 * It grows under `<name>__restoring_<random>` and gets its name only after every digest agreed with the manifest, pg_restore
 * exited 0, and statistics were gathered. On any failure or signal before that the temporary database is dropped; one that
 * is complete and can't get its name stays.
 *
 * @throws StageError `preflight` before anything was made, `restore` or `interrupted` after
 */
export async function restorePoint(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestoreResult> {
  const { repository, clock, onEvent } = dependencies;
  const times = [clock()];
  const { manifest, tampering } = await readManifest(repository, request.point);
  const storedBytes = manifest.objects.reduce((sum, object) => sum + object.stored.bytes, 0);
  const rawBytes = manifest.objects.reduce((sum, object) => sum + object.raw.bytes, 0);
  onEvent({ event: "preflight", recoveryPointId: manifest.recoveryPointId, storedBytes, rawBytes });
  const { program, temporary } = await withClient(dependencies.settings, async (client) => {
    const found = await preflight(dependencies, request, manifest, client, signal);
    times.push(clock());
    const random = dependencies.random(6);
    return {
      program: found,
      temporary: await createTemporary(client, request.newDatabase, random, likeSource(manifest, request)),
    };
  });
  onEvent({ event: "started", temporaryDatabase: temporary });
  let statisticsProblem: string | null;
  try {
    await fill(dependencies, request, manifest, program, temporary, signal, storedBytes);
    times.push(clock());
    onEvent({ event: "analyzing" });
    statisticsProblem = await analyze(dependencies.settings, temporary, signal);
  } catch (error) {
    throw await dropTemporary(dependencies.settings, temporary, asRestoreError(error, `database "${temporary}"`));
  }
  await renameDatabase(dependencies.settings, temporary, request.newDatabase);
  times.push(clock());
  onEvent({ event: "renamed", database: request.newDatabase });
  const seconds = (from: number, to: number) => (times[to]!.getTime() - times[from]!.getTime()) / 1000;
  return {
    recoveryPointId: manifest.recoveryPointId,
    tier: manifest.tier,
    takenAt: manifest.takenAt,
    bucket: repository.bucket,
    region: repository.region,
    database: request.newDatabase,
    storedBytes,
    rawBytes,
    tables: manifest.tables.length,
    tampering,
    statisticsProblem,
    seconds: { preflight: seconds(0, 1), restore: seconds(1, 2), analyze: seconds(2, 3), total: seconds(0, 3) },
  };
}

function likeSource({ source }: Manifest, { locale }: RestoreRequest) {
  if (locale === undefined) return source;
  return { encoding: source.encoding, locale: { provider: "libc" as const, collate: locale, ctype: locale } };
}

function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new StageError("restore", "interrupted", "stopped by a signal");
}

/** Every check that can be made before the new database exists; all problems with the server and the archive together. */
async function preflight(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  manifest: Manifest,
  client: Client,
  signal: AbortSignal,
): Promise<ClientProgram> {
  requireRunning(signal);
  await checkObjects(dependencies.repository, manifest);
  const program = await dependencies.findPgRestore(Number.parseInt(manifest.source.clientVersion, 10));
  let server: ServerFacts;
  try {
    server = await serverFacts(client);
  } catch (error) {
    throw new StageError("restore preflight", "preflight", messageOf(error), { cause: error });
  }
  const problems = serverProblems(server, request.newDatabase, manifest.source);
  for (const object of manifest.objects) {
    const reader: ArchiveReader = { ...dependencies, exit: "preflight", signal };
    const schema = startPgRestore({
      program,
      path: dependencies.path,
      stage: "restore preflight",
      exit: "preflight",
      args: ["--schema-only", "--file=-"],
      stdout: "pipe",
    });
    const needs = requirementsOf(linesOf(schema.stdout!));
    needs.catch(() => undefined);
    await readArchiveHead(reader, object, schema);
    problems.push(...requirementProblems(await needs, server, request));
  }
  refuse(problems);
  return program;
}

async function fill(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  manifest: Manifest,
  program: ClientProgram,
  temporary: string,
  signal: AbortSignal,
  totalBytes: number,
): Promise<void> {
  let before = 0;
  for (const object of manifest.objects) {
    const onRead = (bytes: number) =>
      dependencies.onEvent({ event: "progress", readBytes: before + bytes, totalBytes });
    const stage = startPgRestore({
      program,
      path: dependencies.path,
      stage: "restore",
      exit: "restore",
      args: [
        "--exit-on-error",
        "--no-password",
        `--dbname=${temporary}`,
        ...(request.noOwner ? ["--no-owner"] : []),
        ...(request.noAcl ? ["--no-acl"] : []),
        ...(request.noTablespaces ? ["--no-tablespaces"] : []),
      ],
      connection: await libpqEnv({ ...dependencies.settings, database: temporary }),
      stdout: "ignore",
    });
    await readArchive({ ...dependencies, exit: "restore", signal, onRead }, object, [stage]);
    before += object.stored.bytes;
  }
}

/**
 * Gathers statistics, so that the first queries are no slower than at home. A signal ends it at once.
 * @returns why it failed, or null: user code or a foreign server that ANALYZE meets must not cost a complete restore
 */
async function analyze(settings: PostgresSettings, database: string, signal: AbortSignal): Promise<string | null> {
  try {
    await gatherStatistics(settings, database, signal);
    return null;
  } catch (error) {
    if (error instanceof StageError && error.exit === "interrupted") throw error;
    return messageOf(error);
  }
}

async function gatherStatistics(settings: PostgresSettings, database: string, signal: AbortSignal): Promise<void> {
  const client = await connect({ ...settings, database });
  client.on("error", () => undefined); // its query rejects as well
  const analyzing = client.query("ANALYZE").finally(() => disconnect(client));
  analyzing.catch(() => undefined);
  let stop = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => reject(new StageError("restore", "interrupted", "stopped by a signal"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    // Dropping the database ends a session that is still at work.
    await Promise.race([analyzing, interrupted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
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
