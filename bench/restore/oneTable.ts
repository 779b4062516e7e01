/** What a restore of one table out of all reads from storage. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { PREFIXES } from "../../runner/contract";
import type { Manifest } from "../../runner/manifestFormat";
import { withClient } from "../../test/support/postgres";
import { CLI, NODE, type Ground } from "../shared/ground";
import { markdownTable, number, type Target } from "../shared/markdown";
import { LARGE_TABLE, middleTable, smallTable } from "../shared/mixedData";
import type { CountingProxy } from "./countingProxy";

export interface OneTable {
  table: string;
  /** Of its rows, in the manifest. */
  storedBytes: number;
  readDataBytes: number;
  /** Manifest, listings. */
  readOtherBytes: number;
  rows: number;
}

const RESTORE_LIMIT_MS = 1_200_000;
const SCHEMA = "public";
/** One of each size. */
const TABLES = [LARGE_TABLE, middleTable(5), smallTable(20)];

/** The one manifest of a bucket. */
async function manifestOf(ground: Ground, Bucket: string): Promise<Manifest> {
  const { endpoint, region, credentials } = ground.storage;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: PREFIXES.manifests }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: Contents[0]!.Key! }));
    return JSON.parse(await Body!.transformToString()) as Manifest;
  } finally {
    s3.destroy();
  }
}

/** Restores each of some tables alone, counts, and compares the rows with the source's. */
export async function measureTables(ground: Ground, bucket: string, proxy: CountingProxy): Promise<OneTable[]> {
  const manifest = await manifestOf(ground, bucket);
  const results: OneTable[] = [];
  for (const table of TABLES) {
    const target = `one_${table}`;
    const env = { ...ground.runnerEnv(bucket, { PGDATABASE: "postgres" }), AWS_ENDPOINT_URL: proxy.endpoint };
    proxy.reset();
    const args = [CLI, "restore", target, "--database", "bench", "--table", `${SCHEMA}.${table}`, "--json"];
    // Not a call that waits: the proxy lives in this process.
    await promisify(execFile)(NODE, args, { env, timeout: RESTORE_LIMIT_MS });
    const { data, other } = proxy.read();
    const count = async (database: string) =>
      withClient({ ...ground.source.settings, database }, async (client) => {
        const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
        return rows[0]!.n;
      });
    const [rows, wanted] = [await count(target), await count(ground.source.settings.database)];
    if (rows !== wanted) throw new Error(`bench: ${table} was restored with ${rows} rows, its source has ${wanted}`);
    const entry = manifest.tables.find((one) => one.schema === SCHEMA && one.name === table);
    const storedBytes = (entry?.data ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
    results.push({ table, storedBytes, readDataBytes: data, readOtherBytes: other, rows });
    await withClient(ground.source.settings, (client) => client.query(`DROP DATABASE ${target}`));
  }
  return results;
}

/** @param wholeBytes what a pipe of stock tools reads for any table: the whole object */
export function oneTableReport(results: readonly OneTable[], wholeBytes: number): string {
  const kb = (bytes: number) => number(bytes / 1000, 0);
  return markdownTable(
    [
      "table",
      "rows",
      "stored, kB",
      "data read, kB",
      "manifest and listings read, kB",
      "all read × stored",
      "`aws s3 cp - | ... | pg_restore -t` reads, kB",
    ],
    results.map((one) => [
      one.table,
      String(one.rows),
      kb(one.storedBytes),
      kb(one.readDataBytes),
      kb(one.readOtherBytes),
      number((one.readDataBytes + one.readOtherBytes) / one.storedBytes, 2),
      kb(wholeBytes),
    ]),
  );
}

export function oneTableTargets(results: readonly OneTable[]): Target[] {
  return results.map((one) => {
    const factor = (one.readDataBytes + one.readOtherBytes) / one.storedBytes;
    return {
      what: `one table of 50, \`${one.table}\`: read from storage`,
      target: "< 1.5 × its stored bytes",
      measured: `${factor.toFixed(2)} ×`,
      isMet: factor < 1.5,
    };
  });
}
