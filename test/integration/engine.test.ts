// needs: pulumi, standin
// tests only: test/support, test/integration/programs
/** The real Pulumi engine with the stand-in provider on the AWS stand-in: what a deployment goes through. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeVpcsCommand } from "@aws-sdk/client-ec2";
import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListRolesCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { InvokeCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetBucketLocationCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { GetSecretValueCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { ListStateMachinesCommand } from "@aws-sdk/client-sfn";
import { ListSubscriptionsCommand, ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { ensurePulumi } from "../support/engine/pulumiCli";
import { withStack, type RunningStack, type StackOptions } from "../support/engine/runStack";
import { createAwsClients, type AwsClients } from "../support/provider/awsClients";
import { servedTypes } from "../support/provider/table";
import { startBench, type Bench } from "../support/standin/fixtures";
import { REPLICA_REGION, type CaseName } from "./programs/cases";
import type { Variation } from "./programs/everyType";

const REGION = "eu-central-1";
// Assembled here so that no file holds a literal that looks like a credential.
const SECRET_TEXT = ["not", "for", "anyone"].join("-");

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let there: AwsClients;
const open: RunningStack[] = [];

async function stackOf(name: string, more: Partial<StackOptions>): Promise<RunningStack> {
  const stack = await withStack({
    projectName: "engine-test",
    stackName: name,
    awsEnv: bench.standin.env(),
    region: REGION,
    stateDir: join(dir, name),
    ...more,
  });
  open.push(stack);
  return stack;
}

const caseStack = (name: CaseName, more: Partial<StackOptions> = {}): Promise<RunningStack> =>
  stackOf(name, { programModule: join(__dirname, "programs", "cases.ts"), programArgs: { name }, ...more });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-engine-"));
  await ensurePulumi((line) => process.stderr.write(`${line}\n`));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  there = createAwsClients(REPLICA_REGION, bench.as());
}, 1_500_000);

afterAll(async () => {
  await Promise.all(open.map((stack) => stack.close()));
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Names of everything in both regions that a stack could have left behind. */
async function leftovers(): Promise<string[]> {
  const names = async (clients: AwsClients): Promise<(string | undefined)[]> => {
    const keys = (await clients.kms.send(new ListKeysCommand({}))).Keys ?? [];
    const states = await Promise.all(keys.map(({ KeyId }) => clients.kms.send(new DescribeKeyCommand({ KeyId }))));
    return [
      ...states
        .map(({ KeyMetadata: k }) => k!)
        .filter((k) => k.KeyState !== "PendingDeletion" && k.KeyManager === "CUSTOMER")
        .map((k) => k.Arn),
      ...((await clients.logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? []).map((g) => g.logGroupName),
      ...((await clients.ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? [])
        .filter((v) => !v.IsDefault)
        .map((v) => v.VpcId),
      ...((await clients.ecs.send(new ListClustersCommand({}))).clusterArns ?? []),
      ...((await clients.events.send(new ListRulesCommand({}))).Rules ?? []).map((r) => r.Name),
      ...((await clients.lambda.send(new ListFunctionsCommand({}))).Functions ?? []).map((f) => f.FunctionName),
      ...((await clients.scheduler.send(new ListSchedulesCommand({}))).Schedules ?? []).map((s) => s.Name),
      ...((await clients.secrets.send(new ListSecretsCommand({}))).SecretList ?? []).map((s) => s.Name),
      ...((await clients.sfn.send(new ListStateMachinesCommand({}))).stateMachines ?? []).map((m) => m.name),
      ...((await clients.sns.send(new ListTopicsCommand({}))).Topics ?? []).map((t) => t.TopicArn),
      ...((await clients.sns.send(new ListSubscriptionsCommand({}))).Subscriptions ?? []).map((s) => s.SubscriptionArn),
      ...((await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? []),
    ];
  };
  const all = [
    ...(await names(here)),
    ...(await names(there)),
    ...((await here.s3.send(new ListBucketsCommand({}))).Buckets ?? []).map((b) => b.Name),
    ...((await here.iam.send(new ListRolesCommand({}))).Roles ?? []).map((r) => r.RoleName),
    ...((await here.iam.send(new ListUsersCommand({}))).Users ?? []).map((u) => u.UserName),
  ];
  return all.filter((name): name is string => name !== undefined);
}

describe("a stack with every type of the table", () => {
  const variation: Variation = { retentionInDays: 30, auditBucket: "audit-one", secret: SECRET_TEXT };
  let stack: RunningStack;
  let clean: string[];

  beforeAll(async () => {
    clean = await leftovers();
    const programModule = join(__dirname, "programs", "everyType.ts");
    stack = await stackOf("every-type", { programModule, programArgs: variation });
  });

  const value = async (name: string): Promise<string> => (await stack.outputs())[name]!.value as string;

  test("preview plans all of it with unknown values and creates nothing", async () => {
    const seen = new Set<string>();
    const preview = await stack.preview({ onResource: ({ type }) => seen.add(type) });
    expect(preview).toMatchObject({ ok: true, policyViolations: [] });
    expect(preview.output).toMatch(/primaryArn\s*: \[unknown\]/);
    expect(servedTypes.filter((type) => !seen.has(type))).toEqual([]);
    expect(await leftovers()).toEqual(clean);
  });

  test("up creates it in the stand-in", async () => {
    const { outputs, changes } = await stack.up();
    expect(Object.keys(changes)).toEqual(["create"]);
    const primary = outputs["primaryName"]!.value as string;
    expect(primary).toMatch(/^primary-[0-9a-f]{7}$/);
    expect(outputs["primaryDomain"]!.value).toBe(`${primary}.s3.${REGION}.amazonaws.com`);
    expect(outputs["arnWithoutRevision"]!.value).toBe(
      `arn:aws:ecs:${REGION}:${bench.standin.accountId}:task-definition/dump`,
    );
    expect(outputs).toMatchObject({
      accountId: { value: bench.standin.accountId },
      partition: { value: "aws" },
      here: { value: REGION },
      issuer: { value: `arn:aws:iam::${bench.standin.accountId}:root` },
      familyRevision: { value: 1 },
    });
    const call = await here.lambda.send(new InvokeCommand({ FunctionName: await value("functionName") }));
    expect(JSON.parse(Buffer.from(call.Payload!).toString())).toEqual({ checked: true });
    const secret = await here.secrets.send(new GetSecretValueCommand({ SecretId: await value("secretId") }));
    expect(secret.SecretString).toBe(SECRET_TEXT);
  });

  test("a resource's own region is honoured", async () => {
    const location = await there.s3.send(new GetBucketLocationCommand({ Bucket: await value("replicaName") }));
    expect(location.LocationConstraint).toBe(REPLICA_REGION);
    expect(await value("replicaRegion")).toBe(REPLICA_REGION);
    expect(await value("replicaKeyArn")).toMatch(/^arn:aws:kms:eu-west-1:/);
  });

  test("secrets are encrypted in the state", async () => {
    const state = JSON.stringify(await stack.export());
    expect(state).toContain("ciphertext");
    expect(state).not.toContain(SECRET_TEXT);
    const { accessKeySecret } = await stack.outputs();
    expect(accessKeySecret!.secret).toBe(true);
    expect(state).not.toContain(accessKeySecret!.value);
    expect(state).toContain(await value("primaryArn"));
  });

  test("a second up changes nothing", async () => {
    expect(Object.keys((await stack.up()).changes)).toEqual(["same"]);
  });

  test("a change that AWS takes in place keeps the resource", async () => {
    const before = await value("logGroup");
    const { changes } = await stack.up({ programArgs: { ...variation, retentionInDays: 90 } });
    expect(changes).toMatchObject({ update: 1 });
    expect(changes["replace"]).toBeUndefined();
    const groups = await here.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: before }));
    expect(groups.logGroups).toMatchObject([{ logGroupName: before, retentionInDays: 90 }]);
  });

  test("a change that AWS cannot take in place replaces the resource and what hangs on it", async () => {
    const programArgs = { ...variation, retentionInDays: 90, auditBucket: "audit-two" };
    expect((await stack.up({ programArgs })).changes).toMatchObject({ replace: 2, update: 1 });
    const names = ((await here.s3.send(new ListBucketsCommand({}))).Buckets ?? []).map((b) => b.Name);
    expect(names).toContain("audit-two");
    expect(names).not.toContain("audit-one");
  });

  test("refresh notices what was taken away by hand, and up puts it back", async () => {
    expect(Object.keys((await stack.refresh()).changes)).toEqual(["same"]);
    await here.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [await value("alarmName")] }));
    expect((await stack.refresh()).changes).toMatchObject({ delete: 1 });
    expect((await stack.up()).changes).toMatchObject({ create: 1 });
  });

  test("destroy leaves nothing", async () => {
    await stack.destroy();
    expect(await leftovers()).toEqual(clean);
  });
});

