import * as pulumi from "@pulumi/pulumi";
import { BackupRunner, type BackupRunnerArgs, CpuArchitecture, SslMode, Tier } from "../../components";
import { messageOf, RUNNER_ARGS } from "./fixtures";
import { ACCOUNT, byName, registered, REGION, SECRET, settle, startMocks, statementsOf } from "./mocks";

async function build(args: Partial<BackupRunnerArgs> = {}): Promise<BackupRunner> {
  const runner = new BackupRunner("orders", { ...RUNNER_ARGS, ...args });
  await settle();
  return runner;
}

const policy = (role: string) => statementsOf(byName(`orders-${role}-policy`).inputs.policy);
const actions = (role: string) => Object.values(policy(role)).flatMap((s) => s.Action);

describe("BackupRunner's roles can do only their job:", () => {
  beforeEach(async () => {
    await startMocks();
    await build({
      databases: [{ name: "orders", secretArn: SECRET, secretKmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/s` }],
    });
  });

  it("dump adds", () => {
    expect(actions("dump-role")).toEqual([
      "s3:PutObject",
      "s3:PutObjectRetention",
      "s3:AbortMultipartUpload",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    expect(policy("dump-role").Add.Resource).toEqual([
      "arn:aws:s3:::primary-bucket/dumps/*/orders/*",
      "arn:aws:s3:::primary-bucket/manifests/*/orders/*",
    ]);
    expect(policy("dump-role").Encrypt.Condition.StringEquals).toEqual({
      "kms:ViaService": `s3.${REGION}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::primary-bucket",
    });
  });

  it("verify reads, and adds below verifications/", () => {
    expect(actions("verify-role")).toEqual([
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectRetention",
      "s3:PutObject",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    expect(policy("verify-role").Read.Resource).toEqual(["arn:aws:s3:::primary-bucket/*/orders/*"]);
    expect(policy("verify-role").AddRecord.Resource).toEqual(["arn:aws:s3:::primary-bucket/verifications/orders/*"]);
  });

  it("plan lists and HEADs, without a key", () => {
    expect(actions("plan-role")).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectRetention",
    ]);
    expect(policy("plan-role").Head.Resource).toBe("arn:aws:s3:::primary-bucket/manifests/*");
  });

  it("execution reads its secrets", () => {
    expect(actions("execution-role")).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "ecr:GetAuthorizationToken",
      "ecr:BatchCheckLayerAvailability",
      "ecr:GetDownloadUrlForLayer",
      "ecr:BatchGetImage",
      "secretsmanager:GetSecretValue",
      "kms:Decrypt",
    ]);
    expect(policy("execution-role").ReadSecrets.Resource).toEqual([SECRET]);
  });

  it("execution is trusted without a condition, the tasks' roles for this account alone", () => {
    const trust = (role: string) => statementsOf(byName(`orders-${role}`).inputs.assumeRolePolicy).AssumeRole;
    expect(trust("execution-role")).toEqual({
      Sid: "AssumeRole",
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
    });
    const condition = { StringEquals: { "aws:SourceAccount": ACCOUNT } };
    expect([trust("dump-role").Condition, trust("verify-role").Condition]).toEqual([condition, condition]);
  });

  it("the machine runs its families on its cluster, and passes its three roles", () => {
    expect(actions("machine-role")).toEqual([
      "lambda:InvokeFunction",
      "ecs:RunTask",
      "ecs:StopTask",
      "ecs:DescribeTasks",
      "ecs:TagResource",
      "iam:PassRole",
      "events:PutTargets",
      "events:PutRule",
      "events:DescribeRule",
    ]);
    expect(policy("machine-role").Run).toMatchObject({
      Resource: [
        `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-dump-orders:*`,
        `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-verify-orders:*`,
      ],
      Condition: { ArnEquals: { "ecs:cluster": `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/orders-cluster` } },
    });
    expect(policy("machine-role").PassRoles.Resource).toHaveLength(3);
  });

  it("starter and schedule start one machine each", () => {
    expect(policy("starter-role").Start.Resource).toMatch(/statemachine\/orders-backup$/);
    expect(policy("schedule-role").Start.Resource).toMatch(/statemachine\/orders-starter$/);
    expect(actions("schedule-role")).toEqual(["states:StartExecution", "sqs:SendMessage"]);
  });
});

