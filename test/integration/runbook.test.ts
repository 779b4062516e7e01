// needs: postgres, versitygw, awscli, zstd
/** A person follows the runbook: its own commands, in their order, in one shell, restore a database with stock tools alone. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ensureAwsCli } from "../support/awsCli";
import { seedRealisticData, tableChecksums, withClient } from "../support/postgres";
import { type BackupGround, startBackupGround } from "./backupGround";
import { folderOf, stockShell } from "./stockShell";

const LOST = "A database or its server is lost";
const DROPPED = "A table was dropped or damaged";

const ALONE = " --section=pre-data --section=data";

/** Partitions at two depths, with names that need quotes, an index, and rows in all leaves. */
const PARTITIONED = `
  CREATE TABLE public.measured (id int, at date NOT NULL, note text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE INDEX ON public.measured (note);
  CREATE TABLE public.measured_2025 PARTITION OF public.measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE public."20 26" PARTITION OF public.measured FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id);
  CREATE TABLE public."20 26/a" PARTITION OF public."20 26" FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE public."20 26/b" PARTITION OF public."20 26" FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  INSERT INTO public.measured SELECT i, '2025-12-22'::date + i, 'note ' || i FROM generate_series(1, 40) i`;
/** What is dropped, and what people are told to put behind pg_dump. */
const GONE = [
  ["a partitioned table with all its partitions", "public.measured", "DROP TABLE public.measured", ""],
  [
    "a partition, with some of its own, of a table that is there",
    '"public"."20 26"',
    'DROP TABLE public."20 26"',
    ALONE,
  ],
] as const;

let ground: BackupGround;
let aws: string;
let bucket: string;
let page: string;
jest.setTimeout(120_000);

beforeAll(async () => {
  [ground, aws] = await Promise.all([startBackupGround(1), ensureAwsCli()]);
  await seedRealisticData(ground.source.settings, { orders: 300 });
  await withClient(ground.source.settings, (client) => client.query(PARTITIONED));
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

/** Drops what is named, has it brought back, and expects every row where it was, below its own table. */
async function broughtBack(
  drop: string,
  bring: (live: string) => Promise<{ status: number | string | null; output: string }>,
) {
  const live = `live_${randomBytes(4).toString("hex")}`;
  const copy = await follow([`createdb --template=shop ${live}`], {});
  expect([copy.status, copy.output]).toEqual([0, ""]);
  const before = await rowsOf(live);
  const settings = { ...ground.source.settings, database: live };
  await withClient(settings, (client) => client.query(drop));
  expect(await rowsOf(live)).not.toEqual(before);
  const { status, output } = await bring(live);
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  expect(await rowsOf(live)).toEqual(before);
  const { rows } = await withClient(settings, (client) =>
    client.query("SELECT count(*)::int AS n FROM public.measured"),
  );
  expect(rows).toEqual([{ n: 40 }]);
}

describe.each(GONE)("%s", (_, table, drop, more) => {
  const asTold = (shell: string) => shell.replace("pg_dump", `pg_dump${more}`);

  it("comes back by the runbook's commands, stock tools alone", async () => {
    const steps = commands(DROPPED).map((shell) => shell.replace("dropdb --interactive", "dropdb"));
    expect(page).toContain(`\`${ALONE.trim()}\``);
    await broughtBack(drop, (live) => follow(steps.map(asTold), { LIVE: live, TABLE: table, BEFORE: "9" }));
  });

  it("comes back by the commands that a restore of it prints", async () => {
    await broughtBack(drop, async (live) => {
      const copy = `${live}_copy`;
      const args = ["restore", copy, "--database", "orders", "--table", table];
      const { code, stdout, stderr } = await ground.start(args, ground.env(bucket)).ended;
      if (code !== 0) return { status: code, output: stderr };
      const lines = stdout.split("\n").filter((line) => /^ {2}(pg_dump|psql) /.test(line));
      expect(lines).toHaveLength(2);
      return follow(
        lines.map((line) => asTold(line).replace("<live-database>", live)),
        {},
      );
    });
  });
});

it("fails when no point is old enough, before anything is made", async () => {
  const { status, output } = await follow(commands(DROPPED), { LIVE: "x", TABLE: "public.x", BEFORE: "2020" });
  expect(status).not.toBe(0);
  expect(output).toContain("MANIFEST_KEY");
});
