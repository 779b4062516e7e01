import type { asset } from "@pulumi/pulumi";
import { FreshnessCheck, type FreshnessCheckArgs, RepositorySide } from "../../components";
import { freshnessProblems } from "../../components/internal/freshness/freshnessProblems";
import { FRESHNESS_ARGS, messageOf } from "./fixtures";
import {
  ACCOUNT,
  byName,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

async function build(args: Partial<FreshnessCheckArgs> = {}): Promise<FreshnessCheck> {
  const check = new FreshnessCheck("fresh", { ...FRESHNESS_ARGS, ...args });
  await settle();
  return check;
}

const LIST: Partial<FreshnessCheckArgs> = {
  databases: undefined,
  databaseList: { bucketName: "settings", key: "backup/databases.json", secretNamePrefix: "db/" },
};

/** `count` databases, d0 and on. */
function many(count: number): FreshnessCheckArgs["databases"] {
  return Array.from({ length: count }, (_, i) => ({ name: `d${i}` }));
}

/** What is in the function's archive beside its bundle. */
async function fileOf(name: string): Promise<unknown> {
  const { assets } = byName("fresh-function").inputs.code as asset.AssetArchive;
  const file = (await assets)[name] as asset.StringAsset | undefined;
  return file && JSON.parse(await file.text);
}

describe("FreshnessCheck", () => {
  it("tells its function what to judge, by the contract's names", async () => {
    await startMocks();
    await build({
      databases: [{ name: "shop", rpoMinutes: 500, tiers: ["daily"] }, { name: "orders" }],
      repositoryName: "all",
      region: REPLICA_REGION,
      side: RepositorySide.Replica,
    });
    const { inputs } = byName("fresh-function");
    expect(inputs).toMatchObject({
      region: REPLICA_REGION,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      memorySize: 256,
      timeout: 300,
    });
    expect(inputs.environment.variables).toEqual({
      BACKUP321_BUCKET: "primary-bucket",
      BACKUP321_REGION: REPLICA_REGION,
      BACKUP321_REPOSITORY: "all",
      BACKUP321_SIDE: "replica",
      BACKUP321_TIMEOUT_MINUTES: "240",
      BACKUP321_TIERS: '[{"name":"daily","tier":"daily","expireDays":120,"lockDays":120}]',
      BACKUP321_LOCK_MODE: "GOVERNANCE",
      BACKUP321_METRIC_NAMESPACE: "Backup321",
    });
    expect(await fileOf("databases.json")).toEqual([
      { name: "orders", rpoMinutes: 1740 },
      { name: "shop", rpoMinutes: 500, tiers: ["daily"] },
    ]);
  });

  it("has the same code for the same databases in another order", async () => {
    await startMocks();
    await build({ databases: [{ name: "b" }, { name: "a" }] });
    const first = await fileOf("databases.json");
    await startMocks();
    await build({ databases: [{ name: "a" }, { name: "b" }] });
    expect(await fileOf("databases.json")).toEqual(first);
  });

  it("gives its function a whole CPU above 50 databases, and time until the next run", async () => {
    await startMocks();
    await build({ databases: many(50) });
    expect(byName("fresh-function").inputs).toMatchObject({ memorySize: 256, timeout: 300 });
    await startMocks();
    await build({ databases: many(51) });
    expect(byName("fresh-function").inputs).toMatchObject({ memorySize: 1769, timeout: 840 });
  });

  it("tells its function where a list is, and lets it read exactly that", async () => {
    await startMocks();
    await build(LIST);
    const { inputs } = byName("fresh-function");
    expect(inputs.environment.variables).toMatchObject({
      BACKUP321_DATABASE_LIST: "s3://settings/backup/databases.json",
      BACKUP321_RPO_MINUTES: "1740",
    });
    expect(inputs).toMatchObject({ memorySize: 1769, timeout: 840 });
    expect(await fileOf("databases.json")).toBeUndefined();
    // Thousands of databases, asked about four times an hour, would cost more than their backups.
    expect(byName("fresh-schedule").inputs).toMatchObject({
      scheduleExpression: "rate(60 minutes)",
      target: { retryPolicy: { maximumEventAgeInSeconds: 3600 } },
    });
    expect(statementsOf(byName("fresh-function-role-policy").inputs.policy).DatabaseList).toEqual({
      Sid: "DatabaseList",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::settings/backup/databases.json",
    });
  });

  it("tells its function of drills, the doctor and a dead-man's switch where told, and lets it read that secret alone", async () => {
    await startMocks();
    const pingSecretArn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ping-AbCdEf`;
    const databases = [{ name: "orders", minStoredBytes: 1024, drillIntervalDays: 30 }, { name: "shop" }];
    await build({ databases, drillIntervalDays: 7, doctorIntervalDays: 1, pingSecretArn });
    expect(byName("fresh-function").inputs.environment.variables).toMatchObject({
      BACKUP321_DRILL_INTERVAL_DAYS: "7",
      BACKUP321_DOCTOR_INTERVAL_DAYS: "1",
      BACKUP321_PING_SECRET_ARN: pingSecretArn,
    });
    expect(await fileOf("databases.json")).toEqual([
      { name: "orders", rpoMinutes: 1740, minStoredBytes: 1024, drillIntervalDays: 30 },
      { name: "shop", rpoMinutes: 1740 },
    ]);
    expect(statementsOf(byName("fresh-function-role-policy").inputs.policy).ReadPingSecret).toEqual({
      Sid: "ReadPingSecret",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: pingSecretArn,
    });
    expect(byName("fresh-doctor").inputs).toMatchObject({
      metricName: "DoctorHealthy",
      dimensions: { Repository: "fresh", Side: "primary" },
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    });
  });

  it("raises no alarm of a doctor whose records are not judged", async () => {
    await startMocks();
    await build();
    expect(registered.filter(({ name }) => name.includes("doctor"))).toEqual([]);
  });

  it("names the provider's region when it has none of its own", async () => {
    await startMocks();
    await build();
    expect(byName("fresh-function").inputs.environment.variables.BACKUP321_REGION).toBe(REGION);
    expect(byName("fresh-function").inputs).not.toHaveProperty("region");
  });

  it("lets its function list and HEAD, and publish in one namespace; it can't decrypt", async () => {
    await startMocks();
    await build();
    const statements = statementsOf(byName("fresh-function-role-policy").inputs.policy);
    expect(Object.values(statements).flatMap((s) => s.Action)).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectRetention",
      "cloudwatch:PutMetricData",
    ]);
    expect(statements.Publish.Condition).toEqual({ StringEquals: { "cloudwatch:namespace": "Backup321" } });
    expect(statements.Head.Resource).toEqual(
      ["dumps", "manifests", "verifications", "drills"].map((prefix) => `arn:aws:s3:::primary-bucket/${prefix}/*`),
    );
  });

  it("runs every quarter of an hour, and has nothing but alarms to say when it does not", async () => {
    await startMocks();
    await build();
    const { inputs } = byName("fresh-schedule");
    expect(inputs).toMatchObject({
      scheduleExpression: "rate(15 minutes)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 900 } },
    });
    expect(inputs).not.toHaveProperty("groupName");
    expect(inputs.target).not.toHaveProperty("deadLetterConfig");
    const own = registered.filter((r) => r.type.startsWith("aws:")).map((r) => r.name);
    expect(own.sort()).toEqual([
      "fresh-function",
      "fresh-function-logs",
      "fresh-function-role",
      "fresh-function-role-policy",
      "fresh-healthy-orders",
      "fresh-schedule",
      "fresh-schedule-role",
      "fresh-schedule-role-policy",
    ]);
  });

  const alarmTopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
  const alarmed = {
    namespace: "Backup321",
    treatMissingData: "breaching",
    period: 1800,
    evaluationPeriods: 1,
    alarmActions: [alarmTopicArn],
    okActions: [alarmTopicArn],
  };

  it("has one alarm for each database, on age, soundness and silence", async () => {
    await startMocks();
    const check = await build({ databases: [{ name: "shop", rpoMinutes: 500 }, { name: "crm" }], alarmTopicArn });
    expect(byName("fresh-healthy-shop").inputs).toMatchObject({
      ...alarmed,
      alarmDescription:
        "shop (primary): its newest recovery point is older than 500 minutes or not sound, or the check did not report; " +
        "the function's result says which",
      dimensions: { Repository: "fresh", Database: "shop", Side: "primary" },
      metricName: "Healthy",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
    });
    expect(byName("fresh-healthy-crm").inputs.alarmDescription).toContain("older than 1740 minutes");
    expect(await valueOf(check.alarmNames)).toEqual(["fresh-healthy-crm-0123456", "fresh-healthy-shop-0123456"]);
    expect(registered.filter((r) => r.type.endsWith(":MetricAlarm"))).toHaveLength(2);
  });

  it("has one alarm for a whole list", async () => {
    await startMocks();
    const check = await build({ ...LIST, alarmTopicArn, repositoryName: "all" });
    const { inputs } = byName("fresh-unhealthy-databases");
    expect(inputs).toMatchObject({
      ...alarmed,
      period: 7200,
      metricName: "UnhealthyDatabases",
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
    });
    expect(inputs.dimensions).toEqual({ Repository: "all", Side: "primary" });
    expect(await valueOf(check.alarmNames)).toEqual(["fresh-unhealthy-databases-0123456"]);
  });

  it.each<[string, Partial<FreshnessCheckArgs>, string]>([
    [
      "neither database nor list",
      { databases: undefined },
      "databases or databaseList must be given; what is to be backed up?",
    ],
    [
      "both",
      { databaseList: LIST.databaseList },
      "databases and databaseList are both given; keep one: a list replaces the databases",
    ],
    [
      "a key that would be a pattern",
      { databases: undefined, databaseList: { ...LIST.databaseList!, key: "lists/*" } },
      "databaseList.key must be 1-1024 characters of A-Z, a-z, 0-9 and _!.'()/-, without a / in front " +
        '(a * would grant other objects), got "lists/*"',
    ],
    ["no database", { databases: [] }, "databases must hold at least one database"],
    [
      "one too many",
      { databases: many(501) },
      "databases must hold at most 500, got 501; use databaseList, or several FreshnessChecks",
    ],
    [
      "a bad name",
      { databases: [{ name: "Orders" }] },
      'databases[0].name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"',
    ],
    ["a name twice", { databases: [{ name: "a" }, { name: "a" }] }, 'databases: "a" appears twice; remove one'],
    [
      "a database with half a minute",
      { databases: [{ name: "a" }, { name: "b", rpoMinutes: 0.5 }] },
      "databases[1].rpoMinutes must be a whole number from 1 to 527040, got 0.5",
    ],
    [
      "a tier that the repository lacks",
      { databases: [{ name: "a", tiers: ["weekly"] }] },
      'databases[0].tiers must be among the repository\'s tiers (daily), got "weekly"',
    ],
    ["no such side", { side: "third" as RepositorySide }, 'side must be one of primary, replica, got "third"'],
    ["half a minute", { rpoMinutes: 0.5 }, "rpoMinutes must be a whole number from 1 to 527040, got 0.5"],
    [
      "drills every year and a day",
      { drillIntervalDays: 367 },
      "drillIntervalDays must be a whole number from 1 to 366, got 367",
    ],
    [
      "a database's drills without interval",
      { databases: [{ name: "a", drillIntervalDays: 0 }] },
      "databases[0].drillIntervalDays must be a whole number from 1 to 366, got 0",
    ],
    [
      "a size below nothing",
      { databases: [{ name: "a", minStoredBytes: -1 }] },
      "databases[0].minStoredBytes must be a whole number from 0 to 9007199254740991, got -1",
    ],
    [
      "a threshold above the whole",
      { databases: [{ name: "a", thresholds: { minRowsPercent: 101, maxMoreExcludedTables: -1 } }] },
      "2 problems:\n" +
        "  - databases[0].thresholds.minRowsPercent must be a whole number from 0 to 100, got 101\n" +
        "  - databases[0].thresholds.maxMoreExcludedTables must be a whole number from 0 to 1000000, got -1",
    ],
    [
      "half a day of the doctor",
      { doctorIntervalDays: 0.5 },
      "doctorIntervalDays must be a whole number from 1 to 366, got 0.5",
    ],
    [
      "a switch's URL in place of its secret",
      { pingSecretArn: "https://ping.example/x" },
      "pingSecretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 22 other characters",
    ],
    ["no such region", { region: "ireland" }, 'region must be an AWS region like eu-west-1, got "ireland"'],
    [
      "a namespace of AWS's own",
      { metricNamespace: "AWS/S3" },
      'metricNamespace must be 1-255 characters of A-Z, a-z, 0-9 and ._-/#: and not begin with AWS/, got "AWS/S3"',
    ],
    [
      "a topic that is none",
      { alarmTopicArn: "alerts" },
      'alarmTopicArn must be an ARN like arn:aws:sns:<region>:<account>:<name>, of a standard topic, got "alerts"',
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new FreshnessCheck("fresh", { ...FRESHNESS_ARGS, ...args }))).toBe(
      `FreshnessCheck "fresh": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("takes 500 databases, and an RPO of a year and a day", () => {
    expect(
      freshnessProblems({ ...FRESHNESS_ARGS, databases: many(500), rpoMinutes: 527_040, drillIntervalDays: 366 }),
    ).toEqual([]);
  });

  it("can be previewed, with nothing known that the provider decides", async () => {
    await startMocks({ preview: true });
    await build();
    expect(byName("fresh-healthy-orders").inputs.treatMissingData).toBe("breaching");
  });
});
