/** What tests of the write side need: a database, an S3 server behind a proxy, and the real command line as a process. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { buildSync } from "esbuild";
import bundleOptions from "../../scripts/bundleOptions";
import { findPostgres, throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { run } from "../support/processes";
import { startS3Proxy, type S3Proxy } from "../support/s3Proxy";
import { eventually } from "../support/standin/fixtures";
import { makeTls, type TestTls } from "../support/tls";
import { startVersitygw, type Versitygw } from "../support/versitygw";

export const MIB = 1024 * 1024;

/** How a run of the command line ended. */
export interface Ended {
  /** Exit code, or the signal that ended it. */
  code: number | string;
  stdout: string;
  stderr: string;
}

/** One process of the group that a run leads. */
export interface Process {
  pid: number;
  /** Its whole command line. */
  args: string;
}

/** A run of the command line, in a process group of its own. */
export interface Run {
  pid: number;
  ended: Promise<Ended>;
  /** The runner and its children, without those that have ended. */
  processes: () => Process[];
  /** Whether a child whose program has this name is running. */
  has: (program: string) => boolean;
  /** Sends a signal to the runner, or to the child whose program has this name; false when no such process runs. */
  kill: (signal: NodeJS.Signals, program?: string) => boolean;
}

export interface BackupGround {
  dir: string;
  tls: TestTls;
  source: ThrowawayPostgres;
  storage: Versitygw;
  proxy: S3Proxy;
  s3: S3Client;
  /** A new versioned bucket with Object Lock, and a proxy that forwards everything. */
  freshBucket: () => Promise<string>;
  /** Environment of `backup`, of the database "orders". */
  env: (bucket: string, overrides?: Record<string, string>) => Record<string, string>;
  /** Starts `backup321 <args>` with exactly this environment. */
  start: (args: string[], env: Record<string, string>) => Run;
  /** A folder for PATH in which `name` is this shell script; "$REAL" is the true program. `--version` is answered truly. */
  wrapper: (name: string, script: string) => string;
  stop: () => Promise<void>;
}

/** Bundles the command line as scripts/build.js does, from today's sources. */
export function bundle(dir: string): string {
  const outfile = path.join(dir, "backup321.js");
  buildSync({
    entryPoints: [path.join(__dirname, "../../runner/cli/main.ts")],
    outfile,
    ...bundleOptions,
    logLevel: "error",
  });
  return outfile;
}

function processesOf(group: number): Process[] {
  const lines = run("ps", "ps", ["-A", "-ww", "-o", "pgid=,pid=,stat=,args="]).split("\n");
  return lines.flatMap((line) => {
    const [, pgid, pid, stat, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie has ended; only its parent has not asked how.
    return Number(pgid) === group && !stat!.startsWith("Z") ? [{ pid: Number(pid), args: args! }] : [];
  });
}

/** Starts `node <file> <args>` with exactly this environment, in a process group of its own. */
export function startProcess(file: string, args: string[], env: Record<string, string>): Run {
  const child = spawn(process.execPath, [file, ...args], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const pid = child.pid!;
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (code, signal) => resolve({ code: code ?? signal!, stdout, stderr })),
  );
  const processes = () => processesOf(pid);
  const childOf = (program: string) =>
    processes().find((one) => one.pid !== pid && path.basename(one.args.split(" ")[0]!) === program);
  return {
    pid,
    ended,
    processes,
    has: (program) => childOf(program) !== undefined,
    kill: (signal, program) => {
      const target = program === undefined ? pid : childOf(program)?.pid;
      if (target === undefined) return false;
      try {
        return process.kill(target, signal);
      } catch {
        return false; // ended since the listing
      }
    },
  };
}

