// needs: postgres, versitygw
import { withClient } from "../support/postgres";
import { seedEverything } from "../support/postgres/everything";
import { type BackupGround, startBackupGround } from "./backupGround";
import { at, backupOf, createDatabase, portraitOf, restoreTo, roundTrip, schemaOf, SHAPES } from "./roundTrip";

/** An extension whose tables hold settings of the user, beside such as come with it. */
const EXTENSION = {
  "own_settings.control": "comment = 'settings'\ndefault_version = '1.0'\nrelocatable = false\nschema = own_settings\n",
  "own_settings--1.0.sql": `CREATE SEQUENCE numbers; CREATE TABLE settings (id int DEFAULT nextval('numbers'), name text, is_own bool, twice int GENERATED ALWAYS AS (id * 2) STORED);
    INSERT INTO settings (name, is_own) VALUES ('shipped', false); CREATE TABLE fixed (id int); INSERT INTO fixed VALUES (1);
    SELECT pg_extension_config_dump('settings', 'WHERE is_own'); SELECT pg_extension_config_dump('numbers', '');`,
};

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(0, {}, EXTENSION);
  await seedEverything(await createDatabase(ground, "everything"));
  await rowsOf(
    "everything",
    "ALTER DATABASE everything SET work_mem = '7MB'; REVOKE CONNECT ON DATABASE everything FROM PUBLIC; COMMENT ON DATABASE everything IS 'all'",
  );
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(180_000);

const rowsOf = <T extends object>(database: string, sql: string) =>
  withClient(at(ground, database), async (client) => (await client.query<T>(sql)).rows);

/** Partitions by the hash of an enum: it hashes by oid, so in another database rows belong elsewhere. */
const MOVED = ["shop.by_shade_0", "shop.by_shade_1"];
async function everythingIn(database: string) {
  const { schema, rows } = await portraitOf(ground, database);
  const shades = await rowsOf(database, "SELECT * FROM shop.by_shade ORDER BY n");
  return { schema, shades, rows: Object.fromEntries(Object.entries(rows).filter(([name]) => !MOVED.includes(name))) };
}

/** What pg_dump calls every kind of object that it writes for PostgreSQL 15, but for those of other programs (security labels, pg_largeobject). */
const KINDS = `ACCESS METHOD, ACL, AGGREGATE, CAST, CHECK CONSTRAINT, COLLATION, COMMENT, CONSTRAINT, CONVERSION, DEFAULT, DEFAULT ACL, DOMAIN,
  EVENT TRIGGER, EXTENSION, FK CONSTRAINT, FOREIGN DATA WRAPPER, FOREIGN TABLE, FUNCTION, INDEX, INDEX ATTACH, MATERIALIZED VIEW, OPERATOR,
  OPERATOR CLASS, OPERATOR FAMILY, POLICY, PROCEDURAL LANGUAGE, PROCEDURE, PUBLICATION, PUBLICATION TABLE, PUBLICATION TABLES IN SCHEMA,
  ROW SECURITY, RULE, SCHEMA, SEQUENCE, SEQUENCE OWNED BY, SERVER, SHELL TYPE, STATISTICS, SUBSCRIPTION, TABLE, TABLE ATTACH,
  TEXT SEARCH CONFIGURATION, TEXT SEARCH DICTIONARY, TEXT SEARCH PARSER, TEXT SEARCH TEMPLATE, TRANSFORM, TRIGGER, TYPE, USER MAPPING, VIEW`;

it("the database of everything has every kind of object that pg_dump knows", () => {
  const headers = schemaOf(ground, "everything").matchAll(/^-- Name: .*; Type: ([A-Z ]+);/gm);
  expect([...new Set([...headers].map(([, kind]) => kind))].sort()).toEqual(KINDS.split(/,\s+/));
});

/** Every byte but zero, in text, in names that hold letters beyond ASCII, and at the ends of a line. */
async function seedBytes(database: string, encoding: "LATIN1" | "SQL_ASCII"): Promise<void> {
  await withClient(await createDatabase(ground, database, `ENCODING ${encoding} LOCALE 'C'`), async (client) => {
    const every = `convert_from(decode((SELECT string_agg(lpad(to_hex(b), 2, '0'), '') FROM generate_series(1, 255) b), 'hex'), '${encoding}')`;
    await client.query(`CREATE TABLE bytes (id int PRIMARY KEY, one text, "Größe" text DEFAULT 'ü')`);
    await client.query(`INSERT INTO bytes SELECT i, ${every}, substr(${every}, i, 3) FROM generate_series(1, 255) i`);
    await client.query(`CREATE TYPE "Lösung" AS ENUM ('ä', 'ö')`);
    await client.query(`CREATE TABLE "Übersicht" (l "Lösung", long text)`);
    // Too long for one page, and for the road of small tables.
    await client.query(
      `INSERT INTO "Übersicht" SELECT 'ö', ${every} || i || ${every} FROM generate_series(1, 10000) i`,
    );
    await client.query(`COMMENT ON TABLE "Übersicht" IS 'für alle'`);
  });
}

it.each(["LATIN1", "SQL_ASCII"] as const)(
  "a database in %s comes back byte by byte, in both shapes",
  async (encoding) => {
    const name = `bytes in ${encoding}`;
    await seedBytes(name, encoding);
    for (const shape of SHAPES) {
      const copy = await roundTrip(ground, name, shape);
      const [now] = await rowsOf<{ encoding: string }>(
        copy,
        "SELECT pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = current_database()",
      );
      expect(now).toEqual({ encoding });
      expect(await portraitOf(ground, copy)).toEqual(await portraitOf(ground, name));
    }
  },
);

describe.each(SHAPES)("the %s shape", (shape) => {
  let bucket: string;
  beforeAll(async () => {
    ({ bucket } = await backupOf(ground, "everything", shape));
  }, 180_000);

  it("brings back every kind of object, every row, the state of every sequence, and the large objects", async () => {
    const { stdout } = await restoreTo(ground, bucket, `everything from ${shape}`);
    expect(stdout).toContain(
      "left out: comment, privileges, settings of the database itself; pg_restore --create --schema-only --file=- prints them from its archive\n",
    );
    expect(await everythingIn(`everything from ${shape}`)).toEqual(await everythingIn("everything"));
  });

  it.each(["shop.by_shade", "shop.by_range", "shop.puppies", "shop.unlogged_table", "code.watched"])(
    "brings back %s alone",
    async (table) => {
      const copy = `only ${table} from ${shape}`;
      await restoreTo(ground, bucket, copy, "--table", table);
      const rows = (database: string) =>
        rowsOf<{ row: string }>(database, `SELECT t::text AS row FROM ${table} t ORDER BY 1`);
      expect((await rows(copy)).length).toBeGreaterThan(0);
      expect(await rows(copy)).toEqual(await rows("everything"));
      expect(await rowsOf(copy, "SELECT FROM shop.customers")).toEqual([]);
    },
  );

  it("brings back the rows that belong to the user in an extension's tables", async () => {
    const database = `settings ${shape}`;
    await withClient(await createDatabase(ground, database), (client) =>
      client.query(
        `CREATE SCHEMA own_settings; CREATE EXTENSION own_settings; CREATE TABLE other (id int); INSERT INTO other VALUES (1);
         INSERT INTO own_settings.settings (name, is_own) SELECT 'own ' || i, true FROM generate_series(1, 5) i`,
      ),
    );
    const copy = await roundTrip(ground, database, shape);
    expect(await portraitOf(ground, copy)).toEqual(await portraitOf(ground, database));
  });
});
