import { BackupRunner, type BackupRunnerArgs, CpuArchitecture, SslMode } from "../../components";
import { databaseGroups } from "../../components/internal/runner/databaseGroups";
import { scheduleKey } from "../../components/internal/runner/databaseSchedules";
import { failedTaskPattern } from "../../components/internal/runner/taskFailures";
import { ENV } from "../../runner/contract";
import { LISTED, RUNNER_ARGS } from "./fixtures";
import {
  ACCOUNT,
  byName,
  IMAGE,
  registered,
  REGION,
  REPLICA_REGION,
  SECRET,
  settle,
  startMocks,
  valueOf,
} from "./mocks";

async function build(args: Partial<BackupRunnerArgs> = {}): Promise<BackupRunner> {
  const runner = new BackupRunner("orders", { ...RUNNER_ARGS, ...args });
  await settle();
  return runner;
}

const container = (name: string) => JSON.parse(byName(name, "TaskDefinition").inputs.containerDefinitions)[0];
const environment = (name: string): Record<string, string> =>
  Object.fromEntries(container(name).environment.map((e: any) => [e.name, e.value]));

describe("BackupRunner's tasks", () => {
  it("run unprivileged, read-only, and without a public address", async () => {
    await startMocks();
    await build();
    expect(byName("orders-dump-orders", "TaskDefinition").inputs).toMatchObject({
      cpu: "1024",
      memory: "2048",
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
      skipDestroy: true,
    });
    expect(container("orders-dump-orders")).toMatchObject({
      name: "runner",
      image: IMAGE,
      essential: true,
      command: ["backup", "--no-verify"],
      user: "10001:10001",
      readonlyRootFilesystem: true,
      stopTimeout: 120,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    });
    expect(container("orders-verify-1").command).toEqual(["verify", "--latest", "--record"]);
  });

  it("are told where to write by the contract's names, and the secret by reference", async () => {
    await startMocks();
    await build({ repositoryName: "shop" });
    expect(environment("orders-dump-orders")).toEqual({
      PGSSLMODE: "require",
      [ENV.database]: "orders",
      [ENV.repository]: "shop",
      [ENV.bucket]: "primary-bucket",
      [ENV.region]: REGION,
      [ENV.replicaBucket]: "replica-bucket",
      [ENV.replicaRegion]: REPLICA_REGION,
      [ENV.tiers]: '[{"name":"daily","tier":"daily","expireDays":120,"lockDays":120}]',
      [ENV.lockMode]: "GOVERNANCE",
      [ENV.timeoutMinutes]: "240",
      [ENV.bufferBudgetMiB]: "256",
    });
    expect(container("orders-dump-orders").secrets).toEqual([
      { name: "PGDATABASE", valueFrom: `${SECRET}:dbname::` },
      { name: "PGHOST", valueFrom: `${SECRET}:host::` },
      { name: "PGPASSWORD", valueFrom: `${SECRET}:password::` },
      { name: "PGPORT", valueFrom: `${SECRET}:port::` },
      { name: "PGUSER", valueFrom: `${SECRET}:username::` },
    ]);
  });

  it("give the verifier no way to a database, and no database of its own", async () => {
    await startMocks();
    await build();
    expect(container("orders-verify-1").secrets).toEqual([]);
    expect(Object.keys(environment("orders-verify-1")).filter((name) => name.startsWith("PG"))).toEqual([]);
    expect(environment("orders-verify-1")).not.toHaveProperty(ENV.database);
  });

  it("sign in to RDS by IAM without any secret", async () => {
    await startMocks();
    const rdsIamAuth = {
      host: "shop.abc.eu-central-1.rds.amazonaws.com",
      resourceId: "db-ABC123",
      username: "backup",
      databaseName: "shop",
    };
    await build({ databases: [{ name: "shop", rdsIamAuth, port: 6432 }] });
    expect(container("orders-dump-shop").secrets).toEqual([]);
    expect(environment("orders-dump-shop")).toMatchObject({
      PGHOST: rdsIamAuth.host,
      PGPORT: "6432",
      PGUSER: "backup",
      PGDATABASE: "shop",
      PGSSLMODE: "require",
      [ENV.rdsIamAuth]: "true",
    });
    expect(environment("orders-dump-shop")).not.toHaveProperty("PGPASSWORD");
  });

  it("of a list are one dump and one verification, told at each run whose", async () => {
    await startMocks();
    await build(LISTED);
    const tasks = registered.filter((r) => r.type.endsWith(":TaskDefinition"));
    expect(tasks.map((r) => r.name).sort()).toEqual(["orders-dump", "orders-verify-1"]);
    expect(container("orders-dump").secrets).toEqual([]);
    expect(environment("orders-dump")).toMatchObject({ PGSSLMODE: "require", [ENV.bufferBudgetMiB]: "256" });
    expect(environment("orders-dump")).not.toHaveProperty(ENV.database);
  });

  it("run on X86_64 when told", async () => {
    await startMocks();
    await build({ cpuArchitecture: CpuArchitecture.X86_64 });
    for (const name of ["orders-dump-orders", "orders-verify-1"]) {
      expect(byName(name, "TaskDefinition").inputs.runtimePlatform.cpuArchitecture).toBe("X86_64");
    }
  });

  it("check the server's certificate when told", async () => {
    await startMocks();
    const database = {
      name: "orders",
      secretArn: SECRET,
      sslMode: SslMode.VerifyFull,
      sslRootCertPath: "/etc/rds.pem",
    };
    await build({ databases: [database] });
    expect(environment("orders-dump-orders")).toMatchObject({
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: "/etc/rds.pem",
    });
  });
});

