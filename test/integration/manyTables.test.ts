// needs: postgres, versitygw
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { decodeManifest } from "../../runner/manifest";
import { amount, report } from "../support/deepReport";
import { withClient } from "../support/postgres";
import { type BackupGround, contentsOf, startBackupGround } from "./backupGround";

const TABLES = amount("BACKUP321_TABLES", 2000);
const BATCH = 500;
/** Our own limit; S3 allows 2 KB. */
const METADATA_LIMIT_BYTES = 1536;

let ground: BackupGround;
beforeAll(async () => {
  // A dump holds a lock on every table at once.
  ground = await startBackupGround(1, { max_locks_per_transaction: String(Math.max(64, Math.ceil(TABLES / 40))) });
  await withClient(ground.source.settings, async (client) => {
    for (let from = 1; from <= TABLES; from += BATCH) {
      const last = Math.min(TABLES, from + BATCH - 1);
      await client.query(
        `DO $$ BEGIN FOR i IN ${from}..${last} LOOP
           EXECUTE format('CREATE TABLE measurements_%s (id int, "Größe" text DEFAULT ''unknown'')', i);
           EXECUTE format('INSERT INTO measurements_%s VALUES (%s)', i, i);
         END LOOP; END $$`,
      );
    }
  });
}, 900_000);
afterAll(() => ground?.stop());

/** Name, definition and first row of every table, hashed. */
async function fingerprint(database: string): Promise<{ tables: string; rows: string }> {
  return withClient({ ...ground.source.settings, database }, async (client) => {
    const columns = `SELECT count(DISTINCT table_name)::text AS tables, md5(string_agg(
      table_name || column_name || data_type || coalesce(column_default, ''), '' ORDER BY table_name, ordinal_position)) AS md5
      FROM information_schema.columns WHERE table_schema = 'public'`;
    const [{ tables, md5 }] = (await client.query(columns)).rows as [{ tables: string; md5: string }];
    let sum = 0;
    for (let from = 1; from <= TABLES; from += BATCH) {
      const last = Math.min(TABLES, from + BATCH - 1);
      const some = Array.from({ length: last - from + 1 }, (_, i) => `SELECT id FROM measurements_${from + i}`);
      const { rows } = await client.query(`SELECT sum(id)::int AS sum FROM (${some.join(" UNION ALL ")}) ids`);
      sum += rows[0].sum;
    }
    return { tables: `${tables} ${md5}`, rows: String(sum) };
  });
}

it(
  `backs up and restores ${TABLES} tables; the manifest's metadata stay small`,
  async () => {
    const bucket = await ground.freshBucket();
    const backup = await ground.start(["backup"], ground.env(bucket)).ended;
    expect([backup.code, JSON.parse(backup.stdout).tables]).toEqual([0, TABLES + 1]);

    const Key = (await contentsOf(ground.s3, bucket)).keys.find((key) => key.startsWith("manifests/"))!;
    const { Body } = await ground.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const text = await Body!.transformToString();
    expect(decodeManifest(text, Key).tables).toHaveLength(TABLES + 1);
    const { Metadata = {} } = await ground.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    const metadataBytes = Object.entries(Metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(Metadata.tables).toBe(String(TABLES + 1));
    expect(metadataBytes).toBeLessThanOrEqual(METADATA_LIMIT_BYTES);

    const from = ["--database", "orders", "--bucket", bucket, "--region", ground.storage.region];
    const env = ground.env(bucket, { PGDATABASE: "postgres" });
    const restore = await ground.start(["restore", "copy", ...from], env).ended;
    expect([restore.code, restore.code === 0 ? "" : restore.stderr]).toEqual([0, ""]);
    expect(await fingerprint("copy")).toEqual(await fingerprint("shop"));
    report(
      `tables: ${TABLES} backed up and restored; manifest ${text.length} bytes, its metadata ${metadataBytes} bytes`,
    );
  },
  120_000 + TABLES * 60,
);