describe("arguments of BackupRunner", () => {
  const database = { name: "orders", secretArn: SECRET };
  it.each<[string, Partial<BackupRunnerArgs>, string]>([
    ["no database", { databases: [] }, "databases must hold at least one database"],
    [
      "too many databases",
      { databases: Array.from({ length: 26 }, (_, i) => ({ ...database, name: `db${i}` })) },
      "databases must hold at most 25, got 26; use several BackupRunners on one repository",
    ],
    [
      "a database twice",
      { databases: [database, database] },
      'databases: "orders" appears twice; each needs a name of its own in the repository',
    ],
    [
      "an unpinned image",
      { image: "backup321:1" },
      'image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "backup321:1"; a tag can change under a backup',
    ],
    [
      "a size that Fargate has not",
      { cpu: 1024, memoryMiB: 16384 },
      "memoryMiB for cpu 1024 must be from 2048 to 8192 in steps of 1024, got 16384",
    ],
    [
      "too little memory",
      { bufferBudgetMiB: 1600 },
      "memoryMiB must be at least bufferBudgetMiB + 512 (2112), got 2048; raise it or lower bufferBudgetMiB",
    ],
    [
      "a run of more than a day",
      { timeoutMinutes: 1441 },
      "timeoutMinutes must be a whole number from 1 to 1440, got 1441",
    ],
    [
      "a window of less than nothing",
      { flexibleWindowMinutes: -1 },
      "flexibleWindowMinutes must be a whole number from 0 to 1440, got -1",
    ],
    [
      "an unknown architecture",
      { cpuArchitecture: "mips" as CpuArchitecture },
      'cpuArchitecture must be one of ARM64, X86_64, got "mips"',
    ],
    [
      "an unknown tier",
      { tiers: [{ tier: "decade" as Tier, expireDays: 1 }] },
      'tiers: "decade" is no tier; use one of hourly, daily, weekly, monthly, yearly',
    ],
    [
      "a secret with a key",
      { databases: [{ ...database, secretArn: `${SECRET}:password::` }] },
      `databases[0].secretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got ${SECRET.length + 11} other characters`,
    ],
    [
      "a secret that RDS manages",
      { databases: [{ ...database, secretArn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!db-1-AbCdEf` }] },
      "databases[0].secretArn is a secret that an AWS service manages (its name holds a !), with user name and password alone; tasks " +
        "would not start: give a secret with host, port, username, password and dbname",
    ],
    ["no subnet", { subnetIds: [] }, "subnetIds must hold 1 to 16 subnets, got 0; a task needs a network"],
    [
      "more subnets than a task can have",
      { subnetIds: Array.from({ length: 17 }, (_, i) => `subnet-${i}`) },
      "subnetIds must hold 1 to 16 subnets, got 17; a task needs a network",
    ],
    [
      "a relative certificate path",
      { databases: [{ ...database, sslMode: SslMode.VerifyCa, sslRootCertPath: "rds.pem" }] },
      'databases[0].sslRootCertPath must be an absolute path in the image, or "system", got "rds.pem"',
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new BackupRunner("orders", { ...RUNNER_ARGS, ...args }))).toBe(
      `BackupRunner "orders": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("let a secret that is not known yet through", async () => {
    await startMocks();
    await build({ databases: [{ ...database, secretArn: pulumi.output(SECRET) }] });
    expect(policy("execution-role").ReadSecrets.Resource).toEqual([SECRET]);
  });

  it("let subnets that are not known yet through", async () => {
    await startMocks();
    await build({ subnetIds: pulumi.output(["subnet-1"]) });
    expect(registered.length).toBeGreaterThan(30);
  });

  it("keep both role policies within IAM's 10,240 characters for as many databases as are allowed", async () => {
    await startMocks();
    const databases = Array.from({ length: 25 }, (_, i) => ({
      name: `${"d".repeat(60)}${String(i).padStart(2, "0")}`,
      secretArn: `${SECRET}-${"s".repeat(100)}-${i}`,
    }));
    await build({ databases, primaryBucketName: "b".repeat(63) });
    const sizes = ["dump", "verify", "execution"].map(
      (role) => byName(`orders-${role}-role-policy`).inputs.policy.length,
    );
    expect(Math.max(...sizes)).toBeLessThan(10_240);
  });
});
