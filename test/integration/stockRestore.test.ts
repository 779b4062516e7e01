// needs: postgres, versitygw, awscli, zstd, age
import { writeFileSync } from "node:fs";
import path from "node:path";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Manifest } from "../../runner/manifestFormat";
import { newIdentity } from "../runner/ageFixtures";
import { ensureAge } from "../support/age";
import { ensureAwsCli } from "../support/awsCli";
import { seedRealisticData, tableChecksums, withClient } from "../support/postgres";
import { type BackupGround, contentsOf, startBackupGround } from "./backupGround";
import { folderOf, stockShell } from "./stockShell";

let ground: BackupGround;
let single: Manifest;
let parallel: Manifest;
let sealed: Manifest;
let aws: string;
let age: string;
let identity: { identity: string; recipient: string };
beforeAll(async () => {
  [ground, aws, age, identity] = await Promise.all([startBackupGround(1), ensureAwsCli(), ensureAge(), newIdentity()]);
  await seedRealisticData(ground.source.settings, { orders: 500 });
  single = await backup({ BACKUP321_SHAPE: "single" });
  parallel = await backup({ BACKUP321_SHAPE: "parallel", BACKUP321_WORKERS: "2" });
  sealed = await backup({ BACKUP321_SHAPE: "parallel", BACKUP321_AGE_RECIPIENTS: identity.recipient });
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000);

async function backup(settings: Record<string, string>): Promise<Manifest> {
  const bucket = await ground.freshBucket();
  // The replica's bucket need not exist for its commands to be written down.
  const replica = { BACKUP321_REPLICA_BUCKET: "orders-replica", BACKUP321_REPLICA_REGION: ground.storage.region };
  const env = ground.env(bucket, { ...replica, ...settings });
  const { code, stderr } = await ground.start(["backup", "--no-verify"], env).ended;
  if (code !== 0) throw new Error(`the backup to restore from failed: ${stderr}`);
  const Key = (await contentsOf(ground.s3, bucket)).keys.find((key) => key.startsWith("manifests/"));
  const { Body } = await ground.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  return JSON.parse(await Body!.transformToString());
}

function shell(lines: string[], RESTORE_TO: string, more: Record<string, string> = {}) {
  const { storage, proxy, source, dir } = ground;
  const env = { ...storage.env(), AWS_ENDPOINT_URL: proxy.endpoint, ...source.env, RESTORE_TO, ...more };
  return stockShell(lines, { dir, tools: [...folderOf(aws), ...folderOf(age), source.binDir], env });
}

/** What the commands for an encrypted point want besides. */
function opening(manifest: Manifest): Record<string, string> {
  const [AGE_IDENTITY, MANIFEST] = ["key.txt", "manifest.json"].map((name) => path.join(ground.dir, name));
  writeFileSync(AGE_IDENTITY!, identity.identity);
  writeFileSync(MANIFEST!, JSON.stringify(manifest));
  return { AGE_IDENTITY: AGE_IDENTITY!, MANIFEST: MANIFEST! };
}

const rowsOf = (database: string) => tableChecksums({ ...ground.source.settings, database });

const isRestored = async (database: string) => {
  const databases = "SELECT datname FROM pg_database WHERE datname = $1";
  return withClient(
    ground.source.settings,
    async (client) => (await client.query(databases, [database])).rowCount === 1,
  );
};

it("the manifest's own commands restore every row of a single stream with stock tools alone", async () => {
  const { status, output } = await shell(single.restoreCommands, "by_hand");
  expect([status, output.match(/^database\.pgdump\S*: OK$/gm)]).toEqual([
    0,
    ["database.pgdump.zst: OK", "database.pgdump: OK"],
  ]);
  expect(await rowsOf("by_hand")).toEqual(await rowsOf("shop"));
});

it("the manifest's own commands restore every row of a parallel point, object by object", async () => {
  const { status, output } = await shell(parallel.restoreCommands, "in_parts");
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  const restored = parallel.objects.filter(({ role }) => role !== "globals");
  expect(new Set(restored.map(({ role }) => role))).toEqual(new Set(["schema", "tables", "largeObjects"]));
  for (const { key } of restored) expect(output).toContain(`${path.basename(key)}: OK`);
  expect(await rowsOf("in_parts")).toEqual(await rowsOf("shop"));
});

it("the manifest's own commands restore every row of an encrypted parallel point, with the private key", async () => {
  const { status, output } = await shell(sealed.restoreCommands, "opened", opening(sealed));
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  expect(await rowsOf("opened")).toEqual(await rowsOf("shop"));
});

it.each<[string, string, () => Manifest]>([
  ["a parallel point", "alone", () => parallel],
  ["an encrypted one", "alone_opened", () => sealed],
])("the remarks load one table alone out of %s", async (_, to, point) => {
  const manifest = point();
  const lines = manifest.restoreCommands;
  const start = lines.findIndex((line) => line.startsWith("# rows of one table alone"));
  const own = lines.slice(start + 1).map((line) => line.slice("# ".length));
  expect(own.some((line) => line.includes(" --range bytes="))).toBe(true);
  const until = lines.findIndex((line) => line.includes("--section=pre-data")) + 1;
  const { status, output } = await shell([...lines.slice(0, until), ...own], to, opening(manifest));
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  const table = manifest.tables.find(({ data }) => data !== undefined && data.length > 0)!;
  const [copy, source] = [await rowsOf(to), await rowsOf("shop")];
  const filled = Object.entries(copy).filter(([name, { rows }]) => rows > 0 && !name.startsWith("sequence "));
  expect(filled).toEqual([[`${table.schema}.${table.name}`, source[`${table.schema}.${table.name}`]]]);
});

it("the remark about globals applies roles and tablespaces", async () => {
  const lines = single.restoreCommands;
  const start = lines.findIndex((line) => line.startsWith("# roles and tablespaces"));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("# "));
  const own = lines.slice(start + 1, end).map((line) => line.slice("# ".length));
  const until = lines.findIndex((line) => line.startsWith("fetch()")) + 1;
  const { status, output } = await shell([...lines.slice(0, until), ...own], "unused");
  expect([status, output]).toEqual([0, expect.stringContaining("globals.sql.zst: OK")]);
  expect(output).toMatch(/ALTER ROLE/);
});

