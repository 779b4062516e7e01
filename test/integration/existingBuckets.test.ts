// needs: pulumi, standin
/** A bucket that held objects before, adopted as the primary: on the real engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";

const REGION = "eu-central-1";
const ELSEWHERE = "us-east-2";
const BUCKET = "my-backups";
const KEY = "manifests/daily/shop/2026/11/20/20261120T020000Z-abcdef.json";

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let stack: RunningStack;

const createBucket = (Bucket: string, region: "eu-central-1" | "us-east-2") =>
  createAwsClients(region, bench.as(undefined, region)).s3.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }),
  );

const programArgs = (bucketName: string) => ({ programArgs: { bucketName } });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-existing-"));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  await createBucket(BUCKET, REGION);
  await createBucket("my-far-backups", ELSEWHERE);
  await here.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "old/dump", Body: "old" }));
  stack = await withStack({
    programModule: join(__dirname, "programs", "existingBuckets.ts"),
    ...programArgs(BUCKET),
    projectName: "kept",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
});

afterAll(async () => {
  await stack?.close();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test.each([
  ["is not there", "nobodys-backups", /NotFound/],
  [
    "is in another region",
    "my-far-backups",
    /existingPrimaryBucketName "my-far-backups" must be in eu-central-1, it is in us-east-2; name a bucket of that region/,
  ],
])("fails at preview when the bucket %s", async (_, bucketName, message) => {
  const { ok, output } = await stack.preview(programArgs(bucketName));
  expect(ok).toBe(false);
  expect(output).toMatch(message);
});

test("it is versioned and locked, keeps what it held, and replicates what comes", async () => {
  const { outputs } = await stack.up(programArgs(BUCKET));
  expect(outputs.primary!.value).toBe(BUCKET);
  const versioning = await here.s3.send(new GetBucketVersioningCommand({ Bucket: BUCKET }));
  expect(versioning.Status).toBe("Enabled");
  const lock = await here.s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET }));
  expect(lock.ObjectLockConfiguration).toMatchObject({
    ObjectLockEnabled: "Enabled",
    Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 120 } },
  });
  const old = await here.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: "old/dump" }));
  expect([await old.Body!.transformToString(), old.ObjectLockMode]).toEqual(["old", undefined]);
  const ObjectLockRetainUntilDate = new Date(Date.now() + 120 * 86_400_000);
  const point = { Bucket: BUCKET, Key: KEY, Body: "{}", IfNoneMatch: "*", ObjectLockRetainUntilDate };
  await here.s3.send(new PutObjectCommand({ ...point, ObjectLockMode: "GOVERNANCE" }));
  const copy = { Bucket: outputs.replica!.value as string, Key: KEY };
  expect((await here.s3AnyRegion.send(new HeadObjectCommand(copy))).ObjectLockMode).toBe("GOVERNANCE");
});

test("a second update and a refresh show no change", async () => {
  expect((await stack.up()).changes).toEqual({ same: expect.any(Number) });
  expect((await stack.refresh()).changes).toEqual({ same: expect.any(Number) });
});
