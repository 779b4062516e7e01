// needs: postgres, versitygw
import { spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { amount, report } from "../support/deepReport";
import { withClient } from "../support/postgres";
import { eventually } from "../support/standin/fixtures";
import type { Action } from "../support/s3Proxy";
import { type BackupGround, contentsOf, gate, problemOf, startBackupGround } from "./backupGround";
import { at, createDatabase, restoreTo, shapeEnv, SHAPES } from "./roundTrip";

/** Backups among writers and DDL, of each shape. */
const RUNS = amount("BACKUP321_CONCURRENT_RUNS", 2);
/** pgbench's scale: 100,000 accounts each. */
const SCALE = amount("BACKUP321_PGBENCH_SCALE", 1);
/** SQLSTATEs of locks that are not to be had in time, or only in a circle. */
const LOCK_NOT_AVAILABLE = "55P03";
const DEADLOCK = "40P01";

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(0);
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000 + RUNS * 30_000 + SCALE * 10_000);

const query = async <T extends object>(database: string, sql: string) =>
  withClient(at(ground, database), async (client) => (await client.query<T>(sql)).rows);
const one = async <T extends object>(database: string, sql: string) => (await query<T>(database, sql))[0]!;

/** Runs statements again and again until told to stop; what the backup's locks refuse is tried again. */
function writer(database: string, statements: (turn: number) => string[]): { stop: () => Promise<number> } {
  let isOver = false;
  const done = withClient(at(ground, database), async (client) => {
    // Short, since a worker that meets one in the queue before its lock fails: some runs are to come through.
    await client.query("SET lock_timeout = '20ms'");
    let turns = 0;
    for (let turn = 1; !isOver; turn += 1) {
      try {
        for (const statement of statements(turn)) await client.query(statement);
        turns += 1;
      } catch (error) {
        await client.query("ROLLBACK");
        if (![LOCK_NOT_AVAILABLE, DEADLOCK].includes((error as { code: string }).code)) throw error;
      }
      await sleep(100);
    }
    return turns;
  });
  done.catch(() => undefined);
  return {
    stop: () => {
      isOver = true;
      return done;
    },
  };
}

describe("pgbench at work", () => {
  const program = (args: string[]) =>
    spawn(path.join(ground.source.binDir, "pgbench"), args, {
      env: { ...ground.source.env, PGDATABASE: "bank", PATH: process.env.PATH },
      stdio: ["ignore", "ignore", "pipe"],
    });
  const BALANCES = `SELECT (SELECT sum(abalance) FROM pgbench_accounts)::text AS accounts, (SELECT sum(tbalance) FROM pgbench_tellers)::text AS tellers,
    (SELECT sum(bbalance) FROM pgbench_branches)::text AS branches, (SELECT sum(delta) FROM pgbench_history)::text AS history,
    (SELECT count(*) FROM pgbench_history)::int AS transactions`;
  interface Balances {
    accounts: string;
    tellers: string;
    branches: string;
    history: string;
    transactions: number;
  }

  beforeAll(async () => {
    await createDatabase(ground, "bank");
    const making = program(["--initialize", "--quiet", `--scale=${SCALE}`]);
    const code = await new Promise((resolve) => making.once("close", resolve));
    if (code !== 0) throw new Error(`pgbench --initialize exits with ${String(code)}`);
  });

  it.each(SHAPES)("leaves the %s dump one moment in which all balances agree", async (shape) => {
    const bench = program(["--client=4", "--time=600", "--no-vacuum"]);
    const ended = new Promise((resolve) => bench.once("close", resolve));
    try {
      const count = async () => (await one<Balances>("bank", BALANCES)).transactions;
      const before = await count();
      await eventually("pgbench's first transactions", async () => ((await count()) > before + 20 ? true : undefined));
      const bucket = await ground.freshBucket();
      // Storage that rests: the dump takes longer than many transactions.
      ground.proxy.rule = async ({ part }): Promise<Action> => {
        if (part !== undefined) await sleep(1000);
        return "forward";
      };
      const { code, stderr } = await ground.start(["backup"], shapeEnv(ground, bucket, "bank", shape)).ended;
      expect([code, problemOf(stderr)]).toEqual([0, ""]);
      const after = await count();
      bench.kill("SIGINT");
      await restoreTo(ground, bucket, `bank from ${shape}`);
      const { accounts, tellers, branches, history, transactions } = await one<Balances>(
        `bank from ${shape}`,
        BALANCES,
      );
      expect([accounts, tellers, branches]).toEqual([history, history, history]);
      // It did not wait for quiet: there were writes before its moment, and there were some after.
      expect(transactions).toBeGreaterThan(before);
      expect(transactions).toBeLessThan(after);
      report(`concurrent writers: ${shape}: consistent at ${transactions} transactions; ${after} when it ended`);
    } finally {
      bench.kill("SIGINT");
      await ended;
    }
  });
});

