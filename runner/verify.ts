import { dumpPrefix, manifestKey, verificationKey, type PointLocation } from "./contract";
import type { Manifest, ManifestObject } from "./manifestFormat";
import { messageOf, StageError } from "./errors";
import type { ClientProgram } from "./postgres/clientPrograms";
import { readManifest } from "./recoveryPoints";
import { type ObjectHead, type Repository, RepositoryError } from "./repository/repository";
import { requireCompressor } from "./stream/compressor";
import { openSealed, recipientsOf, type Seal } from "./stream/seal";
import { type Content, readArchiveContent, readGlobalsContent, readTablesContent } from "./verification/contents";
import { compareWithPrevious, type TableChanges } from "./verification/previousPoint";
import { readSealedContent, recipientProblems } from "./verification/sealedContents";
import { interruption, StoredObject } from "./verification/storedObject";
import { missingRows, rowsPerObject } from "./verification/placedRows";
import type { PlacedRows } from "./verification/tableText";

/** Everything `verifyPoint` touches outside itself. */
export interface VerifyDependencies {
  repository: Repository;
  /** Finds pg_restore of at least this major version. */
  findPgRestore: (minMajor: number) => Promise<ClientProgram>;
  /** PATH for child processes. */
  path: string;
  clock: () => Date;
  /** Private keys of age that open an encrypted point; absent: only what needs no key is looked at. */
  identities?: readonly string[] | undefined;
  /** Public keys that a point must be encrypted to; absent: whatever its manifest says. */
  recipients?: readonly string[] | undefined;
  /** Called with the stored bytes read so far and in all. */
  onProgress?: (readBytes: number, totalBytes: number) => void;
}

/** What was found of one data object. */
export interface VerifiedObject {
  key: string;
  versionId: string;
  role: ManifestObject["role"];
  storedBytes: number;
  rawBytes: number;
  /** Of what it decompresses to; null when it was not read to its end, or not decrypted. */
  rawSha256: string | null;
  /** Entries in the archive's table of contents; null when it is no archive or could not be read. */
  tableOfContentsEntries: number | null;
  /** Rows of tables; null when it holds none or they could not be read. */
  rows: number | null;
  replicationStatus: string | null;
}

