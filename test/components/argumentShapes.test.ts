import * as pulumi from "@pulumi/pulumi";
import {
  AlertChannelKind,
  BackupRepository,
  BackupRunner,
  DatabaseBackup,
  DumpShape,
  type DatabaseBackupArgs,
  FreshnessCheck,
  type ObjectLockMode,
  Preset,
  SslMode,
  StorageClass,
  Tier,
} from "../../components";
import { shapeProblems } from "../../components/internal/frontDoor/argumentShapes";
import { BACKUP_ARGS, FRESHNESS_ARGS, messageOf, RUNNER_ARGS } from "./fixtures";
import { ACCOUNT, registered, SECRET, settle, startMocks } from "./mocks";

const ORDERS = { name: "orders", secretArn: SECRET };
const LOWER = { objectLockMode: "compliance" as ObjectLockMode };
/** As a stack's configuration hands them over: whatever somebody wrote. */
const unchecked = (args: Record<string, unknown>): DatabaseBackupArgs => ({ ...BACKUP_ARGS, ...args });
const unusable = (args: Record<string, unknown>): string[] => {
  const { unknown, unusable } = shapeProblems(unchecked(args));
  expect(unknown).toEqual([]);
  return unusable;
};

describe("arguments that no compiler has seen", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["a tier's life is missing", { tiers: [{ tier: "daily" }] }, "tiers[0].expireDays must be given"],
    [
      "a transition's day is missing",
      { tiers: [{ tier: "daily", expireDays: 9, transitions: [{ storageClass: "GLACIER" }] }] },
      "tiers[0].transitions[0].days must be given",
    ],
    ["a database has no name", { databases: [{ secretArn: SECRET }] }, "databases[0].name must be given"],
    ["the replica has no region", { replicaRegion: undefined }, "replicaRegion must be given"],
    ["databases are no list", { databases: { shop: ORDERS } }, "databases must be a list, got an object"],
    ["a database is a text", { databases: ["shop"] }, "databases[0] must be an object, got a text"],
    ["a tier is a list", { tiers: [[]] }, "tiers[0] must be an object, got a list"],
    ["subnets are a text", { subnetIds: "subnet-1" }, "subnetIds must be a list, got a text"],
    ["a subnet is a number", { subnetIds: [7] }, "subnetIds[0] must be a text, got the number 7"],
    [
      "a number is quoted",
      { databases: [{ ...ORDERS, port: "5432" }] },
      'databases[0].port must be a number, got "5432"; write it without quotes',
    ],
    ["a switch is quoted", { accessLogs: "no" }, 'accessLogs must be true or false, got "no"; write it without quotes'],
    [
      "a secret is written out as an object, which is not shown",
      { databases: [{ name: "orders", secretArn: { password: "hunter2" } }] },
      "databases[0].secretArn must be a text, got an object",
    ],
    [
      "a line of YAML was left empty",
      { databases: [{ ...ORDERS, tiers: null }] },
      "databases[0].tiers must be a list, got null; leave it out for its default",
    ],
    [
      "what is made depends on an output",
      { databases: pulumi.output([ORDERS]) },
      "databases can't be an output; what is made depends on it, so give a plain value",
    ],
  ])("fails when %s", (_, args, problem) => {
    expect(unusable(args)).toEqual([problem]);
    expect(messageOf(() => new DatabaseBackup("orders", unchecked(args)))).toBe(`DatabaseBackup "orders": ${problem}`);
  });

  it("fails when a name is misspelt or of another version, together with every other problem", async () => {
    await startMocks();
    const args = unchecked({
      databases: [{ ...ORDERS, rpoMinute: 60, RPOMinutes: 60 }],
      secretArn: SECRET,
      tiers: [{ tier: "daily", expireDays: 35, keep: 7 }],
      timeoutMinutes: 2000,
    });
    const known = Object.keys({
      ...{ databases: 0, databaseList: 0, image: 0, vpcId: 0, subnetIds: 0, replicaRegion: 0, preset: 0 },
      ...{ replicaAssumeRole: 0, scheduleExpression: 0, scheduleTimezone: 0, flexibleWindowMinutes: 0, rpoMinutes: 0 },
      ...{ timeoutMinutes: 0, maxConcurrency: 0, tiers: 0, objectLockMode: 0, acknowledgeIrreversible: 0 },
      ...{ evidenceRetentionDays: 0, replicationTimeControl: 0, accessLogs: 0, primaryKmsKeyArn: 0 },
      ...{ replicaKmsKeyArn: 0, existingPrimaryBucketName: 0, existingReplicaBucketName: 0, adminPrincipalArns: 0 },
      ...{ replicaAdminPrincipalArns: 0, restorerPrincipalArns: 0, deletionProtection: 0, alertEmails: 0, alerts: 0 },
      ...{
        drill: 0,
        doctor: 0,
        doctorIntervalDays: 0,
        cpu: 0,
        memoryMiB: 0,
        bufferBudgetMiB: 0,
        cpuArchitecture: 0,
        dump: 0,
        vpcEndpoints: 0,
        tags: 0,
      },
    });
    expect(messageOf(() => new DatabaseBackup("orders", args))).toBe(
      [
        'DatabaseBackup "orders": 5 problems:',
        "  - databases[0].rpoMinute is no argument; did you mean rpoMinutes?",
        "  - databases[0].RPOMinutes is no argument; did you mean rpoMinutes?",
        `  - secretArn is no argument; there are ${known.join(", ")}`,
        "  - tiers[0].keep is no argument; there are tier, name, expireDays, lockDays, transitions",
        "  - timeoutMinutes must be a whole number from 1 to 1440, got 2000",
      ].join("\n"),
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("fail in each component by itself too, when a database has no name or a tier no days", () => {
    const tiers = [{ tier: "daily" }, { tier: "weekly", expireDays: 90, transitions: [{ storageClass: "GLACIER" }] }];
    const replicaRegion = BACKUP_ARGS.replicaRegion;
    expect(messageOf(() => new BackupRepository("orders", { replicaRegion, tiers } as never))).toBe(
      'BackupRepository "orders": 2 problems:\n' +
        "  - tiers: daily.expireDays must be given\n  - tiers: weekly.transitions[0].days must be given",
    );
    const named = 'databases[0].name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "undefined"';
    const nameless = { ...RUNNER_ARGS, databases: [{ secretArn: SECRET }] };
    expect(messageOf(() => new BackupRunner("orders", nameless as never))).toBe(
      `BackupRunner "orders": ${named}; it is a segment of every key`,
    );
    const check = { ...FRESHNESS_ARGS, databases: [{}] };
    expect(messageOf(() => new FreshnessCheck("orders", check as never))).toBe(`FreshnessCheck "orders": ${named}`);
  });

  it.each([
    ["BackupRepository", () => new BackupRepository("orders", { ...LOWER, replicaRegion: "eu-west-1" })],
    ["BackupRunner", () => new BackupRunner("orders", { ...RUNNER_ARGS, ...LOWER })],
    ["FreshnessCheck", () => new FreshnessCheck("orders", { ...FRESHNESS_ARGS, ...LOWER })],
    ["DatabaseBackup", () => new DatabaseBackup("orders", { ...BACKUP_ARGS, ...LOWER })],
  ])("fail in %s when a lock mode is none", (component, make) => {
    expect(messageOf(make)).toBe(
      `${component} "orders": objectLockMode must be one of GOVERNANCE, COMPLIANCE, got "compliance"`,
    );
  });

  it("takes every argument there is, outputs where they may be, and what is left undefined", () => {
    const later = pulumi.output("later");
    const all: Required<Omit<DatabaseBackupArgs, "databaseList">> & DatabaseBackupArgs = {
      databases: [
        { ...ORDERS, secretArn: later, secretKmsKeyArn: later, securityGroupId: Promise.resolve("sg-1"), port: 5432 },
        {
          ...{ name: "crm", rdsIamAuth: { host: later, resourceId: later, username: "u", databaseName: "d" } },
          ...{ sslMode: SslMode.Require, sslRootCertPath: "/ca.pem", tiers: ["daily"], rpoMinutes: 1 },
          ...{ scheduleExpression: "rate(1 day)", scheduleTimezone: "UTC", estimatedDumpGiB: 1, dump: { workers: 1 } },
          freshness: {
            minStoredBytes: 1,
            thresholds: {
              ...{ minStoredPercent: 1, minRowsPercent: 1, minTablesPercent: 1, maxIncompressiblePercent: 1 },
              maxMoreExcludedTables: 1,
            },
          },
          drill: { rtoMinutes: 1, assertions: [{ name: "x", sql: "SELECT true" }], serverImage: later },
        },
      ],
      databaseList: { bucketName: later, key: "l.json", secretNamePrefix: "db/" },
      image: later,
      vpcId: later,
      subnetIds: [later, "subnet-1"],
      replicaRegion: "eu-west-1",
      preset: Preset.Critical,
      replicaAssumeRole: { roleArn: `arn:aws:iam::${ACCOUNT}:role/x`, externalId: "y" },
      scheduleExpression: "rate(1 day)",
      scheduleTimezone: "UTC",
      flexibleWindowMinutes: 1,
      rpoMinutes: 1,
      timeoutMinutes: 1,
      maxConcurrency: 1,
      tiers: [{ tier: Tier.Daily, expireDays: 1, transitions: [{ storageClass: StorageClass.Glacier, days: 1 }] }],
      objectLockMode: "GOVERNANCE" as never,
      acknowledgeIrreversible: true,
      doctor: false,
      doctorIntervalDays: 7,
      evidenceRetentionDays: 1,
      replicationTimeControl: true,
      accessLogs: false,
      primaryKmsKeyArn: later,
      replicaKmsKeyArn: later,
      existingPrimaryBucketName: later,
      existingReplicaBucketName: later,
      adminPrincipalArns: ["x"],
      replicaAdminPrincipalArns: ["x"],
      restorerPrincipalArns: ["x"],
      deletionProtection: true,
      alertEmails: ["x"],
      alerts: {
        channels: [{ kind: AlertChannelKind.Slack, secretArn: later, signingSecretArn: later, eventsUrl: "x" }],
        replicaChannels: [{ kind: AlertChannelKind.Slack, secretArn: later }],
        ...{ secretKmsKeyArns: [later], digestScheduleExpression: "x", pingSecretArn: later },
        replicaPingSecretArn: later,
      },
      drill: {
        ...{ serverImage: later, nextMajorServerImage: later, databases: ["x"], scheduleExpression: "x" },
        ...{ scheduleTimezone: "x", rtoMinutes: 1, inReplicaRegion: true, vpcId: later, subnetIds: [later] },
        ...{ timeoutMinutes: 1, maxConcurrency: 1, cpu: 1, memoryMiB: 1, scratchGiB: 1, identitySecretArn: later },
        identitySecretKmsKeyArn: later,
      },
      cpu: 1,
      memoryMiB: 1,
      bufferBudgetMiB: 1,
      cpuArchitecture: "ARM64" as never,
      dump: {
        ...{ shape: DumpShape.Auto, workers: 1, compressionLevel: 1, maxMiBPerSecond: 1, allowStandby: true },
        ...{ maxReplayLagSeconds: 1, ageRecipients: ["x"], rolePasswords: true, excludeTableData: ["a.b"] },
      },
      vpcEndpoints: { routeTableIds: pulumi.output(["rtb-1"]) },
      tags: later.apply((value) => ({ owner: value })),
    };
    expect(shapeProblems(all)).toEqual({ unknown: [], unusable: [] });
    expect(shapeProblems(unchecked({ former: undefined, tiers: undefined }))).toEqual({ unknown: [], unusable: [] });
  });
});
