/** What drills need: a database, a primary and a replica bucket, and a caller who may read the replica and add records, no more. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import type { PointLocation } from "../../runner/contract";
import { type DrillDependencies, type DrillRequest, runDrill } from "../../runner/drill";
import { localServer } from "../../runner/drill/localServer";
import type { DrillServer } from "../../runner/drill/server";
import type { DrillRecord } from "../../runner/drillContract";
import type { DumpOptions } from "../../runner/dump/dumpContext";
import { S3Repository } from "../../runner/repository/s3Repository";
import { seedRealisticData, throwawayPostgres, type ThrowawayPostgres } from "../support/postgres";
import { makeTls } from "../support/tls";
import { type Keys, startVersitygw, type Versitygw } from "../support/versitygw";
import { backup, clock, findProgram, NEVER, onServer, random } from "./restoreGround";

export const PRIMARY = "orders-primary";
export const REPLICA = "orders-replica";
/** As root PostgreSQL refuses to run. */
export const SERVER_USER = process.getuid?.() === 0 ? "nobody" : undefined;

export interface DrillGround {
  dir: string;
  source: ThrowawayPostgres;
  storage: Versitygw;
  /** The administrator. */
  s3: S3Client;
  /** May read the replica and put records of "orders" and the like; nothing else. */
  driller: Keys;
  /** The replica as the administrator sees it, into which points are committed. */
  replica: S3Repository;
  /** Holds nothing when no drill runs. */
  scratch: string;
  stop: () => Promise<void>;
}

export async function startDrillGround(): Promise<DrillGround> {
  const dir = mkdtempSync(path.join(tmpdir(), "backup321-drills-"));
  const tls = makeTls(path.join(dir, "tls"));
  const [source, storage] = await Promise.all([
    throwawayPostgres({ dir: path.join(dir, "source"), tls }),
    startVersitygw({ dir: path.join(dir, "storage"), iam: true }),
  ]);
  const s3 = clientOf(storage, storage.credentials);
  for (const Bucket of [PRIMARY, REPLICA]) {
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  }
  const arn = "arn:aws:s3:::";
  const driller = await storage.createUser("driller", {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["s3:ListBucket", "s3:ListBucketVersions"], Resource: `${arn}${REPLICA}` },
      { Effect: "Allow", Action: ["s3:GetObject", "s3:GetObjectVersion"], Resource: `${arn}${REPLICA}/*` },
      { Effect: "Allow", Action: "s3:PutObject", Resource: `${arn}${PRIMARY}/drills/*` },
    ],
  });
  await seedRealisticData(source.settings, { orders: 500 });
  await onServer(
    source,
    `CREATE ROLE "shop owner" NOLOGIN BYPASSRLS; CREATE ROLE reader; CREATE ROLE clerk; GRANT reader TO clerk;
     ALTER TABLE public.customers OWNER TO "shop owner"; GRANT SELECT ON public.customers TO reader;
     ALTER ROLE postgres SET default_transaction_read_only = off;
     CREATE TABLE public.changed (a int, gone text, b int NOT NULL); INSERT INTO public.changed VALUES (1, 'x', 2);
     ALTER TABLE public.changed DROP COLUMN gone; ALTER TABLE public.changed ADD COLUMN c text DEFAULT 'y'`,
  );
  const scratch = path.join(dir, "s");
  mkdirSync(scratch, { mode: 0o755 });
  const replica = new S3Repository({ bucket: REPLICA, region: storage.region, client: s3 });
  const stop = async () => {
    s3.destroy();
    await Promise.all([source.stop(), storage.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
  return { dir, source, storage, s3, driller, replica, scratch, stop };
}

export function clientOf({ endpoint, region }: Versitygw, credentials: Keys): S3Client {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

/** Commits a recovery point of the source's shop on the replica. */
export async function commit(
  ground: DrillGround,
  database: string,
  options: { dump?: Partial<DumpOptions>; recipients?: string[]; databaseName?: string } = {},
): Promise<PointLocation> {
  const { source, replica: repository } = ground;
  return backup({ source, repository }, database, options.databaseName ?? "shop", options);
}

/** A server of the drill's own. */
export function serverHere({ scratch }: DrillGround, env: NodeJS.ProcessEnv = process.env): DrillServer {
  return localServer({
    env,
    scratch,
    isRoot: SERVER_USER !== undefined,
    user: SERVER_USER,
    password: () => random(20),
  });
}

/** Runs a drill as the limited caller, with a server of its own. */
export async function drill(
  ground: DrillGround,
  request: Partial<DrillRequest> & { database: string },
  options: Partial<DrillDependencies> & { signal?: AbortSignal; from?: { bucket: string } } = {},
): Promise<DrillRecord> {
  const { signal = NEVER, from = { bucket: REPLICA }, ...dependencies } = options;
  const { storage, scratch } = ground;
  const client = clientOf(storage, ground.driller);
  const on = (bucket: string) => new S3Repository({ bucket, region: storage.region, client });
  const server = serverHere(ground);
  try {
    return await runDrill(
      {
        repository: on(from.bucket),
        side: "replica",
        records: on(PRIMARY),
        server,
        nextServer: server,
        findProgram,
        path: process.env.PATH!,
        scratch,
        clock,
        random,
        toolVersion: "0.0.0",
        ranBy: "a test",
        onEvent: () => undefined,
        ...dependencies,
      },
      { rtoSeconds: null, assertions: [], rehearseNextMajor: false, workers: 2, ...request },
      signal,
    );
  } finally {
    client.destroy();
  }
}

/** Every stored record of a database with its metadata, oldest first. */
export async function storedRecords({ s3 }: DrillGround, database: string) {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: PRIMARY, Prefix: `drills/${database}/` }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: PRIMARY, Key }));
      const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: PRIMARY, Key }));
      return { key: Key!, record: JSON.parse(await Body!.transformToString()) as DrillRecord, metadata: Metadata };
    }),
  );
}

/** Whatever drills have left where they work. */
export const leftovers = ({ scratch }: DrillGround) => readdirSync(scratch);
