/** A small database and a repository of its own, in which the demo breaks things. The demo's backup is never touched. */
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateAccessKeyCommand, CreateUserCommand, DeleteAccessKeyCommand, IAMClient } from "@aws-sdk/client-iam";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type DatabaseSettings, findPostgres, withClient } from "../support/postgres";
import { clientOptions } from "../support/standin/clients";
import type { Credentials } from "../support/standin/standin";
import { CLI, PRIMARY_REGION, type Servers } from "./world";

export const LAB_DATABASE = "lab";

/** What the command line said. */
export interface Said {
  code: number | null;
  text: string;
}

async function makeBucket(s3: S3Client): Promise<string> {
  const bucket = `shop-lab-${randomBytes(4).toString("hex")}`;
  await s3.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: PRIMARY_REGION },
    }),
  );
  return bucket;
}

export class Lab {
  private constructor(
    readonly servers: Servers,
    readonly bucket: string,
    readonly dir: string,
    private readonly s3: S3Client,
  ) {}

  static async open(servers: Servers): Promise<Lab> {
    const { host, port, user, password } = servers.postgres.settings;
    const settings: DatabaseSettings = { host, port, user, password, database: "postgres" };
    await withClient(settings, (client) => client.query(`CREATE DATABASE ${LAB_DATABASE}`));
    await withClient({ ...settings, database: LAB_DATABASE }, (client) =>
      client.query(
        `CREATE TABLE customers AS SELECT i AS id, md5(i::text) AS name FROM generate_series(1, 2000) i;
         CREATE TABLE orders AS SELECT i AS id, md5(random()::text) AS note FROM generate_series(1, 20000) i;
         ANALYZE`,
      ),
    );
    const s3 = new S3Client({
      ...clientOptions(servers.standin, servers.tls, servers.ground.deployer, PRIMARY_REGION),
      forcePathStyle: true,
    });
    const dir = path.join(servers.dir, "lab");
    mkdirSync(dir);
    return new Lab(servers, await makeBucket(s3), dir, s3);
  }

  /** The same with an empty bucket. */
  async fresh(): Promise<Lab> {
    return new Lab(this.servers, await makeBucket(this.s3), this.dir, this.s3);
  }

  /** The command line, as a person would run it on this repository. */
  run(args: readonly string[], more: Record<string, string> = {}): Promise<Said> {
    const { standin, ground, postgres } = this.servers;
    const env = {
      PATH: process.env["PATH"] ?? "",
      ...standin.env(ground.deployer, PRIMARY_REGION),
      ...postgres.env,
      PGDATABASE: LAB_DATABASE,
      BACKUP321_DATABASE: LAB_DATABASE,
      BACKUP321_BUCKET: this.bucket,
      BACKUP321_REGION: PRIMARY_REGION,
      BACKUP321_TIER: "daily",
      BACKUP321_TIERS: '[{"name":"daily","tier":"daily","lockDays":1,"expireDays":1}]',
      BACKUP321_LOCK_MODE: "GOVERNANCE",
      ...more,
    };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, text }));
    });
  }

  /** A backup that must succeed. */
  async backUp(more: Record<string, string> = {}): Promise<void> {
    const { code, text } = await this.run(["backup", "--no-verify"], more);
    if (code !== 0) throw new Error(`the lab's own backup ended with ${code}: ${text}`);
  }

  /** PATH on which `name` is a shell script; `$REAL` is the true program, which still answers for its version. */
  pathWith(name: string, script: string): string {
    const folder = path.join(this.dir, `bin-${name}-${randomBytes(3).toString("hex")}`);
    mkdirSync(folder);
    const real = path.join(findPostgres(), name);
    const text = `#!/bin/sh\nREAL=${real}\n[ "$1" = --version ] && exec "$REAL" --version\n${script}\n`;
    writeFileSync(path.join(folder, name), text);
    chmodSync(path.join(folder, name), 0o755);
    return `${folder}${path.delimiter}${process.env["PATH"]}`;
  }

  /** Does what a lifecycle rule does when it is due. */
  async expireData(): Promise<void> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: this.bucket, Prefix: "dumps/" }));
    for (const { Key } of Contents) await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
  }

  /** Keys of somebody who was taken away. */
  async endedCredentials(): Promise<Credentials> {
    const { standin, tls, ground } = this.servers;
    const iam = new IAMClient(clientOptions(standin, tls, ground.deployer));
    const UserName = `gone-${randomBytes(3).toString("hex")}`;
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const accessKeyId = AccessKey!.AccessKeyId!;
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: accessKeyId }));
    return { accessKeyId, secretAccessKey: AccessKey!.SecretAccessKey! };
  }
}
