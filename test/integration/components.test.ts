// needs: pulumi, standin
/** The examples on the real engine: first preview, first update by a role that is no root, no second change, and no way to lose a bucket. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, refusal, startBench } from "../support/standin/fixtures";
import type { Credentials } from "../support/standin/standin";
import { makeSettings, REPLICA_REGION } from "./componentsGround";

const REGION = "eu-central-1";
const ROOT = join(__dirname, "..", "..");
const DAY_MS = 86_400_000;
/** What the database's secret holds, and no state may. */
const PASSWORD = randomBytes(16).toString("hex");

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let there: AwsClients;
let deployer: Credentials;
/** May do everything in the account, and is no administrator of the repository. */
let powerUser: Credentials;
let settings: Record<string, string>;
let judged: { policyPacks: string[] };
const open: RunningStack[] = [];

async function example(name: string, config: Record<string, string> = {}, stateOf = name): Promise<RunningStack> {
  const stack = await withStack({
    programModule: join(ROOT, "examples", name, "index.ts"),
    projectName: "shop",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, stateOf),
    awsEnv: bench.standin.env(deployer),
    config: Object.fromEntries(
      Object.entries({ ...settings, ...config }).map(([key, value]) => [`shop:${key}`, { value }]),
    ),
  });
  open.push(stack);
  return stack;
}

interface State {
  type: string;
  urn: string;
  id?: string;
  inputs?: Record<string, any>;
  outputs?: Record<string, any>;
}

async function resources(stack: RunningStack): Promise<State[]> {
  const { deployment } = (await stack.export()) as { deployment: { resources?: State[] } };
  return deployment.resources ?? [];
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-components-"));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  there = createAwsClients(REPLICA_REGION, bench.as(undefined, REPLICA_REGION));
  const everything = [{ Action: "*", Resource: "*" }];
  deployer = await bench.assume(await bench.role("deployer", "ec2.amazonaws.com", everything));
  powerUser = await bench.assume(await bench.role("power-user", "ec2.amazonaws.com", everything));
  settings = await makeSettings(here, PASSWORD);
  judged = { policyPacks: [join(ROOT, "policies", "all")] };
});

