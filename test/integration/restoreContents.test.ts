// needs: postgres, versitygw, zstd
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { runCli } from "../../runner/cli/program";
import type { PointLocation } from "../../runner/contract";
import { drillKey } from "../../runner/drillContract";
import { postgresSettings } from "../../runner/postgres/connection";
import { type RestoreDependencies, type RestoreRequest } from "../../runner/restore";
import { previewRestore } from "../../runner/restorePreview";
import { restoreRows, type RowsRequest } from "../../runner/restoreRows";
import { failureOf } from "../runner/readFixtures";
import { tableChecksums } from "../support/postgres";
import { parallelPoint } from "./parallelPoint";
import {
  BUCKET,
  clock,
  databases,
  findProgram,
  type Ground,
  NEVER,
  onServer,
  random,
  restoreInto,
  startGround,
} from "./restoreGround";

let ground: Ground;
const startedAt = new Date(Date.now() - 86_400_000);
let points: Record<"single" | "parallel", PointLocation>;
beforeAll(async () => {
  ground = await startGround();
  await onServer(ground.target, `CREATE ROLE auditor; CREATE ROLE "shop owner"; CREATE ROLE reader`);
  const { source, repository } = ground;
  const options = { source, repository, database: "whole", databaseName: "shop", random: random(6) };
  points = { single: ground.shop, parallel: (await parallelPoint(options)).point };
  const put = (id: string, metadata: Record<string, string>) =>
    ground.repository.putOnce(drillKey("orders", id), "{}", {
      lock: undefined,
      contentType: "application/json",
      metadata: { recoverypoint: ground.shop.id, startedat: startedAt.toISOString(), ...metadata },
    });
  const id = (at: Date) => `${at.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z-aaaaaa`;
  await put(id(startedAt), { verdict: "passed", restoreseconds: "61.4" });
  await put(id(clock()), { verdict: "failed", restoreseconds: "1" });
}, 900_000);
afterAll(() => ground?.stop());

const restore = (request: Partial<RestoreRequest> & { newDatabase: string }) => restoreInto(ground, request);
const checksums = (database: string) => tableChecksums({ ...ground.target.settings, database });
const dependencies = (): RestoreDependencies => ({
  repository: ground.repository,
  settings: postgresSettings({ ...ground.target.env, PGDATABASE: "postgres" }),
  findProgram,
  path: process.env.PATH!,
  scratch: ground.scratch,
  clock,
  random,
  onEvent: () => undefined,
});

/** Rows of each table of the target that has any. */
async function filled(database: string): Promise<string[]> {
  const all = Object.entries(await checksums(database));
  return all.filter(([name, { rows }]) => rows > 0 && !/^sequence /.test(name)).map(([name]) => name);
}

