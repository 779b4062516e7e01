import { RestoreDrill, type RestoreDrillArgs } from "../../components";
import { drillAgeLimitMinutes, drillIntervalDays } from "../../components/internal/drill/drillAlarms";
import { DRILL_ENV } from "../../runner/drillContract";
import { DRILL_ARGS, SERVER_IMAGE } from "./fixtures";
import {
  ACCOUNT,
  byName,
  IMAGE,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

async function build(args: Partial<RestoreDrillArgs> = {}): Promise<RestoreDrill> {
  const drill = new RestoreDrill("shop-drill", { ...DRILL_ARGS, ...args });
  await settle();
  return drill;
}

type Container = Record<string, any>;
const containersOf = (database = "orders"): Container[] =>
  JSON.parse(byName(`shop-drill-${database}`, "TaskDefinition").inputs.containerDefinitions as string) as Container[];
const environmentOf = (container: Container): Record<string, string> =>
  Object.fromEntries((container.environment as { name: string; value: string }[]).map((e) => [e.name, e.value]));
const settingOf = (container: Container, name: string): string =>
  (container.command as string[]).find((one) => one.startsWith(`${name}=`))!.split("=")[1]!;
const policy = (role: string) => statementsOf(byName(`shop-drill-${role}-policy`).inputs.policy);
const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `d${i}` }));

const IDENTITY = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:drill-identity-AbCdEf`;
const IDENTITY_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/identity`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;

describe("RestoreDrill's tasks", () => {
  it("hold the drill, and beside it a server that only the task itself can reach", async () => {
    await startMocks();
    await build();
    const [runner, server, ...others] = containersOf();
    expect(others).toEqual([]);
    expect(runner).toMatchObject({
      name: "runner",
      image: IMAGE,
      essential: true,
      command: ["drill"],
      user: "10001:10001",
      secrets: [],
      dependsOn: [{ containerName: "server", condition: "START" }],
    });
    expect(server).toMatchObject({
      name: "server",
      image: SERVER_IMAGE,
      essential: false,
      user: "postgres",
      environment: [{ name: "POSTGRES_HOST_AUTH_METHOD", value: "trust" }],
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    });
    expect(settingOf(server!, "listen_addresses")).toBe("127.0.0.1");
    expect(server).not.toHaveProperty("portMappings");
    const ingress = registered.filter((r) => /ngress/.test(r.type) && !/Egress|egress/.test(r.type));
    expect([ingress, byName("shop-drill-tasks").inputs.ingress]).toEqual([[], undefined]);
  });

  it("tell the drill where everything is, by the contract's names, and give it no login but to that server", async () => {
    await startMocks();
    await build({ repositoryName: "shop" });
    expect(environmentOf(containersOf()[0]!)).toEqual({
      BACKUP321_DATABASE: "orders",
      BACKUP321_REPOSITORY: "shop",
      BACKUP321_BUCKET: "primary-bucket",
      BACKUP321_REGION: REGION,
      BACKUP321_REPLICA_BUCKET: "replica-bucket",
      BACKUP321_REPLICA_REGION: REPLICA_REGION,
      BACKUP321_METRIC_NAMESPACE: "Backup321",
      PGHOST: "127.0.0.1",
      PGPORT: "5432",
      PGUSER: "postgres",
      PGDATABASE: "postgres",
      PGSSLMODE: "disable",
    });
  });

  it("tell each database's drill its own objective and questions, else those of all", async () => {
    await startMocks();
    const assertions = [{ name: "has orders", sql: "SELECT count(*) FROM orders" }];
    const own = SERVER_IMAGE.replace("postgres", "postgis");
    await build({
      databases: [{ name: "orders" }, { name: "crm", rtoMinutes: 30, assertions, serverImage: own }],
      rtoMinutes: 60,
    });
    expect(environmentOf(containersOf("orders")[0]!)).toMatchObject({ [DRILL_ENV.rtoMinutes]: "60" });
    expect(environmentOf(containersOf("orders")[0]!)).not.toHaveProperty(DRILL_ENV.assertions);
    const [runner, server] = containersOf("crm");
    expect(environmentOf(runner!)[DRILL_ENV.rtoMinutes]).toBe("30");
    expect(JSON.parse(environmentOf(runner!)[DRILL_ENV.assertions]!)).toEqual(assertions);
    expect(server!.image).toBe(own);
  });

  it("have a disk for the restored database, and share their memory with the server", async () => {
    await startMocks();
    await build();
    expect(byName("shop-drill-orders", "TaskDefinition").inputs).toMatchObject({
      cpu: "2048",
      memory: "4096",
      ephemeralStorage: { sizeInGib: 50 },
      skipDestroy: true,
    });
    expect(settingOf(containersOf()[1]!, "shared_buffers")).toBe("682MB");
    await startMocks();
    await build({ memoryMiB: 8192, scratchGiB: 200 });
    expect(byName("shop-drill-orders", "TaskDefinition").inputs.ephemeralStorage).toEqual({ sizeInGib: 200 });
    expect(settingOf(containersOf()[1]!, "shared_buffers")).toBe("1365MB");
  });

  it("rehearse the next major version where its server is given", async () => {
    await startMocks();
    const next = SERVER_IMAGE.replace("postgres", "postgres-next");
    await build({ nextMajorServerImage: next });
    const [runner, server, rehearsal] = containersOf();
    expect(runner!.dependsOn).toEqual(
      ["server", "server-next-major"].map((containerName) => ({ containerName, condition: "START" })),
    );
    expect(rehearsal).toMatchObject({ name: "server-next-major", image: next, essential: false });
    expect([settingOf(server!, "port"), settingOf(rehearsal!, "port")]).toEqual(["5432", "5433"]);
    expect(environmentOf(runner!)).toMatchObject({
      [DRILL_ENV.rehearseNextMajor]: "true",
      [DRILL_ENV.nextMajorPort]: "5433",
    });
  });

  it("get the identity from its secret, which their execution role alone may read", async () => {
    await startMocks();
    await build({ identitySecretArn: IDENTITY, identitySecretKmsKeyArn: IDENTITY_KEY });
    expect(containersOf()[0]!.secrets).toEqual([{ name: DRILL_ENV.ageIdentity, valueFrom: IDENTITY }]);
    expect(policy("execution-role-1").ReadSecrets.Resource).toEqual([IDENTITY]);
    expect(policy("execution-role-1").DecryptSecrets.Resource).toEqual([IDENTITY_KEY]);
    expect(JSON.stringify(policy("role-1"))).not.toContain("secretsmanager");
    await startMocks();
    await build();
    expect(policy("execution-role-1")).not.toHaveProperty("ReadSecrets");
  });
});