describe("BackupRunner's schedules", () => {
  const schedules = () => registered.filter((r) => r.type === "aws:scheduler/schedule:Schedule");

  it("start the starter on time, try three times within the hour, and keep what failed", async () => {
    await startMocks();
    const runner = await build({ scheduleExpression: "cron(0 3 * * ? *)", scheduleTimezone: "Europe/Berlin" });
    expect(schedules()).toHaveLength(1);
    const { target, ...schedule } = schedules()[0]!.inputs;
    expect(schedule).toMatchObject({
      description: "orders: backups of orders",
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "OFF" },
    });
    expect(target).toMatchObject({
      arn: await valueOf(runner.starterArn),
      input: `{"scheduledTime":"<aws.scheduler.scheduled-time>","schedule":"${scheduleKey("cron(0 3 * * ? *)", "Europe/Berlin")}"}`,
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
    });
    expect(target.deadLetterConfig.arn).toMatch(/orders-dead-letters$/);
    expect(byName("orders-dead-letters").inputs.sqsManagedSseEnabled).toBe(true);
  });

  it("are one per expression and time zone, and keep their names when another comes before them", async () => {
    const hourly = { scheduleExpression: "rate(1 hour)" };
    const named = (name: string, more: object = {}) => ({ name, secretArn: SECRET, ...more });
    await startMocks();
    await build({ databases: [named("a"), named("b", hourly), named("c", hourly), named("d")] });
    const before = schedules().map((s) => [s.name, s.inputs.scheduleExpression, s.inputs.description]);
    expect(before).toEqual([
      [
        `orders-schedule-${scheduleKey("cron(0 2 * * ? *)", "UTC")}`,
        "cron(0 2 * * ? *)",
        "orders: backups of 2 databases",
      ],
      [`orders-schedule-${scheduleKey("rate(1 hour)", "UTC")}`, "rate(1 hour)", "orders: backups of 2 databases"],
    ]);
    await startMocks();
    const weekly = named("0", { scheduleExpression: "cron(0 2 ? * SUN *)", scheduleTimezone: "Asia/Tokyo" });
    await build({ databases: [weekly, named("a"), named("b", hourly)] });
    expect(schedules().map((s) => s.name)).toEqual([
      `orders-schedule-${scheduleKey("cron(0 2 ? * SUN *)", "Asia/Tokyo")}`,
      ...before.map(([name]) => name),
    ]);
  });

  it("may start within a window", async () => {
    await startMocks();
    await build({ flexibleWindowMinutes: 15 });
    expect(schedules()[0]!.inputs.flexibleTimeWindow).toEqual({ mode: "FLEXIBLE", maximumWindowInMinutes: 15 });
  });
});