describe.each(["single", "parallel"] as const)("of a %s point", (shape) => {
  it("one schema brings the rows of its tables, and the definitions of all others", async () => {
    const newDatabase = `${shape}_schema`;
    const result = await restore({ newDatabase, point: points[shape], schemas: ["audit"] });
    expect(await filled(newDatabase)).toEqual(["audit.events"]);
    const source = await tableChecksums(ground.source.settings);
    expect((await checksums(newDatabase))["audit.events"]).toEqual(source["audit.events"]);
    expect(Object.keys(await checksums(newDatabase))).toEqual(expect.arrayContaining(["public.customers"]));
    expect(result).toMatchObject({ tables: 1 });
  });

  it("definitions alone are complete, without any row, and name what is missing", async () => {
    const newDatabase = `${shape}_definitions`;
    const result = await restore({ newDatabase, point: points[shape], schemaOnly: true });
    expect(await filled(newDatabase)).toEqual([]);
    const facts = `
      SELECT (SELECT count(*)::int FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'audit')) AS relations,
             (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND convalidated) AS keys,
             (SELECT count(*)::int FROM pg_policy) AS policies,
             (SELECT relacl::text FROM pg_class WHERE oid = 'public.customers'::regclass) AS acl`;
    const { rows } = await onServer(ground.target, facts, newDatabase);
    expect(rows).toEqual((await onServer(ground.source, facts)).rows);
    const state = "SELECT last_value::int, is_called FROM audit.numbers";
    expect((await onServer(ground.target, state, newDatabase)).rows).toEqual([{ last_value: 1000, is_called: false }]);
    expect((await onServer(ground.target, "SELECT FROM pg_largeobject_metadata", newDatabase)).rows).toEqual([]);
    expect(result).toMatchObject({ tables: 0, leftOut: ["all rows, values of sequences, and large objects"] });
  });

  it("rows alone fill the empty tables of an existing database, with values of sequences and large objects", async () => {
    const database = `${shape}_filled`;
    await restore({ newDatabase: database, point: points[shape], schemaOnly: true });
    const before = await databases(ground);
    const result = await restoreRows(dependencies(), { point: points[shape], database, workers: 2 }, NEVER);
    await onServer(ground.target, "REFRESH MATERIALIZED VIEW revenue", database);
    expect(await checksums(database)).toEqual(await tableChecksums(ground.source.settings));
    expect(result.tables).toContain("public.orders_2025");
    expect(await databases(ground)).toEqual(before);
  });

  it("rows of a partitioned table come with its partitions, and nothing else", async () => {
    const database = `${shape}_orders`;
    await restore({ newDatabase: database, point: points[shape], tables: ["public.customers"] });
    const request: RowsRequest = { point: points[shape], database, tables: ["public.orders"], workers: 2 };
    await restoreRows(dependencies(), request, NEVER);
    const source = await tableChecksums(ground.source.settings);
    const found = await checksums(database);
    for (const table of ["public.customers", "public.orders_2025"]) expect(found[table]).toEqual(source[table]);
    expect(found["public.order_items"]).toMatchObject({ rows: 0 });
  });
});

