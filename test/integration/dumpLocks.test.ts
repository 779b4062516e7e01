// needs: postgres
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Client } from "pg";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import { PostgresSource } from "../../runner/dump/postgres";
import { freeze } from "../../runner/dump/postgres/snapshot";
import { connect, disconnect, postgresSettings } from "../../runner/postgres/connection";
import { failureOf } from "../runner/readFixtures";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { eventually } from "../support/standin/fixtures";
import { makeTls } from "../support/tls";

let dir: string;
let server: ThrowawayPostgres;
let where: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-locks-"));
  server = await throwawayPostgres({ dir, tls: makeTls(path.join(dir, "tls")) });
  where = `${server.settings.host}:${server.settings.port}/shop`;
}, 900_000);
beforeEach(() =>
  sql(
    `DROP SCHEMA IF EXISTS public, s CASCADE; CREATE SCHEMA public; CREATE TABLE a (v int); CREATE TABLE b (v int);
     INSERT INTO a SELECT generate_series(1, 1000); INSERT INTO b VALUES (1)`,
  ),
);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const sql = (text: string) => withClient(server.settings, (client) => client.query(text));
const env = () => ({ ...server.env, PATH: process.env.PATH });
const sourceOf = (lockWaitMs: number, dump: Partial<DumpOptions> = {}) =>
  new PostgresSource({
    settings: postgresSettings(env()),
    env: env(),
    clock: () => new Date(),
    lockWaitMs,
    dump: { ...DEFAULT_DUMP_OPTIONS, ...dump },
  });
const waiters = async () => (await sql("SELECT FROM pg_locks WHERE NOT granted")).rows.length;
const impatiently = (text: string) =>
  withClient(server.settings, async (client) => {
    await client.query("SET lock_timeout = 50");
    await client.query(text);
  });

describe("a table that another session has locked", () => {
  it("fails the run after the wait, and lets it through once it is free", async () => {
    await withClient(server.settings, async (client) => {
      await client.query("BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE");
      const pid = (client as unknown as { processID: number }).processID;
      const error = await failureOf(sourceOf(200).open());
      expect([error.exit, error.message]).toEqual([
        "preflight",
        `preflight: table public.b of ${where} was locked by another session (PID ${pid}) for more than 200 ms; let its ALTER TABLE, VACUUM FULL or LOCK TABLE end, then run again`,
      ]);
      await client.query("COMMIT");
    });
    await (await sourceOf(200).open()).close();
  });

  it("is waited for without any lock held, so that the two never end in a deadlock", async () => {
    await withClient(server.settings, async (client) => {
      await client.query("BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE");
      const opening = sourceOf(20_000).open();
      await eventually("the wait", async () => (await waiters()) > 0 || undefined);
      await client.query("SET lock_timeout = 50; ALTER TABLE a ADD COLUMN w int; COMMIT");
      await (await opening).close();
    });
  });
});

describe("a frozen database", () => {
  it.each(["TRUNCATE a", "DROP TABLE a", "ALTER TABLE a ADD COLUMN w int", "VACUUM FULL a", "CLUSTER a USING a_v"])(
    "lets nobody %s until its session ends, but lets rows change",
    async (statement) => {
      await sql("CREATE INDEX a_v ON a (v)");
      const session = await sourceOf(1000).open();
      try {
        await impatiently("UPDATE a SET v = v + 1");
        await expect(impatiently(statement)).rejects.toThrow("canceling statement due to lock timeout");
      } finally {
        await session.close();
      }
      await impatiently(statement);
    },
  );

  it.each(["single", "parallel"] as const)(
    "fails a %s dump behind a waiting ALTER, naming the table",
    async (shape) => {
      const session = await sourceOf(300, { shape }).open();
      const altering = withClient(server.settings, (client) => client.query("ALTER TABLE a ADD COLUMN w int"));
      try {
        await eventually("the wait", async () => (await waiters()) > 0 || undefined);
        const sink = { position: 0, write: () => Promise.resolve() };
        const readers = session.objects.filter(({ role }) => role === "database" || role === "tables");
        expect(readers.length).toBeGreaterThan(0);
        for (const object of readers) {
          const error = await failureOf(object.produce(sink, new AbortController().signal));
          expect(error.exit).toBe("dump");
          expect(error.message).toMatch(
            /; meanwhile another session waits to alter, truncate or drop public\.a \(PID \d+\), and no table can be locked behind it; let that end, then run again$/,
          );
        }
      } finally {
        await session.close();
        await altering;
      }
    },
  );
});

