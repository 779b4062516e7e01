// needs: postgres, versitygw
import { amount, report } from "../support/deepReport";
import { withClient } from "../support/postgres";
import { type BackupGround, contentsOf, problemOf, startBackupGround } from "./backupGround";
import { at, backupOf, createDatabase, portraitOf, restoreTo, roundTrip, shapeEnv, SHAPES, tool } from "./roundTrip";

const WIDE_MIB = amount("BACKUP321_WIDE_MIB", 60);
/** One value; a row of text may take 1 GB at most, of which bytea takes two for each byte. */
const WIDEST_MIB = amount("BACKUP321_WIDEST_MIB", 20);

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(0);
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000 + WIDE_MIB * 1_000);

const seed = async (database: string, sql: string, how = "") =>
  withClient(await createDatabase(ground, database, how), (client) => client.query(sql));

async function comesBack(database: string): Promise<void> {
  for (const shape of SHAPES) {
    const copy = await roundTrip(ground, database, shape);
    expect(await portraitOf(ground, copy)).toEqual(await portraitOf(ground, database));
  }
}

it("an empty database comes back", async () => {
  await createDatabase(ground, "empty");
  await comesBack("empty");
});

it("tables without rows, and such whose rows are all deleted, come back", async () => {
  await seed(
    "no rows",
    `CREATE TABLE never_filled (id int, body text); CREATE TABLE emptied (id int, body text);
     INSERT INTO emptied SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i; DELETE FROM emptied;
     CREATE TABLE dead_blocks (id int, body text);
     INSERT INTO dead_blocks SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) i; DELETE FROM dead_blocks WHERE id > 3`,
  );
  await comesBack("no rows");
});

it("a table with 1,600 columns comes back", async () => {
  const columns = Array.from({ length: 1600 }, (_, i) => `"column ${i}" ${i % 7 === 0 ? "bool" : "int"}`);
  const values = columns.map((_, i) => (i % 7 === 0 ? `n > ${i}` : `CASE WHEN n % 3 > 0 THEN n + ${i} END`));
  await seed(
    "very wide",
    `CREATE TABLE very_wide (${columns.join(", ")}); INSERT INTO very_wide SELECT ${values.join(", ")} FROM generate_series(1, 200) n`,
  );
  await comesBack("very wide");
});

it(`${WIDE_MIB} MiB of wide text, one value of it ${WIDEST_MIB} MiB, come back`, async () => {
  const text = `(SELECT string_agg(md5((n * 40000 + i)::text) || E'\\\\\\t\\n', '') FROM generate_series(1, 30000) i)`;
  await seed(
    "wide text",
    `CREATE TABLE wide (id int PRIMARY KEY, body text);
     INSERT INTO wide SELECT n, ${text} FROM generate_series(1, ${WIDE_MIB}) n;
     CREATE TABLE widest (id int, raw bytea, body text);
     INSERT INTO widest SELECT 1, decode(repeat('00ff5c0a', ${WIDEST_MIB} * 1024 * 256), 'hex'), repeat(E'\\\\.\\nü\\t', ${WIDEST_MIB} * 1024 * 128)`,
  );
  await comesBack("wide text");
  report(`hard data: ${WIDE_MIB} MiB of wide text and one value of ${WIDEST_MIB} MiB came back in both shapes`);
});

describe("names with quotes, blanks, slashes and line breaks", () => {
  const DATABASE = `it's a "da/ta\\base" $(id) = x`;
  const TABLE = `pay/ments, "all" of\n'them'`;
  beforeAll(() =>
    seed(
      DATABASE,
      `CREATE SCHEMA "my ""sche/ma"".x"; CREATE TABLE "my ""sche/ma"".x"."${TABLE.replace(/"/g, '""')}" ("the ""id""/" int PRIMARY KEY, "a b" text);
       INSERT INTO "my ""sche/ma"".x"."${TABLE.replace(/"/g, '""')}" SELECT i, 'row ' || i FROM generate_series(1, 10) i;
       CREATE TABLE other (id int); INSERT INTO other VALUES (1)`,
    ),
  );

  it.each(SHAPES)(
    "go through backup, list, verify, restore and the restore of one table in the %s shape",
    async (shape) => {
      const { bucket, manifest } = await backupOf(ground, DATABASE, shape);
      expect(manifest.source.databaseName).toBe(DATABASE);
      expect(manifest.tables.map(({ schema, name }) => [schema, name])).toEqual([
        [`my "sche/ma".x`, TABLE],
        ["public", "other"],
      ]);
      for (const command of ["list", "verify"]) {
        const { code, stdout } = await tool(ground, bucket, command);
        expect([code, stdout]).toEqual([0, expect.stringContaining(manifest.recoveryPointId)]);
      }
      const copy = `co"py/of ${shape}; it's \\ done`;
      await restoreTo(ground, bucket, copy);
      const before = await portraitOf(ground, DATABASE);
      expect(await portraitOf(ground, copy)).toEqual(before);

      const name = `my "sche/ma".x.${TABLE}`;
      await restoreTo(ground, bucket, `one of ${shape}`, "--table", name);
      const { rows } = await portraitOf(ground, `one of ${shape}`);
      expect([rows[name], rows["public.other"]!.rows]).toEqual([before.rows[name], 0]);
    },
  );
});

describe("a database in SQL_ASCII, where a name is any bytes", () => {
  const make = (database: string, name: string, column: string) =>
    seed(
      database,
      `DO $$ BEGIN EXECUTE format('CREATE TABLE %I (%I int)', convert_from('${name}', 'SQL_ASCII'), convert_from('${column}', 'SQL_ASCII')); END $$`,
      "ENCODING SQL_ASCII LOCALE 'C'",
    );

  it("fails when names are not UTF-8, naming them, and stores nothing", async () => {
    await make("bad names", "caf\\351", "gr\\366\\337e");
    await withClient(at(ground, "bad names"), (client) => client.query("CREATE TABLE good (id int)"));
    for (const shape of SHAPES) {
      const bucket = await ground.freshBucket();
      const { code, stderr } = await ground.start(["backup"], shapeEnv(ground, bucket, "bad names", shape)).ended;
      const where = `127.0.0.1:${ground.source.settings.port}/bad names`;
      expect([code, problemOf(stderr)]).toEqual([
        3,
        `preflight: ${where} has names that are not UTF-8, as manifests are: public.caf\\351.gr\\366\\337e; give these a name in UTF-8 by ALTER ... RENAME (shown with their bytes in octal)`,
      ]);
      expect(await contentsOf(ground.s3, bucket)).toEqual({ keys: [], uploads: [] });
    }
  });

  it("brings back names that are", async () => {
    await make("good names", "caf\\303\\251", "gr\\303\\266\\303\\237e");
    await comesBack("good names");
  });
});
