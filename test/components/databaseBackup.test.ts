import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup, type DatabaseBackupArgs, type DatabaseBackupOptions, Preset } from "../../components";
import { BACKUP_ARGS, collecting, messageOf } from "./fixtures";
import { byName, lookUps, registered, REGION, REPLICA_REGION, SECRET, settle, startMocks, valueOf } from "./mocks";

async function build(
  args: Partial<DatabaseBackupArgs> = {},
  opts?: DatabaseBackupOptions,
  name = "orders",
): Promise<DatabaseBackup> {
  const backup = new DatabaseBackup(name, { ...BACKUP_ARGS, ...args }, opts);
  await settle();
  return backup;
}

const ORDERS = { name: "orders", secretArn: SECRET };
/** Types that have no region of their own. */
const GLOBAL = /^aws:(iam\/|cloudwatch\/dashboard)/;

/** Names of what is on the replica's side. */
const ON_REPLICA = /-replica(-|$)|-replication-latency-/;
const LIST = { databases: undefined, databaseList: { bucketName: "settings", key: "l.json", secretNamePrefix: "db/" } };

describe("DatabaseBackup", () => {
  it("names its children as the contract says", async () => {
    await startMocks();
    await build();
    expect(registered.map((r) => `${r.type} ${r.name}`).sort()).toMatchSnapshot();
  });

  it("gives every child with protected settings a name that no other child has, since the guard goes by it", async () => {
    await startMocks();
    await build();
    const children = registered.filter((r) => r.type.startsWith("aws:"));
    const guarded = children.filter((r) => /^aws:(s3|kms)\//.test(r.type));
    expect(guarded.length).toBeGreaterThan(20);
    expect(guarded.filter(({ name }) => children.filter((r) => r.name === name).length > 1)).toEqual([]);
  });

  it("keeps generated physical names within AWS's limits for the longest name", async () => {
    await startMocks();
    await build({}, undefined, `a${"b".repeat(26)}`);
    const limits: Record<string, number> = {
      Role: 64,
      Function: 64,
      Schedule: 64,
      ScheduleGroup: 64,
      Bucket: 63,
      StateMachine: 80,
      Queue: 80,
    };
    const tooLong = registered.filter((r) => `${r.name}-0123456`.length > (limits[r.type.split(":").pop()!] ?? 255));
    expect(tooLong.map((r) => r.name)).toEqual([]);
  });

  it("puts every child below itself", async () => {
    await startMocks();
    const children: pulumi.Resource[] = [];
    await build({}, collecting(children));
    const urns = await Promise.all(children.map((child) => valueOf(child.urn)));
    // Mocks show the parent's type alone: the front door below the stack, its parts below it, and all else below one of those.
    const orphans = urns.filter((urn) => !urn.includes("$"));
    expect(orphans).toEqual(["urn:pulumi:stack::project::pulumi-backup321:index:DatabaseBackup::orders"]);
    expect(urns).toContain(
      "urn:pulumi:stack::project::pulumi-backup321:index:DatabaseBackup$pulumi-backup321:index:BackupRepository::orders",
    );
    expect(urns).toContain(
      "urn:pulumi:stack::project::aws:s3/bucket:Bucket$aws:s3/bucketPolicy:BucketPolicy::orders-replica-policy",
    );
    expect(urns.length).toBe(registered.length);
  });

  it("serialises no value that was not there", async () => {
    await startMocks();
    await build({
      tags: { team: "shop" },
      alertEmails: ["dba@example.com"],
      databases: [{ ...ORDERS, securityGroupId: "sg-db" }],
    });
    const broken = registered.filter((r) => /undefined|\[object|Calling \[toString/.test(JSON.stringify(r.inputs)));
    expect(broken.map((r) => [r.name, r.inputs])).toEqual([]);
  });

  it("puts every regional child of the replica's side into its region, and none of the primary's", async () => {
    await startMocks();
    await build();
    const regional = registered.filter((r) => r.type.startsWith("aws:") && !GLOBAL.test(r.type));
    const replicaSide = regional.filter((r) => ON_REPLICA.test(r.name));
    expect(replicaSide.length).toBeGreaterThan(20);
    expect(replicaSide.filter((r) => r.inputs.region !== REPLICA_REGION).map((r) => r.name)).toEqual([]);
    const primarySide = regional.filter((r) => !replicaSide.includes(r));
    expect(primarySide.filter((r) => r.inputs.region !== undefined).map((r) => r.name)).toEqual([]);
  });

  it("sends every child and every look-up through the caller's provider", async () => {
    await startMocks();
    const provider = new aws.Provider("mine", { region: REGION });
    await build({}, { providers: [provider] });
    const children = registered.filter((r) => r.type.startsWith("aws:"));
    expect(children.filter((r) => !r.provider.includes("::mine::")).map((r) => r.name)).toEqual([]);
    expect(lookUps.length).toBeGreaterThan(5);
    expect(lookUps.filter((l) => !l.provider?.includes("::mine::"))).toEqual([]);
  });

  it("can be previewed, with nothing known that the provider decides", async () => {
    await startMocks({ preview: true });
    await build();
    expect(byName("orders-primary").inputs.objectLockEnabled).toBe(true);
    expect(registered.length).toBeGreaterThan(80);
  });

  it("says where everything is", async () => {
    await startMocks();
    const backup = await build();
    const known = await valueOf(
      pulumi.output({
        primaryBucketName: backup.primaryBucketName,
        replicaBucketName: backup.replicaBucketName,
        dumpTaskDefinitionArns: backup.dumpTaskDefinitionArns,
        primaryFreshnessFunctionName: backup.primaryFreshnessFunctionName,
        replicaFreshnessFunctionName: backup.replicaFreshnessFunctionName,
        primaryAlarmNames: backup.primaryAlarmNames,
        replicaAlarmNames: backup.replicaAlarmNames,
        dashboardName: backup.dashboardName,
      }),
    );
    expect(known).toEqual({
      primaryBucketName: "orders-primary-0123456",
      replicaBucketName: "orders-replica-0123456",
      dumpTaskDefinitionArns: [expect.stringMatching(/task-definition\/orders-dump-orders:1$/)],
      primaryFreshnessFunctionName: "orders-fresh-primary-function-0123456",
      replicaFreshnessFunctionName: "orders-fresh-replica-function-0123456",
      primaryAlarmNames: [
        "orders-executions-alarm-0123456",
        "orders-dead-letters-alarm-0123456",
        "orders-replication-failed-alarm-0123456",
        "orders-fresh-primary-healthy-orders-0123456",
        "orders-fresh-primary-doctor-0123456",
        "orders-doctor-errors-alarm-0123456",
      ],
      replicaAlarmNames: [
        "orders-replication-latency-alarm-0123456",
        "orders-fresh-replica-healthy-orders-0123456",
        "orders-fresh-replica-doctor-0123456",
      ],
      dashboardName: "orders-primary-0123456",
    });
    expect(await valueOf(backup.restorerRoleArn)).toMatch(/orders-restorer$/);
    expect(await valueOf(backup.replicaRestorerRoleArn)).toBe(await valueOf(backup.restorerRoleArn));
    expect(await valueOf(backup.objectives)).toMatchObject([{ database: "orders", rpoMinutes: 1740 }]);
    expect((await valueOf(backup.estimatedMonthlyCost)).usdPerMonth).toBeGreaterThan(1);
  });

  it("gives a runbook with its own names, which says where measured times are", async () => {
    await startMocks();
    const backup = await build();
    const runbook = await valueOf(backup.runbook);
    for (const part of ["primaryBucketName", "replicaBucketName", "restorerRoleArn", "primaryTopicArn"] as const)
      expect([part, runbook.includes(await valueOf(backup[part]))]).toEqual([part, true]);
    expect(runbook).toMatch(/^# Restore runbook: orders\n/);
    expect(runbook).not.toMatch(/undefined|\[object|Calling/);
    const ofList = await valueOf((await build(LIST, undefined, "many")).runbook);
    expect(ofList).not.toMatch(/undefined|\*\*\*|`\*`/);
  });

  it("names its dashboard after the bucket, without dots", async () => {
    await startMocks({ existingBuckets: { "old.backups": REGION } });
    const backup = await build({ existingPrimaryBucketName: "old.backups" });
    expect(await valueOf(backup.dashboardName)).toBe("old-backups");
    const body = byName("orders-dashboard").inputs.dashboardBody as string;
    expect(body).toContain('"SourceBucket","old.backups"');
    expect(body).not.toMatch(/undefined|\[object|Calling/);
  });

  it("takes what a preset decides, unless told", async () => {
    await startMocks();
    await build({ preset: Preset.Critical, cpu: 4096, memoryMiB: 8192 });
    expect(byName("orders-dump-orders", "TaskDefinition").inputs).toMatchObject({ cpu: "4096", memory: "8192" });
    expect(registered.filter((r) => r.type.endsWith(":Schedule")).map((r) => r.inputs.scheduleExpression)).toContain(
      "cron(0 0/4 * * ? *)",
    );
    expect(byName("orders-fresh-primary-healthy-orders").inputs.alarmDescription).toContain("older than 420 minutes");
    expect(byName("orders-fresh-primary-function").inputs.environment.variables.BACKUP321_TIERS).toContain('"monthly"');
  });

  it("backs up and watches the databases of a list", async () => {
    await startMocks();
    const backup = await build({ ...LIST, rpoMinutes: 2000 });
    const { variables } = byName("orders-fresh-replica-function").inputs.environment;
    expect(variables).toMatchObject({ BACKUP321_DATABASE_LIST: "s3://settings/l.json", BACKUP321_RPO_MINUTES: "2000" });
    expect(await valueOf(backup.objectives)).toMatchObject([{ database: "*", rpoMinutes: 2000 }]);
    expect(byName("orders-dashboard").inputs.dashboardBody).toContain("UnhealthyDatabases");
  });

  it("holds at most 80 resources and 8 for each database, without access logs and the doctor", async () => {
    const counts: number[] = [];
    for (const databases of [["sg-1"], ["sg-1", "sg-2"]]) {
      await startMocks();
      await build({
        accessLogs: false,
        doctor: false,
        databases: databases.map((securityGroupId) => ({ ...ORDERS, name: securityGroupId, securityGroupId })),
      });
      counts.push(registered.length);
    }
    expect(counts[0]).toBeLessThanOrEqual(80 + 8);
    expect(counts[1]! - counts[0]!).toBeLessThanOrEqual(8);
  });

  it("sends the replica's alarms to the replica's topic", async () => {
    await startMocks();
    const backup = await build();
    const topic = await valueOf(backup.replicaTopicArn);
    expect(topic).toContain(REPLICA_REGION);
    for (const name of ["fresh-replica-healthy-orders", "replication-latency-alarm"])
      expect(byName(`orders-${name}`).inputs.alarmActions).toEqual([topic]);
    const primaryTopic = await valueOf(backup.primaryTopicArn);
    for (const name of ["fresh-primary-healthy-orders", "replication-failed-alarm", "executions-alarm"])
      expect(byName(`orders-${name}`).inputs.alarmActions).toEqual([primaryTopic]);
  });

  it("subscribes each address to both topics, and nobody when there is none", async () => {
    await startMocks();
    await build({ alertEmails: ["dba@example.com"] });
    expect(byName("orders-alerts-primary-email-1").inputs).toMatchObject({
      protocol: "email",
      endpoint: "dba@example.com",
    });
    expect(byName("orders-alerts-replica-email-1").inputs.region).toBe(REPLICA_REGION);
    await startMocks();
    await build();
    expect(registered.filter((r) => r.type.includes("topicSubscription"))).toEqual([]);
  });

  it("sets each database's RPO to what its schedule can keep, plus an hour for replication, unless told", async () => {
    await startMocks();
    const hourly = { ...ORDERS, scheduleExpression: "rate(1 hour)" };
    await build({
      timeoutMinutes: 30,
      databases: [ORDERS, { ...hourly, name: "a" }, { ...hourly, name: "b", rpoMinutes: 90 }],
    });
    const rpoOf = (database: string) =>
      /older than (\d+) minutes/.exec(byName(`orders-fresh-primary-healthy-${database}`).inputs.alarmDescription)![1];
    expect(["orders", "a", "b"].map(rpoOf)).toEqual(["1530", "150", "90"]);
  });

  it("fails when a part's protected setting is changed by a transformation of the whole", async () => {
    await startMocks();
    const weaken: pulumi.ResourceTransformation = ({ props, opts, type }) =>
      type.endsWith(":BucketVersioning")
        ? { props: { ...props, versioningConfiguration: { status: "Suspended" } }, opts }
        : undefined;
    expect(messageOf(() => new DatabaseBackup("orders", BACKUP_ARGS, { transformations: [weaken] }))).toBe(
      'DatabaseBackup "orders": a transform changed the protected setting versioningConfiguration of orders-primary-versioning; ' +
        "versioning, Object Lock, encryption, public access block, lifecycle, keys and deny statements stay as they are: remove that change",
    );
    await settle();
  });
});
