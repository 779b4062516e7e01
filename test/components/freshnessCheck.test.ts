import { FreshnessCheck, type FreshnessCheckArgs, RepositorySide } from "../../components";
import { FRESHNESS_ARGS, messageOf } from "./fixtures";
import { ACCOUNT, byName, registered, REGION, REPLICA_REGION, settle, startMocks, statementsOf } from "./mocks";

async function build(args: Partial<FreshnessCheckArgs> = {}): Promise<void> {
  new FreshnessCheck("fresh", { ...FRESHNESS_ARGS, ...args });
  await settle();
}

describe("FreshnessCheck", () => {
  it("tells its function what to judge, by the contract's names", async () => {
    await startMocks();
    await build({
      databases: ["orders", "shop"],
      repositoryName: "all",
      region: REPLICA_REGION,
      side: RepositorySide.Replica,
    });
    expect(byName("fresh-function").inputs).toMatchObject({
      region: REPLICA_REGION,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      environment: {
        variables: {
          BACKUP321_BUCKET: "primary-bucket",
          BACKUP321_REGION: REPLICA_REGION,
          BACKUP321_DATABASES: "orders,shop",
          BACKUP321_REPOSITORY: "all",
          BACKUP321_SIDE: "replica",
          BACKUP321_RPO_MINUTES: "1740",
          BACKUP321_TIMEOUT_MINUTES: "240",
          BACKUP321_TIERS: '[{"tier":"daily","expireDays":120,"lockDays":120}]',
          BACKUP321_LOCK_MODE: "GOVERNANCE",
          BACKUP321_METRIC_NAMESPACE: "Backup321",
        },
      },
    });
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

  it("runs every quarter of an hour", async () => {
    await startMocks();
    await build();
    expect(byName("fresh-schedule").inputs).toMatchObject({
      scheduleExpression: "rate(15 minutes)",
      flexibleTimeWindow: { mode: "OFF" },
      target: { retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 900 } },
    });
  });

  it("alarms on age and on health of each database, and on silence", async () => {
    await startMocks();
    const alarmTopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
    await build({ databases: ["orders", "shop"], alarmTopicArn });
    const shared = {
      namespace: "Backup321",
      dimensions: { Repository: "fresh", Database: "shop", Side: "primary" },
      treatMissingData: "breaching",
      period: 1800,
      evaluationPeriods: 1,
      alarmActions: [alarmTopicArn],
      okActions: [alarmTopicArn],
    };
    expect(byName("fresh-age-shop").inputs).toMatchObject({
      ...shared,
      metricName: "RecoveryPointAgeMinutes",
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 1740,
    });
    expect(byName("fresh-healthy-shop").inputs).toMatchObject({
      ...shared,
      metricName: "Healthy",
      statistic: "Minimum",
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
    });
    expect(byName("fresh-errors").inputs).toMatchObject({ metricName: "Errors", treatMissingData: "notBreaching" });
  });

  it.each<[string, Partial<FreshnessCheckArgs>, string]>([
    ["no database", { databases: [] }, "databases must hold at least one name"],
    [
      "a bad name",
      { databases: ["Orders"] },
      'databases[0] must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"',
    ],
    ["a name twice", { databases: ["a", "a"] }, 'databases: "a" appears twice; remove one'],
    [
      "more names than a function's environment holds",
      { databases: Array.from({ length: 51 }, (_, i) => `d${i}`.padEnd(60, "x")) },
      "databases must be at most 3000 characters together (a function's environment holds 4 KB), got 3110; use several FreshnessChecks",
    ],
    ["no such side", { side: "third" as RepositorySide }, 'side must be one of primary, replica, got "third"'],
    ["half a minute", { rpoMinutes: 0.5 }, "rpoMinutes must be a whole number from 1 to 527040, got 0.5"],
    ["no such region", { region: "ireland" }, 'region must be an AWS region like eu-west-1, got "ireland"'],
    [
      "a namespace of AWS's own",
      { metricNamespace: "AWS/S3" },
      'metricNamespace must be 1-255 characters of A-Z, a-z, 0-9 and ._-/#: and not begin with AWS/, got "AWS/S3"',
    ],
    [
      "a topic that is none",
      { alarmTopicArn: "alerts" },
      'alarmTopicArn must be an ARN like arn:aws:sns:<region>:<account>:<name>, got "alerts"',
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new FreshnessCheck("fresh", { ...FRESHNESS_ARGS, ...args }))).toBe(
      `FreshnessCheck "fresh": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("takes as many names as a function's environment holds", async () => {
    await startMocks();
    await build({ databases: Array.from({ length: 49 }, (_, i) => `d${i}`.padEnd(60, "x")) });
    expect(byName("fresh-function").inputs.environment.variables.BACKUP321_DATABASES.length).toBe(49 * 61 - 1);
  });
});
