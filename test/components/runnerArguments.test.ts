import * as pulumi from "@pulumi/pulumi";
import { BackupRunner, type BackupRunnerArgs, CpuArchitecture, SslMode, Tier } from "../../components";
import { LISTED, messageOf, RUNNER_ARGS } from "./fixtures";
import { ACCOUNT, byName, registered, REGION, SECRET, settle, startMocks, statementsOf } from "./mocks";

async function build(args: Partial<BackupRunnerArgs> = {}): Promise<BackupRunner> {
  const runner = new BackupRunner("orders", { ...RUNNER_ARGS, ...args });
  await settle();
  return runner;
}

const secretsOf = (group: number): string[] =>
  statementsOf(byName(`orders-execution-role-${group}-policy`).inputs.policy).ReadSecrets.Resource;

const IAM_AUTH = { host: "shop.rds", resourceId: "db-ABC", username: "backup", databaseName: "shop" };

/** Databases of a group whose secrets' ARNs are `characters` long together. */
function longSecrets(characters: number): { name: string; secretArn: string }[] {
  return Array.from({ length: 25 }, (_, i) => {
    const arn = `${SECRET}${String(i).padStart(2, "0")}`;
    return { name: `db${i}`, secretArn: arn.padEnd(characters / 25, "s") };
  });
}