describe("what the engine and the provider refuse", () => {
  test("fails when a type is not in the table", async () => {
    const stack = await caseStack("unknownType");
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(preview.output).toContain(
      "the stand-in provider has no handler for aws:dynamodb/table:Table: add one under test/support/provider/handlers/",
    );
  });

  test("fails when a data source is not served", async () => {
    const stack = await caseStack("unknownInvoke");
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(preview.output).toContain(
      "the stand-in provider does not serve aws:index/getAvailabilityZones:getAvailabilityZones",
    );
  });

  test("fails when an argument is one that AWS refuses, before anything is created", async () => {
    const stack = await caseStack("refusedArgument");
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(preview.output).toContain("retentionInDays is 31: AWS takes 0, 1, 3, 5, 7,");
  });

  test("fails when a bucket's setting forgets the bucket's region", async () => {
    const stack = await caseStack("forgottenRegion");
    await expect(stack.up()).rejects.toThrow(/PermanentRedirect|AuthorizationHeaderMalformed/);
    await stack.destroy();
  });

  test("fails when a mandatory policy is violated, and passes when it is not", async () => {
    const policyPacks = [join(__dirname, "programs", "bucketPrefixPack")];
    const stack = await caseStack("namedBucket", { policyPacks });
    const refused = await stack.preview({ programArgs: { name: "namedBucket", bucket: "wrong-name" } });
    expect(refused).toMatchObject({
      ok: false,
      output: expect.stringContaining("the name must begin with backup-"),
      policyViolations: [{ pack: "bucket-prefix-pack", policy: "bucket-name-prefix", enforcementLevel: "mandatory" }],
    });
    expect(refused.policyViolations[0]!.message).toContain("the name must begin with backup-");
    const programArgs = { name: "namedBucket", bucket: "backup-right-name" };
    expect(await stack.preview({ programArgs })).toMatchObject({ ok: true, policyViolations: [] });
  });

  test("fails when a protected resource would be destroyed, and destroys it once unprotected", async () => {
    const stack = await caseStack("protectedBucket");
    await stack.up();
    await expect(stack.destroy()).rejects.toThrow(/protect/);
    await stack.destroy({ unprotect: true });
    expect((await stack.export()).deployment.resources ?? []).toEqual([]);
  });

  test("fails when a bucket that is to be destroyed holds a locked version", async () => {
    const stack = await caseStack("lockedBucket");
    const Bucket = (await stack.up()).outputs["name"]!.value as string;
    const ObjectLockRetainUntilDate = new Date(Date.now() + 86_400_000);
    const lock = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate } as const;
    await here.s3.send(new PutObjectCommand({ Bucket, Key: "dump", Body: "locked", ...lock }));
    await expect(stack.destroy()).rejects.toThrow(/AccessDenied/);
  });
});

