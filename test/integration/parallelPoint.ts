/** A parallel recovery point made with stock tools, to know that a restore reads the format and not only what our dump writes. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import path from "node:path";
import {
  dumpKey,
  FORMAT_VERSION,
  manifestKey,
  ObjectLockMode,
  type PointLocation,
  recoveryPointId,
} from "../../runner/contract";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import type { Manifest, ManifestObject, ManifestTable, TableData } from "../../runner/manifestFormat";
import type { PutOptions, Repository } from "../../runner/repository/repository";
import { restoreCommands } from "../../runner/restoreCommands";
import { ageSeal } from "../../runner/stream/seal";
import type { ThrowawayPostgres } from "../support/postgres";

/** How to make one. */
export interface PointOptions {
  source: ThrowawayPostgres;
  repository: Repository;
  /** Name in the repository. */
  database: string;
  databaseName: string;
  random: string;
  /** Public keys of age. */
  recipients?: string[];
  /** `schema.name` of the tables whose blocks go into two ranges. */
  split?: string[];
  /** Changes the SQL of a table's rows. */
  rewrite?: (sql: Buffer, name: string) => Buffer;
  /** Changes the manifest before it is stored. */
  change?: (manifest: Manifest) => void;
}

const MAX_BUFFER = 1 << 28;
const LOCK: PutOptions = { lock: undefined, contentType: "application/zstd" };
const quote = (name: string) => `"${name.replace(/"/g, '""')}"`;
const hex = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const zstd = (input: Buffer) => execFileSync("zstd", ["--stdout", "--quiet", "-"], { input, maxBuffer: MAX_BUFFER });

interface Frame {
  table: ManifestTable;
  bytes: Buffer;
  data: Omit<TableData, "object" | "offset" | "bytes">;
}

