// needs: postgres, versitygw, awscli, zstd
/** A person follows the runbook: its own commands, in their order, in one shell, restore a database with stock tools alone. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ensureAwsCli } from "../support/awsCli";
import { seedRealisticData, tableChecksums } from "../support/postgres";
import { type BackupGround, startBackupGround } from "./backupGround";
import { folderOf, stockShell } from "./stockShell";

const LOST = "A database or its server is lost";
const DROPPED = "A table was dropped or damaged";

let ground: BackupGround;
let aws: string;
let bucket: string;
let page: string;
jest.setTimeout(120_000);

beforeAll(async () => {
  [ground, aws] = await Promise.all([startBackupGround(1), ensureAwsCli()]);
  await seedRealisticData(ground.source.settings, { orders: 300 });
  bucket = await ground.freshBucket();
  const env = ground.env(bucket);
  const backup = await ground.start(["backup", "--no-verify"], env).ended;
  const file = path.join(ground.dir, "runbook.md");
  const written = await ground.start(["runbook", "--out", file], env).ended;
  expect([backup.code, written.code, written.stderr.trim()]).toEqual([0, 0, `written to ${file}`]);
  page = readFileSync(file, "utf8");
}, 900_000);
afterAll(() => ground?.stop());

/** The commands of one scenario, but for signing in, the short cut, and what AWS alone has. */
function commands(title: string): string[] {
  const [, rest = ""] = page.split(`\n## ${title}\n`);
  const all = [...rest.split("\n## ")[0]!.matchAll(/```sh\n([\s\S]*?)\n```/g)].map((match) => match[1]!);
  return all.filter((shell) => !/^(aws (configure|sts|iam|stepfunctions)|backup321) /.test(shell));
}

function follow(lines: string[], more: Record<string, string>) {
  const { storage, proxy, source, dir } = ground;
  const env = { ...storage.env(), AWS_ENDPOINT_URL: proxy.endpoint, ...source.env, ...more };
  return stockShell(lines, { dir, tools: [...folderOf(aws), source.binDir], env });
}

const rowsOf = (database: string) => tableChecksums({ ...ground.source.settings, database });

it("names the bucket, the database and its newest point", () => {
  expect(page).toContain(`DATABASE=orders BUCKET=${bucket} REGION=${ground.storage.region}`);
  expect(page).toMatch(/\| `orders` +\| unknown +\| `\d{8}T\d{6}Z-[a-z2-7]{6}` \(daily\)/);
});

it("brings a lost database back under its own name", async () => {
  const { status, output } = await follow(commands(LOST), { LIVE: "shop_again" });
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  expect(await rowsOf("shop_again")).toEqual(await rowsOf("shop"));
});

it("brings a dropped table back into the live database", async () => {
  const before = await rowsOf("shop_again");
  const table =
    "public.order_lines" in before
      ? "public.order_lines"
      : Object.keys(before).find((name) => /^public\.\w+$/.test(name))!;
  const drop = `psql --no-psqlrc --quiet --dbname=shop_again --command='DROP TABLE ${table} CASCADE'`;
  const steps = commands(DROPPED).map((shell) => shell.replace("dropdb --interactive", "dropdb"));
  const { status, output } = await follow([drop, ...steps], { LIVE: "shop_again", TABLE: table, BEFORE: "9" });
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  expect((await rowsOf("shop_again"))[table]).toEqual(before[table]);
});

it("fails when no point is old enough, before anything is made", async () => {
  const { status, output } = await follow(commands(DROPPED), { LIVE: "x", TABLE: "public.x", BEFORE: "2020" });
  expect(status).not.toBe(0);
  expect(output).toContain("MANIFEST_KEY");
});
