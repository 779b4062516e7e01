// needs: postgres
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import { PostgresSource } from "../../runner/dump/postgres";
import { postgresSettings } from "../../runner/postgres/connection";
import { failureOf, produce } from "../runner/readFixtures";
import { zstdDecompress } from "../runner/zstd";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { standbyOf, type ThrowawayStandby } from "../support/postgres/standby";
import { eventually } from "../support/standin/fixtures";
import { makeTls } from "../support/tls";

let dir: string;
let primary: ThrowawayPostgres;
let standby: ThrowawayStandby;
let where: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-standby-"));
  primary = await throwawayPostgres({
    dir,
    tls: makeTls(path.join(dir, "tls")),
    // What is committed is sent at once.
    settings: { synchronous_commit: "local" },
  });
  await withClient(primary.settings, (client) =>
    client.query(
      "CREATE TABLE t (v int); INSERT INTO t VALUES (314159); CREATE UNLOGGED TABLE cache (v int); INSERT INTO cache VALUES (1)",
    ),
  );
  standby = await standbyOf(primary);
  where = `${standby.settings.host}:${standby.settings.port}/shop`;
}, 900_000);
afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const onPrimary = (text: string) => withClient(primary.settings, (client) => client.query(text));
const onStandby = (text: string) => withClient(standby.settings, (client) => client.query(text));
const sourceOf = (dump: Partial<DumpOptions>) => {
  const env = { ...primary.env, PATH: process.env.PATH, PGPORT: String(standby.settings.port) };
  const options = { ...DEFAULT_DUMP_OPTIONS, ...dump };
  return new PostgresSource({ settings: postgresSettings(env), env, clock: () => new Date(), dump: options });
};
/** Commits on the primary, and waits until the standby has replayed that. */
const caughtUp = async () => {
  const { rows } = await onPrimary("INSERT INTO t VALUES (1); SELECT pg_current_wal_flush_lsn() AS lsn").then(
    (results) => (results as unknown as { rows: { lsn: string }[] }[])[1]!,
  );
  await eventually("the standby", async () => {
    const { rows: replayed } = await onStandby(
      `SELECT FROM pg_stat_wal_receiver WHERE pg_last_xact_replay_timestamp() IS NOT NULL
         AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() AND pg_last_wal_replay_lsn() >= '${rows[0]!.lsn}'`,
    );
    return replayed.length > 0 || undefined;
  });
};

it("fails on a standby where none is allowed", async () => {
  const error = await failureOf(sourceOf({}).open());
  expect([error.exit, error.message]).toEqual([
    "preflight",
    `preflight: ${where} is a standby, which may be behind and cancels long queries; point PGHOST at the primary, or set BACKUP321_ALLOW_STANDBY=true`,
  ]);
});

it("fails on one that is behind and has replayed nothing yet, since nobody can say how far", async () => {
  await onStandby("SELECT pg_wal_replay_pause()");
  try {
    await onPrimary("INSERT INTO t VALUES (1)");
    await eventually("what is not replayed", async () => {
      const { rows: behind } = await onStandby(
        `SELECT pg_last_xact_replay_timestamp() AS last FROM pg_stat_wal_receiver
           WHERE pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AND pg_get_wal_replay_pause_state() = 'paused'`,
      );
      return behind[0];
    }).then((row) => expect(row).toEqual({ last: null }));
    const error = await failureOf(sourceOf({ allowStandby: true }).open());
    expect([error.exit, error.message]).toEqual([
      "preflight",
      `preflight: ${where} is a standby that is behind and has replayed no transaction since it started, so nobody can say how far; let it catch up, or point PGHOST at the primary`,
    ]);
  } finally {
    await onStandby("SELECT pg_wal_replay_resume()");
  }
});

it.each(["single", "parallel"] as const)(
  "dumps a standby that keeps up, without its unlogged tables: %s",
  async (shape) => {
    await caughtUp();
    const session = await sourceOf({ allowStandby: true, shape }).open();
    try {
      expect([session.shape, session.source.standbyLagSeconds]).toEqual([shape, 0]);
      expect(session.excludedTables).toEqual(["public.cache"]);
      expect(session.tables.map(({ name }) => name)).toEqual(["cache", "t"]);
      const data = session.objects.find(({ role }) => role === "database" || role === "tables")!;
      const stored = await produce({ ...session, objects: [data] });
      expect((await zstdDecompress(stored)).toString("latin1")).toContain("314159");
    } finally {
      await session.close();
    }
  },
);

it("fails on a standby that is too far behind, and takes one that is behind for as old as it is", async () => {
  await caughtUp();
  await onStandby("SELECT pg_wal_replay_pause()");
  const { rows } = await onStandby("SELECT pg_last_xact_replay_timestamp() AS last");
  const { last } = rows[0] as { last: Date };
  await onPrimary("INSERT INTO t VALUES (271828)");
  try {
    await eventually("what is not replayed", async () => {
      const { rows: behind } = await onStandby(
        "SELECT FROM pg_stat_wal_receiver WHERE pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AND clock_timestamp() - pg_last_xact_replay_timestamp() > interval '1.1 s'",
      );
      return behind.length > 0 || undefined;
    });
    const error = await failureOf(sourceOf({ allowStandby: true, maxReplayLagSeconds: 1 }).open());
    expect([error.exit, error.message.replace(/by \d+ s/, "by N s")]).toEqual([
      "preflight",
      `preflight: ${where} is a standby that is behind by N s, the limit is 1 s; let it catch up, raise BACKUP321_MAX_REPLAY_LAG_SECONDS, or point PGHOST at the primary`,
    ]);
    const session = await sourceOf({ allowStandby: true, maxReplayLagSeconds: 3600 }).open();
    try {
      expect(session.source.standbyLagSeconds).toBeGreaterThanOrEqual(2);
      // One clock on one machine: what the snapshot shows is what the last replayed transaction left.
      expect(Math.abs(session.takenAt.getTime() - last.getTime())).toBeLessThan(1000);
      const text = (await zstdDecompress(await produce(session))).toString("latin1");
      expect([text.includes("314159"), text.includes("271828")]).toEqual([true, false]);
    } finally {
      await session.close();
    }
  } finally {
    await onStandby("SELECT pg_wal_replay_resume()");
  }
});
