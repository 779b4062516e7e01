// needs: postgres
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import type { DumpSession } from "../../runner/dump/dumpSource";
import { PostgresSource } from "../../runner/dump/postgres";
import { postgresSettings } from "../../runner/postgres/connection";
import { failureOf, produce } from "../runner/readFixtures";
import { zstdDecompress } from "../runner/zstd";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { makeTls } from "../support/tls";

const PASSWORD = ["pass", "word"].join("");
/** The smallest that a server takes: its lock table is full with few tables. */
const LOCKS = {
  max_locks_per_transaction: "10",
  max_connections: "30",
  max_worker_processes: "0",
  max_wal_senders: "0",
};
/** 10 locks for each of 30 connections and 3 + 1 for autovacuum; 85 % of them, less 200 for the catalog. */
const FIRST_TOO_MANY = Math.floor(10 * 33 * 0.85) - 200 + 1;

let dir: string;
let server: ThrowawayPostgres;
let where: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-preflight-"));
  server = await throwawayPostgres({ dir, tls: makeTls(path.join(dir, "tls")), settings: LOCKS });
  where = `${server.settings.host}:${server.settings.port}/shop`;
  await sql(`CREATE ROLE limited LOGIN PASSWORD '${PASSWORD}'`);
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const sql = (text: string, database = "shop") =>
  withClient({ ...server.settings, database }, (client) => client.query(text));