/** Every table is rewritten in a transaction that notes in `ledger` which generation of rows it now holds. */
const SEED = `
  CREATE TABLE ledger (name text PRIMARY KEY, generation int NOT NULL);
  INSERT INTO ledger VALUES ('refilled', 0), ('remade', 0), ('altered', 0), ('fixed', 0);
  CREATE TABLE refilled (generation int, body text); INSERT INTO refilled SELECT 0, 'row ' || i FROM generate_series(1, 2000) i;
  CREATE TABLE remade AS SELECT * FROM refilled;
  CREATE TABLE altered AS SELECT i, 0 AS generation FROM generate_series(1, 2000) i;
  CREATE TABLE fixed AS SELECT i, repeat(md5(i::text), 10) AS body FROM generate_series(1, 2000) i`;

const noted = (name: string, turn: number) => `UPDATE ledger SET generation = ${turn} WHERE name = '${name}'`;
const fill = (turn: number) => `SELECT ${turn} AS generation, 'row ' || i AS body FROM generate_series(1, 2000) i`;

/** What every table of a copy must be, whatever its moment. */
async function expectOneMoment(database: string): Promise<void> {
  const state = await query<{ name: string; generation: number; rows: number; least: number; most: number }>(
    database,
    `SELECT l.name, l.generation, t.* FROM ledger l JOIN LATERAL (
       SELECT count(*)::int AS rows, min(generation) AS least, max(generation) AS most FROM (
         SELECT generation FROM refilled WHERE l.name = 'refilled' UNION ALL SELECT generation FROM remade WHERE l.name = 'remade'
         UNION ALL SELECT generation FROM altered WHERE l.name = 'altered' UNION ALL SELECT 0 FROM fixed WHERE l.name = 'fixed') all_rows) t ON true
     ORDER BY l.name`,
  );
  expect(state.map(({ name }) => name)).toEqual(["altered", "fixed", "refilled", "remade"]);
  for (const { name, generation, rows, least, most } of state) {
    expect({ name, rows, least, most }).toEqual({ name, rows: 2000, least: generation, most: generation });
  }
}

describe("a table that is emptied and filled again while a dump begins", () => {
  it.each(SHAPES)("is never empty in the %s dump: locks come before the snapshot", async (shape) => {
    const database = `begins ${shape}`;
    await withClient(await createDatabase(ground, database), async (client) => {
      await client.query(SEED);
      // TRUNCATE is not MVCC-safe: a snapshot from before its commit sees neither the old rows nor the new ones.
      await client.query(`BEGIN; TRUNCATE refilled; INSERT INTO refilled ${fill(1)}; ${noted("refilled", 1)}`);
      const bucket = await ground.freshBucket();
      const run = ground.start(["backup"], shapeEnv(ground, bucket, database, shape));
      await eventually("a dump that waits for the table", async () => {
        const { rowCount } = await client.query(
          "SELECT FROM pg_locks WHERE NOT granted AND relation = 'refilled'::regclass",
        );
        return rowCount! > 0 ? true : undefined;
      });
      await client.query("COMMIT");
      const { code, stderr } = await run.ended;
      expect([code, problemOf(stderr)]).toEqual([0, ""]);
      await restoreTo(ground, bucket, `copy of ${database}`);
    });
    await expectOneMoment(`copy of ${database}`);
  });
});

