// needs: postgres, versitygw
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Transform } from "node:stream";
import { type DrillEvent } from "../../runner/drill";
import { besideServer } from "../../runner/drill/besideServer";
import { type DrillServer, inSession, type RunningServer } from "../../runner/drill/server";
import { type DrillRecord } from "../../runner/drillContract";
import { postgresSettings } from "../../runner/postgres/connection";
import { S3Repository } from "../../runner/repository/s3Repository";
import { newIdentity } from "../runner/ageFixtures";
import { failureOf } from "../runner/readFixtures";
import { findPostgres, throwawayPostgres, type ThrowawayPostgres } from "../support/postgres";
import { makeTls } from "../support/tls";
import {
  commit,
  drill,
  type DrillGround,
  leftovers,
  PRIMARY,
  REPLICA,
  serverHere,
  startDrillGround,
  storedRecords,
} from "./drillGround";
import { MeddlingRepository, onServer, pass } from "./restoreGround";

let ground: DrillGround;
beforeAll(async () => {
  ground = await startDrillGround();
}, 900_000);
afterAll(() => ground?.stop());

const verdicts = ({ checks }: DrillRecord) => Object.fromEntries(checks.map(({ name, passed }) => [name, passed]));
const detailOf = ({ checks }: DrillRecord, name: string) => checks.find((check) => check.name === name)!.detail;
const NOT_REACHED = "not come to: an earlier step failed";

/** What each drill must keep to, whatever came of it: a record as it was returned, and nothing left on the machine. */
async function expectRecorded(record: DrillRecord): Promise<void> {
  const stored = await storedRecords(ground, record.database);
  const mine = stored.find(({ key }) => key.endsWith(`/${record.drillId}.json`))!;
  expect(mine.record).toEqual(record);
  expect(mine.metadata).toMatchObject({ verdict: record.verdict, finishedat: record.finishedAt });
  expect(leftovers(ground)).toEqual([]);
}

/** A server of our own on which something is done before the restore. */
function preparedServer(prepare: (running: RunningServer) => Promise<unknown>): DrillServer {
  return {
    start: async (minMajor, signal) => {
      const running = await serverHere(ground).start(minMajor, signal);
      await prepare(running);
      return running;
    },
  };
}

describe.each(["single", "parallel"] as const)("a drill of a %s point on the replica", (shape) => {
  const database = `orders-${shape}`;
  beforeAll(() => commit(ground, database, { dump: { shape } }));

  it("passes with credentials that read the replica alone, and records what was seen", async () => {
    const assertions = [
      { name: "customers are there", sql: "SELECT count(*) = 50 FROM customers -- all of them" },
      { name: "a number will do", sql: "SELECT 0.5;" },
    ];
    const record = await drill(ground, { database, rtoSeconds: 3600, assertions });
    expect(record.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(record.checks.map(({ name }) => name)).toEqual([
      "restore",
      "recoveryTime",
      "rowCounts",
      "schemaFingerprint",
      "assertion: customers are there",
      "assertion: a number will do",
    ]);
    expect(record).toMatchObject({
      database,
      verdict: "passed",
      decryption: "notEncrypted",
      source: { side: "replica", bucket: REPLICA },
      ranBy: "a test",
      rows: 2301,
      leftOut: [],
    });
    expect(record.versions.client).toBe(record.versions.server!.split(" ")[0]);
    expect(Object.keys(record.recoveryPoint!.storedSha256).every((key) => key.startsWith("dumps/daily/orders-"))).toBe(
      true,
    );
    await expectRecorded(record);
  });

  it("fails when a stored byte is damaged, and says which checks were not come to", async () => {
    const repository = new MeddlingRepository({ bucket: REPLICA, region: ground.storage.region, client: ground.s3 });
    // The globals are read first.
    repository.meddle = (read) => (read === 1 ? pass() : damaging());
    const record = await drill(ground, { database, rtoSeconds: 3600 }, { repository });
    expect(record.verdict).toBe("failed");
    expect(verdicts(record)).toEqual({
      restore: false,
      recoveryTime: false,
      rowCounts: false,
      schemaFingerprint: false,
    });
    expect(detailOf(record, "restore")).toMatch(/zstd exited|the object is damaged|pg_restore exited/);
    expect(detailOf(record, "rowCounts")).toBe(NOT_REACHED);
    await expectRecorded(record);
  });

  it("fails when a row is lost on the way into the database, naming the table", async () => {
    // Deletes a row once all of them are loaded. Every new database is a copy of template0.
    const server = preparedServer(({ settings }) =>
      inSession(settings, async (client) => {
        await client.query("ALTER DATABASE template0 ALLOW_CONNECTIONS true");
        await inSession({ ...settings, database: "template0" }, (inside) =>
          inside.query(`
            CREATE FUNCTION public.lose() RETURNS event_trigger LANGUAGE plpgsql AS $$
              BEGIN DELETE FROM audit.events WHERE id = 1000; END $$;
            CREATE EVENT TRIGGER lose ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.lose()`),
        );
      }),
    );
    const record = await drill(ground, { database }, { server });
    expect(verdicts(record)).toEqual({ restore: true, rowCounts: false, schemaFingerprint: true });
    expect(detailOf(record, "rowCounts")).toBe('"audit"."events" has 249 rows instead of 250');
    await expectRecorded(record);
  });
});

function damaging(): Transform {
  let isDone = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const damaged = Buffer.from(chunk);
      if (!isDone) damaged[damaged.length >> 1]! ^= 1;
      isDone = true;
      done(null, damaged);
    },
  });
}