afterAll(async () => {
  await Promise.all(open.map((stack) => stack.close()));
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("an example with bad arguments", () => {
  test("fails, and nothing is registered", async () => {
    const stack = await example("minimal", { replicaRegion: REGION, image: "runner:latest" }, "bad");
    let printed = "";
    await expect(stack.up({ onOutput: (text) => (printed += text) })).rejects.toThrow();
    expect(printed).toContain('DatabaseBackup "shop": 2 problems:');
    expect(printed).toContain(`replicaRegion must differ from the primary's region, both are ${REGION}`);
    expect(printed).toContain("image must be pinned by digest");
    expect((await resources(stack)).map((r) => r.type)).toEqual(["pulumi:pulumi:Stack"]);
  });
});

describe("examples/minimal", () => {
  let stack: RunningStack;
  let outputs: Record<string, any>;
  /** Name of the primary and the replica. */
  let buckets: { primary: string; replica: string };

  const ids = async () => Object.fromEntries((await resources(stack)).map(({ urn, id }) => [urn, id]));

  beforeAll(async () => {
    stack = await example("minimal");
  });

  test("is deployed by a role below its own bucket policies, and neither a second update nor a refresh changes anything", async () => {
    const { changes } = await stack.up(judged);
    expect(Object.keys(changes)).toEqual(["create"]);
    expect((await stack.up()).changes).toEqual({ same: changes["create"] });
    expect((await stack.refresh()).changes).toEqual({ same: changes["create"] });
    outputs = (await resources(stack)).find((r) => r.type === "pulumi-backup321:index:DatabaseBackup")!.outputs!;
    buckets = { primary: outputs["primaryBucketName"], replica: outputs["replicaBucketName"] };
  });

  test("breaks no rule, and leaves none unsure once all is known", async () => {
    const result = await stack.preview(judged);
    expect({ ok: result.ok, violations: result.policyViolations }).toEqual({ ok: true, violations: [] });
  });

  test("has its replica's side in the replica's region, and there alone", async () => {
    const where = async (Bucket: string) =>
      (await there.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint;
    expect([await where(buckets.primary), await where(buckets.replica)]).toEqual([REGION, REPLICA_REGION]);
    const found = async (clients: AwsClients) => {
      const alarms = (await clients.cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];
      const topics = (await clients.sns.send(new ListTopicsCommand({}))).Topics ?? [];
      const queues = (await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [];
      const functions = (await clients.lambda.send(new ListFunctionsCommand({}))).Functions ?? [];
      const schedules = (await clients.scheduler.send(new ListSchedulesCommand({}))).Schedules ?? [];
      return [
        ...alarms.map((a) => a.AlarmName),
        ...topics.map((t) => t.TopicArn!.split(":").pop()),
        ...queues.map((url) => url.split("/").pop()),
        ...functions.map((f) => f.FunctionName),
        ...schedules.map((s) => s.Name),
      ]
        .map((name) => name!.replace(/-[0-9a-f]{7}$/, ""))
        .sort();
    };
    expect(await found(there)).toEqual([
      "shop-alerts-replica",
      "shop-fresh-replica-doctor",
      "shop-fresh-replica-function",
      "shop-fresh-replica-healthy-shop",
      "shop-fresh-replica-schedule",
      "shop-replication-latency-alarm",
    ]);
    expect((await found(here)).filter((name) => name.includes("replica"))).toEqual(["shop-replication-failed-alarm"]);
    const key = (await resources(stack)).find((r) => r.urn.endsWith("::shop-replica-key"))!;
    expect((await there.kms.send(new DescribeKeyCommand({ KeyId: key.id }))).KeyMetadata!.Arn).toContain(
      `:kms:${REPLICA_REGION}:`,
    );
  });

  test("writes no secret into the state", async () => {
    const text = JSON.stringify(await stack.export());
    expect(text).toContain(settings["secretArn"]);
    expect(text).not.toContain(PASSWORD);
  });

  describe("has bucket policies that", () => {
    const as = (credentials: Credentials, region = REGION) => new S3Client(bench.as(credentials, region));
    const lockedFor = (days: number) => ({
      ObjectLockMode: "GOVERNANCE" as const,
      ObjectLockRetainUntilDate: new Date(Date.now() + days * DAY_MS),
    });
    const put = (credentials: Credentials, more: object, Bucket = buckets.primary) =>
      as(credentials, Bucket === buckets.primary ? REGION : REPLICA_REGION).send(
        new PutObjectCommand({ Bucket, Key: "dumps/daily/shop/x", Body: "x", ...more }),
      );

    test("let a locked object be added once, and refuse whatever else is put, to administrators as well", async () => {
      await put(powerUser, { IfNoneMatch: "*", ...lockedFor(120) });
      expect(await refusal(put(powerUser, { IfNoneMatch: "*", ...lockedFor(120) }))).toMatch(/^PreconditionFailed/);
      const denied = /^AccessDenied: .*explicit deny/;
      for (const who of [powerUser, deployer]) {
        const Key = "dumps/daily/shop/y";
        expect(await refusal(put(who, { Key, ...lockedFor(120) }))).toMatch(denied);
        expect(await refusal(put(who, { Key, IfNoneMatch: "*", ...lockedFor(1) }))).toMatch(denied);
        expect(await refusal(put(who, { Key, IfNoneMatch: "*", ...lockedFor(400) }))).toMatch(denied);
        expect(await refusal(put(who, { Key: "notes.txt", IfNoneMatch: "*" }))).toMatch(denied);
        expect(await refusal(put(who, { IfNoneMatch: "*", ...lockedFor(120) }, buckets.replica))).toMatch(denied);
      }
    });

    test.each(["primary", "replica"] as const)("refuse deletion in the %s to everyone", async (side) => {
      for (const who of [powerUser, deployer]) {
        const input = { Bucket: buckets[side], Key: "dumps/daily/shop/x" };
        const client = as(who, side === "primary" ? REGION : REPLICA_REGION);
        expect(await refusal(client.send(new DeleteObjectCommand(input)))).toMatch(/^AccessDenied: /);
      }
    });

    test.each(["primary", "replica"] as const)("leave the %s's protection to administrators", async (side) => {
      const Bucket = buckets[side];
      const region = side === "primary" ? REGION : REPLICA_REGION;
      const { Policy } = await as(deployer, region).send(new GetBucketPolicyCommand({ Bucket }));
      const changes = () => [
        new PutBucketPolicyCommand({ Bucket, Policy }),
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      ];
      for (const change of changes()) {
        expect(await refusal(as(powerUser, region).send(change as PutBucketPolicyCommand))).toMatch(/^AccessDenied: /);
      }
      for (const change of changes()) await as(deployer, region).send(change as PutBucketPolicyCommand);
    });
  });

  test("takes another schedule, and replaces nothing but that", async () => {
    const before = await ids();
    await stack.close();
    stack = await example("minimal", { scheduleExpression: "cron(30 3 * * ? *)" });
    const changed: string[] = [];
    const onResource = ({ operation, type }: { operation: string; type: string }) =>
      operation === "same" || changed.push(`${operation} ${type}`);
    await stack.up({ onResource });
    // The components differ in their arguments alone; the machine names the databases of each schedule, the doctor each schedule.
    expect(changed.sort()).toEqual([
      "create aws:scheduler/schedule:Schedule",
      "delete aws:scheduler/schedule:Schedule",
      "update aws:lambda/function:Function",
      "update aws:sfn/stateMachine:StateMachine",
      "update pulumi-backup321:index:BackupRunner",
      "update pulumi-backup321:index:DatabaseBackup",
    ]);
    const isSchedule = (urn: string) => urn.includes("$aws:scheduler/schedule:Schedule::shop-schedule-");
    const lasting = (of: Record<string, string | undefined>) =>
      Object.fromEntries(Object.entries(of).filter(([urn]) => !isSchedule(urn)));
    expect(lasting(await ids())).toEqual(lasting(before));
    const schedules = (await resources(stack)).filter((r) => isSchedule(r.urn));
    expect(schedules.map((r) => r.inputs!["scheduleExpression"])).toEqual(["cron(30 3 * * ? *)"]);
  });

  test("fails to be destroyed while it is protected: buckets, keys and all that protects them stay", async () => {
    // The engine takes away what is not protected, before and beside the refusal: runner, checks and alarms.
    const kept = async () => (await resources(stack)).filter((r) => /^aws:(s3|kms)\//.test(r.type)).map((r) => r.id);
    const before = await kept();
    let printed = "";
    await expect(stack.destroy({ onOutput: (text) => (printed += text) })).rejects.toThrow();
    expect(printed).toMatch(/shop-(primary|replica).*protected/s);
    expect(before).toHaveLength(34);
    expect((await kept()).sort()).toEqual(before.sort());
  });

  test("keeps buckets, their protection and their keys when an administrator destroys it", async () => {
    const keys = (await resources(stack)).filter((r) => r.type === "aws:kms/key:Key");
    await stack.destroy({ unprotect: true });
    expect(await resources(stack)).toEqual([]);
    for (const [clients, Bucket] of [
      [here, buckets.primary],
      [there, buckets.replica],
    ] as const) {
      const lock = await clients.s3.send(new GetObjectLockConfigurationCommand({ Bucket }));
      expect(lock.ObjectLockConfiguration!.Rule!.DefaultRetention).toEqual({ Mode: "GOVERNANCE", Days: 120 });
      expect((await clients.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
      const { Policy } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket }));
      expect(Policy).toContain("DenyDeleteObject");
    }
    const replication = await here.s3.send(new GetBucketReplicationCommand({ Bucket: buckets.primary }));
    expect(replication.ReplicationConfiguration!.Rules!.map((rule) => rule.ID)).toEqual(["primary-to-replica"]);
    const states = await Promise.all(
      keys.map(async ({ id, urn }) => {
        const { kms } = urn.includes("replica") ? there : here;
        return (await kms.send(new DescribeKeyCommand({ KeyId: id }))).KeyMetadata!.KeyState;
      }),
    );
    expect(states).toEqual(["Enabled", "Enabled"]);
    expect((await here.lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
  });
});