describe("a dump that is on its way", () => {
  it.each(SHAPES)("lets rows change and no table go, in the %s shape", async (shape) => {
    const database = `on its way ${shape}`;
    await withClient(await createDatabase(ground, database), async (client) => {
      await client.query(SEED);
      await client.query("SET lock_timeout = '200ms'");
      const bucket = await ground.freshBucket();
      const { reached, pass, release } = gate();
      ground.proxy.rule = async ({ part }): Promise<Action> => {
        if (part !== undefined) await pass();
        return "forward";
      };
      const run = ground.start(["backup"], shapeEnv(ground, bucket, database, shape));
      await Promise.race([reached, run.ended]);
      for (const ddl of [
        "TRUNCATE refilled",
        "DROP TABLE remade",
        "ALTER TABLE altered ADD COLUMN more int",
        "VACUUM FULL fixed",
        "CLUSTER ledger USING ledger_pkey",
      ]) {
        const outcome = await client.query(ddl).then(
          () => "done",
          (error: { code: string }) => error.code,
        );
        expect([ddl, outcome]).toEqual([ddl, LOCK_NOT_AVAILABLE]);
      }
      await client.query(`UPDATE refilled SET generation = 7; ${noted("refilled", 7)}; DELETE FROM fixed`);
      release();
      const { code, stderr } = await run.ended;
      expect([code, problemOf(stderr)]).toEqual([0, ""]);
      await restoreTo(ground, bucket, `copy of ${database}`);
    });
    await expectOneMoment(`copy of ${database}`);
  });
});

describe("DDL in loops", () => {
  const LOOPS: ((turn: number) => string[])[] = [
    (turn) => [`BEGIN; TRUNCATE refilled; INSERT INTO refilled ${fill(turn)}; ${noted("refilled", turn)}; COMMIT`],
    (turn) => [`BEGIN; DROP TABLE remade; CREATE TABLE remade AS ${fill(turn)}; ${noted("remade", turn)}; COMMIT`],
    (turn) => [
      `BEGIN; ALTER TABLE altered ALTER i TYPE ${turn % 2 ? "bigint" : "int"}, ADD COLUMN c${turn} int DEFAULT ${turn};
       UPDATE altered SET generation = ${turn}; ALTER TABLE altered DROP COLUMN c${turn}; ${noted("altered", turn)}; COMMIT`,
    ],
    (turn) => ["VACUUM FULL fixed", `CREATE INDEX fixed_${turn} ON fixed (i)`, `DROP INDEX fixed_${turn}`],
    (turn) => [`CREATE TABLE passing_${turn % 3} AS SELECT 1 AS one`, `DROP TABLE passing_${turn % 3}`],
  ];

  it.each(SHAPES)(`leaves ${RUNS} %s dumps one moment each, or the name of the table in the way`, async (shape) => {
    const database = `loops ${shape}`;
    await withClient(await createDatabase(ground, database), (client) => client.query(SEED));
    const writers = LOOPS.map((loop) => writer(database, loop));
    const outcomes = { consistent: 0, refused: 0 };
    try {
      for (let i = 0; i < RUNS; i += 1) {
        const bucket = await ground.freshBucket();
        const { code, stderr } = await ground.start(["backup"], shapeEnv(ground, bucket, database, shape)).ended;
        if (code === 0) {
          await restoreTo(ground, bucket, `${database} ${i}`);
          await expectOneMoment(`${database} ${i}`);
          outcomes.consistent += 1;
        } else {
          expect(problemOf(stderr)).toMatch(/\b(ledger|refilled|remade|altered|fixed|passing_\d)\b/);
          expect([3, 5]).toContain(code);
          expect(await contentsOf(ground.s3, bucket)).toEqual({ keys: [], uploads: [] });
          outcomes.refused += 1;
        }
      }
    } finally {
      const turns = await Promise.all(writers.map(({ stop }) => stop()));
      report(`DDL in loops: ${shape}: ${JSON.stringify(outcomes)}, turns of the writers ${turns.join(", ")}`);
      // Else nothing was proven.
      expect(Math.min(...turns)).toBeGreaterThan(0);
    }
  });
});
