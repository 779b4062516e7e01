// needs: postgres, versitygw, awscli, zstd
import { GetObjectCommand } from "@aws-sdk/client-s3";
import type { Manifest } from "../../runner/manifestFormat";
import { ensureAwsCli } from "../support/awsCli";
import { seedRealisticData, tableChecksums, withClient } from "../support/postgres";
import { type BackupGround, contentsOf, startBackupGround } from "./backupGround";
import { folderOf, stockShell } from "./stockShell";

let ground: BackupGround;
let manifest: Manifest;
let aws: string;
beforeAll(async () => {
  [ground, aws] = await Promise.all([startBackupGround(1), ensureAwsCli()]);
  await seedRealisticData(ground.source.settings, { orders: 500 });
  const bucket = await ground.freshBucket();
  // The replica's bucket need not exist for its commands to be written down.
  const replica = { BACKUP321_REPLICA_BUCKET: "orders-replica", BACKUP321_REPLICA_REGION: ground.storage.region };
  const { code, stderr } = await ground.start(["backup"], ground.env(bucket, replica)).ended;
  if (code !== 0) throw new Error(`the backup to restore from failed: ${stderr}`);
  const Key = (await contentsOf(ground.s3, bucket)).keys.find((key) => key.startsWith("manifests/"));
  const { Body } = await ground.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
  manifest = JSON.parse(await Body!.transformToString());
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000);

function shell(lines: string[], RESTORE_TO: string) {
  const { storage, proxy, source, dir } = ground;
  const env = { ...storage.env(), AWS_ENDPOINT_URL: proxy.endpoint, ...source.env, RESTORE_TO };
  return stockShell(lines, { dir, tools: [...folderOf(aws), source.binDir], env });
}

const isRestored = async (database: string) => {
  const databases = "SELECT datname FROM pg_database WHERE datname = $1";
  return withClient(
    ground.source.settings,
    async (client) => (await client.query(databases, [database])).rowCount === 1,
  );
};

it("the manifest's own commands restore every row with stock tools alone", async () => {
  const { status, output } = await shell(manifest.restoreCommands, "by_hand");
  expect([status, output.match(/^database\.pgdump\S*: OK$/gm)]).toEqual([
    0,
    ["database.pgdump.zst: OK", "database.pgdump: OK"],
  ]);
  expect(await tableChecksums({ ...ground.source.settings, database: "by_hand" })).toEqual(
    await tableChecksums(ground.source.settings),
  );
});

it("the replica's command stands beside the primary's and asks for the same version", () => {
  const [primary, replica] = ["aws s3api get-object", "# aws s3api get-object"].map((start) =>
    manifest.restoreCommands.find((line) => line.startsWith(start)),
  );
  const bucket = / --bucket orders-\S+/;
  expect(replica).toBe(`# ${primary!.replace(bucket, " --bucket orders-replica")}`);
});

it("fails at the checksum when one byte of the download is damaged, before any database is made", async () => {
  const damage = `printf X | dd of=database.pgdump.zst bs=1 seek=5000 conv=notrunc 2>/dev/null`;
  const lines = manifest.restoreCommands.flatMap((line) => (line.startsWith("aws ") ? [line, damage] : [line]));
  const { status, output } = await shell(lines, "damaged");
  expect(status).not.toBe(0);
  expect(output).toContain("database.pgdump.zst: FAILED");
  expect(await isRestored("damaged")).toBe(false);
});

it("fails at the checksum when the archive does not decompress to what was dumped", async () => {
  const swap = "printf other | zstd -q -f -o database.pgdump.zst";
  const lines = manifest.restoreCommands.map((line) =>
    line.endsWith("database.pgdump.zst' | sha256sum --check") ? swap : line,
  );
  expect(lines).toContain(swap);
  const { status, output } = await shell(lines, "swapped");
  expect(status).not.toBe(0);
  expect(output).toContain("database.pgdump: FAILED");
  expect(await isRestored("swapped")).toBe(false);
});

it("fails when the database to restore into exists already", async () => {
  const { status, output } = await shell(manifest.restoreCommands, "shop");
  expect(status).not.toBe(0);
  expect(output).toContain('database "shop" already exists');
});
