import { dumpPrefix, manifestKey, verificationKey, type PointLocation } from "./contract";
import type { Manifest, ManifestObject } from "./manifestFormat";
import { messageOf, StageError } from "./errors";
import { linesOf, startPgRestore } from "./postgres/archivePrograms";
import { compareContents } from "./postgres/archiveContents";
import type { ClientProgram } from "./postgres/clientPrograms";
import { readManifest } from "./recoveryPoints";
import { type ObjectHead, type Repository, RepositoryError } from "./repository/repository";
import { readArchive } from "./stream/archive";

/** Everything `verifyPoint` touches outside itself. */
export interface VerifyDependencies {
  repository: Repository;
  /** Finds pg_restore of at least this major version. */
  findPgRestore: (minMajor: number) => Promise<ClientProgram>;
  /** PATH for child processes. */
  path: string;
  clock: () => Date;
  /** Called with the stored bytes read so far and in all. */
  onProgress?: (readBytes: number, totalBytes: number) => void;
}

/** What was found of one data object. */
export interface VerifiedObject {
  key: string;
  versionId: string;
  storedBytes: number;
  rawBytes: number;
  /** Entries in the archive's table of contents; null when it could not be read. */
  tableOfContentsEntries: number | null;
  replicationStatus: string | null;
}

/** The result of reading every byte of a recovery point. Stored as JSON under `verifications/`. */
export interface Verification {
  recoveryPointId: string;
  database: string;
  tier: string;
  bucket: string;
  region: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  seconds: number;
  healthy: boolean;
  /** One sentence each; empty when every byte agreed. */
  problems: string[];
  objects: VerifiedObject[];
}

/** Storages keep lock dates to the second or to the millisecond. */
const LOCK_TOLERANCE_MS = 1_000;

function lockProblems(head: ObjectHead, manifest: Manifest): string[] {
  const { mode, retainUntil } = manifest.lock;
  if (!head.lock) return [`${head.key} has no lock; the manifest promises ${mode} until ${retainUntil}`];
  const problems: string[] = [];
  if (head.lock.mode !== mode) problems.push(`${head.key} is locked in ${head.lock.mode} mode instead of ${mode}`);
  if (head.lock.retainUntil.getTime() < new Date(retainUntil).getTime() - LOCK_TOLERANCE_MS) {
    problems.push(
      `${head.key} is locked until ${head.lock.retainUntil.toISOString()}; the manifest promises ${retainUntil}`,
    );
  }
  if (head.replicationStatus === "FAILED") problems.push(`${head.key} was not replicated: S3 reports FAILED`);
  return problems;
}

