// needs: postgres, versitygw
import { Client } from "pg";
import { postgresSettings } from "../../runner/postgres/connection";
import type { RestoreDependencies, RestoreEvent, RestoreRequest } from "../../runner/restore";
import { withClient } from "../../runner/restoreTemporary";
import { dropUnfinished, unfinishedMarker, unfinishedRestores } from "../../runner/unfinishedRestores";
import { failureOf } from "../runner/readFixtures";
import { tableChecksums } from "../support/postgres";
import { databases, type Ground, onServer, random, restoreInto, startGround } from "./restoreGround";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
  await onServer(
    ground.target,
    `CREATE ROLE auditor; CREATE ROLE "app owner" LOGIN CREATEDB PASSWORD 'x'; CREATE ROLE reader; CREATE ROLE "shop owner"`,
  );
}, 900_000);
afterAll(() => ground?.stop());

const KEEP = { disconnectOthers: false, dropReplaced: false };

function restore(
  request: Partial<RestoreRequest> & { newDatabase: string },
  options: Partial<RestoreDependencies> = {},
) {
  return restoreInto(ground, { noOwner: true, noAcl: true, ...request }, options);
}

/** Makes a database on the target with something of its own. */
async function live(name: string, sql = ""): Promise<void> {
  await onServer(ground.target, `CREATE DATABASE "${name}"`);
  await onServer(ground.target, "CREATE TABLE old (v int); INSERT INTO old VALUES (42)", name);
  for (const statement of sql.split(";\n").filter((s) => s.trim() !== "")) await onServer(ground.target, statement);
}

/** A session in a database of the target, whose end is no failure. */
async function session(database: string): Promise<Client & { lost: Promise<void> }> {
  const { host, port, user, password } = ground.target.settings;
  const client = new Client({ host, port, user, password, database });
  const lost = new Promise<void>((resolve) => client.once("end", resolve));
  client.on("error", () => undefined);
  await client.connect();
  return Object.assign(client, { lost });
}

const restoringSettings = () => postgresSettings({ ...ground.target.env, PGDATABASE: "postgres" });