describe("RestoreDrill's roles can do only their job:", () => {
  it("a drill reads the replica, and adds below drills/ of the primary", async () => {
    await startMocks();
    await build();
    const drill = policy("role-1");
    expect(Object.values(drill).flatMap((s) => s.Action)).toEqual([
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectRetention",
      "kms:Decrypt",
      "s3:PutObject",
      "kms:GenerateDataKey",
      "kms:Decrypt",
    ]);
    expect(drill.List.Resource).toBe("arn:aws:s3:::replica-bucket");
    expect(drill.Read.Resource).toEqual(["arn:aws:s3:::replica-bucket/*/orders/*"]);
    const through = (region: string, bucket: string) => ({
      "kms:ViaService": `s3.${region}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`,
    });
    expect(drill.Decrypt).toMatchObject({
      Resource: DRILL_ARGS.replicaKmsKeyArn,
      Condition: { StringEquals: through(REPLICA_REGION, "replica-bucket") },
    });
    expect(drill.AddRecord.Resource).toEqual(["arn:aws:s3:::primary-bucket/drills/orders/*"]);
    expect(drill.EncryptRecord).toMatchObject({
      Resource: DRILL_ARGS.primaryKmsKeyArn,
      Condition: { StringEquals: through(REGION, "primary-bucket") },
    });
  });

  it("each 25 databases have roles of their own, and the machine knows their families by name up to that", async () => {
    await startMocks();
    const drill = await build({ databases: many(26) });
    expect(await valueOf(drill.drillRoleArns)).toHaveLength(2);
    expect(await valueOf(drill.taskDefinitionArns)).toHaveLength(26);
    expect(policy("role-2").AddRecord.Resource).toEqual(["arn:aws:s3:::primary-bucket/drills/d25/*"]);
    expect(policy("machine-role").Run.Resource).toEqual([
      `arn:aws:ecs:${REGION}:${ACCOUNT}:task-definition/shop-drill-*:*`,
    ]);
    await startMocks();
    await build({ databases: many(25) });
    expect(policy("machine-role").Run.Resource).toHaveLength(25);
    expect(Object.keys(policy("machine-role"))).toEqual(["Run", "Follow", "Tag", "PassRoles", "TaskEvents"]);
    expect(policy("machine-role").PassRoles.Resource).toEqual(
      ["execution-role-1", "role-1"].map((role) => expect.stringContaining(`shop-drill-${role}`) as string),
    );
  });
});

describe("IAM's limits", () => {
  it("are kept by every policy of a full group, with the longest names", async () => {
    await startMocks();
    const databases = Array.from({ length: 25 }, (_, i) => ({
      name: `${"d".repeat(61)}${String(i).padStart(2, "0")}`,
    }));
    const buckets = { primaryBucketName: "b".repeat(63), replicaBucketName: "r".repeat(63) };
    new RestoreDrill("n".repeat(41), { ...DRILL_ARGS, ...buckets, databases });
    await settle();
    const policies = registered.filter((r) => r.type.endsWith(":RolePolicy"));
    expect(policies).toHaveLength(4);
    expect(Math.max(...policies.map((r) => (r.inputs.policy as string).length))).toBeLessThanOrEqual(10_240);
  });
});

