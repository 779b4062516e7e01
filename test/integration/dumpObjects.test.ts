// needs: postgres
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DumpContext } from "../../runner/dump/dumpContext";
import type { TablePart } from "../../runner/dump/dumpPlan";
import { postgresObjects } from "../../runner/dump/producers";
import { tablesObject } from "../../runner/dump/tablesObject";
import { failureOf } from "../runner/readFixtures";
import { zstdDecompress } from "../runner/zstd";
import {
  seedRealisticData,
  tableChecksums,
  throwawayPostgres,
  type ThrowawayPostgres,
  withClient,
} from "../support/postgres";
import { eventually } from "../support/standin/fixtures";
import { makeTls } from "../support/tls";
import { definitions, loadWithStockTools, type Made, make, makeAll, withContext } from "./dumpObjectsGround";

const NAMES = [
  'it\'s "odd"',
  "a.b",
  "UPPER case",
  "p|i(p)e*?$[x]{2}+^",
  "back\\slash",
  "line\nbreak",
  "Größe",
  " ",
  "tab\t:name",
];
/** Of the table `wide`: some 24 MB, far more than all the buffers between server and storage hold. */
const ROWS = 24_000;
const quoted = (name: string) => `"${name.replace(/"/g, '""')}"`;

let dir: string;
let server: ThrowawayPostgres;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-objects-"));
  server = await throwawayPostgres({ dir, tls: makeTls(join(dir, "tls")) });
  await seedRealisticData(server.settings, { orders: 2000 });
  await sql(
    [
      ...NAMES.flatMap((name, i) => [
        `CREATE SCHEMA ${quoted(name)}`,
        `CREATE TABLE ${quoted(name)}.${quoted(name)} (${quoted(name)} text, id serial, double int GENERATED ALWAYS AS (${i} * 2) STORED)`,
        `INSERT INTO ${quoted(name)}.${quoted(name)} SELECT 'row ' || i || E'\\t\\n\\\\.' FROM generate_series(1, ${i + 1}) i`,
        // What only begins like a name that is left to us stays pg_dump's.
        `CREATE SEQUENCE ${quoted(name)}.${quoted(`${name}x`)} START ${100 + i}`,
        `SELECT nextval('${`${quoted(name)}.${quoted(`${name}x`)}`.replace(/'/g, "''")}')`,
      ]),
      "CREATE TABLE columnless (); INSERT INTO columnless SELECT FROM generate_series(1, 7)",
      "CREATE TABLE empty (v int)",
      "CREATE TABLE shrunk (gone int, kept text, price money, x xml); ALTER TABLE shrunk DROP gone",
      "INSERT INTO shrunk VALUES ('a', 12.34, '<a/><b/>'), (NULL, -0.01, NULL)",
      "CREATE TABLE parent (v int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2)",
      "CREATE TABLE wide (id int, v text); INSERT INTO wide SELECT i, (SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 30) j) FROM generate_series(1, 24000) i",
      "CREATE UNLOGGED TABLE unlogged (v int); INSERT INTO unlogged VALUES (1)",
      "COMMENT ON LARGE OBJECT " +
        (await largeObject()) +
        " IS 'described'; GRANT SELECT ON LARGE OBJECT " +
        (await largeObject()) +
        " TO PUBLIC",
    ].join(";"),
  );
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const sql = (text: string, database = "shop") =>
  withClient({ ...server.settings, database }, (client) => client.query(text));

async function largeObject(): Promise<string> {
  const { rows } = await sql("SELECT min(oid)::text AS oid FROM pg_largeobject_metadata");
  return (rows[0] as { oid: string }).oid;
}

const partOf = (context: DumpContext, name: string, range?: TablePart["range"]): TablePart => {
  const table = context.tables.find((each) => each.name === name)!;
  // What is taken for short goes through a session, a range through psql.
  return { table, estimatedBytes: 0, ...(range === undefined ? {} : { range }) };
};
const storing = (context: DumpContext) => ({ path: context.path, compression: { level: 1, threads: 1 } });
const objectOf = (context: DumpContext, ...parts: TablePart[]) => tablesObject(context, parts, 1, storing(context));
const frameOf = ({ stored, produced }: Made, index: number) => {
  const { offset, bytes } = produced.tables[index]!.data;
  return stored.subarray(offset, offset + bytes);
};

