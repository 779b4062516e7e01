import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  dumpKey,
  FORMAT_VERSION,
  manifestKey,
  ObjectLockMode,
  type PointLocation,
  parseRecoveryPointId,
} from "../../runner/contract";
import type { ByteSink, DumpSession } from "../../runner/dump/dumpSource";
import type { Manifest } from "../../runner/manifestFormat";
import { StageError } from "../../runner/errors";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import type { PutOptions } from "../../runner/repository/repository";

/** A repository whose clock a test sets. */
export class ClockedRepository extends MemoryRepository {
  calls: string[] = [];
  static at(time: string): ClockedRepository {
    const clock = { now: new Date(time) };
    const repository = new ClockedRepository({ bucket: "primary", now: () => clock.now });
    repository.clock = clock;
    return repository;
  }
  clock = { now: new Date(0) };
  override list(...args: Parameters<MemoryRepository["list"]>) {
    this.calls.push(`list ${args[0]}`);
    return super.list(...args);
  }
  override async listFolders(...args: Parameters<MemoryRepository["listFolders"]>) {
    this.calls.push(`folders ${args[0]}`);
    return super.listFolders(...args);
  }
  override async versionsOf(key: string) {
    this.calls.push(`versions ${key}`);
    return super.versionsOf(key);
  }
  override async head(key: string, versionId?: string) {
    this.calls.push(`head ${key}`);
    return super.head(key, versionId);
  }
}

const hex = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** A manifest of a point with one data object. */
export function manifestOf(at: PointLocation, versionId: string, raw: Buffer, stored: Buffer): Manifest {
  return {
    formatVersion: FORMAT_VERSION,
    recoveryPointId: at.id,
    database: at.database,
    tier: at.tier,
    takenAt: parseRecoveryPointId(at.id)!.takenAt.toISOString(),
    completedAt: parseRecoveryPointId(at.id)!.takenAt.toISOString(),
    lock: { mode: ObjectLockMode.Governance, retainUntil: "2027-01-01T00:00:00.000Z" },
    source: {
      engine: "postgresql",
      serverVersion: "15.18",
      clientVersion: "15.18",
      databaseName: "shop",
      encoding: "UTF8",
    },
    objects: [
      {
        key: dumpKey(at, "database.pgdump.zst"),
        versionId,
        role: "database",
        format: "pg_dump-custom",
        compression: "zstd",
        raw: { bytes: raw.length, sha256: hex(raw) },
        stored: { bytes: stored.length, sha256: hex(stored) },
        s3ChecksumSha256: "c",
        parts: 1,
      },
    ],
    shape: "single",
    tables: [{ schema: "public", name: "orders", kind: "r", rowEstimate: 3, bytes: 8192 }],
    schemaFingerprint: "f".repeat(64),
    excludedTables: [],
    restoreCommands: [],
    tool: { name: "pulumi-backup321", version: "0.0.0" },
  };
}

export const LOCK: PutOptions = {
  lock: { mode: ObjectLockMode.Governance, retainUntil: new Date("2027-01-01T00:00:00.000Z") },
  contentType: "application/octet-stream",
};

/** Where a point of the database `orders` is. */
export function pointAt(id: string, tier = "daily"): PointLocation {
  return { tier, database: "orders", id };
}

/** Commits a point as a run would, at the repository's own time. */
export async function commitPoint(
  repository: MemoryRepository,
  id: string,
  options: {
    tier?: string;
    raw?: Buffer;
    change?: (manifest: Manifest) => void;
    metadata?: Record<string, string>;
  } = {},
): Promise<Manifest> {
  const at = pointAt(id, options.tier);
  const raw = options.raw ?? Buffer.from(`archive of ${id}`);
  const stored = execFileSync("zstd", ["--stdout", "--quiet", "-"], { input: raw, maxBuffer: 1 << 28 });
  const object = await repository.putOnce(dumpKey(at, "database.pgdump.zst"), stored, LOCK);
  const manifest = manifestOf(at, object.versionId, raw, stored);
  options.change?.(manifest);
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), {
    ...LOCK,
    metadata: { ...manifestMetadata(manifest), ...options.metadata },
  });
  return manifest;
}

/** The StageError that work fails with. */
export async function failureOf(work: Promise<unknown>): Promise<StageError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof StageError)) throw new Error(`expected a StageError, got ${String(error)}`);
  return error;
}

/** Bytes of a session's first object, as they would be stored. */
export async function produce(session: DumpSession): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const sink: ByteSink = {
    get position() {
      return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    },
    write: async (chunk) => void chunks.push(Buffer.from(chunk)),
  };
  await session.objects[0]!.produce(sink, new AbortController().signal);
  return Buffer.concat(chunks);
}
