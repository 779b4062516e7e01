// needs: postgres, standin
import path from "node:path";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { PostgresSource } from "../../runner/dump/postgres";
import { connect, disconnect } from "../../runner/postgres/connection";
import { connectionSettings, connectionSource } from "../../runner/postgres/connectionSource";
import { zstdDecompress } from "../runner/zstd";
import { failureOf, produce } from "../runner/readFixtures";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { bench, bucket, next, root, useBench } from "../support/standin/s3Fixtures";
import { bundle, problemOf, startProcess } from "./backupGround";

useBench();
let server: ThrowawayPostgres;
let cli: string;
beforeAll(async () => {
  cli = bundle(bench.dir);
  server = await throwawayPostgres({ dir: path.join(bench.dir, "postgres"), tls: bench.tls });
  await withClient(server.settings, async (client) => {
    await client.query("CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id");
    await client.query("CREATE ROLE cloud LOGIN IN ROLE pg_read_all_data");
  });
}, 900_000);
afterAll(() => server?.stop());

/** What the server says of itself, without the password that a secret or a token replaces. */
const tls = () => ({ PGSSLMODE: server.env.PGSSLMODE!, PGSSLROOTCERT: server.env.PGSSLROOTCERT! });

describe("backup with BACKUP321_SECRET_ARN", () => {
  async function secret(value: object): Promise<string> {
    const manager = new SecretsManagerClient(bench.as());
    const made = await manager.send(
      new CreateSecretCommand({ Name: next("orders"), SecretString: JSON.stringify(value) }),
    );
    return made.ARN!;
  }
  const inRdsShape = () => {
    const { host, port, user: username, password, database: dbname } = server.settings;
    return { engine: "postgres", host, port, username, password, dbname };
  };

  /** Runs the command line as a role that may put into the bucket and read `readable`. */
  async function backup(secretArn: string, readable: string) {
    const Bucket = await bucket();
    const role = await bench.role(next("dump"), "ecs-tasks.amazonaws.com", [
      { Action: ["s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"], Resource: "*" },
      { Action: "secretsmanager:GetSecretValue", Resource: readable },
    ]);
    const run = startProcess(cli, ["backup", "--no-verify"], {
      ...bench.standin.env(await bench.assume(role)),
      ...tls(),
      PATH: process.env.PATH!,
      BACKUP321_SECRET_ARN: secretArn,
      BACKUP321_DATABASE: "orders",
      BACKUP321_BUCKET: Bucket,
      BACKUP321_TIERS: '[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]',
      BACKUP321_TIER: "daily",
      BACKUP321_LOCK_MODE: "GOVERNANCE",
    });
    return { Bucket, ...(await run.ended) };
  }

  it("commits a recovery point of the database in the secret, and shows no password", async () => {
    const arn = await secret(inRdsShape());
    const { Bucket, code, stdout, stderr } = await backup(arn, arn);
    expect([code, problemOf(stderr)]).toEqual([0, ""]);
    const verdict = JSON.parse(stdout.trim().split("\n").at(-1)!);
    expect(verdict).toMatchObject({ verdict: "committed", database: "orders", tables: 1 });
    const day = verdict.recoveryPointId.replace(/^(\d{4})(\d{2})(\d{2}).*/, "$1/$2/$3");
    const Key = `manifests/daily/orders/${day}/${verdict.recoveryPointId}.json`;
    const { Body } = await root.send(new GetObjectCommand({ Bucket, Key }));
    expect(JSON.parse(await Body!.transformToString()).source.databaseName).toBe("shop");
    expect(stdout + stderr).not.toContain(server.settings.password);
  });

  it("fails when the secret lacks a key, and before anything is asked of the database", async () => {
    const arn = await secret({ ...inRdsShape(), password: undefined });
    const { code, stdout, stderr } = await backup(arn, arn);
    expect([code, stdout, problemOf(stderr)]).toEqual([
      3,
      "",
      `database connection: secret ${arn} lacks password; store {"host","port","username","password","dbname"} as JSON`,
    ]);
  });

  it("fails when the role may read another secret only, naming the right it lacks", async () => {
    const [arn, other] = [await secret(inRdsShape()), await secret({})];
    const { code, stderr } = await backup(arn, other);
    expect([code, problemOf(stderr)]).toEqual([
      3,
      expect.stringMatching(
        /^database connection: secret arn:\S+ can't be read: AccessDenied\w*: .*; let the role do secretsmanager:GetSecretValue on it, and kms:Decrypt where its key is your own$/,
      ),
    ]);
  });

  it("fails when there is no such secret, naming it", async () => {
    const arn = (await secret({})).replace(/.{6}$/, "zzzzzz").replace("orders", "nothing");
    const { code, stderr } = await backup(arn, arn);
    expect([code, problemOf(stderr)]).toEqual([
      3,
      expect.stringMatching(/nothing-\S+ can't be read: ResourceNotFoundException: .*; check its ARN, its region and/),
    ]);
  });
});

describe("connections with BACKUP321_RDS_IAM_AUTH", () => {
  /** A signer whose token is the role's password until the next one is made: an old token opens nothing. */
  function rotatingSigner() {
    const tokens: string[] = [];
    const rdsToken = async ({ user }: { user: string }) => {
      const token = `token-${tokens.length + 1}-${"t".repeat(1500)}`;
      await withClient(server.settings, (client) =>
        client.query(`ALTER ROLE ${user} PASSWORD ${client.escapeLiteral(token)}`),
      );
      tokens.push(token);
      return token;
    };
    return { tokens, rdsToken, secretString: () => Promise.reject(new Error("no secret is asked for")) };
  }
  const env = () => ({
    PGHOST: server.env.PGHOST!,
    PGPORT: server.env.PGPORT!,
    PGUSER: "cloud",
    PGDATABASE: "shop",
    ...tls(),
    AWS_REGION: "eu-central-1",
    PATH: process.env.PATH,
    BACKUP321_RDS_IAM_AUTH: "true",
  });

  it("take a fresh token each: one for the session that freezes the snapshot, one for pg_dump", async () => {
    const signer = rotatingSigner();
    const settings = await connectionSettings(connectionSource(env()), signer);
    expect(signer.tokens).toEqual([]);
    const session = await new PostgresSource({ settings, env: env(), clock: () => new Date() }).open();
    try {
      expect(signer.tokens).toHaveLength(1);
      const stored = await produce(session);
      expect(signer.tokens).toHaveLength(2);
      expect((await zstdDecompress(stored)).length).toBeGreaterThan(1000);
    } finally {
      await session.close();
    }
  });

  it("fails when a token that was used for another connection is used again, saying what IAM needs", async () => {
    const signer = rotatingSigner();
    const settings = await connectionSettings(connectionSource(env()), signer);
    await disconnect(await connect(settings));
    const [old] = signer.tokens;
    await disconnect(await connect(settings));
    const again = { ...settings, freshPassword: async () => old! };
    const { message } = await failureOf(connect(again));
    expect(message).toBe(
      `database connection: can't connect to cloud@127.0.0.1:${server.settings.port}/shop (sslmode verify-ca): password authentication failed for user "cloud"; check host, port, the role's membership of rds_iam, and the right to rds-db:connect as it`,
    );
  });
});