describe("the objects of a dump", () => {
  it.each(["single", "parallel"] as const)("come back exactly with stock tools: %s", async (shape) => {
    const { made, tables } = await withContext(
      server,
      "shop",
      async (context) => {
        const planned = postgresObjects(context);
        return { made: await makeAll(planned.objects), tables: planned.tables };
      },
      { options: { shape } },
    );
    expect([...new Set(made.map(({ role }) => role))].sort()).toEqual(
      shape === "single" ? ["database", "globals"] : ["globals", "largeObjects", "schema", "tables"],
    );
    await loadWithStockTools(server, made, { database: `copy_${shape}`, dir: join(dir, shape) });
    expect(await tableChecksums({ ...server.settings, database: `copy_${shape}` })).toEqual(
      await tableChecksums(server.settings),
    );
    expect(definitions(server, `copy_${shape}`)).toBe(definitions(server, "shop"));
    const described =
      "SELECT lomowner, lomacl, obj_description(oid, 'pg_largeobject') AS said FROM pg_largeobject_metadata";
    expect((await sql(described, `copy_${shape}`)).rows).toEqual([
      { lomowner: 10, lomacl: expect.stringContaining("=r/"), said: "described" },
    ]);
    const rows = await tableChecksums(server.settings);
    const copied = made.flatMap(({ produced }) => produced.tables);
    for (const { schema, name } of copied) {
      const parts = copied.filter((each) => each.schema === schema && each.name === name);
      const sum = parts.reduce((all, { data }) => all + data.rows, 0);
      expect([name, sum]).toEqual([name, name === "parent" ? 1 : rows[`${schema}.${name}`]!.rows]);
    }
    const isCopied = ({ kind }: { kind: string }) => shape === "parallel" && kind === "r";
    for (const table of tables)
      expect([table.name, table.data]).toEqual([table.name, isCopied(table) ? [] : undefined]);
  });

  it("say exactly what is in them: frames without gaps, their raw bytes, and a digest where one program wrote all", async () => {
    const made = await withContext(server, "shop", async (context) => makeAll(postgresObjects(context).objects));
    for (const { role, stored, produced } of made) {
      const raw = await zstdDecompress(stored);
      expect(produced.raw.bytes).toBe(raw.length);
      expect(produced.raw.sha256 === undefined).toBe(role === "tables");
      let offset = 0;
      for (const { data } of produced.tables) {
        expect(data.offset).toBe(offset);
        expect((await zstdDecompress(stored.subarray(offset, (offset += data.bytes)))).length).toBe(data.rawBytes);
      }
      if (role === "tables") expect(offset).toBe(stored.length);
    }
    const names = made.flatMap(({ produced }) => produced.tables.map(({ name }) => name));
    expect(names).toContain("columnless");
    expect(names).not.toContain("empty");
    const globals = String(await zstdDecompress(made.find(({ role }) => role === "globals")!.stored));
    expect(globals).toContain("CREATE ROLE postgres");
    expect(globals).not.toContain("PASSWORD");
  });

  it("are in the database's own encoding, and in none where it has none", async () => {
    const latin = "ÄÖÜ ß";
    await sql("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    await sql(
      `CREATE TABLE "Größe" ("Länge" text); INSERT INTO "Größe" SELECT '${latin}' FROM generate_series(1, 3)`,
      "latin",
    );
    await sql("CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    await sql(
      `CREATE TABLE "Größe" ("Länge" text); INSERT INTO "Größe" SELECT convert_from('\\xff41fe', 'SQL_ASCII')`,
      "bytes",
    );
    for (const [database, encoding] of [
      ["latin", "LATIN1"],
      ["bytes", "SQL_ASCII"],
    ] as const) {
      for (const range of [undefined, { fromBlock: 0 }]) {
        const copy = `${database}_${range ? "psql" : "session"}`;
        const made = await withContext(server, database, async (context) => [
          ...(await makeAll(postgresObjects(context).objects)).filter(({ role }) => role !== "tables"),
          await make(objectOf(context, partOf(context, "Größe", range))),
        ]);
        await loadWithStockTools(server, made, { database: copy, encoding, dir: join(dir, copy) });
        const sum = 'SELECT count(*), md5(string_agg("Länge"::bytea, \'\')) FROM "Größe"';
        const bytes = sum.replace('"Länge"::bytea', `convert_to("Länge", '${encoding}')`);
        expect((await sql(bytes, copy)).rows).toEqual((await sql(bytes, database)).rows);
      }
    }
  });

  it("leave out the rows of excluded tables, and nothing else", async () => {
    for (const shape of ["single", "parallel"] as const) {
      const made = await withContext(server, "shop", async (context) => {
        const excluded = context.tables.filter(({ name }) => name === "wide" || name === "a.b");
        const oids = new Set(excluded.map(({ oid }) => oid));
        return makeAll(
          postgresObjects({ ...context, excludedTables: oids, options: { ...context.options, shape } }).objects,
        );
      });
      const database = `without_${shape}`;
      await loadWithStockTools(server, made, { database, dir: join(dir, database) });
      const expected = await tableChecksums(server.settings);
      const got = await tableChecksums({ ...server.settings, database });
      for (const table of ["public.wide", "a.b.a.b"]) expect(got[table]!.rows).toBe(0);
      expect({ ...got, "public.wide": 0, "a.b.a.b": 0 }).toEqual({ ...expected, "public.wide": 0, "a.b.a.b": 0 });
    }
  });

  it("are sealed once each: an archive as a whole, the rows of each table by themselves", async () => {
    const seal = async function* (frame: AsyncIterable<Buffer>) {
      yield Buffer.from("<sealed>");
      yield* frame;
      yield Buffer.from("</sealed>");
    };
    const made = await withContext(server, "shop", (context) => makeAll(postgresObjects(context).objects), { seal });
    for (const object of made) {
      expect(object.name).toMatch(/^(schema\.pgdump|large-objects\.pgdump|tables-\d{4}\.sql|globals\.sql)\.zst\.age$/);
      const frames =
        object.role === "tables" ? object.produced.tables.map((_, i) => frameOf(object, i)) : [object.stored];
      for (const [i, frame] of frames.entries()) {
        const text = frame.toString("latin1");
        expect([text.slice(0, 8), text.slice(-9)]).toEqual(["<sealed>", "</sealed>"]);
        const raw = await zstdDecompress(frame.subarray(8, -9));
        expect(raw.length).toBe(object.produced.tables[i]?.data.rawBytes ?? object.produced.raw.bytes);
      }
    }
  });

  it("hold the passwords of roles only where that is asked for, by a role that may read them", async () => {
    const password = ["sec", "ret"].join("");
    await sql(`CREATE ROLE reader LOGIN PASSWORD '${password}'`);
    const globals = (rolePasswords: boolean, user?: string) =>
      withContext(server, "shop", async (context) => {
        const settings = user === undefined ? context.settings : { ...context.settings, user, password };
        const options = { ...context.options, rolePasswords };
        return make(postgresObjects({ ...context, settings, options }).objects.at(-1)!);
      });
    expect(String(await zstdDecompress((await globals(true)).stored))).toContain("PASSWORD 'SCRAM-SHA-256");
    expect(String(await zstdDecompress((await globals(false, "reader")).stored))).toContain("CREATE ROLE reader");
    expect((await failureOf(globals(true, "reader"))).message).toMatch(
      /^globals: pg_dumpall exited with code 1: .*pg_authid[^]*; a role that is no superuser may not read the passwords of roles: leave BACKUP321_ROLE_PASSWORDS out$/,
    );
  });
});

