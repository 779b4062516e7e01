import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { dumpKey, manifestKey, type PointLocation } from "../../runner/contract";
import { FRAME_TRAILER, frameHeader } from "../../runner/dump/tableFrames";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import type { Manifest, ManifestObject, ManifestTable } from "../../runner/manifestFormat";
import type { MemoryRepository } from "../../runner/repository/memoryRepository";
import { rawFrame } from "../../runner/stream/rawFrame";
import { ageSeal } from "../../runner/stream/seal";
import { LOCK, manifestOf } from "./readFixtures";

export const zstd = (raw: Buffer | string) => execFileSync("zstd", ["-q", "--stdout", "-"], { input: raw });
export const hex = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** The rows of one table, or a range of them, on their way into an object. */
export interface FrameRun {
  schema: string;
  name: string;
  /** COPY's text format. */
  text: string;
  fromBlock?: number;
  toBlock?: number;
  /** Default: settings, COPY, text, end mark. */
  raw?: Buffer;
}

/** What is stored as one object. */
export interface ObjectParts {
  name: string;
  role: ManifestObject["role"];
  /** Of an archive or the globals. */
  raw?: string;
  runs?: FrameRun[];
}

/** `pg_restore --list` of the archive, and its end: enough for the stand-in below. */
export const SCHEMA_ARCHIVE = [
  "1; 1259 101 TABLE public orders shop",
  "2; 1259 102 TABLE public big shop",
  '3; 1259 103 TABLE public we"ird shop',
  "4; 1259 104 TABLE public empty shop",
  "END\n",
].join("\n");
const GLOBALS =
  "--\n-- PostgreSQL database cluster dump\n--\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n";

/** A parallel point of four tables, of which one is empty and one split in two. */
export function parallelParts(): ObjectParts[] {
  return [
    { name: "schema.pgdump.zst", role: "schema", raw: SCHEMA_ARCHIVE },
    {
      name: "tables-0001.sql.zst",
      role: "tables",
      runs: [
        { schema: "public", name: "orders", text: "1\ta\\\\.b\n2\t\\N\n\\N\t\\N\n" },
        { schema: "public", name: 'we"ird', text: "x\n" },
        { schema: "public", name: "big", text: "1\tone\n2\ttwo\n", fromBlock: 0, toBlock: 10 },
      ],
    },
    {
      name: "tables-0002.sql.zst",
      role: "tables",
      runs: [{ schema: "public", name: "big", text: `3\t${"three".repeat(50_000)}\n`, fromBlock: 10 }],
    },
    { name: "globals.sql.zst", role: "globals", raw: GLOBALS },
  ];
}

/** Options of `storeParallel`. */
export interface StoreOptions {
  /** Seals for these public keys. */
  recipients?: string[];
  /** Changes what was stored, after the manifest knew it. */
  damage?: Record<string, (bytes: Buffer) => Buffer>;
  /** Changes what is to be stored, before the manifest knows it. */
  forge?: Record<string, (bytes: Buffer) => Buffer>;
  change?: (manifest: Manifest) => void;
}

async function sealed(bytes: Buffer, recipients: string[] | undefined): Promise<Buffer> {
  if (recipients === undefined) return bytes;
  const chunks: Buffer[] = [];
  for await (const chunk of ageSeal(recipients)(Readable.from([bytes]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const columns = (text: string) =>
  text
    .split("\n")[0]!
    .split("\t")
    .map((_, index) => `c"${index}\n`);
const rowsOf = (text: string) => text.split("\n").length - 1;

/** Header and trailer in frames of raw blocks, the rows by zstd, as a run writes them. */
function framesOf({ schema, name, text, raw }: FrameRun): { stored: Buffer; rawBytes: number } {
  if (raw !== undefined) return { stored: zstd(raw), rawBytes: raw.length };
  const table = { schema, name, columns: columns(text) } as unknown as Parameters<typeof frameHeader>[0];
  const header = frameHeader(table, "LATIN1");
  return {
    stored: Buffer.concat([rawFrame(header), zstd(text), rawFrame(FRAME_TRAILER)]),
    rawBytes: header.length + Buffer.byteLength(text) + FRAME_TRAILER.length,
  };
}

/** Stores a parallel point as a run would. */
export async function storeParallel(
  repository: MemoryRepository,
  at: PointLocation,
  parts: ObjectParts[],
  options: StoreOptions = {},
): Promise<Manifest> {
  const { recipients, damage = {}, forge = {} } = options;
  const objects: ManifestObject[] = [];
  const tables = new Map<string, ManifestTable>();
  for (const name of ["orders", 'we"ird', "big", "empty"]) {
    tables.set(name, { schema: "public", name, kind: "r", rowEstimate: 1, bytes: 8192, data: [] });
  }
  for (const [index, { name, role, raw, runs = [] }] of parts.entries()) {
    const pieces: Buffer[] = raw === undefined ? [] : [await sealed(zstd(raw), recipients)];
    let offset = 0;
    let rawBytes = raw === undefined ? 0 : Buffer.byteLength(raw);
    for (const run of runs) {
      const frames = framesOf(run);
      const stored = await sealed(frames.stored, recipients);
      const { fromBlock, toBlock } = run;
      tables.get(run.name)!.data!.push({
        object: index,
        offset,
        bytes: stored.length,
        rawBytes: frames.rawBytes,
        rows: rowsOf(run.text),
        ...(fromBlock === undefined ? {} : { fromBlock }),
        ...(toBlock === undefined ? {} : { toBlock }),
      });
      pieces.push(stored);
      offset += stored.length;
      rawBytes += frames.rawBytes;
    }
    const bytes = (forge[name] ?? ((same: Buffer) => same))(Buffer.concat(pieces));
    const object = await repository.putOnce(dumpKey(at, name), (damage[name] ?? ((same) => same))(bytes), LOCK);
    objects.push({
      key: object.key,
      versionId: object.versionId,
      role,
      format: raw === undefined || role === "globals" ? "sql" : "pg_dump-custom",
      compression: "zstd",
      ...(recipients ? { encryption: "age" as const } : {}),
      raw: raw === undefined ? { bytes: rawBytes } : { bytes: rawBytes, sha256: hex(Buffer.from(raw)) },
      stored: { bytes: bytes.length, sha256: hex(bytes) },
      s3ChecksumSha256: "c",
      parts: 1,
    });
  }
  const manifest: Manifest = {
    ...manifestOf(at, "unused", Buffer.alloc(1), Buffer.alloc(1)),
    shape: "parallel",
    ...(recipients ? { encryption: { format: "age" as const, recipients } } : {}),
    objects,
    tables: [...tables.values()],
  };
  options.change?.(manifest);
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), {
    ...LOCK,
    metadata: manifestMetadata(manifest),
  });
  return manifest;
}

/** A program that does of pg_restore what is needed: archives of these fixtures are their own table of contents. */
export function fakePgRestore(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "backup321-restore-")), "pg_restore");
  writeFileSync(
    file,
    `#!/bin/sh
case "$*" in
*--list*) grep '^[0-9]' ;;
*) tail -n 1 | grep -q END || { echo "pg_restore: error: unexpected end of file" >&2; exit 1; } ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return file;
}