describe("BackupRunner's outputs", () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `db${i}`, secretArn: SECRET }));
  const lengths = async (runner: BackupRunner) => {
    const outputs = [
      runner.dumpTaskDefinitionArns,
      runner.dumpRoleArns,
      runner.verifyTaskDefinitionArns,
      runner.verifyRoleArns,
      runner.executionRoleArns,
    ];
    return (await Promise.all(outputs.map(valueOf<string[]>))).map((list) => list.length);
  };

  it("are per database for dumps, and per 25 databases for the rest", async () => {
    await startMocks();
    expect([25, 26].map((count) => databaseGroups(many(count)).length)).toEqual([1, 2]);
    expect(await lengths(await build({ databases: many(26) }))).toEqual([26, 26, 2, 2, 2]);
  });

  it("are one of each for a list", async () => {
    await startMocks();
    const runner = await build(LISTED);
    expect(await lengths(runner)).toEqual([1, 1, 1, 1, 1]);
    expect(await valueOf(runner.scheduleNames)).toHaveLength(1);
  });

  it("cost three resources for a database more", async () => {
    await startMocks();
    await build({ databases: many(1) });
    const before = registered.length;
    await startMocks();
    await build({ databases: many(2) });
    expect(registered.length - before).toBe(3);
  });
});

describe("BackupRunner's alarms", () => {
  it("watch both machines in one, and the queue", async () => {
    await startMocks();
    const alarmTopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
    const runner = await build({ alarmTopicArn });
    const alarms = registered.filter((r) => r.type.endsWith(":MetricAlarm"));
    expect(alarms.map((a) => a.name).sort()).toEqual(["orders-dead-letters-alarm", "orders-executions-alarm"]);
    expect(alarms.filter((a) => a.inputs.alarmActions[0] !== alarmTopicArn)).toEqual([]);
    const [total, ...metrics] = byName("orders-executions-alarm").inputs.metricQueries;
    expect(total).toEqual({
      id: "total",
      expression: "SUM(FILL(METRICS(), 0))",
      label: "executions without success",
      returnData: true,
    });
    const machines = [await valueOf(runner.stateMachineArn), await valueOf(runner.starterArn)];
    expect(metrics.map(({ metric: m }: any) => [m.metricName, m.stat, m.period, m.dimensions.StateMachineArn])).toEqual(
      machines.flatMap((arn) =>
        ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"].map((name) => [name, "Sum", 300, arn]),
      ),
    );
    expect(byName("orders-executions-alarm").inputs).toMatchObject({
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      treatMissingData: "notBreaching",
    });
    expect(byName("orders-task-failed-target").inputs.arn).toBe(alarmTopicArn);
  });

  it("have no action, and failed tasks no rule, without a topic", async () => {
    await startMocks();
    await build();
    expect(byName("orders-executions-alarm").inputs.alarmActions).toEqual([]);
    expect(registered.filter((r) => r.type.includes("eventRule"))).toEqual([]);
  });

  it("tell tasks that never started from those that failed, and neither from a success", () => {
    expect(JSON.parse(failedTaskPattern("c")).detail).toEqual({
      clusterArn: ["c"],
      lastStatus: ["STOPPED"],
      $or: [
        { stopCode: [{ "anything-but": ["EssentialContainerExited"] }] },
        { containers: { name: ["runner"], exitCode: [{ "anything-but": [0] }] } },
      ],
    });
  });
});
