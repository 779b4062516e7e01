// needs: pulumi, standin
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { DatabaseBackup } from "../../components";
import { rules } from "../../policies";
import { leaked } from "../policies/harness";
import { withStack, type PreviewResult, type RunningStack } from "../support/engine/runStack";
import { startBench, type Bench } from "../support/standin/fixtures";

const root = join(__dirname, "..", "..");
const scratch = mkdtempSync(join(tmpdir(), "policies-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
jest.setTimeout(180_000);

/** The packs as a user has them: installed, with their dependencies in the user's own node_modules. */
const installed = join(scratch, "node_modules", "pulumi-backup321");
beforeAll(() => {
  for (const folder of ["dist/policies", "policies/credentials", "policies/storage"]) {
    cpSync(join(root, folder), join(installed, folder), {
      recursive: true,
      filter: (file) => !/(?<!\.d)\.ts$/.test(file),
    });
  }
  symlinkSync(join(root, "node_modules", "@pulumi"), join(scratch, "node_modules", "@pulumi"));
});

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const packs = ["credentials", "storage"].map((pack) => join(installed, "policies", pack));

let stacks = 0;
async function open(program: PulumiFn, policyPacks = packs): Promise<RunningStack> {
  const stateDir = join(scratch, `stack-${stacks++}`);
  mkdirSync(stateDir);
  return withStack({
    program,
    policyPacks,
    projectName: "shop",
    stackName: "dev",
    region: bench.standin.region,
    awsEnv: bench.standin.env(),
    stateDir,
    config: { "shop:token": { value: leaked.github, secret: true } },
  });
}

async function preview(program: PulumiFn, policyPacks?: string[]): Promise<PreviewResult> {
  const stack = await open(program, policyPacks);
  try {
    return await stack.preview();
  } finally {
    await stack.close();
  }
}

/** `level rule resource`, sorted: the engine judges in no fixed order. */
function findings(result: PreviewResult): string[] {
  return result.policyViolations
    .map((v) => `${v.enforcementLevel} ${v.policy} ${v.resourceUrn.split("::").at(-1)!}`)
    .sort();
}

/** A backup bucket as every rule wants it, its policy known at preview. */
function soundBucket(name: string, args: aws.s3.BucketArgs = {}): aws.s3.Bucket {
  const bucket = new aws.s3.Bucket(name, { bucket: name, objectLockEnabled: true, ...args });
  const key = new aws.kms.Key(name, { enableKeyRotation: true });
  new aws.s3.BucketVersioning(name, { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } });
  new aws.s3.BucketObjectLockConfiguration(name, {
    bucket: bucket.id,
    rule: { defaultRetention: { mode: "GOVERNANCE", days: 7 } },
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(name, {
    bucket: bucket.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
  });
  new aws.s3.BucketPublicAccessBlock(name, {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  return bucket;
}

function tlsPolicy(name: string, bucket: aws.s3.Bucket, arn: pulumi.Input<string>): void {
  const policy = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, pulumi.interpolate`${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
  new aws.s3.BucketPolicy(name, { bucket: bucket.id, policy });
}

test("a sound stack passes every rule of both packs, without a note", async () => {
  const result = await preview(async () => {
    tlsPolicy("shop-backups", soundBucket("shop-backups"), "arn:aws:s3:::shop-backups");
    new aws.iam.User("reader", {});
  });
  expect({ findings: findings(result), ok: result.ok }).toEqual({ findings: [], ok: true });
});

test("fails when a stack breaks the rules, naming each with its resource and no value", async () => {
  const result = await preview(async () => {
    new aws.s3.Bucket("bare", { forceDestroy: true, objectLockEnabled: true, tags: { Deploy: leaked.accessKeyId } });
    new aws.s3.Bucket("logs", {});
    new aws.iam.AccessKey("ci", { user: "ci" });
    new aws.ecs.TaskDefinition("app", {
      family: "app",
      containerDefinitions: JSON.stringify([
        { name: "app", environment: [{ name: "DB_PASSWORD", value: leaked.github }] },
      ]),
    });
  });
  expect(result.ok).toBe(false);
  expect(findings(result)).toEqual([
    "mandatory any-resource-hardcoded-credential app",
    "mandatory any-resource-hardcoded-credential bare",
    "mandatory aws-environment-plaintext-secret app",
    "mandatory aws-iam-access-key-forbidden ci",
    "mandatory aws-s3-backup-bucket-force-destroy bare",
    "mandatory aws-s3-backup-bucket-lock bare",
    "mandatory aws-s3-bucket-encryption bare",
    "mandatory aws-s3-bucket-encryption logs",
    "mandatory aws-s3-bucket-public-access bare",
    "mandatory aws-s3-bucket-public-access logs",
    "mandatory aws-s3-bucket-tls-only bare",
    "mandatory aws-s3-bucket-tls-only logs",
    "mandatory aws-s3-bucket-versioning bare",
  ]);
  expect(new Set(result.policyViolations.map((v) => v.policy))).toEqual(new Set(rules.map((rule) => rule.name)));
  for (const value of [leaked.accessKeyId, leaked.github]) {
    expect(result.output + JSON.stringify(result.policyViolations)).not.toContain(value);
  }
});

test("an unknown value does not turn a mandatory rule into an advisory one", async () => {
  const result = await preview(async () => {
    const bucket = soundBucket("shop-backups");
    // The policy is one unknown text as long as the bucket's ARN is not known.
    tlsPolicy("shop-backups", bucket, bucket.arn);
    new aws.s3.BucketObjectv2("note", {
      bucket: bucket.id,
      key: "note",
      content: leaked.slack,
      tags: { Of: bucket.arn },
    });
    const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const role = new aws.iam.Role("report", {
      assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    new aws.lambda.Function("report", {
      role: role.arn,
      runtime: aws.lambda.Runtime.NodeJS22dX,
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = () => 1;") }),
      environment: { variables: { BUCKET: bucket.arn, API_KEY: leaked.google } },
    });
  });
  expect(result.ok).toBe(false);
  expect(findings(result)).toEqual([
    "advisory aws-s3-bucket-tls-only shop-backups",
    "mandatory any-resource-hardcoded-credential note",
    "mandatory any-resource-hardcoded-credential report",
    "mandatory aws-environment-plaintext-secret report",
  ]);
});

test("what was not known at the preview is judged at the update", async () => {
  const stack = await open(async () => {
    const bucket = soundBucket("shop-notes");
    const account = `arn:aws:iam::${bench.standin.accountId}:root`;
    const allow = {
      Effect: "Allow",
      Principal: { AWS: account },
      Action: "s3:GetObject",
      Resource: pulumi.interpolate`${bucket.arn}/*`,
    };
    const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: [allow] });
    new aws.s3.BucketPolicy("shop-notes", { bucket: bucket.id, policy });
  }, [packs[1]!]);
  const inAdvance = await stack.preview();
  let printed = "";
  const update = stack.up({ onOutput: (text) => (printed += text) });
  await expect(update).rejects.toThrow();
  await stack.close();
  expect({ findings: findings(inAdvance), ok: inAdvance.ok }).toEqual({
    findings: ["advisory aws-s3-bucket-tls-only shop-notes"],
    ok: true,
  });
  expect(printed).toContain("[mandatory] [severity: medium]  aws-s3-bucket-tls-only  (aws:s3:Bucket: shop-notes)");
});

test("a secret from the configuration is advisory where a secret belongs and refused where it would be read", async () => {
  const token = () => new pulumi.Config("shop").requireSecret("token");
  const meant = await preview(async () => {
    new aws.secretsmanager.SecretVersion("token", { secretId: "shop/token", secretString: token() });
  });
  expect({ findings: findings(meant), ok: meant.ok }).toEqual({
    findings: ["advisory any-resource-hardcoded-credential token"],
    ok: true,
  });
  const exposed = await preview(async () => {
    new aws.secretsmanager.Secret("plain", { description: token() });
  });
  expect({ findings: findings(exposed), ok: exposed.ok }).toEqual({
    findings: ["mandatory any-resource-hardcoded-credential plain"],
    ok: false,
  });
  expect(exposed.output + meant.output).not.toContain(leaked.github);
});

test("each pack starts by itself and holds its own rules only", async () => {
  const program: PulumiFn = async () => {
    new aws.s3.Bucket("bare", { tags: { Deploy: leaked.accessKeyId } });
  };
  const [credentials, storage] = [await preview(program, [packs[0]!]), await preview(program, [packs[1]!])];
  expect(findings(credentials)).toEqual(["mandatory any-resource-hardcoded-credential bare"]);
  expect(findings(storage)).toEqual([
    "mandatory aws-s3-bucket-encryption bare",
    "mandatory aws-s3-bucket-public-access bare",
    "mandatory aws-s3-bucket-tls-only bare",
  ]);
});

test("our own components pass, with notes alone before the first update and without any after it", async () => {
  const stack = await open(async () => {
    const vpc = new aws.ec2.Vpc("shop", { cidrBlock: "10.0.0.0/16" });
    const subnet = new aws.ec2.Subnet("shop", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" });
    new DatabaseBackup("orders", {
      databases: [{ name: "orders", secretArn: new aws.secretsmanager.Secret("orders").arn }],
      image: `registry.example.com/backup321@sha256:${"a1".repeat(32)}`,
      vpcId: vpc.id,
      subnetIds: [subnet.id],
      replicaRegion: "eu-west-1",
      adminPrincipalArns: [`arn:aws:iam::${bench.standin.accountId}:root`],
    });
  });
  const before = await stack.preview();
  await stack.up();
  const after = await stack.preview();
  await stack.close();
  expect({ findings: findings(before), ok: before.ok }).toEqual({
    findings: [
      "advisory aws-environment-plaintext-secret orders-dump-orders",
      "advisory aws-environment-plaintext-secret orders-verify-1",
      "advisory aws-s3-bucket-tls-only orders-primary",
      "advisory aws-s3-bucket-tls-only orders-primary-logs",
      "advisory aws-s3-bucket-tls-only orders-replica",
      "advisory aws-s3-bucket-tls-only orders-replica-logs",
    ],
    ok: true,
  });
  expect({ findings: findings(after), ok: after.ok, changed: Object.keys(after.changes) }).toEqual({
    findings: [],
    ok: true,
    changed: ["same"],
  });
});
