import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup, type DatabaseBackupArgs, type DatabaseBackupOptions } from "../../components";
import { LIMITS } from "../../components/internal/defaults";
import { fittedArns } from "../../components/internal/doctor/doctorRole";
import { scheduledDoctor } from "../../runner/doctor/scheduledRun";
import { BACKUP_ARGS, messageOf, SERVER_IMAGE } from "./fixtures";
import {
  ACCOUNT,
  byName,
  registered,
  REGION,
  REPLICA_REGION,
  SECRET,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

async function build(args: Partial<DatabaseBackupArgs> = {}, opts?: DatabaseBackupOptions): Promise<DatabaseBackup> {
  const backup = new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }, opts);
  await settle();
  return backup;
}

const doctors = () =>
  registered
    .map(({ name }) => name)
    .filter((name) => name.includes("doctor"))
    .sort();
const statements = () => statementsOf(byName("shop-doctor-function-role-policy").inputs.policy);
const variables = (side: string) => byName(`shop-fresh-${side}-function`).inputs.environment.variables;
const elsewhere = () => ({ replicaProvider: new aws.Provider("shop-replica-provider", { region: REPLICA_REGION }) });

/** Text of the file beside the doctor's code. */
async function fileText(): Promise<string> {
  const { assets } = byName("shop-doctor-function").inputs.code as pulumi.asset.AssetArchive;
  return ((await assets)["doctor.json"] as pulumi.asset.StringAsset).text;
}

