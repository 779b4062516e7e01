// needs: postgres, versitygw
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Transform } from "node:stream";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { manifestKey } from "../../runner/contract";
import { checkSide } from "../../runner/freshnessCheck";
import type { FreshnessResult } from "../../runner/freshnessRun";
import { freshnessHandler } from "../../runner/lambda/freshnessHandler";
import { handler as planHandler } from "../../runner/lambda/planHandler";
import { newestRecoveryPoint } from "../../runner/recoveryPoints";
import { RepositoryError } from "../../runner/repository/repository";
import { S3Repository } from "../../runner/repository/s3Repository";
import { recordVerification, verifyPoint } from "../../runner/verify";
import { failureOf } from "../runner/readFixtures";
import {
  BUCKET,
  CLI,
  clock,
  databases,
  findPgRestore,
  type Ground,
  MeddlingRepository,
  NEVER,
  onServer,
  startGround,
  TSX,
} from "./restoreGround";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
  await onServer(ground.target, 'CREATE ROLE "shop owner"; CREATE ROLE reader; CREATE ROLE auditor');
}, 900_000);
afterAll(() => ground?.stop());
/** Each of these starts the command line as a process, which takes a second or more on a busy machine. */
const PROCESSES_MS = 120_000;

describe("the Lambda handlers", () => {
  const environment = { ...process.env };
  let directory: string;
  beforeAll(() => {
    Object.assign(process.env, ground.storage.env(), {
      BACKUP321_BUCKET: BUCKET,
      BACKUP321_REPOSITORY: "shop",
      BACKUP321_SIDE: "primary",
      BACKUP321_TIERS: JSON.stringify(
        ["daily", "weekly"].map((tier) => ({ name: tier, tier, lockDays: 7, expireDays: 7 })),
      ),
    });
    directory = mkdtempSync(path.join(tmpdir(), "backup321-databases-"));
    const named = ["orders", "empty"].map((name) => ({ name, rpoMinutes: 60 }));
    writeFileSync(path.join(directory, "databases.json"), JSON.stringify(named));
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => {
    process.env = environment;
    rmSync(directory, { recursive: true, force: true });
  });

  /** Takes what would go to CloudWatch, which no S3 server speaks. */
  function published(): { Namespace: string; names: string[] }[] {
    const calls: { Namespace: string; names: string[] }[] = [];
    jest.spyOn(CloudWatchClient.prototype, "send").mockImplementation((command: any): any => {
      const { Namespace, MetricData } = command.input;
      const nameOf = ({ Dimensions, MetricName, Value }: any) =>
        [Dimensions[1].Value, MetricName, ...(/Age/.test(MetricName) ? [] : [Value])].join(" ");
      calls.push({ Namespace, names: MetricData.map(nameOf) });
      return Promise.resolve({});
    });
    return calls;
  }

  it("plan the highest tier that is due", async () => {
    expect(await planHandler({ database: "orders" })).toEqual({ database: "orders", tier: "weekly" });
  });

  it("fail when the database to plan for is none", async () => {
    expect((await failureOf(planHandler({ database: "../orders" }))).message).toBe(
      'plan: input "database" must be a database\'s name in the repository, got "../orders"',
    );
  });

  it("publish what they judged", async () => {
    const calls = published();
    const result = (await freshnessHandler(directory)()) as FreshnessResult;
    expect(result.judgements.map(({ database, healthy }) => [database, healthy])).toEqual([
      ["orders", true],
      ["empty", false],
    ]);
    expect(calls).toEqual([
      {
        Namespace: "Backup321",
        names: ["orders Healthy 1", "orders RecoveryPointAgeMinutes", "empty Healthy 0"],
      },
    ]);
  });

  describe("of a list in S3", () => {
    const LISTS = "database-lists";
    const secretArn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:orders-AbCdEf";
    beforeAll(async () => {
      await ground.s3.send(new CreateBucketCommand({ Bucket: LISTS }));
      process.env.BACKUP321_DATABASE_LIST = `s3://${LISTS}/all.json`;
    });
    afterAll(() => {
      delete process.env.BACKUP321_DATABASE_LIST;
    });
    const put = (Body: string) => ground.s3.send(new PutObjectCommand({ Bucket: LISTS, Key: "all.json", Body }));

    it("publish two metrics of it and log who is unhealthy", async () => {
      await put(JSON.stringify(["orders", "empty"].map((name) => ({ name, secretArn }))));
      const calls = published();
      const result = await freshnessHandler(directory)();
      expect(result).toMatchObject({ databases: 2, unhealthyDatabases: 1, unhealthy: [{ database: "empty" }] });
      const names = ["primary UnhealthyDatabases 1", "primary OldestRecoveryPointAgeMinutes"];
      expect(calls).toEqual([{ Namespace: "Backup321", names }]);
    });

    it("fail when it is malformed or gone, with nothing published", async () => {
      await put('[{"name":"orders"}]');
      const calls = published();
      expect((await failureOf(freshnessHandler(directory)())).message).toBe(
        `database list: s3://${LISTS}/all.json[0].secretArn: must be the ARN of a Secrets Manager secret`,
      );
      await ground.s3.send(new DeleteObjectCommand({ Bucket: LISTS, Key: "all.json" }));
      await expect(freshnessHandler(directory)()).rejects.toThrow(/^repository: read all\.json: NoSuchKey: /);
      expect(calls).toEqual([]);
    });
  });

  it("fail when a database can't be judged, after the others were published", async () => {
    const calls = published();
    jest
      .spyOn(S3Repository.prototype, "versionsOf")
      .mockImplementation((key) => Promise.reject(new RepositoryError("list versions of", key, "accessDenied", "no")));
    const error = await failureOf(freshnessHandler(directory)());
    expect(error.message).toBe(
      `freshness: database "orders": repository: list versions of ${manifestKey(ground.shop)}: no`,
    );
    expect(calls.map(({ names }) => names)).toEqual([["empty Healthy 0"]]);
  });
});

describe("the command line", () => {
  const run = (args: string[], overrides: Record<string, string> = {}) => {
    const env = {
      ...ground.storage.env(),
      ...ground.target.env,
      PATH: process.env.PATH,
      BACKUP321_BUCKET: BUCKET,
      ...overrides,
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, [TSX, CLI, ...args], { env, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it(
    "lists, judges and verifies, for people and for scripts",
    () => {
      const list = run(["list", "--database", "orders", "--json"]);
      expect(JSON.parse(list.stdout)).toMatchObject([
        { recoveryPointId: ground.shop.id, database: "orders", tier: "daily" },
      ]);
      expect(run(["list"]).stdout).toContain(ground.shop.id);
      const status = run(["status", "--database", "orders", "--json"]);
      expect(status.status).toBe(0);
      expect(JSON.parse(status.stdout)).toMatchObject({
        judgements: [{ database: "orders", healthy: true }],
        failures: [],
      });
      const verify = run(["verify", "--json"], { BACKUP321_DATABASE: "orders" });
      expect(verify.status).toBe(0);
      expect(JSON.parse(verify.stdout)).toMatchObject({ recoveryPointId: ground.shop.id, healthy: true, record: null });
    },
    PROCESSES_MS,
  );

  it(
    "restores a point by id",
    async () => {
      const args = ["restore", "by_cli", "--database", "orders", "--id", ground.shop.id, "--json"];
      const { status, stdout } = run(args, { PGDATABASE: "postgres" });
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ database: "by_cli", recoveryPointId: ground.shop.id });
      expect(await databases(ground)).toContain("by_cli");
    },
    PROCESSES_MS,
  );

  it(
    "ends with the exit code for what is unhealthy, with the table before it",
    () => {
      const { status, stdout, stderr } = run(["status", "--database", "nothing"]);
      expect(status).toBe(8);
      expect(stdout).toContain("nothing (primary): noRecoveryPoint: ");
      expect(stderr.trim().split("\n").at(-1)).toBe("status: 1 of 1 unhealthy");
    },
    PROCESSES_MS,
  );

  it(
    "shows the replica although the primary is gone",
    () => {
      const replica = ["--replica-bucket", BUCKET, "--replica-region", ground.storage.region];
      const { status, stdout, stderr } = run(["status", "--bucket", "no-such-bucket", ...replica]);
      expect(status).toBe(3);
      expect(stdout).toMatch(/orders +│ replica/);
      expect(stderr).toContain('status: database "*" (primary): repository: list versions of manifests/');
    },
    PROCESSES_MS,
  );

  it(
    "ends with the exit code for a repository that can't be used",
    () => {
      const { status, stderr } = run(["list", "--bucket", "no-such-bucket"]);
      expect(status).toBe(3);
      expect(stderr.trim().split("\n").at(-1)).toMatch(/^repository: list versions of manifests\/: NoSuchBucket: /);
    },
    PROCESSES_MS,
  );
});

describe("verify and freshness on real storage", () => {
  const verify = (from: S3Repository) =>
    verifyPoint({ repository: from, findPgRestore, path: process.env.PATH!, clock }, ground.shop, NEVER);

  it("find an untouched point healthy, and number their records", async () => {
    const verification = await verify(ground.repository);
    expect(verification.problems).toEqual([]);
    expect(verification.healthy).toBe(true);
    expect(verification.objects[0]!.tableOfContentsEntries).toBeGreaterThan(20);
    const prefix = `verifications/orders/${manifestKey(ground.shop).split("/").slice(3, 6).join("/")}/${ground.shop.id}`;
    expect(await recordVerification(ground.repository, verification)).toBe(`${prefix}-1.json`);
    expect(await recordVerification(ground.repository, verification)).toBe(`${prefix}-2.json`);
    expect(await newestRecoveryPoint(ground.repository, "orders")).toMatchObject({ id: ground.shop.id });
    const limits = { timeoutMinutes: 60, replicationGraceMinutes: 60 };
    const databases = [{ name: "orders", rpoMinutes: 60 }];
    const check = await checkSide(ground.repository, { side: "primary", databases, limits }, clock());
    expect(check.failures).toEqual([]);
    expect(check.judgements).toMatchObject([{ database: "orders", healthy: true, problems: [] }]);
  });

  it("find a damaged byte in each object", async () => {
    const from = new MeddlingRepository({ bucket: BUCKET, region: ground.storage.region, client: ground.s3 });
    from.meddle = () =>
      new Transform({
        transform: (chunk: Buffer, _, done) => {
          const damaged = Buffer.from(chunk);
          damaged[damaged.length - 1]! ^= 1;
          done(null, damaged);
        },
      });
    const verification = await verify(from);
    expect(verification.healthy).toBe(false);
    expect(verification.problems).toEqual(
      verification.objects.map(({ key }) => expect.stringContaining(`digest: ${key} version `)),
    );
  });
});
