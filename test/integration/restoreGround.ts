import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Transform } from "node:stream";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { runBackup } from "../../runner/backup";
import { ObjectLockMode, type PointLocation, Tier } from "../../runner/contract";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import { ageSeal } from "../../runner/stream/seal";
import { PostgresSource } from "../../runner/dump/postgres";
import { findClientProgram } from "../../runner/postgres/clientPrograms";
import { postgresSettings } from "../../runner/postgres/connection";
import type { ByteRange } from "../../runner/repository/repository";
import { S3Repository } from "../../runner/repository/s3Repository";
import { type RestoreDependencies, restorePoint, type RestoreRequest, type RestoreResult } from "../../runner/restore";
import { seedRealisticData, throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { makeTls } from "../support/tls";
import { startVersitygw, type Versitygw } from "../support/versitygw";

export const BUCKET = "orders-primary";
export const NEVER = new AbortController().signal;
export const clock = () => new Date();
export const CLI = path.join(__dirname, "../../runner/cli/main.ts");
export const TSX = require.resolve("tsx/cli");
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
export const random = (length: number) => Array.from(randomBytes(length), (byte) => BASE32[byte % 32]).join("");
export const findProgram = (name: string, minMajor: number) => findClientProgram(name, minMajor, process.env);
export const findPgRestore = (minMajor: number) => findClientProgram("pg_restore", minMajor, process.env);
export const pass = () => new Transform({ transform: (chunk, _, done) => done(null, chunk) });

/** Two servers, a bucket with Object Lock, and one recovery point of the first server's shop. */
export interface Ground {
  source: ThrowawayPostgres;
  target: ThrowawayPostgres;
  storage: Versitygw;
  s3: S3Client;
  repository: S3Repository;
  shop: PointLocation;
  /** Where restores put their small files; empty when none runs. */
  scratch: string;
  stop: () => Promise<void>;
}

/** The real repository, except that the bytes of its data objects pass through something. */
export class MeddlingRepository extends S3Repository {
  /** Called with the number of the read, from 1. */
  meddle: (read: number) => Transform | Promise<Transform> = pass;
  private reads = 0;
  override async read(key: string, versionId?: string, range?: ByteRange) {
    const body = await super.read(key, versionId, range);
    return key.startsWith("dumps/") ? body.pipe(await this.meddle(++this.reads)) : body;
  }
}

export const onServer = (server: ThrowawayPostgres, sql: string, database = "shop") =>
  withClient({ ...server.settings, database }, (client) => client.query(sql));

/** Backs up one of the source's databases under a name of the repository. */
export async function backup(
  ground: Pick<Ground, "source" | "repository">,
  database: string,
  databaseName: string,
  options: { dump?: Partial<DumpOptions>; recipients?: string[] } = {},
): Promise<PointLocation> {
  const env = { ...ground.source.env, PGDATABASE: databaseName, PATH: process.env.PATH };
  const { repository } = ground;
  const dump = { ...DEFAULT_DUMP_OPTIONS, ...options.dump };
  const recipients = options.recipients ?? [];
  const seal = recipients.length > 0 ? ageSeal(recipients) : undefined;
  const result = await runBackup(
    {
      source: new PostgresSource({ settings: postgresSettings(env), env, clock, dump, seal }),
      repository,
      clock,
      random,
      path: process.env.PATH!,
      tool: { name: "test", version: "0.0.0" },
      onEvent: () => undefined,
    },
    {
      database,
      repository: { bucket: repository.bucket, region: repository.region },
      replica: undefined,
      tier: { name: "daily", tier: Tier.Daily, lockDays: 35, expireDays: 35 },
      lockMode: ObjectLockMode.Governance,
      bufferBudgetMiB: 32,
      maxMiBPerSecond: undefined,
      ageRecipients: recipients,
      dump,
    },
    NEVER,
  );
  return result.location;
}

/** Starts everything. The source's tables belong to roles that the target does not have. */
export async function startGround(): Promise<Ground> {
  const dir = mkdtempSync(path.join(tmpdir(), "backup321-restore-"));
  const tls = makeTls(path.join(dir, "tls"));
  const [source, target, storage] = await Promise.all([
    throwawayPostgres({ dir: path.join(dir, "source"), tls }),
    throwawayPostgres({ dir: path.join(dir, "target"), tls }),
    startVersitygw({ dir: path.join(dir, "storage") }),
  ]);
  const { endpoint, region, credentials } = storage;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const repository = new S3Repository({ bucket: BUCKET, region, client: s3 });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  await seedRealisticData(source.settings, { orders: 2000 });
  await onServer(
    source,
    `CREATE ROLE "shop owner"; CREATE ROLE reader; CREATE ROLE auditor;
     ALTER TABLE public.customers OWNER TO "shop owner"; GRANT SELECT ON public.customers TO reader;
     CREATE POLICY audited ON public.customers TO auditor USING (true)`,
  );
  const shop = await backup({ source, repository }, "orders", "shop");
  const stop = async () => {
    repository.close();
    await Promise.all([source.stop(), target.stop(), storage.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
  const scratch = path.join(dir, "scratch");
  mkdirSync(scratch);
  return { source, target, storage, s3, repository, shop, scratch, stop };
}

/** A restore into the target, of the shop unless told otherwise. */
export function restoreInto(
  ground: Ground,
  request: Partial<RestoreRequest> & { newDatabase: string },
  options: Partial<RestoreDependencies> & { signal?: AbortSignal } = {},
): Promise<RestoreResult> {
  const { signal = NEVER, ...dependencies } = options;
  return restorePoint(
    {
      repository: ground.repository,
      settings: postgresSettings({ ...ground.target.env, PGDATABASE: "postgres" }),
      findProgram,
      path: process.env.PATH!,
      scratch: ground.scratch,
      clock,
      random,
      onEvent: () => undefined,
      ...dependencies,
    },
    { point: ground.shop, noOwner: false, noAcl: false, noTablespaces: false, workers: 2, ...request },
    signal,
  );
}

/** Names of the target's databases, sorted. */
export async function databases({ target }: Pick<Ground, "target">): Promise<string[]> {
  return withClient(target.settings, async (client) => {
    const { rows } = await client.query("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1");
    return rows.map((row) => row.datname);
  });
}