/** Reads a whole archive twice over: once to its last byte, once for its table of contents. */
async function readWhole(
  dependencies: VerifyDependencies,
  program: ClientProgram,
  manifest: Manifest,
  object: ManifestObject,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<{ entries: number; missingTables: string[] }> {
  const { repository, path } = dependencies;
  const common = { program, path, exit: "unhealthy" as const };
  const whole = startPgRestore({ ...common, stage: "verify", args: ["--file=/dev/null"], stdout: "ignore" });
  const list = startPgRestore({ ...common, stage: "verify", args: ["--list"], stdout: "pipe" });
  const contents = compareContents(linesOf(list.stdout!), manifest.tables);
  contents.catch(() => undefined);
  await readArchive({ repository, path, exit: "unhealthy", signal, onRead }, object, [whole, list]);
  return contents;
}

async function verifyObject(
  dependencies: VerifyDependencies,
  program: ClientProgram,
  manifest: Manifest,
  object: ManifestObject,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<{ object: VerifiedObject; problems: string[] }> {
  const problems: string[] = [];
  const result: VerifiedObject = {
    key: object.key,
    versionId: object.versionId,
    storedBytes: object.stored.bytes,
    rawBytes: object.raw.bytes,
    tableOfContentsEntries: null,
    replicationStatus: null,
  };
  try {
    const head = await dependencies.repository.head(object.key, object.versionId);
    result.replicationStatus = head.replicationStatus ?? null;
    problems.push(...lockProblems(head, manifest));
    const contents = await readWhole(dependencies, program, manifest, object, signal, onRead);
    result.tableOfContentsEntries = contents.entries;
    if (contents.missingTables.length > 0) {
      problems.push(`${object.key} lacks tables that the manifest names: ${contents.missingTables.join(", ")}`);
    }
  } catch (error) {
    if (!isFinding(error)) throw asAccessError(error);
    problems.push(messageOf(error));
  }
  return { object: result, problems };
}

/** Whether an error says something about the recovery point, rather than about our access to it. */
function isFinding(error: unknown): boolean {
  if (error instanceof RepositoryError) return error.kind === "notFound";
  if (!(error instanceof StageError) || error.exit !== "unhealthy") return false;
  // Stage "read" is a storage that did not answer or broke off, unless it said that the version is not there.
  return error.stage !== "read" || (error.cause instanceof RepositoryError && error.cause.kind === "notFound");
}

function asAccessError(error: unknown): unknown {
  if (!(error instanceof RepositoryError) && !(error instanceof StageError && error.stage === "read")) return error;
  return new StageError("verify", "preflight", `could not read on: ${messageOf(error)}`, { cause: error });
}

/** Keys below the point's prefix that its manifest does not name. */
async function foreignKeys(repository: Repository, at: PointLocation, manifest: Manifest): Promise<string[]> {
  const known = new Set(manifest.objects.map((object) => object.key));
  const foreign: string[] = [];
  for await (const { key } of repository.list(dumpPrefix(at))) {
    if (!known.has(key)) foreign.push(key);
    if (foreign.length >= 20) break;
  }
  return foreign.map((key) => `${key} is not part of the recovery point; no run writes that`);
}

/**
 * Reads every byte of every object of a recovery point, by version id: stored and raw digests, the whole archive through
 * pg_restore, its table of contents against the manifest's tables, lock and replication status. Memory stays flat.
 *
 * What is wrong with the point is in the result.
 * @throws StageError when the point could not be looked at: no manifest, no access, no pg_restore, a signal
 */
export async function verifyPoint(
  dependencies: VerifyDependencies,
  at: PointLocation,
  signal: AbortSignal,
): Promise<Verification> {
  const { repository, clock } = dependencies;
  const started = clock();
  const { manifest, versionId, tampering } = await readManifest(repository, at);
  const problems = [...tampering, ...lockProblems(await repository.head(manifestKey(at), versionId), manifest)];
  problems.push(...(await foreignKeys(repository, at, manifest)));
  const program = await dependencies.findPgRestore(Number.parseInt(manifest.source.clientVersion, 10));
  const totalBytes = manifest.objects.reduce((sum, object) => sum + object.stored.bytes, 0);
  const objects: VerifiedObject[] = [];
  let before = 0;
  for (const object of manifest.objects) {
    const onRead = (bytes: number) => dependencies.onProgress?.(before + bytes, totalBytes);
    const found = await verifyObject(dependencies, program, manifest, object, signal, onRead);
    objects.push(found.object);
    problems.push(...found.problems);
    before += object.stored.bytes;
  }
  return {
    recoveryPointId: at.id,
    database: at.database,
    tier: at.tier,
    bucket: repository.bucket,
    region: repository.region,
    startedAt: started.toISOString(),
    seconds: (clock().getTime() - started.getTime()) / 1000,
    healthy: problems.length === 0,
    problems,
    objects,
  };
}

const MAX_RECORDS = 10_000;

/**
 * Stores a verification under the first free number and returns its key. The bucket's default retention locks it.
 * @throws RepositoryError when storage refuses, or after 10,000 records of one point
 */
export async function recordVerification(repository: Repository, verification: Verification): Promise<string> {
  for (let n = 1; ; n++) {
    const key = verificationKey(verification.database, verification.recoveryPointId, n);
    try {
      await repository.putOnce(key, `${JSON.stringify(verification, null, 2)}\n`, {
        lock: undefined,
        contentType: "application/json",
      });
      return key;
    } catch (error) {
      const isTaken = error instanceof RepositoryError && error.kind === "alreadyExists";
      if (!isTaken || n >= MAX_RECORDS) throw error;
    }
  }
}
