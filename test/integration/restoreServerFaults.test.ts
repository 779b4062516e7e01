// needs: postgres, versitygw
import { postgresSettings } from "../../runner/postgres/connection";
import { withClient } from "../../runner/restoreTemporary";
import { dropUnfinished, unfinishedRestores } from "../../runner/unfinishedRestores";
import type { PointLocation } from "../../runner/contract";
import { failureOf } from "../runner/readFixtures";
import { backup, databases, type Ground, onServer, restoreInto, startGround } from "./restoreGround";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
}, 900_000);
afterAll(() => ground?.stop());

/** A point whose restore does something on the target server while the contents of a view are made. */
async function pointThat(name: string, does: string): Promise<PointLocation> {
  await onServer(ground.source, `CREATE DATABASE ${name}`);
  await onServer(
    ground.source,
    `CREATE TABLE t (v int); INSERT INTO t SELECT generate_series(1, 100);
     CREATE FUNCTION act() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
       IF current_database() <> '${name}' THEN ${does}; END IF; RETURN 'done'; END $$;
     CREATE MATERIALIZED VIEW acting AS SELECT act()`,
    name,
  );
  return backup(ground, name, name);
}

const restore = (name: string, point: PointLocation, options: Parameters<typeof restoreInto>[2] = {}) =>
  restoreInto(ground, { newDatabase: `${name}_copy`, point, noOwner: true, noAcl: true }, options);

/** The target's session that is at work in a temporary database, once there is one. */
async function busySession(): Promise<number> {
  for (;;) {
    const { rows } = await onServer(ground.target, "SELECT pid FROM pg_stat_activity WHERE query LIKE 'REFRESH%'");
    if (rows.length > 0) return (rows[0] as { pid: number }).pid;
  }
}

describe("a target server in trouble", () => {
  it("fails the restore with the server's own words when its disk is full, and leaves nothing", async () => {
    const said = 'could not extend file "base/16384/16385": No space left on device';
    const point = await pointThat(
      "fulldisk",
      `RAISE '${said}' USING ERRCODE = 'disk_full', HINT = 'Check free disk space.'`,
    );
    const before = await databases(ground);
    const error = await failureOf(restore("fulldisk", point));
    expect(error.exit).toBe("restore");
    expect(error.message).toMatch(/^restore: pg_restore exited with code 1: /);
    expect(error.message).toContain(`ERROR:  ${said}`);
    expect(error.message).toContain("Check free disk space.");
    expect(await databases(ground)).toEqual(before);
  });

  it("fails the restore when its session is ended in the middle, and leaves nothing", async () => {
    const point = await pointThat("ended", "PERFORM pg_sleep(600)");
    const before = await databases(ground);
    const restoring = failureOf(restore("ended", point));
    await onServer(ground.target, `SELECT pg_terminate_backend(${await busySession()})`);
    const error = await restoring;
    expect([error.exit, error.message]).toEqual([
      "restore",
      expect.stringMatching(/^restore: pg_restore exited with code 1: .*terminating connection due to administrator/s),
    ]);
    expect(await databases(ground)).toEqual(before);
  });

  it("fails the restore when the server crashes and starts again, and leaves nothing, or says what and lets it be dropped", async () => {
    const point = await pointThat("crashed", "PERFORM pg_sleep(600)");
    const before = await databases(ground);
    const restoring = failureOf(restore("crashed", point));
    process.kill(await busySession(), "SIGKILL");
    const error = await restoring;
    expect(error.exit).toBe("restore");
    expect(error.message).toMatch(
      /^restore: pg_restore exited with code 1: .*(server closed the connection unexpectedly|SSL SYSCALL error: EOF detected)/s,
    );
    const settings = postgresSettings({ ...ground.target.env, PGDATABASE: "postgres" });
    const left = /temporary database "(crashed_copy__restoring_.{6})" could not be dropped/.exec(error.message)?.[1];
    const found = await withClient(settings, unfinishedRestores);
    expect(found.map(({ name }) => name)).toEqual(left === undefined ? [] : [left]);
    await withClient(settings, (client) => dropUnfinished(client, found));
    expect(await databases(ground)).toEqual(before);
  }, 60_000);
});
