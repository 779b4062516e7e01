import { DatabaseBackup, type DatabaseBackupArgs, ObjectLockMode, Preset, SslMode, Tier } from "../../components";
import { databaseBackupProblems } from "../../components/internal/frontDoor/databaseBackupProblems";
import { BACKUP_ARGS, messageOf } from "./fixtures";
import { registered, REGION, SECRET, settle, startMocks } from "./mocks";

const ORDERS = { name: "orders", secretArn: SECRET };
const WEEK = [{ tier: Tier.Daily, expireDays: 7 }];
const DECADE = [{ tier: Tier.Yearly, expireDays: 3650, lockDays: 30 }];
const LIST = { databases: undefined, databaseList: { bucketName: "settings", key: "l.json", secretNamePrefix: "db/" } };

describe("DatabaseBackup", () => {
  it("fails with every problem of every part at once, before anything is registered", async () => {
    await startMocks();
    const bad: DatabaseBackupArgs = {
      ...BACKUP_ARGS,
      preset: "best" as Preset,
      databases: [
        { name: "Orders", secretArn: "hunter2", port: 0, sslMode: SslMode.VerifyFull, estimatedDumpGiB: 0 },
        { ...ORDERS, scheduleExpression: "rate(1 days)", rpoMinutes: 0.5, tiers: ["yearly"] },
        { ...ORDERS, estimatedDumpGiB: 48_001 },
      ],
      image: "backup321:latest",
      replicaRegion: "ireland",
      replicaAssumeRole: { roleArn: "arn:aws:iam::2:role/x" },
      rpoMinutes: 60,
      timeoutMinutes: 2000,
      tiers: [{ tier: Tier.Daily, expireDays: 7, lockDays: 8 }],
      objectLockMode: ObjectLockMode.Compliance,
      alertEmails: ["dba"],
    };
    expect(messageOf(() => new DatabaseBackup("orders", bad))).toBe(
      [
        'DatabaseBackup "orders": 19 problems:',
        '  - preset must be one of critical, standard, development, got "best"',
        '  - replicaRegion must be an AWS region like eu-west-1, got "ireland"',
        "  - tiers: daily.lockDays must be at most expireDays (7), got 8; lifecycle would hide versions that are still locked behind delete markers: lower lockDays or raise expireDays",
        "  - objectLockMode COMPLIANCE needs acknowledgeIrreversible: true; until their locks end nobody can delete the objects or stop paying for them, the root user included",
        "  - replicaAssumeRole.roleArn must be an ARN like arn:aws:iam::<account>:role/<name>, got \"arn:aws:iam::2:role/x\"; it decides the replica's account, so it can't be an output",
        '  - databases: "orders" appears twice; each needs a name of its own in the repository',
        '  - databases[0].name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"; it is a segment of every key',
        "  - databases[0].secretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 7 other characters",
        "  - databases[0].port must be a whole number from 1 to 65535, got 0",
        '  - databases[0].sslRootCertPath is needed for databases[0].sslMode verify-full; give the path of a PEM file in the image, or "system"',
        '  - databases[1].tiers must be among the repository\'s tiers (daily), got "yearly"',
        '  - databases[1].scheduleExpression: write 1 minute, hour or day, and more in the plural, got "rate(1 days)"',
        '  - image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "backup321:latest"; a tag can change under a backup',
        "  - timeoutMinutes must be a whole number from 1 to 1440, got 2000",
        "  - databases[0].estimatedDumpGiB must be more than 0 and at most 48000 GiB, got 0; it is the size of one dump as stored",
        "  - rpoMinutes must be at least 3440 (longest interval of the schedule 1440 + timeoutMinutes 2000), got 60; back up more often, lower timeoutMinutes, or raise it",
        "  - databases[1].rpoMinutes must be a whole number from 1 to 527040, got 0.5",
        "  - databases[2].estimatedDumpGiB must be more than 0 and at most 48000 GiB, got 48001; it is the size of one dump as stored",
        '  - alertEmails[0] must be an e-mail address, got "dba"',
      ].join("\n"),
    );
    expect(messageOf(() => new DatabaseBackup("Orders_2", BACKUP_ARGS))).toBe(
      'DatabaseBackup "Orders_2": the name must be 1-27 characters of a-z, 0-9 and inner hyphens, starting with a letter, got "Orders_2"; ' +
        "shorten or rename it, bucket and role names are made from it",
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it.each<[string, Partial<DatabaseBackupArgs>, string]>([
    ["no database", { databases: undefined }, "databases or databaseList must be given; what is to be backed up?"],
    [
      "databases and a list",
      { databaseList: LIST.databaseList },
      "databases and databaseList are both given; keep one: a list replaces the databases",
    ],
    [
      "no such preset",
      { preset: "best" as Preset },
      'preset must be one of critical, standard, development, got "best"',
    ],
    [
      "a dump of no size",
      { databases: [{ ...ORDERS, estimatedDumpGiB: 0 }] },
      "databases[0].estimatedDumpGiB must be more than 0 and at most 48000 GiB, got 0; it is the size of one dump as stored",
    ],
    [
      "a database whose own RPO its own schedule can't keep",
      { databases: [ORDERS, { ...ORDERS, name: "crm", scheduleExpression: "rate(2 days)", rpoMinutes: 3119 }] },
      "databases[1].rpoMinutes must be at least 3120 (longest interval of the schedule of databases[1] 2880 + timeoutMinutes 240), " +
        "got 3119; back up more often, lower timeoutMinutes, or raise it",
    ],
    [
      "a shared RPO that one database's own schedule can't keep",
      { rpoMinutes: 1740, databases: [ORDERS, { ...ORDERS, name: "crm", scheduleExpression: "rate(2 days)" }] },
      "rpoMinutes must be at least 3120 (longest interval of the schedule of databases[1] 2880 + timeoutMinutes 240), " +
        "got 1740; back up more often, lower timeoutMinutes, or raise it",
    ],
    [
      "a schedule too rare for any RPO",
      {
        databases: [ORDERS, { ...ORDERS, name: "crm", scheduleExpression: "cron(0 0 1 JAN ? *)" }],
        tiers: DECADE,
      },
      "the schedule of databases[1] needs an RPO of 527340 minutes, more than the longest there is (527040, a year); back up more often",
    ],
    [
      "a tier whose points expire before the next one",
      { databases: [ORDERS, { ...ORDERS, name: "crm", scheduleExpression: "rate(7 days)" }], tiers: WEEK },
      "databases[1]: points of the tier daily expire after 10080 minutes (7 days), and the next one may be 10320 minutes away; " +
        "raise its expireDays, or back up more often",
    ],
    [
      "a list whose points expire before the next one",
      { ...LIST, scheduleExpression: "rate(7 days)", tiers: WEEK },
      "databaseList: points of the tier daily expire after 10080 minutes (7 days), and the next one may be 10320 minutes away; " +
        "raise its expireDays, or back up more often",
    ],
    [
      "a list whose schedule is too rare",
      { ...LIST, scheduleExpression: "rate(366 days)", tiers: DECADE },
      "the schedule needs an RPO of 527340 minutes, more than the longest there is (527040, a year); back up more often",
    ],
    [
      "a list whose schedule can't keep the RPO",
      { ...LIST, rpoMinutes: 1679 },
      "rpoMinutes must be at least 1680 (longest interval of the schedule 1440 + timeoutMinutes 240), " +
        "got 1679; back up more often, lower timeoutMinutes, or raise it",
    ],
    [
      "a preset whose schedule can't keep the RPO",
      { preset: Preset.Critical, rpoMinutes: 359 },
      "rpoMinutes must be at least 360 (longest interval of the schedule 240 + timeoutMinutes 120), " +
        "got 359; back up more often, lower timeoutMinutes, or raise it",
    ],
  ])("fails when there is %s", (_, args, problem) => {
    expect(messageOf(() => new DatabaseBackup("orders", { ...BACKUP_ARGS, ...args }))).toBe(
      `DatabaseBackup "orders": ${problem}`,
    );
  });

  it.each<[string, Partial<DatabaseBackupArgs>]>([
    ["a dump of a byte", { databases: [{ ...ORDERS, estimatedDumpGiB: 1e-9 }] }],
    ["the largest dump", { databases: [{ ...ORDERS, estimatedDumpGiB: 48_000 }] }],
    ["an RPO that is just kept", { databases: [{ ...ORDERS, scheduleExpression: "rate(2 days)", rpoMinutes: 3120 }] }],
    [
      "a shared RPO of databases that have their own",
      { rpoMinutes: 1680, databases: [{ ...ORDERS, rpoMinutes: 1680 }] },
    ],
    ["a shared RPO that no database goes by", { rpoMinutes: 100, databases: [{ ...ORDERS, rpoMinutes: 1680 }] }],
    [
      "a list whose schedule is just frequent enough",
      { ...LIST, scheduleExpression: "rate(526740 minutes)", timeoutMinutes: 240, tiers: DECADE },
    ],
    ["a list whose schedule just keeps the RPO", { ...LIST, rpoMinutes: 1680 }],
    ["a preset whose schedule just keeps the RPO", { preset: Preset.Critical, rpoMinutes: 360 }],
    ["a tier whose points live just as long", { scheduleExpression: "rate(9840 minutes)", tiers: WEEK }],
    [
      "a short tier that the schedule never comes to",
      { scheduleExpression: "rate(7 days)", tiers: [...WEEK, { tier: Tier.Weekly, expireDays: 35 }] },
    ],
  ])("takes %s", (_, args) => {
    expect(
      databaseBackupProblems({ ...BACKUP_ARGS, ...args }, { assumeRole: undefined, provider: undefined }, REGION),
    ).toEqual([]);
  });
});