const limited = { PGUSER: "limited", PGPASSWORD: PASSWORD };
const sourceOf = (overrides: Record<string, string> = {}, dump: Partial<DumpOptions> = {}) => {
  const env = { ...server.env, PATH: process.env.PATH, ...overrides };
  const options = { ...DEFAULT_DUMP_OPTIONS, ...dump };
  return new PostgresSource({ settings: postgresSettings(env), env, clock: () => new Date(), dump: options });
};
/** Opens, uses and closes a session. */
async function using<T>(source: PostgresSource, use: (session: DumpSession) => Promise<T> | T): Promise<T> {
  const session = await source.open();
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

describe("a connection", () => {
  it.each([
    ["the password is wrong", { PGPASSWORD: "no" }, 'password authentication failed for user "postgres"'],
    ["there is no such host", { PGHOST: "nowhere.invalid" }, "getaddrinfo ENOTFOUND nowhere.invalid"],
    ["there is no such database", { PGDATABASE: "gone" }, 'database "gone" does not exist'],
  ])("fails when %s", async (_, overrides: Record<string, string>, reason) => {
    const { PGHOST = server.settings.host, PGDATABASE = "shop" } = overrides;
    const error = await failureOf(sourceOf(overrides).open());
    // Errors of Node's own modules are none of the test's Error, so they are shown with their name here.
    expect([error.exit, error.message.replace("Error: ", "")]).toEqual([
      "preflight",
      `database connection: can't connect to postgres@${PGHOST}:${server.settings.port}/${PGDATABASE} (sslmode verify-ca): ${reason}; check host, port, role, password and the server's pg_hba.conf`,
    ]);
  });
});

describe("permissions", () => {
  it("fails with everything that the role can't read, in one error, and passes once all of it is granted", async () => {
    await sql(
      `CREATE SCHEMA closed; CREATE TABLE closed.a (id int); CREATE TABLE "odd ""t" (id serial);
       CREATE TABLE tenants (id int); ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; GRANT SELECT ON tenants TO limited;
       CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE VIEW seen AS SELECT 1 AS one;
       CREATE TABLE open (id int); GRANT SELECT ON open TO limited; SELECT lo_create(4711);
       CREATE TABLE of_extension (id int); ALTER EXTENSION plpgsql ADD TABLE of_extension`,
    );
    const error = await failureOf(sourceOf(limited).open());
    expect([error.exit, error.message]).toEqual([
      "preflight",
      `preflight: 5 problems:
  - role limited has no USAGE on 1 schema; run: GRANT USAGE ON SCHEMA "closed" TO "limited"
  - role limited has no SELECT on 3 tables; run: GRANT SELECT ON TABLE "closed"."a", "public"."odd ""t", "public"."parts" TO "limited"
  - role limited has no SELECT on 1 sequence; run: GRANT SELECT ON SEQUENCE "public"."odd ""t_id_seq" TO "limited"
  - role limited has no SELECT on 1 large object; run: GRANT SELECT ON LARGE OBJECT 4711 TO "limited"
  - row security hides rows from role limited in 1 table "public"."tenants"; run: ALTER ROLE "limited" BYPASSRLS`,
    ]);
    // What the error says, as it says it.
    for (const [, statement] of error.message.matchAll(/; run: (.*)$/gm)) await sql(statement!);
    const tables = await using(sourceOf(limited), async (session) => {
      await produce(session);
      return session.tables.map(({ name }) => name);
    });
    expect(tables.sort()).toEqual(["a", 'odd "t', "open", "parts", "tenants"]);
  });

  it("need not be given for filtered rows that are left out", async () => {
    await sql("ALTER ROLE limited NOBYPASSRLS");
    expect((await failureOf(sourceOf(limited).open())).message).toContain("row security hides rows");
    const excluded = await using(
      sourceOf(limited, { excludeTableData: ["public.tenants"] }),
      (session) => session.excludedTables,
    );
    expect(excluded).toEqual(["public.tenants"]);
    await sql("ALTER ROLE limited BYPASSRLS");
  });
});

describe("a role that may not export snapshots", () => {
  beforeAll(() => sql("REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM public"));
  afterAll(() => sql("GRANT EXECUTE ON FUNCTION pg_export_snapshot() TO public"));

  it("gets a single stream, whose tables are locked all the same, and a note that says why", async () => {
    await using(sourceOf(limited), async (session) => {
      expect([session.shape, session.notes]).toEqual([
        "single",
        [
          "dumped as a single stream, since no snapshot could be exported: role limited may not run pg_export_snapshot()",
        ],
      ]);
      await withClient(server.settings, async (client) => {
        await client.query("SET lock_timeout = 50");
        await expect(client.query("TRUNCATE open")).rejects.toThrow("lock timeout");
      });
      await produce(session);
    });
    expect(await using(sourceOf(), (session) => session.notes)).toEqual([]);
  });

  it("fails when a parallel dump was asked for", async () => {
    const error = await failureOf(sourceOf(limited, { shape: "parallel" }).open());
    expect([error.exit, error.message]).toEqual([
      "preflight",
      "preflight: BACKUP321_SHAPE is parallel, which needs an exported snapshot, but role limited may not run pg_export_snapshot(); GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO the role, or set BACKUP321_SHAPE to auto or single",
    ]);
  });

  it("fails with that beside all else that is wrong, before anything is locked", async () => {
    await sql("CREATE TABLE hidden (v int)");
    const error = await failureOf(sourceOf(limited, { shape: "parallel" }).open());
    await sql("DROP TABLE hidden");
    expect(error.message).toMatch(
      /^preflight: 2 problems:\n {2}- role limited has no SELECT on 1 table; .*\n {2}- BACKUP321_SHAPE is parallel, /,
    );
  });
});

describe("tables whose rows are left out", () => {
  it("are named, with all partitions and what never was in a dump; a name that no table has is told", async () => {
    await sql("CREATE DATABASE leaves");
    await sql(
      `CREATE TABLE log (v int); INSERT INTO log VALUES (271828); CREATE TABLE kept (v int); INSERT INTO kept VALUES (314159);
       CREATE TABLE events (v int) PARTITION BY LIST (v); CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
       INSERT INTO events VALUES (1);
       CREATE TABLE own (v int); INSERT INTO own VALUES (1); ALTER EXTENSION plpgsql ADD TABLE own;
       CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE away (v int) SERVER far`,
      "leaves",
    );
    const dump = { excludeTableData: ["public.log", "public.events", "public.gone"] };
    await using(sourceOf({ PGDATABASE: "leaves" }, dump), async (session) => {
      expect(session.excludedTables).toEqual(["public.away", "public.events_1", "public.log", "public.own"]);
      expect(session.notes).toEqual([
        "tables to leave out that are none of the database's own: public.gone; nothing is left out for them",
      ]);
      expect(session.tables.map(({ name }) => name)).toEqual(["away", "events", "events_1", "kept", "log"]);
      const archive = (await zstdDecompress(await produce(session))).toString("latin1");
      expect([archive.includes("314159"), archive.includes("271828")]).toEqual([true, false]);
      expect(archive).toContain("CREATE TABLE public.log");
    });
  });
});

describe("a server whose lock table is small", () => {
  const make = (from: number, to: number) =>
    sql(
      `DO $$ BEGIN FOR i IN ${from}..${to} LOOP EXECUTE format('CREATE TABLE t%s (v int)', i); END LOOP; END $$`,
      "many",
    );
  it("fails before the first lock when the tables don't fit, and dumps one table less", async () => {
    await sql("CREATE DATABASE many");
    // In batches: what makes tables locks them too.
    const last = FIRST_TOO_MANY;
    for (let from = 1; from <= last; from += 20) await make(from, Math.min(last, from + 19));
    const error = await failureOf(sourceOf({ PGDATABASE: "many" }).open());
    const [, inUse] = /; (\d+) in use\)/.exec(error.message) ?? [];
    expect([error.exit, error.message]).toEqual([
      "preflight",
      `preflight: ${where.replace("shop", "many")}: ${last} tables and 0 sequences must be locked at once, and the server's lock table has room for 330 objects, of which a dump may take 85 % (max_locks_per_transaction 10 x 33 processes; ${inUse} in use); set max_locks_per_transaction to 11 or more and restart the server`,
    ]);
    await sql(
      `DO $$ BEGIN FOR i IN 0..${inUse} LOOP EXECUTE format('DROP TABLE t%s', ${last} - i); END LOOP; END $$`,
      "many",
    );
    await using(sourceOf({ PGDATABASE: "many" }), async (session) => {
      expect((await produce(session)).length).toBeGreaterThan(1000);
    });
  });
});
