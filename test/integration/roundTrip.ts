/** A database through the real command line: backup, restore beside itself on the same server, and what the two must have in common. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type DumpShape, type Manifest } from "../../runner/manifestFormat";
import { type DatabaseSettings, tableChecksums, withClient } from "../support/postgres";
import { type BackupGround, contentsOf, type Ended, problemOf } from "./backupGround";

export const SHAPES: readonly DumpShape[] = ["single", "parallel"];

/** Settings of the ground's server for one of its databases. */
export const at = (ground: BackupGround, database: string): DatabaseSettings => ({
  ...ground.source.settings,
  database,
});

/** Makes an empty database. */
export async function createDatabase(ground: BackupGround, name: string, how = ""): Promise<DatabaseSettings> {
  await withClient(at(ground, "postgres"), (client) =>
    client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0 ${how}`),
  );
  return at(ground, name);
}

/** Environment of a backup of one database in one shape; two workers where the shape has workers. */
export function shapeEnv(
  ground: BackupGround,
  bucket: string,
  database: string,
  shape: DumpShape,
): Record<string, string> {
  return ground.env(bucket, {
    PGDATABASE: database,
    BACKUP321_SHAPE: shape,
    BACKUP321_BUFFER_BUDGET_MIB: "64",
    ...(shape === "parallel" ? { BACKUP321_WORKERS: "2" } : {}),
  });
}

/** Runs a command of the tool on what a bucket holds. */
export function tool(ground: BackupGround, bucket: string, ...args: string[]): Promise<Ended> {
  const from = ["--database", "orders", "--bucket", bucket, "--region", ground.storage.region];
  return ground.start([...args, ...from], ground.env(bucket, { PGDATABASE: "postgres" })).ended;
}

/** The only manifest in a bucket. */
export async function manifestIn(ground: BackupGround, bucket: string): Promise<Manifest> {
  const [Key, ...others] = (await contentsOf(ground.s3, bucket)).keys.filter((key) => key.startsWith("manifests/"));
  if (Key === undefined || others.length > 0) throw new Error(`bucket ${bucket} holds not exactly one manifest`);
  const { Body } = await ground.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return JSON.parse(await Body!.transformToString()) as Manifest;
}

/** Backs a database up in one shape; fails unless the point has that shape. */
export async function backupOf(
  ground: BackupGround,
  database: string,
  shape: DumpShape,
): Promise<{ bucket: string; manifest: Manifest }> {
  const bucket = await ground.freshBucket();
  const { code, stderr } = await ground.start(["backup"], shapeEnv(ground, bucket, database, shape)).ended;
  if (code !== 0) throw new Error(`backup exits with ${code}: ${problemOf(stderr)}`);
  const manifest = await manifestIn(ground, bucket);
  if (manifest.shape !== shape) throw new Error(`the point is ${manifest.shape}, not ${shape}`);
  return { bucket, manifest };
}

/** Restores the newest point of a bucket. */
export async function restoreTo(
  ground: BackupGround,
  bucket: string,
  newDatabase: string,
  ...args: string[]
): Promise<Ended> {
  const ended = await tool(ground, bucket, "restore", newDatabase, ...args);
  if (ended.code !== 0) throw new Error(`restore exits with ${ended.code}: ${ended.stderr}`);
  return ended;
}

/** Backs up and restores under another name, which is returned. */
export async function roundTrip(ground: BackupGround, database: string, shape: DumpShape): Promise<string> {
  const { bucket } = await backupOf(ground, database, shape);
  const copy = `${database} from ${shape}`;
  await restoreTo(ground, bucket, copy);
  return copy;
}

/** What pg_dump says about everything but rows, byte by byte; without its key of the day. */
export function schemaOf(ground: BackupGround, database: string): string {
  const { source } = ground;
  const text = execFileSync(path.join(source.binDir, "pg_dump"), ["--schema-only", "--no-password"], {
    env: { ...source.env, PGDATABASE: database, PATH: process.env.PATH },
    encoding: "latin1",
    maxBuffer: 64 * 1024 * 1024,
  });
  return text.replace(/^\\(un)?restrict .*$/gm, "");
}

/** Everything that a copy must have in common with its source. */
export async function portraitOf(ground: BackupGround, database: string) {
  return { schema: schemaOf(ground, database), rows: await tableChecksums(at(ground, database)) };
}
