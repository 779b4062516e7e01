import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  DatabaseBackup,
  type DatabaseBackupArgs,
  type DatabaseBackupOptions,
  ObjectLockMode,
  SslMode,
  Tier,
} from "../../components";
import { BACKUP_ARGS, collecting, messageOf } from "./fixtures";
import { byName, lookUps, registered, REGION, REPLICA_REGION, settle, startMocks, valueOf } from "./mocks";

async function build(
  args: Partial<DatabaseBackupArgs> = {},
  opts?: DatabaseBackupOptions,
  name = "orders",
): Promise<DatabaseBackup> {
  const backup = new DatabaseBackup(name, { ...BACKUP_ARGS, ...args }, opts);
  await settle();
  return backup;
}

/** Types that have no region of their own. */
const GLOBAL = /^aws:iam\//;

describe("DatabaseBackup", () => {
  it("names its children as the contract says", async () => {
    await startMocks();
    await build();
    expect(registered.map((r) => `${r.type} ${r.name}`).sort()).toMatchSnapshot();
  });

  it("gives every child a name of its own, which the guard goes by", async () => {
    await startMocks();
    await build();
    const names = registered.filter((r) => r.type.startsWith("aws:")).map((r) => r.name);
    expect(names.length).toBeGreaterThan(80);
    expect(new Set(names).size).toBe(names.length);
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
    await build({ tags: { team: "shop" }, alertEmails: ["dba@example.com"], databaseSecurityGroupId: "sg-db" });
    const broken = registered.filter((r) => /undefined|\[object|Calling \[toString/.test(JSON.stringify(r.inputs)));
    expect(broken.map((r) => [r.name, r.inputs])).toEqual([]);
  });

  it("puts every regional child of the replica's side into its region, and none of the primary's", async () => {
    await startMocks();
    await build();
    const aws = registered.filter((r) => r.type.startsWith("aws:") && !GLOBAL.test(r.type));
    const replicaSide = aws.filter((r) => /-replica(-|$)/.test(r.name));
    expect(replicaSide.length).toBe(20);
    expect(replicaSide.filter((r) => r.inputs.region !== REPLICA_REGION).map((r) => r.name)).toEqual([]);
    const primarySide = aws.filter((r) => !replicaSide.includes(r));
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
    expect(await valueOf(backup.primaryBucketName)).toBe("orders-primary-0123456");
    expect(await valueOf(backup.replicaBucketName)).toBe("orders-replica-0123456");
    expect(await valueOf(backup.taskDefinitionArn)).toMatch(/task-definition\/orders-dump-orders:1$/);
    expect(await valueOf(backup.primaryFreshnessFunctionName)).toBe("orders-fresh-primary-function-0123456");
    expect(await valueOf(backup.replicaFreshnessFunctionName)).toBe("orders-fresh-replica-function-0123456");
    expect(await valueOf(backup.primaryAlarmNames)).toHaveLength(11);
    expect(await valueOf(backup.replicaAlarmNames)).toHaveLength(4);
    expect(await valueOf(backup.restorerRoleArn)).toMatch(/orders-restorer$/);
  });

  it("uses the component's name as the database's, unless told", async () => {
    await startMocks();
    await build({ databaseName: "shop" });
    expect(byName("orders-dump-shop").inputs.family).toBe("orders-dump-shop");
  });

  it("sends the replica's alarms to the replica's topic", async () => {
    await startMocks();
    const backup = await build();
    const topic = await valueOf(backup.replicaTopicArn);
    expect(topic).toContain(REPLICA_REGION);
    expect(byName("orders-fresh-replica-age-orders").inputs.alarmActions).toEqual([topic]);
    expect(byName("orders-fresh-primary-age-orders").inputs.alarmActions).toEqual([
      await valueOf(backup.primaryTopicArn),
    ]);
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

  it("sets the RPO to what the schedule can keep, plus an hour for replication", async () => {
    await startMocks();
    await build();
    expect(byName("orders-fresh-primary-age-orders").inputs.threshold).toBe(1440 + 240 + 60);
    await startMocks();
    await build({ scheduleExpression: "rate(1 hour)", timeoutMinutes: 30, rpoMinutes: 90 });
    expect(byName("orders-fresh-primary-age-orders").inputs.threshold).toBe(90);
  });

  it("fails with every problem at once, before anything is registered", async () => {
    await startMocks();
    const bad: DatabaseBackupArgs = {
      ...BACKUP_ARGS,
      secretArn: "hunter2",
      image: "backup321:latest",
      replicaRegion: "ireland",
      databaseName: "Orders",
      databasePort: 0,
      sslMode: SslMode.VerifyFull,
      rpoMinutes: 60,
      timeoutMinutes: 2000,
      tiers: [{ tier: Tier.Daily, expireDays: 7, lockDays: 8 }],
      objectLockMode: ObjectLockMode.Compliance,
      alertEmails: ["dba"],
    };
    expect(messageOf(() => new DatabaseBackup("orders", bad))).toMatchInlineSnapshot(`
     "DatabaseBackup "orders": 11 problems:
       - replicaRegion must be an AWS region like eu-west-1, got "ireland"
       - tiers: daily.lockDays must be at most expireDays (7), got 8; lifecycle would hide versions that are still locked behind delete markers: lower lockDays or raise expireDays
       - objectLockMode COMPLIANCE needs acknowledgeIrreversible: true; until their locks end nobody can delete the objects or stop paying for them, the root user included
       - databaseName must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"; it is a segment of every key
       - secretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 7 other characters
       - sslRootCertPath is needed for sslMode verify-full; give the path of a PEM file in the image, or "system"
       - databasePort must be a whole number from 1 to 65535, got 0
       - image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "backup321:latest"; a tag can change under a backup
       - timeoutMinutes must be a whole number from 1 to 1440, got 2000
       - rpoMinutes must be at least 3440 (longest interval of the schedule 1440 + timeoutMinutes 2000), got 60; back up more often, lower timeoutMinutes, or raise it
       - alertEmails[0] must be an e-mail address, got "dba""
    `);
    expect(messageOf(() => new DatabaseBackup("Orders_2", BACKUP_ARGS))).toMatchInlineSnapshot(
      `"DatabaseBackup "Orders_2": the name must be 1-27 characters of a-z, 0-9 and inner hyphens, starting with a letter, got "Orders_2"; shorten or rename it, bucket and role names are made from it"`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("fails when the RPO is shorter than schedule and time-out, and not when it is as long", async () => {
    await startMocks();
    const args = { ...BACKUP_ARGS, scheduleExpression: "rate(6 hours)", timeoutMinutes: 60 };
    expect(messageOf(() => new DatabaseBackup("orders", { ...args, rpoMinutes: 419 }))).toBe(
      'DatabaseBackup "orders": rpoMinutes must be at least 420 (longest interval of the schedule 360 + timeoutMinutes 60), got 419; ' +
        "back up more often, lower timeoutMinutes, or raise it",
    );
    await build({ ...args, rpoMinutes: 420 });
  });

  it("fails when a part's protected setting is changed by a transformation of the whole", async () => {
    await startMocks();
    const weaken: pulumi.ResourceTransformation = ({ props, opts, type }) =>
      type.endsWith(":BucketVersioning")
        ? { props: { ...props, versioningConfiguration: { status: "Suspended" } }, opts }
        : undefined;
    expect(messageOf(() => new DatabaseBackup("orders", BACKUP_ARGS, { transformations: [weaken] }))).toBe(
      'DatabaseBackup "orders": a transform changed the protected setting versioningConfiguration of orders-primary-versioning; ' +
        "versioning, Object Lock, encryption, public access block, keys and deny statements stay as they are: remove that change",
    );
    await settle();
  });
});