describe("DatabaseBackup's doctor", () => {
  it("examines every day, unless told, and its records are judged in both regions", async () => {
    await startMocks();
    const backup = await build();
    expect(await valueOf(backup.doctorFunctionName!)).toBe("shop-doctor-function-0123456");
    expect(byName("shop-doctor-function").inputs).toMatchObject({
      timeout: 840,
      memorySize: 512,
      handler: "index.handler",
      loggingConfig: { logGroup: "shop-doctor-function-logs-0123456" },
    });
    expect(byName("shop-doctor-function-logs").inputs.retentionInDays).toBe(30);
    expect(byName("shop-doctor-schedule").inputs).toMatchObject({
      scheduleExpression: "rate(1 day)",
      state: "ENABLED",
      target: {
        arn: expect.stringMatching(/shop-doctor-function$/),
        roleArn: expect.stringMatching(/shop-doctor-schedule-role$/),
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
      },
    });
    for (const side of ["primary", "replica"]) {
      expect(variables(side)).toMatchObject({ BACKUP321_DOCTOR_INTERVAL_DAYS: "1" });
      expect(byName(`shop-fresh-${side}-doctor`).inputs).toMatchObject({ treatMissingData: "breaching" });
    }
  });

  it("goes by one interval, in its schedule and in what freshness waits for", async () => {
    await startMocks();
    await build({ doctorIntervalDays: 7 });
    expect(byName("shop-doctor-schedule").inputs.scheduleExpression).toBe("rate(7 days)");
    expect(variables("replica")).toMatchObject({ BACKUP321_DOCTOR_INTERVAL_DAYS: "7" });
  });

  it("has an alarm of its own for a run that left no record, whose silence is freshness's to tell", async () => {
    await startMocks();
    const backup = await build();
    expect(byName("shop-doctor-errors-alarm").inputs).toMatchObject({
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: "shop-doctor-function-0123456" },
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 86_400,
      treatMissingData: "notBreaching",
      alarmActions: [await valueOf(backup.primaryTopicArn)],
    });
    expect(await valueOf(backup.primaryAlarmNames)).toContain("shop-doctor-errors-alarm-0123456");
  });

  it("is left out where told, with or without records from elsewhere", async () => {
    await startMocks();
    const backup = await build({ doctor: false });
    expect(doctors()).toEqual([]);
    expect(backup.doctorFunctionName).toBeUndefined();
    expect(variables("primary")).not.toHaveProperty("BACKUP321_DOCTOR_INTERVAL_DAYS");
    await startMocks();
    await build({ doctor: false, doctorIntervalDays: 30 });
    expect(doctors()).toEqual(["shop-fresh-primary-doctor", "shop-fresh-replica-doctor"]);
    expect(variables("primary")).toMatchObject({ BACKUP321_DOCTOR_INTERVAL_DAYS: "30" });
  });

  it("tells its function of every part that it examines, and what it can't look at", async () => {
    await startMocks();
    const backup = await build({ drill: { serverImage: SERVER_IMAGE } });
    const { sides, stack, unseen } = scheduledDoctor(await fileText());
    const [primaryBucket, replicaBucket] = ["shop-primary-0123456", "shop-replica-0123456"];
    expect(sides).toEqual([
      { side: "primary", bucket: primaryBucket, region: REGION },
      { side: "replica", bucket: replicaBucket, region: REPLICA_REGION },
    ]);
    const all = await valueOf(backup.primaryAlarmNames);
    expect(stack).toMatchObject({
      repositoryName: "shop",
      tiers: [{ name: "daily", tier: "daily", expireDays: 120, lockDays: 120 }],
      objectLockMode: "GOVERNANCE",
      primaryAlarmNames: all.filter((name) => name !== "shop-doctor-errors-alarm-0123456"),
    });
    const told = [
      ...(["stateMachineArn", "starterArn", "scheduleNames", "scheduleGroupName", "dumpTaskDefinitionArns"] as const),
      ...(["verifyTaskDefinitionArns", "drillTaskDefinitionArns", "dumpRoleArns", "verifyRoleArns"] as const),
      ...(["drillRoleArns", "primaryFreshnessFunctionName", "replicaFreshnessFunctionName"] as const),
      ...(["replicaAlarmNames", "primaryTopicArn", "replicaTopicArn"] as const),
    ];
    for (const key of told)
      expect([key, stack[key]]).toEqual([key, await valueOf(backup[key] as pulumi.Output<unknown>)]);
    expect(unseen).toEqual([
      {
        id: "alarm",
        subject: "shop-doctor-errors-alarm",
        why: "the function can't know the name of the alarm that watches it; backup321 doctor looks at it",
      },
    ]);
  });

  it("says of a replica in another account that nobody looks, and has no right there", async () => {
    await startMocks();
    await build({}, elsewhere());
    const { stack, unseen } = scheduledDoctor(await fileText());
    for (const key of ["replicaFreshnessFunctionName", "replicaAlarmNames", "replicaTopicArn"] as const)
      expect(stack).not.toHaveProperty(key);
    expect(unseen.slice(1).map(({ id, subject }) => [id, subject])).toEqual([
      ["function.freshness", "freshness function of the replica"],
      ["topic", "topic of the replica"],
    ]);
    expect(statements().BucketSettings.Resource).toEqual(["arn:aws:s3:::shop-primary-0123456"]);
    expect(JSON.stringify(statements())).not.toContain("replica");
  });

  it("looks up images in ECR alone, in whatever account they are", async () => {
    await startMocks();
    await build();
    expect(statements()).not.toHaveProperty("Images");
    const digest = `sha256:${"ab".repeat(32)}`;
    const image = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/team/runner@${digest}`;
    const serverImage = `210987654321.dkr.ecr.${REPLICA_REGION}.amazonaws.com/postgres@${digest}`;
    await startMocks();
    await build({ image: pulumi.output(image), drill: { serverImage, nextMajorServerImage: SERVER_IMAGE } });
    expect(statements().Images).toMatchObject({
      Action: "ecr:DescribeImages",
      Resource: [
        `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/team/runner`,
        `arn:aws:ecr:${REPLICA_REGION}:210987654321:repository/postgres`,
      ],
    });
  });

  it("asks for no secret where there is none to describe", async () => {
    await startMocks();
    const databaseList = { bucketName: "settings", key: "l.json", secretNamePrefix: "db/" };
    await build({ databases: undefined, databaseList });
    expect(statements()).not.toHaveProperty("Secrets");
  });

  it("stays below IAM's limit for 500 databases with long names", async () => {
    await startMocks();
    const databases = Array.from({ length: 500 }, (_, i) => {
      const name = `${"d".repeat(59)}-${String(i).padStart(3, "0")}`;
      return {
        name,
        secretArn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${"s".repeat(190)}/${name}-AbCdEf`,
      };
    });
    const drill = { serverImage: SERVER_IMAGE, identitySecretArn: `${SECRET}-identity` };
    await build({ databases, drill });
    expect(byName("shop-doctor-function-role-policy").inputs.policy.length).toBeLessThan(LIMITS.rolePolicyCharacters);
    // Mocks put no path before the name of a role.
    const dumps = statements().Roles.Resource.filter((arn: string) => arn.includes("shop-dump"));
    expect(dumps).toEqual([expect.stringMatching(/shop-dump-d+-?\*$/)]);
    expect(statements().Secrets.Resource).toEqual([expect.stringMatching(/:secret:s+\/d+-\*$/), `${SECRET}-identity`]);
  });

  it("can be changed child by child", async () => {
    await startMocks();
    await build(
      {},
      {
        transform: {
          doctor: {
            function: (args) => void (args.memorySize = 1024),
            schedule: (args) => void (args.scheduleExpression = "cron(0 6 * * ? *)"),
            alarm: (args) => void (args.period = 3600),
          },
        },
      },
    );
    expect(byName("shop-doctor-function").inputs.memorySize).toBe(1024);
    expect(byName("shop-doctor-schedule").inputs.scheduleExpression).toBe("cron(0 6 * * ? *)");
    expect(byName("shop-doctor-errors-alarm").inputs.period).toBe(3600);
  });

  it.each<[string, Partial<DatabaseBackupArgs>, string]>([
    ["never", { doctorIntervalDays: 0 }, "doctorIntervalDays must be a whole number from 1 to 366, got 0"],
    [
      "every year and a day",
      { doctorIntervalDays: 367 },
      "doctorIntervalDays must be a whole number from 1 to 366, got 367",
    ],
    ["perhaps", { doctor: "no" as never }, 'doctor must be true or false, got "no"; write it without quotes'],
  ])("fails when it runs %s", (_, args, problem) => {
    expect(messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }))).toBe(
      `DatabaseBackup "shop": ${problem}`,
    );
  });
});

describe("ARNs that a policy holds", () => {
  const secret = (account: string, name: string) => `arn:aws:secretsmanager:${REGION}:${account}:secret:${name}`;
  const many = (account: string, start: string) =>
    Array.from({ length: 40 }, (_, i) => secret(account, `${start}${String.fromCharCode(97 + (i % 26))}${i}`));

  it("are each by itself, once, as long as they are short enough together", () => {
    const few = many(ACCOUNT, "").slice(0, 10);
    expect(fittedArns([...few, few[0]!])).toEqual(few);
    const longest = "x".repeat(LIMITS.doctorArnCharacters - 4);
    expect(fittedArns([longest])).toEqual([longest]);
    expect(fittedArns([`${longest}x`])).toEqual([`${longest}x*`]);
  });

  it("are what they have in common otherwise, and never more than one service, region and account", () => {
    expect(fittedArns(many(ACCOUNT, "shop/"))).toEqual([`${secret(ACCOUNT, "shop/")}*`]);
    expect(fittedArns([...many(ACCOUNT, "shop/"), ...many("210987654321", "")])).toEqual([
      `${secret(ACCOUNT, "shop/")}*`,
      `${secret("210987654321", "")}*`,
    ]);
  });
});
