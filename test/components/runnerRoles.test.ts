import { BackupRunner, type BackupRunnerArgs, Tier } from "../../components";
import { stateMachineStatements } from "../../components/internal/runner/iamOrchestration";
import { ANY_DATABASE, dumpRoleStatements } from "../../components/internal/runner/iamTasks";
import { policyJson } from "../../components/internal/policyDocument";
import { ENV } from "../../runner/contract";
import { LISTED, RUNNER_ARGS } from "./fixtures";
import { ACCOUNT, byName, registered, REGION, SECRET, settle, startMocks, statementsOf } from "./mocks";

async function build(args: Partial<BackupRunnerArgs> = {}, name = "orders"): Promise<BackupRunner> {
  const runner = new BackupRunner(name, { ...RUNNER_ARGS, ...args });
  await settle();
  return runner;
}

const policy = (role: string) => statementsOf(byName(`orders-${role}-policy`).inputs.policy);
const actions = (role: string) => Object.values(policy(role)).flatMap((s) => s.Action);
const PRIMARY = "arn:aws:s3:::primary-bucket";
const through = (region: string, bucketArn: string) => ({
  "kms:ViaService": `s3.${region}.amazonaws.com`,
  "kms:EncryptionContext:aws:s3:arn": bucketArn,
});

describe("BackupRunner's roles can do only their job:", () => {
  beforeEach(async () => {
    await startMocks();
    await build({
      databases: [{ name: "orders", secretArn: SECRET, secretKmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/s` }],
    });
  });

  it("dump adds", () => {
    expect(actions("dump-orders")).toEqual([
      "s3:PutObject",
      "s3:PutObjectRetention",
      "s3:AbortMultipartUpload",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    expect(policy("dump-orders").Add.Resource).toEqual([
      `${PRIMARY}/dumps/daily/orders/*`,
      `${PRIMARY}/manifests/daily/orders/*`,
    ]);
    expect(policy("dump-orders").Encrypt.Condition.StringEquals).toEqual(through(REGION, PRIMARY));
  });

  it("verify reads, and adds below verifications/", () => {
    expect(actions("verify-role-1")).toEqual([
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectRetention",
      "s3:PutObject",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    expect(policy("verify-role-1").Read.Resource).toEqual([`${PRIMARY}/*/orders/*`]);
    expect(policy("verify-role-1").AddRecord.Resource).toEqual([`${PRIMARY}/verifications/orders/*`]);
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
    expect(policy("plan-role").Head.Resource).toBe(`${PRIMARY}/manifests/*`);
  });

  it("execution reads its secrets", () => {
    expect(actions("execution-role-1")).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "ecr:GetAuthorizationToken",
      "ecr:BatchCheckLayerAvailability",
      "ecr:GetDownloadUrlForLayer",
      "ecr:BatchGetImage",
      "secretsmanager:GetSecretValue",
      "kms:Decrypt",
    ]);
    expect(policy("execution-role-1").ReadSecrets.Resource).toEqual([SECRET]);
  });

  it("each is trusted for what its service documents", () => {
    const condition = (role: string) =>
      statementsOf(byName(`orders-${role}`, "Role").inputs.assumeRolePolicy).AssumeRole.Condition;
    const source = (arn: string) => ({
      StringEquals: { "aws:SourceAccount": ACCOUNT },
      ArnLike: { "aws:SourceArn": arn },
    });
    for (const role of ["dump-orders", "verify-role-1"]) {
      expect(condition(role)).toEqual(source(`arn:aws:ecs:${REGION}:${ACCOUNT}:*`));
    }
    for (const role of ["machine-role", "starter-role"]) {
      expect(condition(role)).toEqual(source(`arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:*`));
    }
    expect(condition("schedule-role")).toEqual(
      source(`arn:aws:scheduler:${REGION}:${ACCOUNT}:schedulegroup/orders-schedules`),
    );
    expect(condition("execution-role-1")).toBeUndefined();
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
        `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-verify-1:*`,
      ],
      Condition: { ArnEquals: { "ecs:cluster": `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/orders-cluster` } },
    });
    expect(policy("machine-role").PassRoles.Resource).toHaveLength(3);
    expect(registered.filter((r) => r.name === "orders-machine-role-items-policy")).toEqual([]);
  });

  it("starter and schedule start one machine each", () => {
    expect(policy("starter-role").Start.Resource).toMatch(/statemachine\/orders-backup$/);
    expect(policy("schedule-role").Start.Resource).toMatch(/statemachine\/orders-starter$/);
    expect(actions("schedule-role")).toEqual(["states:StartExecution", "sqs:SendMessage"]);
  });
});

describe("roles of several databases", () => {
  it("keep each dump to its own database and tiers", async () => {
    await startMocks();
    await build({
      tiers: [
        { tier: Tier.Daily, expireDays: 35 },
        { tier: Tier.Weekly, name: "weekly-long", expireDays: 400 },
      ],
      databases: [
        { name: "orders", secretArn: SECRET },
        { name: "users", secretArn: SECRET, tiers: ["weekly-long"] },
      ],
    });
    expect(policy("dump-users").Add.Resource).toEqual([
      `${PRIMARY}/dumps/weekly-long/users/*`,
      `${PRIMARY}/manifests/weekly-long/users/*`,
    ]);
    expect(policy("dump-orders").Add.Resource).toEqual([
      `${PRIMARY}/dumps/daily/orders/*`,
      `${PRIMARY}/dumps/weekly-long/orders/*`,
      `${PRIMARY}/manifests/daily/orders/*`,
      `${PRIMARY}/manifests/weekly-long/orders/*`,
    ]);
  });

  it("name one user of one instance for RDS's sign-in, and no secret", async () => {
    const rdsIamAuth = { host: "h", resourceId: "db-ABC", username: "backup", databaseName: "shop" };
    await startMocks();
    await build({ databases: [{ name: "shop", rdsIamAuth }] });
    expect(policy("dump-shop").Connect).toMatchObject({
      Action: "rds-db:connect",
      Resource: `arn:aws:rds-db:${REGION}:${ACCOUNT}:dbuser:db-ABC/backup`,
    });
    expect(policy("execution-role-1")).not.toHaveProperty("ReadSecrets");
  });

  it("read a group's secrets alone", async () => {
    await startMocks();
    const databases = Array.from({ length: 26 }, (_, i) => ({ name: `db${i}`, secretArn: `${SECRET}${i}` }));
    await build({ databases });
    expect(policy("execution-role-1").ReadSecrets.Resource).toEqual(databases.slice(0, 25).map((d) => d.secretArn));
    expect(policy("execution-role-2").ReadSecrets.Resource).toEqual([`${SECRET}25`]);
    expect(policy("verify-role-2").Read.Resource).toEqual([`${PRIMARY}/*/db25/*`]);
  });

  it("are known to the machine by path and family beyond one group, and by name up to it", async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `db${i}`, secretArn: SECRET }));
    await startMocks();
    await build({ databases: many(26) });
    expect(policy("machine-role").Run.Resource).toEqual([
      `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-dump-*:*`,
      `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-verify-1:*`,
      `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/orders-verify-2:*`,
    ]);
    expect(policy("machine-role").PassRoles.Resource[0]).toBe(`arn:aws:iam::${ACCOUNT}:role/backup321/orders/dump/*`);
    const dumpRoles = registered.filter((r) => r.type.endsWith(":Role") && r.name.startsWith("orders-dump-"));
    expect(new Set(dumpRoles.map((r) => r.inputs.path))).toEqual(new Set(["/backup321/orders/dump/"]));
    await startMocks();
    await build({ databases: many(25) });
    expect(policy("machine-role").PassRoles.Resource.filter((arn: string) => arn.includes("*"))).toEqual([]);
    expect(policy("machine-role").PassRoles.Resource).toHaveLength(27);
  });
});

describe("roles of a list of databases", () => {
  beforeEach(async () => {
    await startMocks();
    await build(LISTED);
  });

  it("let the dump read secrets by prefix, and add to any database in the repository's tiers", () => {
    expect(policy("dump").ReadSecrets).toMatchObject({
      Action: "secretsmanager:GetSecretValue",
      Resource: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:backup/*`,
    });
    expect(policy("dump").Add.Resource).toEqual([`${PRIMARY}/dumps/daily/*/*`, `${PRIMARY}/manifests/daily/*/*`]);
    expect(policy("execution-role-1")).not.toHaveProperty("ReadSecrets");
  });

  it("let the machine read that one object, and start executions of itself alone", () => {
    expect(policy("machine-role").ReadList).toMatchObject({
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::lists/databases.json",
    });
    const items = policy("machine-role-items");
    expect(items.StartItems.Resource).toMatch(/statemachine\/orders-backup$/);
    expect(items.FollowItems.Action).toEqual(["states:DescribeExecution", "states:StopExecution"]);
  });

  it("tell the dump where its secret is, at each run", () => {
    const { States } = JSON.parse(byName("orders-backup").inputs.definition).States.EachDatabase.ItemProcessor;
    const [override] = States.Dump.Parameters.Overrides.ContainerOverrides;
    expect(override.Environment).toContainEqual({ Name: ENV.secretArn, "Value.$": "$.secretArn" });
  });
});

describe("IAM's limits", () => {
  const LONGEST = "n".repeat(41);
  const name = (i: number) => `${"d".repeat(59)}${String(i).padStart(4, "0")}`;

  it("are kept by every policy of a full group, with the longest names", async () => {
    await startMocks();
    const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:`;
    // As long as 25 may be together: 9,000 characters.
    const databases = Array.from({ length: 25 }, (_, i) => ({
      name: name(i),
      secretArn: `${arn}${String(i).padStart(3, "0")}${"s".repeat(360 - arn.length - 3)}`,
      tiers: ["h", "d", "w", "m", "y"].map((tier) => `${tier}${"t".repeat(19)}`),
    }));
    const tiers = Object.values(Tier).map((tier) => ({ tier, name: `${tier[0]}${"t".repeat(19)}`, expireDays: 30 }));
    await build({ databases, tiers, primaryBucketName: "b".repeat(63), replicaBucketName: "r".repeat(63) }, LONGEST);
    const policies = registered.filter((r) => r.type.endsWith(":RolePolicy"));
    expect(policies).toHaveLength(25 + 2 + 4);
    expect(Math.max(...policies.map((r) => r.inputs.policy.length))).toBeLessThanOrEqual(10_240);
  });

  it("are kept by the machine's policy for 500 databases, and by a list's for 20 tiers", () => {
    const role = (kind: string, i: number) => `arn:aws-us-gov:iam::${ACCOUNT}:role/${LONGEST}-${kind}-${i}`.padEnd(96);
    const groups = Array.from({ length: 20 }, (_, i) => i);
    const family = `arn:aws-us-gov:ecs:us-gov-west-1:${ACCOUNT}:task-definition/${LONGEST}`;
    const machine = stateMachineStatements({
      partition: "aws-us-gov",
      region: "us-gov-west-1",
      accountId: ACCOUNT,
      clusterArn: `arn:aws-us-gov:ecs:us-gov-west-1:${ACCOUNT}:cluster/${LONGEST}-cluster-0123456`,
      planFunctionArn: `arn:aws-us-gov:lambda:us-gov-west-1:${ACCOUNT}:function:${LONGEST}-plan-0123456`,
      taskFamilyArns: [`${family}-dump-*`, ...groups.map((i) => `${family}-verify-${i}`)],
      taskRoleArns: [
        `arn:aws-us-gov:iam::${ACCOUNT}:role/backup321/${LONGEST}/dump/*`,
        ...groups.flatMap((i) => [role("execution-role", i), role("verify-role", i)]),
      ],
      listArn: undefined,
    });
    expect(policyJson(machine).length).toBeLessThanOrEqual(10_240);
    const primary = {
      bucketArn: `arn:aws-us-gov:s3:::${"b".repeat(63)}`,
      keyArn: "k".repeat(90),
      region: "us-gov-west-1",
    };
    const tiers = groups.map((i) => String(i).padEnd(20, "t"));
    expect(policyJson(dumpRoleStatements(primary, ANY_DATABASE, tiers)).length).toBeLessThanOrEqual(10_000);
  });

  it("are kept by every name, which stays different when it is cut", async () => {
    await startMocks();
    await build({ databases: [0, 1].map((i) => ({ name: name(i), secretArn: SECRET })) }, LONGEST);
    const limited = registered.filter((r) => /:Role$|:Schedule$/.test(r.type));
    // 64 characters, of which Pulumi takes 8.
    expect(Math.max(...limited.map((r) => r.name.length))).toBeLessThanOrEqual(56);
    expect(new Set(limited.map((r) => r.name)).size).toBe(limited.length);
  });
});