describe("rows alone", () => {
  const into = (database: string, request: Partial<RowsRequest> = {}, signal = NEVER) =>
    restoreRows(dependencies(), { point: points.single, database, workers: 2, ...request }, signal);

  it("fails when tables have rows or are not there, naming all of them, before anything is made", async () => {
    await onServer(ground.target, "CREATE DATABASE half");
    await onServer(
      ground.target,
      "CREATE TABLE customers (id int); INSERT INTO customers VALUES (1); CREATE TABLE orders ()",
      "half",
    );
    const tables = ["public.customers", "public.orders", "public.order_items"];
    const error = await failureOf(into("half", { tables }));
    expect([error.exit, error.message]).toEqual([
      "preflight",
      [
        'rows into database "half": 2 problems:',
        '  - "public.customers" has rows; empty it, or restore into a new database',
        '  - "public.order_items": relation "public.order_items" does not exist',
      ].join("\n"),
    ]);
  });

  it.each<[string, string, RegExp]>([
    [
      "the table is another one now",
      "ALTER TABLE customers DROP COLUMN email CASCADE",
      /^copy of rows: pg_restore exited with code 1: .*column "email" of relation "customers" does not exist/s,
    ],
    [
      "the last table refuses its rows",
      "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not here'; END $$; CREATE TRIGGER no BEFORE INSERT ON order_items FOR EACH ROW EXECUTE FUNCTION no()",
      /^copy of rows: pg_restore exited with code 1: .*not here/s,
    ],
  ])("fails when %s, with every table as empty as before and no temporary database", async (_, sql, message) => {
    const database = `refusing_${random(4)}`;
    await restore({ newDatabase: database, schemaOnly: true });
    await onServer(ground.target, sql, database);
    const before = await databases(ground);
    const error = await failureOf(into(database));
    expect([error.exit, error.message]).toEqual(["restore", expect.stringMatching(message)]);
    expect(await filled(database)).toEqual([]);
    expect(await databases(ground)).toEqual(before);
  });

  it("fails when somebody wrote while they were restored, and leaves what was written alone", async () => {
    await restore({ newDatabase: "written", point: points.single, schemaOnly: true });
    const before = await databases(ground);
    const insert = "INSERT INTO audit.events (at, kind, detail) VALUES (now(), 'new', '{}')";
    let isWritten = false;
    const writing: RestoreDependencies = {
      ...dependencies(),
      // Asked for after the first look at the tables.
      findProgram: async (program, minMajor) => {
        if (program === "pg_restore" && !isWritten) await onServer(ground.target, insert, "written");
        isWritten ||= program === "pg_restore";
        return findProgram(program, minMajor);
      },
    };
    const error = await failureOf(
      restoreRows(writing, { point: points.single, database: "written", workers: 2 }, NEVER),
    );
    expect([error.exit, error.message]).toEqual([
      "restore",
      'rows into database "written": "audit.events" has rows; empty it, or restore into a new database',
    ]);
    const { rows } = await onServer(ground.target, "SELECT kind FROM audit.events", "written");
    expect(rows).toEqual([{ kind: "new" }]);
    expect(await databases(ground)).toEqual(before);
  });

  it("fails when the database is not there", async () => {
    const error = await failureOf(into("nowhere"));
    expect(error.message).toMatch(/^database connection: can't connect to .*\/nowhere .*"nowhere" does not exist/);
  });
});

describe("contents that contradict each other or are not there", () => {
  it("fails when definitions alone are to have rows", async () => {
    const error = await failureOf(restore({ newDatabase: "x", schemaOnly: true, tables: ["public.customers"] }));
    expect([error.exit, error.message]).toEqual([
      "usage",
      "restore: definitions alone, and rows of some tables, contradict each other; all definitions come with either",
    ]);
  });

  it("fails when a schema has no table with rows, naming those that have", async () => {
    const error = await failureOf(restore({ newDatabase: "x", schemas: ["Audit"] }));
    expect(error.message).toBe(
      `restore: there is no table with rows in a schema "Audit" in ${ground.shop.id}; schemas with such tables are audit, public`,
    );
  });
});

describe("a restore that is only looked at", () => {
  it("tells what it would do, how long a drill took, and makes nothing", async () => {
    const before = await databases(ground);
    const request = { point: points.single, newDatabase: "seen", workers: 1 };
    const omit = { noOwner: false, noAcl: false, noTablespaces: false };
    const preview = await previewRestore(dependencies(), { ...request, ...omit }, NEVER);
    expect(preview).toMatchObject({
      recoveryPointId: ground.shop.id,
      database: "seen",
      replaces: null,
      pastRestore: { seconds: 61.4, startedAt: startedAt.toISOString(), recoveryPointId: ground.shop.id },
    });
    // The server runs on this machine.
    expect(preview.space.freeBytes).toBeGreaterThan(preview.space.neededBytes);
    expect(preview.space.neededBytes).toBeGreaterThan(100_000);
    expect(await databases(ground)).toEqual(before);
  });
});

describe("on the command line", () => {
  async function run(args: string[], answer?: string) {
    const out: string[] = [];
    const notes: string[] = [];
    const asked: string[] = [];
    // The process's own client of S3 reads these.
    const env = { ...ground.storage.env(), ...ground.target.env, PGDATABASE: "postgres", PATH: process.env.PATH };
    const saved = { ...process.env };
    Object.assign(process.env, env);
    try {
      const code = await runCli(["restore", ...args, "--database", "orders", "--bucket", BUCKET], {
        env,
        signal: NEVER,
        clock,
        out: (text) => void out.push(text),
        note: (text) => void notes.push(text),
        isInteractive: false,
        ask: answer === undefined ? undefined : (question) => (asked.push(question), Promise.resolve(answer)),
      });
      return { code, out: out.join("\n"), notes: notes.join("\n"), asked };
    } finally {
      process.env = saved;
    }
  }

  it("a preview is a table, and nothing is made", async () => {
    const { code, out } = await run(["seen", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toMatch(/│ into +│ "seen", new +│/);
    expect(out).toMatch(/│ time +│ 1m 1s in the drill of .* whole\) +│/);
    expect(out).toMatch(/nothing was made; without --dry-run it starts$/);
    expect(await databases(ground)).not.toContain("seen");
  });

  it("a restored table comes with the two commands that bring it back", async () => {
    const { code, out } = await run(["looked", "--table", "public.customers"]);
    expect(code).toBe(0);
    expect(out.split("\n").slice(-3)).toEqual([
      "to bring dropped tables back into the live database, look at them here, then run these two:",
      `  pg_dump --table='"public"."customers"' --file=looked.sql --dbname=looked`,
      "  psql --single-transaction --set=ON_ERROR_STOP=1 --file=looked.sql --dbname=<live-database>",
    ]);
  });

  it("those two commands bring it back, with rows, key and owner, where it was dropped", async () => {
    await restore({ newDatabase: "alive" });
    await onServer(ground.target, "DROP TABLE audit.events", "alive");
    const { out } = await run(["brought", "--table", "audit.events"]);
    const commands = out.split("\n").slice(-2).join("\n").replace("<live-database>", "alive");
    const cwd = mkdtempSync(path.join(ground.scratch, "back-"));
    execFileSync("bash", ["-e", "-c", commands], {
      cwd,
      env: { ...ground.target.env, PATH: `${ground.target.binDir}:${process.env.PATH}` },
      stdio: ["ignore", "ignore", "pipe"],
    });
    rmSync(cwd, { recursive: true });
    expect(await checksums("alive")).toEqual(await tableChecksums(ground.source.settings));
  });

  it("a database is replaced when its name was typed, and not when it was not", async () => {
    await onServer(ground.target, "CREATE DATABASE typed");
    const nobody = await run(["typed", "--replace"]);
    expect(nobody.code).toBe(2);
    expect(nobody.notes).toContain("nobody can be asked here: give --confirm typed, or run it at a terminal");
    expect((await run(["typed", "--replace"], "yes")).notes).toContain('the answer was "yes", not "typed"');
    expect((await run(["typed", "--replace", "--confirm", "other"])).code).toBe(2);
    expect((await databases(ground)).filter((name) => name.startsWith("typed"))).toEqual(["typed"]);
    const done = await run(["typed", "--replace"], "typed");
    expect([done.code, done.asked.length]).toEqual([0, 1]);
    expect(done.out).toMatch(/the database that was "typed" is now "typed__replaced_.{6}"; when nobody needs it: DROP/);
    const again = await run(["typed", "--replace", "--drop-replaced", "--confirm", "typed"]);
    expect(again.out).toContain('the database that was "typed" is dropped');
  });

  it("fails when options contradict each other, naming all", async () => {
    const { code, notes } = await run(["x", "--data-only", "--schema-only", "--dry-run", "--drop-replaced"]);
    expect([code, notes]).toEqual([
      2,
      [
        "restore: 3 problems:",
        "  - --drop-replaced goes with --replace alone",
        "  - --data-only brings rows into tables that are there, so not with --schema-only",
        "  - --data-only brings rows into tables that are there, so not with --dry-run",
      ].join("\n"),
    ]);
    expect((await run([])).notes).toBe("restore: name the database to make: restore <new-database>");
  });

  it("what was never finished is listed, and dropped when its name was typed", async () => {
    const name = "left__restoring_abcdef";
    await onServer(ground.target, `CREATE DATABASE ${name}`);
    const marker = "backup321: unfinished restore of 20261120T020000Z-cccccc, begun 2026-11-20T03:00:00.000Z";
    await onServer(ground.target, `COMMENT ON DATABASE ${name} IS '${marker}'`);
    expect(JSON.parse((await run(["--list-unfinished", "--json"])).out)).toMatchObject([{ name, sessions: 0 }]);
    const wrong = await run(["--drop-unfinished", "--confirm", "left"]);
    expect(wrong.notes).toMatch(
      /^unfinished restores: "left" is no unfinished restore on .*; --list-unfinished shows them$/,
    );
    expect((await run(["--drop-unfinished"], "no")).code).toBe(2);
    expect(await databases(ground)).toContain(name);
    expect((await run(["--drop-unfinished"], name)).out).toBe(`dropped ${name}`);
    expect((await run(["--list-unfinished"])).out).toBe("no unfinished restores");
    expect(await databases(ground)).not.toContain(name);
  });
});
