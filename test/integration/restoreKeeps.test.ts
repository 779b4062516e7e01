// needs: postgres, versitygw
import { Client } from "pg";
import { readManifest } from "../../runner/recoveryPoints";
import type { RestoreEvent, RestoreRequest } from "../../runner/restore";
import { failureOf } from "../runner/readFixtures";
import { backup, databases, type Ground, onServer, restoreInto, startGround } from "./restoreGround";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
  await onServer(ground.target, "CREATE ROLE auditor");
}, 900_000);
afterAll(() => ground?.stop());

function restore(request: Partial<RestoreRequest> & { newDatabase: string }, onEvent?: (event: RestoreEvent) => void) {
  return restoreInto(ground, { noOwner: true, noAcl: true, ...request }, onEvent && { onEvent });
}

/** Makes a database on the source, fills it, and backs it up. */
async function pointOf(name: string, sql: string, options = "") {
  await onServer(ground.source, `CREATE DATABASE "${name}" TEMPLATE template0 ${options}`);
  await onServer(ground.source, sql, name);
  return backup(ground, name.replace(/[^a-z0-9]/g, "x"), name);
}

const localeOf = async (server: Ground["source"], name: string) => {
  const { rows } = await onServer(
    server,
    `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype, datlocprovider, daticulocale
     FROM pg_database WHERE datname = '${name}'`,
  );
  return rows[0];
};

describe("encoding and locale of the source", () => {
  it.each([
    ["latin", "ENCODING 'LATIN1' LOCALE 'C'"],
    ["ascii", "ENCODING 'SQL_ASCII' LOCALE 'C'"],
    ["german", "LOCALE_PROVIDER icu ICU_LOCALE 'de' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"],
  ])("are those of the restored database: %s", async (name, options) => {
    const point = await pointOf(name, "CREATE TABLE words (w text); INSERT INTO words VALUES ('x')", options);
    await restore({ newDatabase: `${name}_copy`, point });
    expect(await localeOf(ground.target, `${name}_copy`)).toEqual(await localeOf(ground.source, name));
  });

  it("is stated in the stock commands too", async () => {
    const point = await pointOf(
      "swiss",
      "SELECT 1",
      "LOCALE_PROVIDER icu ICU_LOCALE 'de-CH' LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    const { manifest } = await readManifest(ground.repository, point);
    expect(manifest.source.locale).toEqual({ provider: "icu", collate: "C", ctype: "C", name: "de-CH" });
    expect(manifest.restoreCommands).toContain(
      'createdb --template=template0 --encoding=UTF8 --locale-provider=icu --lc-collate=C --lc-ctype=C --icu-locale=de-CH "$RESTORE_TO"',
    );
  });

  it("give way to the one that is asked for", async () => {
    const point = await pointOf("plain", "SELECT 1", "LOCALE 'C.UTF-8'");
    await restore({ newDatabase: "plain_copy", point, locale: "C" });
    expect(await localeOf(ground.target, "plain_copy")).toMatchObject({ datcollate: "C", datctype: "C" });
  });

  it("fails when the server lacks the locale, and leaves no database", async () => {
    const before = await databases(ground);
    const error = await failureOf(restore({ newDatabase: "lacking", locale: "xx_XX.UTF-8" }));
    expect(error.message).toMatch(
      /^restore: can't create database "lacking__restoring_.{6}": invalid (?:LC_COLLATE )?locale name: "xx_XX.UTF-8"; install the source's locale on the server, or restore with --locale <one that it has>$/,
    );
    expect(await databases(ground)).toEqual(before);
  });
});

describe("a restore that is complete", () => {
  it("is kept although ANALYZE fails in the user's own code, and says so", async () => {
    const point = await pointOf(
      "touchy",
      `CREATE TABLE t (v int); INSERT INTO t SELECT generate_series(1, 100);
       CREATE FUNCTION f(v int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
         $$ BEGIN IF current_query() LIKE 'ANALYZE%' THEN RAISE 'not now'; END IF; RETURN v; END $$;
       CREATE INDEX ON t (f(v))`,
    );
    const result = await restore({ newDatabase: "touchy_copy", point });
    expect(result.statisticsProblem).toBe("public.t: not now");
    expect((await onServer(ground.target, "SELECT count(*)::int FROM t", "touchy_copy")).rows).toEqual([
      { count: 100 },
    ]);
  });

  it("gets its name although somebody looks into the temporary database", async () => {
    let onlooker: Client | undefined;
    const entered: Promise<unknown>[] = [];
    const result = await restore({ newDatabase: "watched" }, (event) => {
      if (event.event !== "started") return;
      const { host, port, user, password } = ground.target.settings;
      onlooker = new Client({ host, port, user, password, database: event.temporaryDatabase });
      onlooker.on("error", () => undefined);
      entered.push(onlooker.connect());
    });
    await Promise.all(entered);
    expect(result.statisticsProblem).toBeNull();
    expect(await databases(ground)).toContain("watched");
    await onlooker!.end().catch(() => undefined);
  }, 60_000);
});
