/** One throwaway PostgreSQL and one S3 server, shared by every contender of a bench. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ENV } from "../../runner/contract";
import { throwawayPostgres, type ThrowawayPostgres } from "../../test/support/postgres";
import { makeTls, type TestTls } from "../../test/support/tls";
import { startVersitygw, type Versitygw } from "../../test/support/versitygw";
import { requireProc } from "./processes";

/** The command line as it is shipped; the npm scripts build it first. Another build can be named. */
export const CLI = process.env.BACKUP321_BENCH_CLI ?? join(__dirname, "..", "..", "dist/bundles/cli/backup321.js");

/** What runs it: this Node, or the one that is named, like that of the image. */
export const NODE = process.env.BACKUP321_BENCH_NODE ?? process.execPath;

export interface Ground {
  dir: string;
  tls: TestTls;
  source: ThrowawayPostgres;
  /** Process id of the server's first process. */
  postgresPid: number;
  /** Folder of the cluster, and that of its Unix socket: physical peers need both. */
  dataDir: string;
  socketDir: string;
  storage: Versitygw;
  /** What every contender gets: PATH, libpq's variables, the AWS SDK's. */
  env: Record<string, string>;
  /** A new, empty bucket, with Object Lock where it is for us. */
  freshBucket: (hasLock?: boolean) => Promise<string>;
  /** Sum of all objects. */
  storedBytes: (bucket: string) => Promise<number>;
  /** Takes the bucket's files away under the server, so that no round runs on a fuller disk than the one before. */
  dropBucket: (bucket: string) => void;
  /** What `backup321` gets besides. */
  runnerEnv: (bucket: string, settings?: Record<string, string>) => Record<string, string>;
  stop: () => Promise<void>;
}

/** How clients reach the server. Plain by default, as the numbers that the targets come from: it hides least of what a client costs. */
const SSL_MODE = process.env.BACKUP321_BENCH_SSLMODE ?? "disable";

/** @returns how the connections of this bench are secured, for the page */
export function connectionNote(): string {
  return SSL_MODE === "disable"
    ? "TCP on the same machine without TLS"
    : `TCP on the same machine, sslmode ${SSL_MODE}`;
}

/** A whole number from the environment. */
export function amount(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`bench: ${name} must be a whole number from 1, got "${process.env[name]}"`);
  }
  return value;
}

/** Fails before anything is made where the disk will not do. */
export function requireDisk(neededMiB: number): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  const freeMiB = Math.floor((bavail * bsize) / 1024 ** 2);
  if (freeMiB >= neededMiB) return;
  throw new Error(
    `bench: ${tmpdir()} has ${freeMiB} MiB free, ${neededMiB} are needed; make room, or name another folder in TMPDIR`,
  );
}

/** Starts both servers. */
export async function startGround(): Promise<Ground> {
  requireProc();
  if (!existsSync(CLI)) throw new Error(`bench: ${CLI} is missing; run npm run build`);
  const dir = mkdtempSync(join(tmpdir(), "backup321-bench-"));
  const tls = makeTls(join(dir, "tls"));
  const storageDir = join(dir, "storage");
  const socketDir = join(dir, "sockets");
  mkdirSync(socketDir);
  // The server may run as another user than the bench.
  chmodSync(socketDir, 0o777);
  const [source, storage] = await Promise.all([
    throwawayPostgres({
      dir: join(dir, "source"),
      tls,
      settings: {
        unix_socket_directories: socketDir,
        // Whatever works beside a contender is counted as its cost.
        autovacuum: "off",
        max_wal_size: "4GB",
        // Physical peers want an archive; what it would hold is not what is compared.
        archive_mode: "on",
        archive_command: "true",
      },
    }),
    startVersitygw({ dir: storageDir }),
  ]);
  // After the hook that kills what runs: a bench that a person ends must not leave gigabytes behind.
  const remove = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", remove);
  const dataDir = join(dir, "source", `postgres-${source.settings.port}`, "data");
  const { endpoint, region, credentials } = storage;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const env = {
    PATH: process.env.PATH!,
    HOME: process.env.HOME ?? dir,
    ...storage.env(),
    // What boto's programs read instead of AWS_REGION; with another region every first request is wasted.
    AWS_DEFAULT_REGION: region,
    ...source.env,
    PGSSLMODE: SSL_MODE,
  };
  let buckets = 0;
  return {
    dir,
    tls,
    source,
    postgresPid: Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n", 1)[0]),
    dataDir,
    socketDir,
    storage,
    env,
    freshBucket: async (hasLock = false) => {
      const Bucket = `bench-${++buckets}`;
      await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: hasLock }));
      return Bucket;
    },
    storedBytes: async (Bucket) => {
      let [sum, token] = [0, undefined as string | undefined];
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
        for (const { Size = 0 } of page.Contents ?? []) sum += Size;
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return sum;
    },
    dropBucket: (bucket) => {
      for (const part of ["data", "versions", "sidecar"]) {
        rmSync(join(storageDir, part, bucket), { recursive: true, force: true });
      }
    },
    runnerEnv: (bucket, settings = {}) => ({
      ...env,
      [ENV.database]: "bench",
      [ENV.bucket]: bucket,
      [ENV.tiers]: '[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]',
      [ENV.tier]: "daily",
      [ENV.lockMode]: "GOVERNANCE",
      [ENV.s3PathStyle]: "true",
      ...settings,
    }),
    stop: async () => {
      s3.destroy();
      await Promise.all([source.stop(), storage.stop()]);
      process.removeListener("exit", remove);
      remove();
    },
  };
}