describe("arguments of BackupRunner", () => {
  const database = { name: "orders", secretArn: SECRET };
  it.each<[string, Partial<BackupRunnerArgs>, string]>([
    ["no database", { databases: [] }, "databases must hold at least one database"],
    [
      "neither databases nor a list",
      { databases: undefined },
      "databases or databaseList must be given; what is to be backed up?",
    ],
    [
      "both databases and a list",
      { databaseList: LISTED.databaseList },
      "databases and databaseList are both given; keep one: a list replaces the databases",
    ],
    [
      "too many databases",
      { databases: Array.from({ length: 501 }, (_, i) => ({ ...database, name: `db${i}` })) },
      "databases must hold at most 500, got 501; use databaseList, or several BackupRunners on one repository",
    ],
    [
      "a database twice",
      { databases: [database, database] },
      'databases: "orders" appears twice; each needs a name of its own in the repository',
    ],
    [
      "an unpinned image",
      { image: "backup321:1" },
      'image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "backup321:1"; a tag can change under a backup',
    ],
    [
      "a size that Fargate has not",
      { cpu: 1024, memoryMiB: 16384 },
      "memoryMiB for cpu 1024 must be from 2048 to 8192 in steps of 1024, got 16384",
    ],
    [
      "too little memory",
      { bufferBudgetMiB: 1600 },
      "memoryMiB must be at least bufferBudgetMiB + 512 (2112), got 2048; raise it or lower bufferBudgetMiB",
    ],
    [
      "a run of more than a day",
      { timeoutMinutes: 1441 },
      "timeoutMinutes must be a whole number from 1 to 1440, got 1441",
    ],
    [
      "a window of less than nothing",
      { flexibleWindowMinutes: -1 },
      "flexibleWindowMinutes must be a whole number from 0 to 1440, got -1",
    ],
    [
      "an unknown architecture",
      { cpuArchitecture: "mips" as CpuArchitecture },
      'cpuArchitecture must be one of ARM64, X86_64, got "mips"',
    ],
    [
      "more at the same time than a run starts",
      { maxConcurrency: 1001 },
      "maxConcurrency must be a whole number from 1 to 1000, got 1001",
    ],
    [
      "neither a secret nor IAM",
      { databases: [{ name: "orders" }] },
      "databases[0].secretArn or databases[0].rdsIamAuth must be given, got neither; the task signs in by one of them",
    ],
    [
      "a secret and IAM",
      { databases: [{ ...database, rdsIamAuth: IAM_AUTH }] },
      "databases[0].secretArn or databases[0].rdsIamAuth must be given, got both; the task signs in by one of them",
    ],
    [
      "a secret's key without a secret",
      {
        databases: [
          { name: "orders", rdsIamAuth: IAM_AUTH, secretKmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/k` },
        ],
      },
      "databases[0].secretKmsKeyArn is the key of databases[0].secretArn, which is not given; remove it",
    ],
    [
      "a user that would match others in a policy",
      { databases: [{ name: "orders", rdsIamAuth: { ...IAM_AUTH, username: "b*" } }] },
      'databases[0].rdsIamAuth.username must be a user of 1-63 characters of A-Z, a-z, 0-9 and _$.@-, starting with a letter or _, got "b*"',
    ],
    [
      "an instance's name for its resource id",
      { databases: [{ name: "orders", rdsIamAuth: { ...IAM_AUTH, resourceId: "shop" } }] },
      "databases[0].rdsIamAuth.resourceId must be a resource id like db-ABCDEFGHIJKL01234, cluster-... or prx-..., " +
        'not the instance\'s name, got "shop"',
    ],
    [
      "a URL for a host",
      { databases: [{ name: "orders", rdsIamAuth: { ...IAM_AUTH, host: "https://shop" } }] },
      'databases[0].rdsIamAuth.host must be the host name of an endpoint, got "https://shop"',
    ],
    [
      "settings in a database's name",
      { databases: [{ name: "orders", rdsIamAuth: { ...IAM_AUTH, databaseName: "shop host=evil" } }] },
      'databases[0].rdsIamAuth.databaseName must be a database of 1-63 characters, without control characters and =, got "shop host=evil"',
    ],
    [
      "a schedule of its own that never comes",
      { databases: [database, { ...database, name: "users", scheduleExpression: "rate(0 hours)" }] },
      'databases[1].scheduleExpression: the rate must be at least 1, got "rate(0 hours)"',
    ],
    [
      "a time zone of its own that does not exist",
      { databases: [{ ...database, scheduleTimezone: "Mars/Base" }] },
      'databases[0].scheduleTimezone must be an IANA time zone like Europe/Berlin, got "Mars/Base"',
    ],
    [
      "a tier that the repository has not",
      { databases: [{ ...database, tiers: ["weekly"] }] },
      'databases[0].tiers must be among the repository\'s tiers (daily), got "weekly"',
    ],
    [
      "secrets whose names fit no policy",
      { databases: longSecrets(9_025) },
      "databases[0] to databases[24] share a role, so their secretArn and secretKmsKeyArn must be at most 9000 characters together " +
        "(IAM's inline policies end at 10240), got 9025; give the secrets shorter names, or use several BackupRunners on one repository",
    ],
    [
      "endpoints without a way to S3",
      { vpcEndpoints: { routeTableIds: [] } },
      "vpcEndpoints.routeTableIds must hold at least one route table, got 0; tasks would find no way to S3",
    ],
    [
      "a prefix of secrets that matches all",
      { ...LISTED, databaseList: { ...LISTED.databaseList!, secretNamePrefix: "a*" } },
      'databaseList.secretNamePrefix must be 3-256 characters of A-Z, a-z, 0-9 and /_+=.@-, got "a*"',
    ],
    [
      "a list in no bucket",
      { ...LISTED, databaseList: { ...LISTED.databaseList!, bucketName: "Lists" } },
      'databaseList.bucketName must be a bucket\'s name, got "Lists"',
    ],
    [
      "a list in the repository",
      { ...LISTED, databaseList: { ...LISTED.databaseList!, bucketName: "primary-bucket" } },
      'databaseList.bucketName must not be a bucket of the repository, got "primary-bucket"; nothing in it can be changed: keep the ' +
        "list in another bucket",
    ],
    [
      "an unknown tier",
      { tiers: [{ tier: "decade" as Tier, expireDays: 1 }] },
      'tiers: "decade" is no period; use one of hourly, daily, weekly, monthly, yearly',
    ],
    [
      "a secret with a key",
      { databases: [{ ...database, secretArn: `${SECRET}:password::` }] },
      `databases[0].secretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got ${SECRET.length + 11} other characters`,
    ],
    [
      "a secret that RDS manages",
      { databases: [{ ...database, secretArn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!db-1-AbCdEf` }] },
      "databases[0].secretArn is a secret that an AWS service manages (its name holds a !), with user name and password alone; tasks " +
        "would not start: give a secret with host, port, username, password and dbname",
    ],
    ["no subnet", { subnetIds: [] }, "subnetIds must hold 1 to 16 subnets, got 0; a task needs a network"],
    [
      "more subnets than a task can have",
      { subnetIds: Array.from({ length: 17 }, (_, i) => `subnet-${i}`) },
      "subnetIds must hold 1 to 16 subnets, got 17; a task needs a network",
    ],
    [
      "a relative certificate path",
      { databases: [{ ...database, sslMode: SslMode.VerifyCa, sslRootCertPath: "rds.pem" }] },
      'databases[0].sslRootCertPath must be an absolute path in the image, or "system", got "rds.pem"',
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new BackupRunner("orders", { ...RUNNER_ARGS, ...args }))).toBe(
      `BackupRunner "orders": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("let a secret that is not known yet through", async () => {
    await startMocks();
    await build({ databases: [{ ...database, secretArn: pulumi.output(SECRET) }] });
    expect(secretsOf(1)).toEqual([SECRET]);
  });

  it("let subnets that are not known yet through", async () => {
    await startMocks();
    await build({ subnetIds: pulumi.output(["subnet-1"]) });
    expect(byName("orders-backup").inputs.definition).toContain('"Subnets":["subnet-1"]');
  });

  it("say every problem of every database at once", async () => {
    await startMocks();
    const databases = [{ name: "Orders", secretArn: SECRET }, { name: "users" }];
    expect(messageOf(() => new BackupRunner("orders", { ...RUNNER_ARGS, databases, image: "backup321:1" }))).toBe(
      'BackupRunner "orders": 3 problems:\n' +
        '  - databases[0].name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"; it is a segment of every key\n' +
        "  - databases[1].secretArn or databases[1].rdsIamAuth must be given, got neither; the task signs in by one of them\n" +
        '  - image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "backup321:1"; a tag can change under a backup',
    );
    await settle();
  });

  it("let through what just fits", async () => {
    await startMocks();
    await build({ maxConcurrency: 1000, vpcEndpoints: { routeTableIds: ["rtb-1"] }, databases: longSecrets(9_000) });
    expect(secretsOf(1)).toHaveLength(25);
    await startMocks();
    const rdsIamAuth = { host: "h", resourceId: "prx-0a", username: "_b", databaseName: "my shop" };
    await build({ databases: [{ name: "orders", rdsIamAuth, scheduleExpression: "rate(1 hour)" }] });
    await startMocks();
    await build({ ...LISTED, databaseList: { bucketName: "lists", key: "a/b.json", secretNamePrefix: "abc" } });
    expect(byName("orders-dump", "TaskDefinition")).toBeDefined();
  });
});