describe("a drill that fails", () => {
  beforeAll(() => commit(ground, "orders"));

  it("does so when an assertion misses what was left out of the backup, which it names", async () => {
    await commit(ground, "partial", { dump: { excludeTableData: ["audit.events"] } });
    const assertions = [
      { name: "events of today", sql: "SELECT count(*) > 0 FROM audit.events" },
      { name: "can't write", sql: "SELECT nextval('audit.numbers')" },
      { name: "one statement", sql: "SELECT 1; DROP TABLE customers" },
    ];
    const record = await drill(ground, { database: "partial", assertions });
    expect(record.leftOut).toEqual(["rows of audit.events, which were left out of the backup"]);
    expect(record.checks.slice(-3)).toEqual([
      { name: "assertion: events of today", passed: false, detail: "the answer is false" },
      {
        name: "assertion: can't write",
        passed: false,
        detail: "the query failed: cannot execute nextval() in a read-only transaction",
      },
      {
        name: "assertion: one statement",
        passed: false,
        detail: "the query failed: cannot insert multiple commands into a prepared statement",
      },
    ]);
    expect(verdicts(record)).toMatchObject({ restore: true, rowCounts: true, schemaFingerprint: true });
    await expectRecorded(record);
  });

  it("does so when it took longer than the objective", async () => {
    const record = await drill(ground, { database: "orders", rtoSeconds: 0.01 });
    expect(verdicts(record)).toEqual({ restore: true, recoveryTime: false, rowCounts: true, schemaFingerprint: true });
    expect(detailOf(record, "recoveryTime")).toMatch(/^\d+\.\d s, the objective is 0\.0 s: \d+\.\d s too long$/);
    await expectRecorded(record);
  });

  it("does so when there is no recovery point", async () => {
    const record = await drill(ground, { database: "nothing" });
    expect(record).toMatchObject({ verdict: "failed", recoveryPoint: null, rows: null });
    expect(detailOf(record, "restore")).toBe(
      `recovery points: there is no recovery point of database "nothing" in bucket "${REPLICA}" (${ground.storage.region})`,
    );
    await expectRecorded(record);
  });

  it("does so when the server does not start, with the end of its log", async () => {
    const folder = path.join(ground.dir, "broken");
    mkdirSync(folder);
    const version = `"$(${path.join(findPostgres(), "postgres")} --version)"`;
    const script = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\necho "FATAL:  no memory" >&2\nexit 1\n`;
    writeFileSync(path.join(folder, "postgres"), script);
    chmodSync(path.join(folder, "postgres"), 0o755);
    symlinkSync(path.join(findPostgres(), "initdb"), path.join(folder, "initdb"));
    const server = serverHere(ground, { ...process.env, PATH: `${folder}:${process.env.PATH}` });
    const record = await drill(ground, { database: "orders" }, { server });
    expect(detailOf(record, "restore")).toBe(
      `drill server: ${folder}/postgres did not start (exit code 1): FATAL:  no memory`,
    );
    expect(record.versions.server).toBeNull();
    await expectRecorded(record);
  });

  it("does so when a signal stops it, and still leaves its record and no server", async () => {
    const stop = new AbortController();
    const onEvent = ({ event }: DrillEvent) => (event === "started" ? stop.abort() : undefined);
    const record = await drill(ground, { database: "orders" }, { onEvent, signal: stop.signal });
    expect(detailOf(record, "restore")).toMatch(/stopped by a signal$/);
    await expectRecorded(record);
  });

  it("does so without evidence when the record can't be stored, and says both", async () => {
    const events: DrillEvent[] = [];
    const { region } = ground.storage;
    const records = new S3Repository({ bucket: "no-such-bucket", region, client: ground.s3 });
    const error = await failureOf(
      drill(ground, { database: "orders" }, { records, onEvent: (event) => void events.push(event) }),
    );
    expect(error.exit).toBe("unhealthy");
    expect(error.message).toMatch(
      /^drill: \d{8}T\d{6}Z-[a-z2-7]{6} passed, but its record could not be stored in bucket "no-such-bucket": repository: put drills\/orders\/.*; without evidence it counts as failed$/,
    );
    expect(events.at(-1)).toMatchObject({ event: "finished", key: null, record: { verdict: "failed" } });
    expect(leftovers(ground)).toEqual([]);
  });

  it("is not let into the primary by what may read the replica", async () => {
    const record = await drill(ground, { database: "orders" }, { from: { bucket: PRIMARY } });
    expect(detailOf(record, "restore")).toMatch(/access|Access|denied|Denied/);
    await expectRecorded(record);
  });
});

describe("a drill of an encrypted point", () => {
  let identity: string;
  beforeAll(async () => {
    const key = await newIdentity();
    identity = key.identity;
    for (const shape of ["single", "parallel"] as const) {
      await commit(ground, `sealed-${shape}`, { recipients: [key.recipient], dump: { shape } });
    }
  });

  it.each(["single", "parallel"])("passes with the key when it is %s, and has proven it", async (shape) => {
    const record = await drill(ground, { database: `sealed-${shape}` }, { identities: [identity] });
    expect(record).toMatchObject({ verdict: "passed", decryption: "proven", rows: 2301 });
    await expectRecorded(record);
  });

  it("fails when there is no key", async () => {
    const record = await drill(ground, { database: "sealed-single" });
    expect(record).toMatchObject({ verdict: "failed", decryption: "notProven" });
    expect(detailOf(record, "restore")).toMatch(
      /^restore preflight: \S+ is encrypted to age1\w+; give the private key/,
    );
    await expectRecorded(record);
  });

  it("fails when the key is another's", async () => {
    const { identity: foreign } = await newIdentity();
    const record = await drill(ground, { database: "sealed-parallel" }, { identities: [foreign] });
    expect(record).toMatchObject({ verdict: "failed", decryption: "notProven" });
    expect(detailOf(record, "restore")).toBe("decrypt: the identity does not open it: it was encrypted to others");
    await expectRecorded(record);
  });
});

describe("a server beside the task", () => {
  let beside: ThrowawayPostgres;
  beforeAll(async () => {
    beside = await throwawayPostgres({
      dir: path.join(ground.dir, "beside"),
      tls: makeTls(path.join(ground.dir, "tls2")),
    });
    await onServer(beside, "DROP DATABASE shop", "postgres");
  });
  afterAll(() => beside?.stop());
  const at = ({ env }: ThrowawayPostgres, changes: Record<string, string> = {}) =>
    besideServer({
      settings: postgresSettings({
        ...env,
        PGDATABASE: "postgres",
        PGSSLMODE: "require",
        PGSSLROOTCERT: "",
        ...changes,
      }),
      waitSeconds: 1,
      database: "drill",
    });

  it("is filled when it holds nothing, and left with no database", async () => {
    const record = await drill(ground, { database: "orders" }, { server: at(beside) });
    expect(record.verdict).toBe("passed");
    const { rows } = await onServer(beside, "SELECT datname FROM pg_database WHERE datname !~ '^template'", "postgres");
    expect(rows).toEqual([{ datname: "postgres" }]);
    await expectRecorded(record);
  });

  it("is refused when it holds a database or a table, untouched", async () => {
    await onServer(beside, "CREATE TABLE precious (v int); CREATE SEQUENCE numbers", "postgres");
    const { host, port } = ground.source.settings;
    const fix =
      "a drill only fills a server that holds nothing; start a new one for it, or unset PGHOST to have one made here";
    const used = await drill(ground, { database: "orders" }, { server: at(ground.source) });
    expect(detailOf(used, "restore")).toBe(`drill server: ${host}:${port}: it holds the databases "shop"; ${fix}`);
    const tables = await drill(ground, { database: "orders" }, { server: at(beside) });
    expect(detailOf(tables, "restore")).toBe(
      `drill server: ${host}:${beside.settings.port}: its database "postgres" holds "public.numbers", "public.precious"; ${fix}`,
    );
    await expectRecorded(tables);
  });

  it("is refused when it is older than the source, does not answer, or does not know the password", async () => {
    await onServer(beside, "DROP TABLE IF EXISTS precious; DROP SEQUENCE IF EXISTS numbers", "postgres");
    const { signal } = new AbortController();
    const where = `drill server: 127.0.0.1:${beside.settings.port}: `;
    expect((await failureOf(at(beside).start(99, signal))).message).toMatch(
      new RegExp(
        `^${where}it is PostgreSQL \\S+.*, the drill needs 99 or newer; put a server of that major beside it$`,
      ),
    );
    const wrong = await failureOf(at(beside, { PGPASSWORD: "wrong" }).start(1, signal));
    expect(wrong.message).toContain('password authentication failed for user "postgres"');
    const silent = await failureOf(at(beside, { PGPORT: "9" }).start(1, signal));
    expect(silent.message).toMatch(/^drill server: 127\.0\.0\.1:9: it did not answer within 1 s: .*ECONNREFUSED/);
  });
});
