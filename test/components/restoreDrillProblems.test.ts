import { RestoreDrill, type RestoreDrillArgs } from "../../components";
import { drillProblems } from "../../components/internal/drill/drillProblems";
import { DRILL_ARGS, messageOf } from "./fixtures";
import { ACCOUNT, registered, REGION, settle, startMocks } from "./mocks";

const IDENTITY_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/identity`;
const many = (count: number) => Array.from({ length: count }, (_, i) => ({ name: `d${i}` }));

describe("RestoreDrill", () => {
  it.each<[string, Partial<RestoreDrillArgs>, string]>([
    ["no database", { databases: [] }, "databases must hold at least one database"],
    [
      "one too many",
      { databases: many(501) },
      "databases must hold at most 500, got 501; use several RestoreDrills on one repository",
    ],
    [
      "a bad name",
      { databases: [{ name: "Orders" }] },
      'databases[0].name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "Orders"',
    ],
    ["a name twice", { databases: [{ name: "a" }, { name: "a" }] }, 'databases: "a" appears twice; remove one'],
    [
      "a server that is not pinned",
      { serverImage: "postgres:17" },
      'serverImage must be pinned by digest (<repository>@sha256:<64 hex digits>), got "postgres:17"; a tag can change between two drills',
    ],
    [
      "a database's server that is not pinned",
      { databases: [{ name: "a", serverImage: "postgis:17" }] },
      'databases[0].serverImage must be pinned by digest (<repository>@sha256:<64 hex digits>), got "postgis:17"; ' +
        "a tag can change between two drills",
    ],
    [
      "a runner that is not pinned",
      { image: "runner:1" },
      'image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "runner:1"; a tag can change under a backup',
    ],
    [
      "an assertion that is no question",
      { databases: [{ name: "a", assertions: [{ name: "x", sql: "DELETE FROM orders" }] }] },
      'databases[0].assertions[0].sql must be one SELECT, got "DELETE FROM orders"',
    ],
    [
      "an assertion without a name",
      { databases: [{ name: "a", assertions: [{ name: "", sql: "SELECT 1" }] }] },
      "databases[0].assertions[0].name must be 1 to 100 characters, got 0",
    ],
    [
      "two assertions of one name",
      {
        databases: [
          {
            name: "a",
            assertions: [
              { name: "x", sql: "SELECT 1" },
              { name: "x", sql: "SELECT 2" },
            ],
          },
        ],
      },
      'databases[0].assertions[1].name "x" is taken; records tell them by it',
    ],
    [
      "more assertions than fit a task definition",
      { databases: [{ name: "a", assertions: [{ name: "x", sql: `SELECT '${"y".repeat(20_000)}'` }] }] },
      "databases[0].assertions must be at most 20000 characters together, got 20032; put what is long into a view of the database",
    ],
    [
      "an objective beyond the time-out",
      { rtoMinutes: 241 },
      "rtoMinutes must be a whole number from 1 to 240, got 241",
    ],
    [
      "a database's objective beyond the time-out",
      { timeoutMinutes: 60, databases: [{ name: "a", rtoMinutes: 61 }] },
      "databases[0].rtoMinutes must be a whole number from 1 to 60, got 61",
    ],
    [
      "a time-out beyond a day",
      { timeoutMinutes: 1441 },
      "timeoutMinutes must be a whole number from 1 to 1440, got 1441",
    ],
    [
      "more drills at a time than a map runs",
      { maxConcurrency: 41 },
      "maxConcurrency must be a whole number from 1 to 40, got 41",
    ],
    ["a disk smaller than Fargate's", { scratchGiB: 20 }, "scratchGiB must be a whole number from 21 to 200, got 20"],
    ["a disk larger than Fargate's", { scratchGiB: 201 }, "scratchGiB must be a whole number from 21 to 200, got 201"],
    [
      "an impossible size",
      { cpu: 512, memoryMiB: 8192 },
      "memoryMiB for cpu 512 must be from 1024 to 4096 in steps of 1024, got 8192",
    ],
    ["no subnet", { subnetIds: [] }, "subnetIds must hold 1 to 16 subnets, got 0; a task needs a network"],
    ["no such region", { region: "ireland" }, 'region must be an AWS region like eu-west-1, got "ireland"'],
    [
      "a schedule that is none",
      { scheduleExpression: "weekly" },
      'scheduleExpression must be rate(<n> <unit>) or cron(<six fields>), got "weekly"',
    ],
    [
      "an identity in place of its secret",
      { identitySecretArn: "x".repeat(74) },
      "identitySecretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 74 other characters",
    ],
    [
      "a key of no secret",
      { identitySecretKmsKeyArn: IDENTITY_KEY },
      "identitySecretKmsKeyArn is the key of identitySecretArn, which is not given; remove it",
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new RestoreDrill("shop-drill", { ...DRILL_ARGS, ...args }))).toBe(
      `RestoreDrill "shop-drill": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("tells every problem at once", async () => {
    await startMocks();
    expect(messageOf(() => new RestoreDrill("Drill", { ...DRILL_ARGS, databases: [], scratchGiB: 1 }))).toBe(
      'RestoreDrill "Drill": 3 problems:\n' +
        '  - the name must be 1-41 characters of a-z, 0-9 and inner hyphens, starting with a letter, got "Drill"; shorten or rename it, ' +
        "bucket and role names are made from it\n" +
        "  - databases must hold at least one database\n" +
        "  - scratchGiB must be a whole number from 21 to 200, got 1",
    );
    await settle();
  });

  it("takes each limit itself", () => {
    const assertions = [
      { name: "x".repeat(100), sql: "WITH recent AS (SELECT 1) SELECT true FROM recent" },
      { name: "y", sql: "(SELECT true)" },
    ];
    const databases = many(500).map((database) => ({ ...database, rtoMinutes: 1440, assertions }));
    const limits = { timeoutMinutes: 1440, rtoMinutes: 1440, maxConcurrency: 40, scratchGiB: 200 };
    expect(drillProblems({ ...DRILL_ARGS, ...limits, databases })).toEqual([]);
    expect(drillProblems({ ...DRILL_ARGS, scratchGiB: 21, maxConcurrency: 1, timeoutMinutes: 1 })).toEqual([]);
  });
});