/** Fills a table with bytes that do not compress. In the dump they take twice their size, stored about as much as here. */
export async function seedNoise(server: ThrowawayPostgres, sizeMiB: number, table = "noise"): Promise<void> {
  await withClient(server.settings, async (client) => {
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${table} (id int GENERATED ALWAYS AS IDENTITY, bytes bytea NOT NULL)`,
    );
    for (let i = 0; i < sizeMiB; i += 1) {
      await client.query(`INSERT INTO ${table} (bytes) VALUES ($1)`, [randomBytes(MIB)]);
    }
  });
}

/** Starts everything; the database holds `noiseMiB` of noise. `settings` and `extensions` are the database server's. */
export async function startBackupGround(
  noiseMiB: number,
  settings: Record<string, string> = {},
  extensions?: Record<string, string>,
): Promise<BackupGround> {
  const dir = mkdtempSync(path.join(tmpdir(), "backup321-write-"));
  const tls = makeTls(path.join(dir, "tls"));
  const file = bundle(dir);
  const [source, storage] = await Promise.all([
    throwawayPostgres({ dir: path.join(dir, "source"), tls, settings, ...(extensions && { extensions }) }),
    startVersitygw({ dir: path.join(dir, "storage") }),
  ]);
  const proxy = await startS3Proxy(storage.endpoint);
  const { endpoint, region, credentials } = storage;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await seedNoise(source, noiseMiB);
  let buckets = 0;
  return {
    dir,
    tls,
    source,
    storage,
    proxy,
    s3,
    freshBucket: async () => {
      proxy.rule = () => "forward";
      const Bucket = `orders-${++buckets}`;
      await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
      return Bucket;
    },
    env: (bucket, overrides = {}) => ({
      ...storage.env(),
      AWS_ENDPOINT_URL: proxy.endpoint,
      ...source.env,
      PATH: process.env.PATH!,
      BACKUP321_DATABASE: "orders",
      BACKUP321_BUCKET: bucket,
      BACKUP321_TIERS: '[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]',
      BACKUP321_TIER: "daily",
      BACKUP321_LOCK_MODE: "GOVERNANCE",
      // Three buffers of one part: no more than two parts are ever in flight.
      BACKUP321_BUFFER_BUDGET_MIB: "16",
      ...overrides,
    }),
    start: (args, env) => startProcess(file, args, env),
    wrapper: (name, script) => {
      const folder = mkdtempSync(path.join(dir, "bin-"));
      const real = name.startsWith("pg_") ? path.join(findPostgres(), name) : name;
      const text = `#!/bin/sh\nREAL=${real}\n[ "$1" = --version ] && exec "$REAL" --version\n${script}\n`;
      writeFileSync(path.join(folder, name), text);
      chmodSync(path.join(folder, name), 0o755);
      return `${folder}${path.delimiter}${process.env.PATH}`;
    },
    stop: async () => {
      s3.destroy();
      await Promise.all([proxy.close(), source.stop(), storage.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Everything a bucket holds: versions and delete markers, and uploads that have not ended. */
export async function contentsOf(s3: S3Client, Bucket: string): Promise<{ keys: string[]; uploads: string[] }> {
  const { Versions = [], DeleteMarkers = [], IsTruncated } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  if (IsTruncated) throw new Error(`bucket ${Bucket} holds more versions than one listing shows`);
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  return { keys: [...Versions, ...DeleteMarkers].map((v) => v.Key!).sort(), uploads: Uploads.map((u) => u.Key!) };
}

/** Waits until no process of the run is left and the database has no advisory lock any more. */
export async function untilQuiet(ground: BackupGround, over: Run): Promise<void> {
  await eventually("the end of every child", () => (over.processes().length === 0 ? true : undefined));
  await eventually("the release of the advisory lock", async () => {
    const held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'";
    // A server that starts anew takes no connection for a moment.
    const locks = await withClient(ground.source.settings, (client) => client.query(held)).catch(() => undefined);
    return locks?.rows.length === 0 ? true : undefined;
  });
}

/** What a run said on stderr besides the lines of its log. */
export function problemOf(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !line.startsWith("{"));
  return lines.join("\n").trim();
}

/** A moment in a run: `reached` resolves there, and the run waits until `release`. */
export function gate(): { reached: Promise<void>; pass: () => Promise<void>; release: () => void } {
  let reach = () => undefined as void;
  let release = () => undefined as void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const open = new Promise<void>((resolve) => (release = resolve));
  const pass = () => {
    reach();
    return open;
  };
  return { reached, pass, release: () => release() };
}