/** The result of reading every byte of a recovery point. Stored as JSON under `verifications/`. */
export interface Verification extends TableChanges {
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
  /** `notProven`: every stored byte agreed, but nobody here had a key, so that what they hold was not seen. */
  decryption: "notEncrypted" | "proven" | "notProven";
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

/** One verification while it runs. */
interface Run {
  dependencies: VerifyDependencies;
  manifest: Manifest;
  program: ClientProgram;
  /** Opens encrypted objects; undefined: there is no key, or nothing is encrypted. */
  unseal: Seal | undefined;
  placed: Map<number, PlacedRows[]>;
  signal: AbortSignal;
}

async function contentOf(run: Run, object: ManifestObject, index: number, stored: StoredObject): Promise<Content> {
  const { dependencies, manifest, program, unseal, signal } = run;
  const entries = run.placed.get(index) ?? [];
  if (object.encryption !== undefined && unseal === undefined) {
    const recipients = manifest.encryption?.recipients.length ?? 0;
    return readSealedContent(object, stored, recipients, object.role === "tables" ? entries : undefined);
  }
  const reader = {
    object,
    stored,
    unseal: object.encryption === undefined ? undefined : unseal,
    path: dependencies.path,
    signal,
  };
  if (object.role === "tables") return readTablesContent(reader, entries);
  return object.role === "globals" ? readGlobalsContent(reader) : readArchiveContent(reader, manifest, program);
}

/** Reads an object to its end. Where its stored bytes are not the manifest's, what they seem to hold says nothing more. */
async function readObject(
  run: Run,
  object: ManifestObject,
  index: number,
  onRead: (bytes: number) => void,
): Promise<Content> {
  const stored = await StoredObject.open(run.dependencies.repository, object, run.signal, onRead);
  try {
    const reading = contentOf(run, object, index, stored);
    await reading.catch(() => undefined);
    if (run.signal.aborted) throw interruption();
    await stored.finish();
    return await reading;
  } catch (error) {
    if (run.signal.aborted) throw interruption();
    throw stored.failure ?? error;
  } finally {
    stored.close();
  }
}

async function verifyObject(
  run: Run,
  object: ManifestObject,
  index: number,
  onRead: (bytes: number) => void,
): Promise<{ object: VerifiedObject; problems: string[] }> {
  const problems: string[] = [];
  const result: VerifiedObject = {
    key: object.key,
    versionId: object.versionId,
    role: object.role,
    storedBytes: object.stored.bytes,
    rawBytes: object.raw.bytes,
    rawSha256: null,
    tableOfContentsEntries: null,
    rows: null,
    replicationStatus: null,
  };
  try {
    const head = await run.dependencies.repository.head(object.key, object.versionId);
    result.replicationStatus = head.replicationStatus ?? null;
    problems.push(...lockProblems(head, run.manifest));
    const content = await readObject(run, object, index, onRead);
    result.rawSha256 = content.raw?.sha256 ?? null;
    result.tableOfContentsEntries = content.entries ?? null;
    result.rows = content.rows ?? null;
    problems.push(...content.problems);
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
 * What opens the objects of a point.
 * @throws StageError `usage` when there are keys and none of them is a recipient's
 */
async function unsealing(manifest: Manifest, identities: readonly string[] | undefined): Promise<Seal | undefined> {
  if (manifest.encryption === undefined || identities === undefined) return undefined;
  const own = await recipientsOf(identities);
  const { recipients } = manifest.encryption;
  if (own.some((recipient) => recipients.includes(recipient))) return openSealed(identities, "unhealthy");
  throw new StageError(
    "verify",
    "usage",
    `no identity given is that of a recipient: they belong to ${own.join(", ")}, the point is encrypted to ${recipients.join(", ")}; give the right identity file, or none to look at the stored bytes alone`,
  );
}

/**
 * Reads every byte of every object of a recovery point, by version id: stored and raw digests; archives through pg_restore, and
 * their tables of contents against the manifest's tables; the rows of each table by its own range, counted; locks and
 * replication status. Memory stays flat, nothing goes to disk.
 *
 * What is wrong with the point is in the result.
 * @throws StageError when the point could not be looked at: no manifest, no access, no pg_restore, no right key, a signal
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
  problems.push(...recipientProblems(manifest, dependencies.recipients), ...missingRows(manifest));
  const unseal = await unsealing(manifest, dependencies.identities);
  await requireCompressor(dependencies.path);
  const program = await dependencies.findPgRestore(Number.parseInt(manifest.source.clientVersion, 10));
  const run: Run = { dependencies, manifest, program, unseal, placed: rowsPerObject(manifest), signal };
  const totalBytes = manifest.objects.reduce((sum, object) => sum + object.stored.bytes, 0);
  const objects: VerifiedObject[] = [];
  let before = 0;
  for (const [index, object] of manifest.objects.entries()) {
    const onRead = (bytes: number) => dependencies.onProgress?.(before + bytes, totalBytes);
    const found = await verifyObject(run, object, index, onRead);
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
    decryption: manifest.encryption === undefined ? "notEncrypted" : unseal === undefined ? "notProven" : "proven",
    ...(await compareWithPrevious(repository, at, manifest)),
    objects,
  };
}

/** What a HEAD of the record tells, without any right to decrypt. */
function recordMetadata({ healthy, decryption, startedAt, seconds }: Verification): Record<string, string> {
  return {
    healthy: String(healthy),
    decryption,
    startedat: startedAt,
    finishedat: new Date(new Date(startedAt).getTime() + Math.round(seconds * 1000)).toISOString(),
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
        metadata: recordMetadata(verification),
      });
      return key;
    } catch (error) {
      const isTaken = error instanceof RepositoryError && error.kind === "alreadyExists";
      if (!isTaken || n >= MAX_RECORDS) throw error;
    }
  }
}