describe("RestoreDrill's machine", () => {
  const definition = () => JSON.parse(byName("shop-drill-machine").inputs.definition as string) as Record<string, any>;

  it("drills every database, launches again what never started, and fails if one failed", async () => {
    await startMocks();
    await build({ databases: many(3), timeoutMinutes: 30 });
    const { States, TimeoutSeconds } = definition();
    expect(TimeoutSeconds).toBe(2 * (30 + 60) * 60);
    expect(States.Databases.Result.databases).toEqual(
      many(3).map(({ name }) => ({ name, task: `shop-drill-${name}:1` })),
    );
    expect(States.EachDatabase.MaxConcurrency).toBe(2);
    const inner = States.EachDatabase.ItemProcessor.States;
    expect(inner.Drill).toMatchObject({
      Resource: "arn:aws:states:::ecs:runTask.sync",
      TimeoutSeconds: 1800,
      Parameters: {
        "TaskDefinition.$": "$.task",
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: "DISABLED" } },
      },
      Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "WhyDrillFailed" }, { Next: "RecordFailure" }],
      Next: "RecordSuccess",
    });
    expect(inner.WhyDrillFailed.Choices[0].Next).toBe("WaitForCapacity");
    expect(inner.CountAttempt.Next).toBe("Drill");
    expect(States.Verdict.Choices).toEqual([{ Variable: "$.anyFailed", BooleanEquals: true, Next: "SomeFailed" }]);
    expect(States.SomeFailed.Error).toBe("DrillFailed");
  });

  it("is started on Sunday mornings, unless told", async () => {
    await startMocks();
    await build();
    expect(byName("shop-drill-schedule", "Schedule").inputs).toMatchObject({
      scheduleExpression: "cron(0 5 ? * SUN *)",
      scheduleExpressionTimezone: "UTC",
      target: { retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 } },
    });
    await startMocks();
    await build({ scheduleExpression: "rate(3 days)", scheduleTimezone: "Europe/Berlin" });
    expect(byName("shop-drill-schedule", "Schedule").inputs.scheduleExpression).toBe("rate(3 days)");
  });
});

describe("RestoreDrill in the replica's region", () => {
  it("has every regional child there, and still knows where the primary is", async () => {
    await startMocks();
    await build({ region: REPLICA_REGION });
    const regional = registered.filter((r) => r.type.startsWith("aws:") && !r.type.startsWith("aws:iam/"));
    expect(regional.filter((r) => r.inputs.region !== REPLICA_REGION).map((r) => r.name)).toEqual([]);
    expect(environmentOf(containersOf()[0]!)).toMatchObject({ BACKUP321_REGION: REGION });
    expect(containersOf()[0]!.logConfiguration.options["awslogs-region"]).toBe(REPLICA_REGION);
    const trust = statementsOf(byName("shop-drill-role-1", "Role").inputs.assumeRolePolicy).AssumeRole;
    expect(trust.Condition.ArnLike).toEqual({ "aws:SourceArn": `arn:aws:ecs:${REPLICA_REGION}:${ACCOUNT}:*` });
    expect(policy("role-1").EncryptRecord.Condition.StringEquals["kms:ViaService"]).toBe(`s3.${REGION}.amazonaws.com`);
  });
});

describe("RestoreDrill's alarms", () => {
  it("go off on a failed run, on what could not be delivered, and on each database's age, silence included", async () => {
    await startMocks();
    const drill = await build({ alarmTopicArn: TOPIC, repositoryName: "shop" });
    expect(byName("shop-drill-age-orders").inputs).toMatchObject({
      namespace: "Backup321",
      metricName: "DrillAgeMinutes",
      dimensions: { Repository: "shop", Database: "orders" },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 10.5 * 1440,
      period: 1800,
      treatMissingData: "breaching",
      alarmActions: [TOPIC],
      okActions: [TOPIC],
      alarmDescription:
        "orders: no restore drill that began in the last 10.5 days has passed, or the freshness check did not report; " +
        "the newest record below drills/ says why",
    });
    expect(byName("shop-drill-executions-alarm").inputs.alarmDescription).toBe(
      "shop-drill: a restore drill failed, timed out or was aborted",
    );
    expect(await valueOf(drill.alarmNames)).toEqual(
      ["executions-alarm", "dead-letters-alarm", "age-orders"].map((role) => `shop-drill-${role}-0123456`),
    );
    expect(byName("shop-drill-task-failed").inputs.description).toBe(
      "shop-drill: a drill task failed or never started",
    );
  });

  it.each([
    [{}, 7],
    [{ scheduleExpression: "rate(1 hour)" }, 1],
    [{ scheduleExpression: "cron(0 5 * * ? *)" }, 1],
    [{ scheduleExpression: "cron(0 5 ? * SUN *)", scheduleTimezone: "Europe/Berlin" }, 7],
    [{ scheduleExpression: "rate(36 hours)" }, 2],
    [{ scheduleExpression: "cron(0 5 1 * ? *)" }, 31],
  ])("let %j pass %i days and half of them", (schedule, days) => {
    expect(drillIntervalDays(schedule)).toBe(days);
    expect(drillAgeLimitMinutes(schedule)).toBe(days * 2160);
  });
});

describe("RestoreDrill", () => {
  it("can be previewed, with nothing known that the provider decides", async () => {
    await startMocks({ preview: true });
    await build();
    expect(byName("shop-drill-age-orders").inputs.treatMissingData).toBe("breaching");
  });
});
