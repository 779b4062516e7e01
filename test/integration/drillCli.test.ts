// needs: postgres, versitygw, majors
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { DrillRecord } from "../../runner/drillContract";
import { newIdentity } from "../runner/ageFixtures";
import { neighbourMajors, postgresMajor } from "../support/postgres/majors";
import { bundle, type Ended, startProcess } from "./backupGround";
import {
  commit,
  type DrillGround,
  leftovers,
  PRIMARY,
  REPLICA,
  SERVER_USER,
  startDrillGround,
  storedRecords,
} from "./drillGround";

const TASK = "arn:aws:ecs:eu-central-1:123456789012:task/backup321/0123456789abcdef0123456789abcdef";

let ground: DrillGround;
let cli: string;
let metadata: Server;
let identity: string;
beforeAll(async () => {
  ground = await startDrillGround();
  cli = bundle(ground.dir);
  metadata = createServer((request, answer) =>
    answer.writeHead(request.url === "/v4/x/task" ? 200 : 404).end(JSON.stringify({ TaskARN: TASK })),
  );
  await new Promise<void>((resolve) => metadata.listen(0, "127.0.0.1", resolve));
  const key = await newIdentity();
  identity = key.identity;
  await commit(ground, "orders", { recipients: [key.recipient] });
}, 900_000);
afterAll(async () => {
  metadata?.close();
  await ground?.stop();
});

/** Runs the command line with the limited caller's keys and nothing else of this process's environment. */
function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { region } = ground.storage;
  return startProcess(cli, args, {
    ...ground.storage.env(ground.driller),
    PATH: process.env.PATH!,
    TMPDIR: ground.scratch,
    BACKUP321_S3_PATH_STYLE: "true",
    BACKUP321_DATABASE: "orders",
    BACKUP321_BUCKET: PRIMARY,
    BACKUP321_REPLICA_BUCKET: REPLICA,
    BACKUP321_REPLICA_REGION: region,
    ...env,
  }).ended;
}
const asUser = SERVER_USER === undefined ? [] : ["--server-user", SERVER_USER];

describe("backup321 drill", () => {
  it("passes as a task: key and assertions from its environment, metrics in its log, the task's ARN in the record", async () => {
    const { port } = metadata.address() as AddressInfo;
    const { code, stdout, stderr } = await run(["drill", "--json", ...asUser], {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/x`,
      BACKUP321_REPOSITORY: "shop",
      BACKUP321_AGE_IDENTITY: `# made by a test\n${identity}\n`,
      BACKUP321_DRILL_ASSERTIONS: '[{"name":"orders","sql":"SELECT count(*) = 500 FROM orders"}]',
      BACKUP321_RTO_MINUTES: "60",
    });
    expect([code, stderr.replace(/^\{.*$/gm, "").includes("drill:")]).toEqual([0, false]);
    const { record: key, ...record } = JSON.parse(stdout) as DrillRecord & { record: string };
    const [stored] = await storedRecords(ground, "orders");
    expect([stored!.key, stored!.record]).toEqual([key, record]);
    expect(record).toMatchObject({ verdict: "passed", decryption: "proven", ranBy: TASK, rtoSeconds: 3600 });
    const metrics = JSON.parse(stderr.split("\n").find((line) => line.includes("_aws"))!);
    expect(metrics).toMatchObject({
      Repository: "shop",
      Database: "orders",
      DrillPassed: 1,
      DrillRestoreSeconds: record.seconds.preflight + record.seconds.restore,
      _aws: { CloudWatchMetrics: [{ Namespace: "Backup321", Dimensions: [["Repository", "Database"]] }] },
    });
    expect(`${stdout}${stderr}`).not.toContain(identity);
    expect(leftovers(ground)).toEqual([]);
  });

  it("ends with 8 when it failed, says what, and records who drilled", async () => {
    const { code, stdout, stderr } = await run(["drill", "--by", "A. Person", ...asUser]);
    expect(code).toBe(8);
    expect(stderr).toMatch(/\ndrill: \S+ of "orders" failed: restore, rowCounts, schemaFingerprint\n$/);
    expect(stdout).toMatch(/^drill of "orders" FAILED\n/);
    expect(stdout).toContain("decryption: NOT PROVEN");
    const records = await storedRecords(ground, "orders");
    expect(records.map(({ record }) => [record.verdict, record.ranBy])).toContainEqual(["failed", "A. Person"]);
  });

  it("fails as a slip, without a record, when there is no such point", async () => {
    const before = (await storedRecords(ground, "orders")).length;
    const { code, stderr } = await run(["drill", "--id", "20261120T020000Z-abcdef", ...asUser]);
    expect([code, stderr]).toEqual([
      2,
      `recovery points: no recovery point 20261120T020000Z-abcdef of database "orders" in bucket "${REPLICA}" (${ground.storage.region}); backup321 list shows what is there\n`,
    ]);
    expect(await storedRecords(ground, "orders")).toHaveLength(before);
  });

  it("rehearses the next major version, and has failed where there is no server of one", async () => {
    await commit(ground, "rehearsed");
    const [, newer] = neighbourMajors();
    const home = path.join(ground.dir, "newer");
    mkdirSync(home);
    const args = ["drill", "--database", "rehearsed", "--next-major", "--json", ...asUser];
    const PATH = `${process.env.PATH!}:${await postgresMajor(newer, home)}`;
    const passed = JSON.parse((await run(args, { PATH })).stdout) as DrillRecord;
    expect(passed.checks.at(-1)).toEqual({
      name: "nextMajor",
      passed: true,
      detail: expect.stringMatching(new RegExp(`^\\d+ tables into PostgreSQL ${newer}\\.\\d+, 2301 rows$`)),
    });
    const { code, stdout } = await run(args);
    const failed = JSON.parse(stdout) as DrillRecord;
    expect([code, failed.verdict]).toEqual([8, "failed"]);
    expect(failed.checks.filter((check) => !check.passed)).toEqual([
      {
        name: "nextMajor",
        passed: false,
        detail: expect.stringMatching(new RegExp(`^client programs: postgres ${newer} or newer is needed, found `)),
      },
    ]);
  });
});

describe("backup321 report", () => {
  const admin = () => ground.storage.env();

  it("tells of the drills that were recorded, and does not replace a file", async () => {
    const out = path.join(ground.dir, "evidence.html");
    const { code } = await run(["report", "--out", out], admin());
    expect(code).toBe(0);
    const html = readFileSync(out, "utf8");
    expect(html).toContain("A. Person");
    expect(html).toContain("…89abcdef, account 123456789012");
    writeFileSync(out, "precious");
    const again = await run(["report", "--out", out], admin());
    expect([again.code, again.stderr]).toEqual([
      2,
      `report: --out: EEXIST: file already exists, open '${out}'; give another name\n`,
    ]);
    expect(readFileSync(out, "utf8")).toBe("precious");
  });

  it("tells of every database with evidence unless some are named", async () => {
    const all = await run(["report", "--format", "json"], { ...admin(), BACKUP321_DATABASE: "" });
    const names = ({ stdout }: Ended) => JSON.parse(stdout).databases.map((one: { database: string }) => one.database);
    expect(names(all)).toEqual(["orders", "rehearsed"]);
    expect(names(await run(["report", "--format", "json", "--database", "rehearsed"], admin()))).toEqual(["rehearsed"]);
  });
});
