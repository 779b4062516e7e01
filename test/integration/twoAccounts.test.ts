// needs: pulumi, standin
/** A replica in another account, on the real engine: who may do what across the border. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  GetBucketLoggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, refusal, startBench } from "../support/standin/fixtures";
import type { Credentials } from "../support/standin/standin";

const REGION = "eu-central-1";
const REPLICA_REGION = "eu-west-1";
const OTHER = "222222222222";
const EXTERNAL_ID = "backups";
const KEY = "manifests/daily/shop/2026/11/20/20261120T020000Z-abcdef.json";

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let there: AwsClients;
let stack: RunningStack;
let out: Record<string, string>;

/** The other account's root, as the stand-in knows it: its key is the account's number. */
const otherRoot = (): Credentials => ({
  accessKeyId: OTHER,
  secretAccessKey: bench.standin.rootCredentials.secretAccessKey,
});

async function as(role: string, through: AwsClients, region: string): Promise<AwsClients> {
  const { Credentials: c } = await through.sts.send(
    new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "test", ExternalId: EXTERNAL_ID }),
  );
  const credentials = {
    accessKeyId: c!.AccessKeyId!,
    secretAccessKey: c!.SecretAccessKey!,
    sessionToken: c!.SessionToken!,
  };
  return createAwsClients(region, bench.as(credentials, region));
}

function open(externalId: string, name: string): Promise<RunningStack> {
  return withStack({
    programModule: join(__dirname, "programs", "twoAccounts.ts"),
    programArgs: { roleArn: `arn:aws:iam::${OTHER}:role/replica-deployer`, externalId },
    projectName: "kept",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, name),
    awsEnv: bench.standin.env(),
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-accounts-"));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  there = createAwsClients(REPLICA_REGION, bench.as(otherRoot(), REPLICA_REGION));
  const trust = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${bench.standin.accountId}:root` },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "sts:ExternalId": EXTERNAL_ID } },
  };
  const document = (Statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement });
  const RoleName = "replica-deployer";
  await there.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
  const PolicyDocument = document({ Effect: "Allow", Action: "*", Resource: "*" });
  await there.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
  stack = await open(EXTERNAL_ID, "stack");
  out = Object.fromEntries(Object.entries((await stack.up()).outputs).map(([k, v]) => [k, v.value as string]));
  await here.s3.send(
    new PutObjectCommand({
      Bucket: out.primary,
      Key: KEY,
      Body: "{}",
      IfNoneMatch: "*",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: new Date(Date.now() + 120 * 86_400_000),
    }),
  );
});

afterAll(async () => {
  await stack?.close();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a second update shows no change", async () => {
  expect((await stack.up()).changes).toEqual({ same: expect.any(Number) });
});

test("the replica is the other account's, in its region, with its key, and logs there", async () => {
  expect(out.replicaAccountId).toBe(OTHER);
  expect(out.replicaKey).toMatch(new RegExp(`^arn:aws:kms:${REPLICA_REGION}:${OTHER}:key/`));
  const { LoggingEnabled } = await there.s3.send(new GetBucketLoggingCommand({ Bucket: out.replica }));
  expect(LoggingEnabled).toMatchObject({
    TargetBucket: out.replicaLogs,
    TargetPrefix: "requests/",
    TargetObjectKeyFormat: { PartitionedPrefix: { PartitionDateSource: "EventTime" } },
  });
});

test("what is written in the primary arrives there, locked, under the other account's key", async () => {
  const source = await here.s3.send(new HeadObjectCommand({ Bucket: out.primary, Key: KEY }));
  expect(source.ReplicationStatus).toBe("COMPLETED");
  const copy = await there.s3.send(new HeadObjectCommand({ Bucket: out.replica, Key: KEY }));
  expect(copy).toMatchObject({
    VersionId: source.VersionId,
    ObjectLockMode: "GOVERNANCE",
    ObjectLockRetainUntilDate: source.ObjectLockRetainUntilDate,
    SSEKMSKeyId: out.replicaKey,
  });
});

test("the other account's restorer reads the replica, and not the primary", async () => {
  const deployer = await as(`arn:aws:iam::${OTHER}:role/replica-deployer`, here, REPLICA_REGION);
  const restorer = await as(out.replicaRestorer!, deployer, REPLICA_REGION);
  const found = await restorer.s3.send(new GetObjectCommand({ Bucket: out.replica, Key: KEY }));
  expect(await found.Body!.transformToString()).toBe("{}");
  const primary = new ListObjectVersionsCommand({ Bucket: out.primary });
  expect(await refusal(restorer.s3AnyRegion.send(primary))).toMatch(/^AccessDenied/);
});

test("the primary's restorer reads the primary, and not the replica", async () => {
  const restorer = await as(out.restorer!, here, REGION);
  const found = await restorer.s3.send(new GetObjectCommand({ Bucket: out.primary, Key: KEY }));
  expect(await found.Body!.transformToString()).toBe("{}");
  const replica = new ListObjectVersionsCommand({ Bucket: out.replica });
  expect(await refusal(restorer.s3AnyRegion.send(replica))).toMatch(/^AccessDenied/);
});

test("fails when the role does not trust the external id", async () => {
  const wrong = await open("guessed", "wrong");
  try {
    await expect(wrong.up()).rejects.toThrow(/AccessDenied.*sts:AssumeRole/s);
  } finally {
    await wrong.close();
  }
});
