// needs: pulumi, standin, postgres, zstd
/** The drill as it is provisioned: its task definition's own environment, its own role, a real server beside it, and who is told. */
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { PublishCommand } from "@aws-sdk/client-sns";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { DrillRecord } from "../../runner/drillContract";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type ThrowawayPostgres, throwawayPostgres, withClient } from "../support/postgres";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, eventually, startBench } from "../support/standin/fixtures";
import { postgresImage } from "../support/standin/postgresContainer";
import { bundle } from "./backupGround";
import { makeSettings } from "./componentsGround";
import type { DrillProgramArgs } from "./programs/drill";

const REGION = "eu-central-1";
const REPLICA_REGION = "eu-west-1";
const ROWS = 2000;
/** Assembled here, so that no file holds what looks like a key. */
const SIGNING = ["sign", "with", "this", "and", "no", "other"].join("-");

jest.setTimeout(300_000);

let dir: string;
let bench: Bench;
let here: AwsClients;
let source: ThrowawayPostgres;
let stack: RunningStack;
let given: DrillProgramArgs;
let made: Record<"stateMachineArn" | "drillStateMachineArn" | "primaryBucketName" | "primaryTopicArn", string>;
let receiver: Server;
const received: { body: string; signature: string }[] = [];

async function secret(Name: string, SecretString: string, clients = here): Promise<string> {
  return (await clients.secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN!;
}

/** The webhook's secrets in the region of the clients. */
async function webhook(clients: AwsClients): Promise<DrillProgramArgs["webhook"]> {
  const url = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`;
  return {
    secretArn: await secret("hook", url, clients),
    signingSecretArn: await secret("signing", SIGNING, clients),
  };
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-drill-task-"));
  bench = await startBench({
    images: { "backup321-runner": [process.execPath, bundle(dir)], "example/postgres": postgresImage() },
  });
  here = createAwsClients(REGION, bench.as());
  mkdirSync(join(dir, "source"));
  source = await throwawayPostgres({ dir: join(dir, "source"), tls: bench.tls });
  await withClient(source.settings, async (client) => {
    await client.query(`CREATE TABLE orders (id int PRIMARY KEY, total numeric NOT NULL)`);
    await client.query(`INSERT INTO orders SELECT n, n * 1.5 FROM generate_series(1, ${ROWS}) n; ANALYZE orders`);
  });
  receiver = createServer(
    { cert: readFileSync(bench.tls.certFile), key: readFileSync(bench.tls.keyFile) },
    (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        received.push({ body, signature: String(request.headers["x-backup321-signature"]) });
        response.end();
      });
    },
  );
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { host, port, user: username, password, database: dbname } = source.settings;
  const settings = await makeSettings(here, "unused");
  given = {
    vpcId: settings.vpcId!,
    subnetIds: JSON.parse(settings.subnetIds!) as string[],
    database: {
      name: "shop",
      port,
      secretArn: await secret("source", JSON.stringify({ host, port, username, password, dbname })),
    },
    webhook: await webhook(here),
    replicaWebhook: await webhook(createAwsClients(REPLICA_REGION, bench.as())),
  };
  stack = await withStack({
    programModule: join(__dirname, "programs", "drill.ts"),
    projectName: "drill",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
  await deploy({});
  expect((await run(made.stateMachineArn)).status).toBe("SUCCEEDED");
}, 300_000);

afterAll(async () => {
  await stack?.close();
  await source?.stop();
  await bench?.close();
  await new Promise((resolve) => (receiver ? receiver.close(resolve) : resolve(undefined)));
  rmSync(dir, { recursive: true, force: true });
});

async function deploy(database: Partial<DrillProgramArgs["database"]>): Promise<void> {
  const { outputs } = await stack.up({ programArgs: { ...given, database: { ...given.database, ...database } } });
  made = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as typeof made;
}

/** Runs a machine to its end. */
async function run(stateMachineArn: string) {
  const { executionArn } = await here.sfn.send(new StartExecutionCommand({ stateMachineArn, input: "{}" }));
  return eventually("the end of the execution", async () => {
    const found = await here.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return found.status === "RUNNING" ? undefined : found;
  });
}

/** Every record below drills/, oldest first. */
async function records(): Promise<DrillRecord[]> {
  const s3: S3Client = here.s3;
  const Bucket = made.primaryBucketName;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "drills/shop/" }));
  const texts = await Promise.all(
    Contents.map(async ({ Key }) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString()),
  );
  return texts.map((text) => JSON.parse(text) as DrillRecord);
}

describe("a provisioned drill", () => {
  test("restores the newest point from the replica into the server beside it, and records that it passed", async () => {
    expect((await run(made.drillStateMachineArn)).status).toBe("SUCCEEDED");
    const [record, ...others] = await records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      database: "shop",
      verdict: "passed",
      source: { side: "replica", region: REPLICA_REGION },
      rows: ROWS,
      rtoSeconds: 300,
    });
    expect(record!.checks.filter(({ passed }) => !passed)).toEqual([]);
  });

  test("fails when the restored database answers a question with no, and records that", async () => {
    const assertions = [
      { name: "has orders", sql: "SELECT count(*) FROM orders" },
      { name: "has a large order", sql: "SELECT count(*) FROM orders WHERE total > 1000000" },
    ];
    await deploy({ drill: { assertions } });
    const ended = await run(made.drillStateMachineArn);
    expect([ended.status, ended.error]).toEqual(["FAILED", "DrillFailed"]);
    const record = (await records()).at(-1)!;
    expect(record.verdict).toBe("failed");
    expect(record.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual([
      "assertion: has a large order",
    ]);
  });
});

test("a message to the topic reaches the webhook, signed with the secret's text", async () => {
  const Message = "the disk of the database is full";
  await here.sns.send(new PublishCommand({ TopicArn: made.primaryTopicArn, Message }));
  // Alarms of the new stack are told too.
  const { body, signature } = await eventually("the alert", () => received.find((one) => one.body.includes(Message)));
  const [, time, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!;
  expect(createHmac("sha256", SIGNING).update(`${time}.${body}`).digest("hex")).toBe(digest);
});