const TABLES = `
  SELECT json_agg(json_build_object('schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'rowEstimate', -1,
    'bytes', pg_table_size(c.oid), 'columns', (SELECT coalesce(string_agg(quote_ident(attname), ', ' ORDER BY attnum), '')
      FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '')) ORDER BY n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Makes and commits one: a schema archive, two objects with rows, large objects. */
export async function parallelPoint(options: PointOptions): Promise<{ point: PointLocation; manifest: Manifest }> {
  const { source, repository, database, databaseName } = options;
  const env = { ...source.env, PGDATABASE: databaseName, PATH: process.env.PATH };
  const program = (name: string, args: string[]) =>
    execFileSync(path.join(source.binDir, name), args, { env, maxBuffer: MAX_BUFFER });
  const ask = (sql: string) => program("psql", ["-XqAt", "-c", sql]);
  const seal = async (bytes: Buffer) => {
    if (options.recipients === undefined) return bytes;
    const sealed: Buffer[] = [];
    const whole = (async function* () {
      yield bytes;
    })();
    for await (const chunk of ageSeal(options.recipients)(whole)) sealed.push(chunk);
    return Buffer.concat(sealed);
  };
  const takenAt = new Date(Math.floor(Date.now() / 1000) * 1000);
  const point = { tier: "daily", database, id: recoveryPointId(takenAt, options.random) };
  const objects: ManifestObject[] = [];
  const put = async (name: string, role: ManifestObject["role"], raw: Buffer, stored: Buffer) => {
    const { versionId, key } = await repository.putOnce(dumpKey(point, name), stored, LOCK);
    objects.push({
      key,
      versionId,
      role,
      format: role === "tables" ? "sql" : "pg_dump-custom",
      compression: "zstd",
      ...(options.recipients && { encryption: "age" as const }),
      raw: role === "tables" ? { bytes: raw.length } : { bytes: raw.length, sha256: hex(raw) },
      stored: { bytes: stored.length, sha256: hex(stored) },
      s3ChecksumSha256: "x",
      parts: 1,
    });
  };

  const tables = JSON.parse(ask(TABLES).toString()) as (ManifestTable & { columns: string })[];
  const withRows = tables.filter(({ kind }) => kind === "r");
  const frame = async (table: ManifestTable & { columns: string }, where: string, range: Partial<TableData>) => {
    const qualified = `${quote(table.schema)}.${quote(table.name)}`;
    const columns = table.columns === "" ? "" : ` (${table.columns})`;
    const rows = ask(`COPY (SELECT ${table.columns} FROM ONLY ${qualified} ${where}) TO STDOUT`);
    const sql = `SET client_encoding = 'UTF8';\nSET search_path = '';\nSET row_security = off;\nCOPY ${qualified}${columns} FROM stdin;\n`;
    const written = Buffer.concat([Buffer.from(sql), rows, Buffer.from("\\.\n\n")]);
    const raw = options.rewrite?.(written, `${table.schema}.${table.name}`) ?? written;
    const lines = rows.filter((byte) => byte === 10).length;
    return { table, bytes: await seal(zstd(raw)), data: { rawBytes: raw.length, rows: lines, ...range } };
  };
  const frames: Frame[] = [];
  for (const table of withRows) {
    if (options.split?.includes(`${table.schema}.${table.name}`)) {
      frames.push(await frame(table, "WHERE ctid < '(1,0)'", { fromBlock: 0, toBlock: 1 }));
      frames.push(await frame(table, "WHERE ctid >= '(1,0)'", { fromBlock: 1 }));
    } else frames.push(await frame(table, "", {}));
  }

  const without = withRows.map(({ schema, name }) => `--exclude-table-data=${quote(schema)}.${quote(name)}`);
  const schema = program("pg_dump", ["-Fc", "-Z0", "--no-blobs", ...without]);
  await put("schema.pgdump.zst", "schema", schema, await seal(zstd(schema)));
  const blobs = program("pg_dump", ["-Fc", "-Z0", "--data-only", "--blobs", "--exclude-schema=*"]);
  await put("large-objects.pgdump.zst", "largeObjects", blobs, await seal(zstd(blobs)));
  for (const group of [0, 1]) {
    const inGroup = frames.filter((_, index) => index % 2 === group);
    if (inGroup.length === 0) continue;
    let offset = 0;
    for (const { table, bytes, data } of inGroup) {
      (table.data ??= []).push({ object: objects.length, offset, bytes: bytes.length, ...data });
      offset += bytes.length;
    }
    const rawBytes = inGroup.reduce((sum, { data }) => sum + data.rawBytes, 0);
    const stored = Buffer.concat(inGroup.map(({ bytes }) => bytes));
    await put(`tables-${String(group + 1).padStart(4, "0")}.sql.zst`, "tables", Buffer.alloc(rawBytes), stored);
  }

  const version = /\d+\.\d+/.exec(program("pg_dump", ["--version"]).toString())![0];
  const facts = {
    source: {
      engine: "postgresql" as const,
      serverVersion: version,
      clientVersion: version,
      databaseName,
      encoding: ask("SHOW server_encoding").toString().trim(),
    },
    shape: "parallel" as const,
    ...(options.recipients && { encryption: { format: "age" as const, recipients: options.recipients } }),
    objects,
    tables,
  };
  const { bucket, region } = repository;
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    recoveryPointId: point.id,
    database,
    tier: point.tier,
    takenAt: takenAt.toISOString(),
    completedAt: new Date().toISOString(),
    lock: { mode: ObjectLockMode.Governance, retainUntil: new Date(Date.now() + 86_400_000).toISOString() },
    ...facts,
    schemaFingerprint: "f".repeat(64),
    excludedTables: [],
    restoreCommands: restoreCommands(facts, { bucket, region }, undefined),
    tool: { name: "test", version: "0.0.0" },
  };
  options.change?.(manifest);
  await repository.putOnce(manifestKey(point), encodeManifest(manifest), {
    ...LOCK,
    contentType: "application/json",
    metadata: manifestMetadata(manifest),
  });
  return { point, manifest };
}