describe("one table", () => {
  it("is loaded from its range alone, and in block ranges from each of them", async () => {
    const made = await withContext(server, "shop", (context) =>
      make(
        objectOf(
          context,
          partOf(context, "orders_2025"),
          partOf(context, "wide", { fromBlock: 0, toBlock: 700 }),
          partOf(context, "wide", { fromBlock: 700 }),
        ),
      ),
    );
    expect(made.produced.tables.map(({ data }) => [data.fromBlock, data.toBlock])).toEqual([
      [0, 700],
      [700, undefined],
      [undefined, undefined],
    ]);
    const range = (index: number) => ({ ...made, stored: frameOf(made, index) });
    await sql("CREATE TABLE saved AS TABLE wide; TRUNCATE wide");
    const rows = async () => Number((await sql("SELECT count(*) AS n FROM wide")).rows[0].n);
    load(range(1));
    expect(await rows()).toBe(made.produced.tables[1]!.data.rows);
    load(range(0));
    expect(await rows()).toBe(ROWS);
    const difference = await sql("(TABLE wide EXCEPT ALL TABLE saved) UNION ALL (TABLE saved EXCEPT ALL TABLE wide)");
    expect(difference.rows).toEqual([]);
    await sql("DROP TABLE saved");
  });

  it.each([undefined, { fromBlock: 0 }])(
    "fails when another session waits to alter it, with its name: range %j",
    async (range) => {
      await withContext(server, "shop", async (context) => {
        const altering = withClient(server.settings, async (client) => {
          await client
            .query("SET application_name = 'alter'; ALTER TABLE wide ADD COLUMN later int")
            .catch(() => undefined);
        });
        await eventually("the queue", async () => {
          const { rows } = await sql("SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'");
          return rows.length > 0 || undefined;
        });
        const error = await failureOf(make(objectOf(context, partOf(context, "wide", range))));
        await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'alter'");
        await altering.catch(() => undefined);
        expect(error.exit).toBe("dump");
        expect(error.message).toMatch(
          /^copy: public\.wide: another session waits to change it \(ALTER TABLE, TRUNCATE, DROP or VACUUM FULL\), so its rows can't be read \([^]*could not obtain lock on relation "public\.wide"\); run again when that has ended$/,
        );
        expect((await make(objectOf(context, partOf(context, "wide", range)))).produced.tables[0]!.data.rows).toBe(
          ROWS,
        );
      });
    },
  );

  it.each([undefined, { fromBlock: 0 }])("fails when its session is killed amid its rows: range %j", async (range) => {
    await withContext(server, "shop", async (context) => {
      let isKilled = false;
      const kill = async () => {
        if (isKilled) return;
        isKilled = await eventually("its COPY", async () => {
          const copies = "FROM pg_stat_activity WHERE query ~ '^COPY' AND state = 'active'";
          return (await sql(`SELECT pg_terminate_backend(pid) ${copies}`)).rows.length > 0 || undefined;
        });
      };
      const error = await failureOf(make(objectOf(context, partOf(context, "wide", range)), undefined, kill));
      expect([isKilled, error.exit]).toEqual([true, "dump"]);
      expect(error.message).toMatch(/^copy: public\.wide: [^]*(terminat|connection to server was lost)/);
    });
  });

  it.each([
    ["psql", { fromBlock: 0 }, "copy: public.wide: psql was killed by SIGKILL"],
    ["zstd", { fromBlock: 0 }, "compress: zstd was killed by SIGKILL"],
    ["zstd", undefined, "compress: zstd was killed by SIGKILL"],
  ])("fails when %s is killed: range %j", async (program, range, message) => {
    const bin = join(dir, `bin-${program}`);
    mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\nhead -c 1000\nkill -9 $$\n`;
    writeFileSync(join(bin, program), script);
    chmodSync(join(bin, program), 0o755);
    const error = await withContext(server, "shop", async (context) => {
      const psql = program === "psql" ? { ...context.psql, path: join(bin, program) } : context.psql;
      const broken = { ...context, psql, path: program === "zstd" ? `${bin}:${context.path}` : context.path };
      return failureOf(make(objectOf(broken, partOf(broken, "wide", range))));
    });
    expect(error.message).toBe(message);
  });

  it("fails when the compressor of one of several tables is killed, though psql does not notice", async () => {
    const bin = join(dir, "bin-second");
    mkdirSync(bin, { recursive: true });
    const script = `#!/bin/sh\nfor each; do [ "$each" = -vv ] || continue; [ -e ${bin}/first ] && kill -9 $$; touch ${bin}/first; done\nexec /usr/bin/env PATH="$PATH_OF_ZSTD" zstd "$@"\n`;
    writeFileSync(join(bin, "zstd"), script.replace("$PATH_OF_ZSTD", process.env.PATH!));
    chmodSync(join(bin, "zstd"), 0o755);
    const error = await withContext(server, "shop", (context) => {
      const broken = { ...context, path: `${bin}:${context.path}` };
      const ranges = [{ fromBlock: 0, toBlock: 1 }, { fromBlock: 1, toBlock: 2 }, { fromBlock: 2 }];
      return failureOf(make(objectOf(broken, ...ranges.map((range) => partOf(broken, "wide", range)))));
    });
    expect(error.message).toBe("compress: zstd was killed by SIGKILL");
  });

  it("fails when the second of several can't be read, with its name, whatever the names are made of", async () => {
    const odd = "line\n\\! true\n";
    await sql(`CREATE TABLE "${odd}" (a int)`);
    const error = await withContext(server, "shop", (context) => {
      const wide = partOf(context, "wide", { fromBlock: 0 });
      const gone = { ...wide, table: { ...wide.table, name: "gone" } };
      return failureOf(make(objectOf(context, partOf(context, odd, { fromBlock: 0 }), gone, wide)));
    });
    await sql(`DROP TABLE "${odd}"`);
    expect(error.message).toMatch(
      /^copy: public\.gone: psql exited with code 3: [^]*relation "public\.gone" does not exist/,
    );
  });

  it.each([undefined, { fromBlock: 0 }])(
    "stops at once when it is interrupted, though storage never answers: range %j",
    async (range) => {
      await withContext(server, "shop", async (context) => {
        const stop = new AbortController();
        const reason = new Error("stopped");
        const never = () => {
          stop.abort(reason);
          return new Promise<never>(() => undefined);
        };
        const object = objectOf(context, partOf(context, "wide", range), partOf(context, "orders_2025"));
        await expect(make(object, stop.signal, never)).rejects.toBe(reason);
        await eventually("the end of its sessions", async () => {
          const { rows } = await sql("SELECT FROM pg_stat_activity WHERE application_name = 'backup321'");
          return rows.length === 0 || undefined;
        });
      });
    },
  );
});

function load(made: Made): void {
  const script = "set -o pipefail; zstd -d | psql -Xq -v ON_ERROR_STOP=1";
  const env = { ...process.env, ...server.env };
  execFileSync("bash", ["-c", script], { input: made.stored, env, stdio: "pipe" });
}