const properties = async (database: string) => {
  const { rows } = await onServer(
    ground.target,
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit,
            ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1) AS acl,
            shobj_description(oid, 'pg_database') AS comment,
            (SELECT array_agg(coalesce(rolname, '') || ' ' || setconfig::text ORDER BY coalesce(rolname, ''))
             FROM pg_db_role_setting LEFT JOIN pg_roles r ON r.oid = setrole WHERE setdatabase = d.oid) AS settings
     FROM pg_database d WHERE datname = '${database}'`,
  );
  return rows[0];
};

const old = (database: string) => onServer(ground.target, "SELECT v FROM old", database).then(({ rows }) => rows);
const isShop = async (database: string) =>
  expect(await tableChecksums({ ...ground.target.settings, database })).toEqual(
    await tableChecksums(ground.source.settings),
  );

describe("replacing a database", () => {
  it("puts the restore in its place with what the old one had of its own, and keeps the old one", async () => {
    await live(
      "live",
      `ALTER DATABASE live OWNER TO "app owner";
ALTER DATABASE live SET work_mem = '7MB';
ALTER DATABASE live SET search_path = audit, "Odd, name", public;
ALTER DATABASE live SET my.setting = 'a=b ''c''';
ALTER ROLE reader IN DATABASE live SET statement_timeout = '3s';
REVOKE ALL ON DATABASE live FROM PUBLIC;
GRANT CONNECT ON DATABASE live TO reader WITH GRANT OPTION;
ALTER DATABASE live CONNECTION LIMIT 77;
COMMENT ON DATABASE live IS 'it''s the shop'`,
    );
    const before = await properties("live");
    const result = await restore({ newDatabase: "live", replace: KEEP });
    expect(result.replaced).toEqual({
      name: expect.stringMatching(/^live__replaced_[a-z2-7]{6}$/) as string,
      isDropped: false,
      problem: null,
    });
    expect(await properties("live")).toEqual(before);
    expect(before).toMatchObject({ owner: "app owner", datconnlimit: 77, comment: "it's the shop" });
    expect(before.settings).toHaveLength(2);
    await isShop("live");
    expect(await old(result.replaced!.name)).toEqual([{ v: 42 }]);
    expect((await databases(ground)).filter((name) => name.includes("restoring"))).toEqual([]);
  });

  it("hands on a time limit, a role and a path without obeying them itself", async () => {
    await live(
      "hasty",
      `ALTER DATABASE hasty SET statement_timeout = '1ms';
ALTER ROLE reader IN DATABASE hasty SET role = 'auditor';
ALTER DATABASE hasty SET search_path = elsewhere, pg_catalog;
REVOKE TEMPORARY ON DATABASE hasty FROM PUBLIC`,
    );
    const before = await properties("hasty");
    await restore({ newDatabase: "hasty", replace: KEEP });
    expect(await properties("hasty")).toEqual(before);
    expect(before.settings).toEqual([
      ' {statement_timeout=1ms,"search_path=elsewhere, pg_catalog"}',
      "reader {role=auditor}",
    ]);
  });

  it("drops the old one where it is told to, and leaves default privileges default", async () => {
    await live("gone");
    const result = await restore({ newDatabase: "gone", replace: { ...KEEP, dropReplaced: true } });
    expect(result.replaced).toMatchObject({ isDropped: true, problem: null });
    expect((await databases(ground)).filter((name) => name.startsWith("gone"))).toEqual(["gone"]);
    expect(await properties("gone")).toMatchObject({ acl: [], comment: null, settings: null });
    await isShop("gone");
  });

  it("fails when others are connected, naming how many, before anything is made; ends them where it is told to", async () => {
    await live("busy");
    const others = [await session("busy"), await session("busy")];
    const before = await databases(ground);
    const error = await failureOf(
      restore({ newDatabase: "busy", replace: KEEP }, { random: () => fail("a database was to be made") }),
    );
    expect([error.exit, error.message]).toEqual([
      "preflight",
      'restore preflight: 2 sessions are connected to "busy"; stop what uses it, or end them with --disconnect-others',
    ]);
    expect(await databases(ground)).toEqual(before);
    await restore({ newDatabase: "busy", replace: { ...KEEP, disconnectOthers: true } });
    await Promise.all(others.map(({ lost }) => lost));
    await isShop("busy");
  }, 60_000);

  it("fails when somebody connects meanwhile, leaves the old one as it was, and keeps what it restored", async () => {
    await live("visited");
    let visitor: Promise<Client> | undefined;
    const onEvent = ({ event }: RestoreEvent) => void (event === "analyzing" && (visitor = session("visited")));
    const error = await failureOf(restore({ newDatabase: "visited", replace: KEEP }, { onEvent }));
    await (await visitor!).end();
    expect(error.message).toMatch(
      /^restore: everything is restored into "visited__restoring_.{6}", which could not take the place of "visited": database "visited" is being accessed by other users; "visited" is as it was\. Finish it by hand when nobody is connected: BEGIN; ALTER DATABASE "visited" RENAME TO "visited__replaced_(.{6})"; ALTER DATABASE "visited__restoring_\1" RENAME TO "visited"; COMMENT ON DATABASE "visited" IS NULL; COMMIT; that does not hand on owner, privileges, settings, connection limit and comment of "visited"\. Or drop "visited__restoring_\1"$/,
    );
    expect(await old("visited")).toEqual([{ v: 42 }]);
    const kept = /"(visited__restoring_.{6})"/.exec(error.message)![1]!;
    expect(await properties(kept)).toMatchObject({ comment: `backup321: complete restore of ${ground.shop.id}` });
    expect(await withClient(restoringSettings(), unfinishedRestores)).toEqual([]);
    await isShop(kept);
    await onServer(ground.target, /BEGIN;.*COMMIT/.exec(error.message)![0]);
    await isShop("visited");
    expect((await properties("visited"))!.comment).toBeNull();
  }, 60_000);

  it("fails when there is none of the name, when it is a template, and through itself", async () => {
    const message = async (newDatabase: string) => (await failureOf(restore({ newDatabase, replace: KEEP }))).message;
    expect(await message("nowhere")).toBe(
      'restore preflight: there is no database "nowhere" to replace; leave out --replace',
    );
    expect(await message("template1")).toBe(
      'restore preflight: "template1" is a template, which is not replaced; restore under another name',
    );
    expect(await message("postgres")).toBe(
      "restore preflight: a database can't be replaced through itself; set PGDATABASE to another one, e.g. postgres",
    );
  });

  it("fails when the role may not rename it, or may not hand on its settings, before anything is restored", async () => {
    await live("guarded", "ALTER DATABASE guarded SET log_statement = 'all'");
    const before = await databases(ground);
    const env = { ...ground.target.env, PGDATABASE: "postgres", PGUSER: "app owner", PGPASSWORD: "x" };
    const settings = postgresSettings(env);
    const attempt = () => failureOf(restore({ newDatabase: "guarded", replace: KEEP }, { settings }));
    expect((await attempt()).message).toContain(
      'role "app owner" does not own "guarded"; connect as its owner or a superuser',
    );
    await onServer(ground.target, `ALTER DATABASE guarded OWNER TO "app owner"`);
    const error = await attempt();
    expect([error.exit, error.message]).toEqual([
      "restore",
      expect.stringMatching(
        /^restore: database "guarded__restoring_.{6}": permission denied to set parameter "log_statement"$/,
      ),
    ]);
    expect(await databases(ground)).toEqual(before);
  });
});

describe("a restore that was never finished", () => {
  const settings = restoringSettings;
  const found = () => withClient(settings(), unfinishedRestores);
  const marker = unfinishedMarker("20261120T020000Z-cccccc", new Date("2026-11-20T03:00:00Z"));

  it("is marked while it grows, and no more when it has its name", async () => {
    const during: ReturnType<typeof found>[] = [];
    const onEvent = ({ event }: RestoreEvent) => void (event === "analyzing" && during.push(found()));
    await restore({ newDatabase: "marked" }, { onEvent });
    expect(await during[0]).toEqual([
      expect.objectContaining({
        name: expect.stringMatching(/^marked__restoring_[a-z2-7]{6}$/) as string,
        recoveryPointId: ground.shop.id,
      }),
    ]);
    expect(await found()).toEqual([]);
    expect((await properties("marked"))!.comment).toBeNull();
  });

  it("is known by its name and its mark together, and dropped when nobody is in it", async () => {
    const names = [`a__restoring_${random(6)}`, `b__restoring_${random(6)}`, "c"] as const;
    for (const name of names) await onServer(ground.target, `CREATE DATABASE ${name}`);
    for (const name of [names[0], names[2]])
      await onServer(ground.target, `COMMENT ON DATABASE ${name} IS '${marker}'`);
    const [one, ...others] = await found();
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      name: names[0],
      recoveryPointId: "20261120T020000Z-cccccc",
      startedAt: "2026-11-20T03:00:00.000Z",
      sessions: 0,
    });
    const drop = () => withClient(settings(), (client) => dropUnfinished(client, [one!]));
    const inside = await session(names[0]);
    expect((await failureOf(drop())).message).toBe(
      `unfinished restores: "${names[0]}" stays: 1 sessions are in it, so its restore may still go on`,
    );
    await inside.end();
    for (let left = 1; left > 0;) left = (await found())[0]!.sessions;
    expect(await drop()).toEqual([names[0]]);
    expect((await failureOf(drop())).message).toBe(
      `unfinished restores: "${names[0]}" stays: it is no unfinished restore any more`,
    );
    expect(await databases(ground)).toEqual(expect.arrayContaining([names[1], names[2]]));
    for (const name of names.slice(1)) await onServer(ground.target, `DROP DATABASE ${name}`);
  });
});

describe("mapped roles", () => {
  it("own and may do what the source's did", async () => {
    await onServer(ground.target, `CREATE ROLE "new, owner"; CREATE ROLE viewer`);
    const roleMap = new Map([
      ["shop owner", "new, owner"],
      ["reader", "viewer"],
    ]);
    await restore({ newDatabase: "mapped", roleMap, noOwner: false, noAcl: false });
    const { rows } = await onServer(
      ground.target,
      `SELECT pg_get_userbyid(relowner) AS owner, relacl::text AS acl FROM pg_class WHERE oid = 'public.customers'::regclass`,
      "mapped",
    );
    expect(rows).toEqual([
      { owner: "new, owner", acl: '{"\\"new, owner\\"=arwdDxt/\\"new, owner\\"","viewer=r/\\"new, owner\\""}' },
    ]);
    await isShop("mapped");
  });

  it("fails when the server lacks the new one, or the point knows nothing of the old one", async () => {
    const roleMap = new Map([
      ["shop owner", "nobody's"],
      ["shopowner", "viewer"],
    ]);
    const error = await failureOf(restore({ newDatabase: "unmapped", roleMap, noOwner: false, noAcl: false }));
    expect(error.message.split("\n").slice(0, 3)).toEqual([
      "restore preflight: 3 problems:",
      "  - the map names roles that own nothing in this point and may do nothing: shopowner; those that do are postgres, reader, shop owner",
      "  - owners that the server lacks: nobody's; run CREATE ROLE \"nobody's\", or restore with --no-owner",
    ]);
    expect(await databases(ground)).not.toContain("unmapped");
  });
});