describe("what happens while the tables are being locked", () => {
  /** Freezes; before each query that has `before` in it, does what that says. */
  async function freezing<T>(
    before: Record<string, (time: number) => Promise<unknown> | undefined>,
    use: (frozen: Awaited<ReturnType<typeof freeze>>, attempts: number) => T | Promise<T>,
  ): Promise<T> {
    const client = await connect(postgresSettings(env()));
    const times = new Map<string, number>();
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = (async (text: string, ...rest: unknown[]) => {
      for (const part of ["BEGIN ISOLATION", ...Object.keys(before)].filter((one) => text.includes(one))) {
        times.set(part, (times.get(part) ?? 0) + 1);
        await before[part]?.(times.get(part)!);
      }
      return query(text, ...rest);
    }) as Client["query"];
    const request = { where, clock: () => new Date(), lockWaitMs: 1000, isStandby: false, noExport: undefined };
    try {
      return await use(await freeze(client, request), times.get("BEGIN ISOLATION")!);
    } finally {
      await disconnect(client);
    }
  }
  const LOCKED = "pg_try_advisory_xact_lock";
  const FROZEN = "pg_export_snapshot";
  const once = (text: string) => (time: number) => (time === 1 ? sql(text) : undefined);

  it("a new table is found in the snapshot and locked too", async () => {
    await freezing({ [LOCKED]: once("CREATE TABLE c (v int)") }, async ({ catalog }, attempts) => {
      expect([catalog.relations.map(({ name }) => name), attempts]).toEqual([["a", "b", "c"], 1]);
      await expect(impatiently("TRUNCATE c")).rejects.toThrow("lock timeout");
    });
  });

  it("a new table that is truncated before it is locked makes it start anew", async () => {
    const before = { [LOCKED]: once("CREATE TABLE c AS SELECT 1"), [FROZEN]: once("TRUNCATE c") };
    await freezing(before, async (_, attempts) => {
      expect(attempts).toBe(2);
      await expect(impatiently("TRUNCATE c")).rejects.toThrow("lock timeout");
    });
  });

  it("a new table whose name is another's before it is locked makes it start anew", async () => {
    const swap = "ALTER TABLE c RENAME TO d; CREATE TABLE c (v int)";
    const before = { [LOCKED]: once("CREATE TABLE c AS SELECT 1"), [FROZEN]: once(swap) };
    await freezing(before, async ({ catalog }, attempts) => {
      expect([catalog.relations.map(({ name }) => name), attempts]).toEqual([["a", "b", "c", "d"], 2]);
      await expect(impatiently("TRUNCATE d")).rejects.toThrow("lock timeout");
    });
  });

  it.each([
    ["ALTER TABLE a RENAME TO z", ["public.b", "public.z"]],
    ["DROP TABLE a", ["public.b"]],
    ["CREATE SCHEMA s; ALTER TABLE a SET SCHEMA s", ["public.b", "s.a"]],
  ])("it starts anew after %s", async (statement, tables) => {
    await freezing({ "LOCK TABLE": once(statement) }, ({ catalog }, attempts) => {
      expect(attempts).toBe(2);
      expect(catalog.relations.map(({ schema, name }) => `${schema}.${name}`)).toEqual(tables);
    });
  });

  it("a table that took another's name is not taken for it", async () => {
    const swap = "ALTER TABLE a RENAME TO z; CREATE TABLE a (v int)";
    await freezing({ "LOCK TABLE": once(swap) }, async ({ catalog }) => {
      expect(catalog.relations.map(({ name }) => name)).toEqual(["a", "b", "z"]);
      await expect(impatiently("TRUNCATE z")).rejects.toThrow("lock timeout");
    });
  });

  it("fails when it never stands still, naming the last of the tables", async () => {
    const before = {
      [LOCKED]: (time: number) => sql(`CREATE TABLE c${time} AS SELECT 1`),
      [FROZEN]: (time: number) => sql(`TRUNCATE c${time}`),
    };
    const error = await failureOf(freezing(before, () => undefined));
    expect([error.exit, error.message]).toEqual([
      "preflight",
      `preflight: tables of ${where} were made, renamed, dropped or rewritten each time that all of them were to be locked, 5 times in a row: public.c5; run again when that has ended`,
    ]);
  });
});