it("the replica's place stands beside the primary's", () => {
  const [primary, replica] = ["BUCKET=", "# BUCKET="].map((start) =>
    single.restoreCommands.find((line) => line.startsWith(start)),
  );
  expect(replica).toBe(`# ${primary!.replace(/BUCKET=\S+/, "BUCKET=orders-replica")}`);
});

it("fails at the checksum when one byte of the download is damaged, before any database is made", async () => {
  const damaged = single.restoreCommands.map((line) =>
    line.replace('"$1" && echo', '"$1" && printf X | dd of="$1" bs=1 seek=5000 conv=notrunc 2>/dev/null && echo'),
  );
  expect(damaged).not.toEqual(single.restoreCommands);
  const { status, output } = await shell(damaged, "damaged");
  expect(status).not.toBe(0);
  expect(output).toContain("database.pgdump.zst: FAILED");
  expect(await isRestored("damaged")).toBe(false);
});

it("fails at the checksum when the archive does not decompress to what was dumped", async () => {
  const lines = single.restoreCommands.flatMap((line) =>
    line.startsWith("fetch database") ? [line, "printf other | zstd -q -f -o database.pgdump.zst"] : [line],
  );
  expect(lines).toHaveLength(single.restoreCommands.length + 1);
  const { status, output } = await shell(lines, "swapped");
  expect(status).not.toBe(0);
  expect(output).toContain("database.pgdump: FAILED");
  expect(await isRestored("swapped")).toBe(false);
});

it("fails in the middle when one object with rows is not what was stored", async () => {
  const lines = parallel.restoreCommands.map((line) =>
    line.startsWith("rows tables-0001") ? line.replace(/[0-9a-f]{64}/, "0".repeat(64)) : line,
  );
  expect(lines).not.toEqual(parallel.restoreCommands);
  const { status, output } = await shell(lines, "half");
  expect(status).not.toBe(0);
  expect(output).toContain("tables-0001.sql.zst: FAILED");
  expect(output).not.toContain("large-objects.pgdump.zst: OK");
});

it("fails when the database to restore into exists already", async () => {
  const { status, output } = await shell(single.restoreCommands, "shop");
  expect(status).not.toBe(0);
  expect(output).toContain('database "shop" already exists');
});
