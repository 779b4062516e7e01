import { BackupRunner, type BackupRunnerArgs, SslMode } from "../../components";
import { failedTaskPattern } from "../../components/internal/taskFailures";
import { ENV } from "../../runner/contract";
import { RUNNER_ARGS } from "./fixtures";
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

const container = (name: string) => JSON.parse(byName(name).inputs.containerDefinitions)[0];
const environment = (name: string): Record<string, string> =>
  Object.fromEntries(container(name).environment.map((e: any) => [e.name, e.value]));

describe("BackupRunner's tasks", () => {
  it("run unprivileged, read-only, and without a public address", async () => {
    await startMocks();
    await build();
    expect(byName("orders-dump-orders").inputs).toMatchObject({
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
      command: ["backup"],
      user: "10001:10001",
      readonlyRootFilesystem: true,
      stopTimeout: 120,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
    });
    expect(container("orders-verify-orders").command).toEqual(["verify", "--latest", "--record"]);
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
      [ENV.tiers]: '[{"tier":"daily","expireDays":120,"lockDays":120}]',
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

  it("give the verifier no way to the database", async () => {
    await startMocks();
    await build();
    expect(container("orders-verify-orders").secrets).toEqual([]);
    expect(environment("orders-verify-orders")).not.toHaveProperty("PGSSLMODE");
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

  it("may connect to HTTPS and their database alone", async () => {
    await startMocks();
    await build({ databases: [{ name: "orders", secretArn: SECRET, port: 6432, securityGroupId: "sg-db" }] });
    const rules = registered.filter((r) => r.type.startsWith("aws:vpc/"));
    expect(
      rules.map(({ type, inputs }) => [
        type.split(":").pop(),
        inputs.fromPort,
        inputs.toPort,
        inputs.cidrIpv4 ?? inputs.referencedSecurityGroupId,
      ]),
    ).toEqual([
      ["SecurityGroupEgressRule", 443, 443, "0.0.0.0/0"],
      ["SecurityGroupEgressRule", 6432, 6432, "sg-db"],
    ]);
    expect(byName("orders-tasks").inputs).not.toHaveProperty("ingress");
  });
});

describe("BackupRunner's schedule", () => {
  it("starts the starter on time, tries three times within the hour, and keeps what failed", async () => {
    await startMocks();
    const runner = await build({ scheduleExpression: "cron(0 3 * * ? *)", scheduleTimezone: "Europe/Berlin" });
    const { target, ...schedule } = byName("orders-schedule").inputs;
    expect(schedule).toMatchObject({
      scheduleExpression: "cron(0 3 * * ? *)",
      scheduleExpressionTimezone: "Europe/Berlin",
      flexibleTimeWindow: { mode: "OFF" },
    });
    expect(target).toMatchObject({
      arn: await valueOf(runner.starterArn),
      input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}',
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
    });
    expect(target.deadLetterConfig.arn).toMatch(/orders-dead-letters$/);
    expect(byName("orders-dead-letters").inputs.sqsManagedSseEnabled).toBe(true);
  });

  it("may start within a window", async () => {
    await startMocks();
    await build({ flexibleWindowMinutes: 15 });
    expect(byName("orders-schedule").inputs.flexibleTimeWindow).toEqual({
      mode: "FLEXIBLE",
      maximumWindowInMinutes: 15,
    });
  });
});

describe("BackupRunner's alarms", () => {
  it("watch both machines and the queue", async () => {
    await startMocks();
    const alarmTopicArn = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
    await build({ alarmTopicArn });
    const alarms = registered.filter((r) => r.type.endsWith(":MetricAlarm"));
    expect(alarms.map((a) => [a.name, a.inputs.metricName]).sort()).toEqual([
      ["orders-backup-aborted", "ExecutionsAborted"],
      ["orders-backup-failed", "ExecutionsFailed"],
      ["orders-backup-timedout", "ExecutionsTimedOut"],
      ["orders-dead-letters-alarm", "ApproximateNumberOfMessagesVisible"],
      ["orders-starter-aborted", "ExecutionsAborted"],
      ["orders-starter-failed", "ExecutionsFailed"],
      ["orders-starter-timedout", "ExecutionsTimedOut"],
    ]);
    expect(alarms.filter((a) => a.inputs.alarmActions[0] !== alarmTopicArn)).toEqual([]);
    expect(byName("orders-task-failed-target").inputs.arn).toBe(alarmTopicArn);
  });

  it("have no action, and failed tasks no rule, without a topic", async () => {
    await startMocks();
    await build();
    expect(byName("orders-backup-failed").inputs.alarmActions).toEqual([]);
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