describe("provider configuration", () => {
  test("a second provider works in its own region, with its own tags", async () => {
    const stack = await caseStack("twoProviders");
    const { outputs } = await stack.up();
    expect(outputs).toMatchObject({
      region: { value: REPLICA_REGION },
      where: { value: REPLICA_REGION },
      tags: { value: { side: "replica", team: "data" } },
    });
    await stack.destroy();
  });

  test("fails when a provider setting is not served", async () => {
    const stack = await caseStack("providerSetting");
    const preview = await stack.preview();
    expect(preview.ok).toBe(false);
    expect(preview.output).toContain('the stand-in provider does not serve the provider setting "profile"');
  });
});

describe("a program in this process", () => {
  test("runs in the engine's own folders and not in the user's", async () => {
    const stack = await stackOf("here", { program: async () => ({ answer: 42 }) });
    expect((await stack.up()).outputs["answer"]!.value).toBe(42);
    expect(stack.env["PULUMI_HOME"]).toBe(join(dir, "here", "home"));
    expect(readFileSync(stack.env["PULUMI_CONFIG_PASSPHRASE_FILE"]!, "utf8")).toHaveLength(32);
    await stack.destroy();
  });

  test("fails when both a program and a module are given, or neither", async () => {
    const message = "withStack: give either program or programModule";
    await expect(stackOf("neither", {})).rejects.toThrow(message);
    await expect(stackOf("both", { program: async () => ({}), programModule: "x" })).rejects.toThrow(message);
  });
});
