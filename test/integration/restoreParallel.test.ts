// needs: postgres, versitygw, zstd
import { readdirSync } from "node:fs";
import path from "node:path";
import { Transform } from "node:stream";
import type { Manifest } from "../../runner/manifestFormat";
import { restriction } from "../../runner/postgres/archivePrograms";
import { postgresSettings } from "../../runner/postgres/connection";
import type { RestoreEvent } from "../../runner/restore";
import { failureOf } from "../runner/readFixtures";
import { newIdentity } from "../runner/ageFixtures";
import { tableChecksums } from "../support/postgres";
import { parallelPoint, type PointOptions } from "./parallelPoint";
import {
  BUCKET,
  databases,
  findProgram,
  type Ground,
  MeddlingRepository,
  onServer,
  random,
  restoreInto,
  startGround,
} from "./restoreGround";

let ground: Ground;
let whole: Awaited<ReturnType<typeof parallelPoint>>;
beforeAll(async () => {
  ground = await startGround();
  await onServer(ground.target, 'CREATE ROLE "shop owner"; CREATE ROLE reader; CREATE ROLE auditor');
  await onServer(
    ground.source,
    `CREATE TABLE "odd ""name; \\! x" (id serial PRIMARY KEY, "select" text);
     INSERT INTO "odd ""name; \\! x" ("select") VALUES (E'tab\\t, back\\\\slash, \\\\.'), (NULL), ('');
     CREATE TABLE nothing (); CREATE TABLE hollow (id int);
     REVOKE INSERT ON public.customers FROM "shop owner"`,
  );
  whole = await make({ database: "whole", split: ["public.order_items"] });
}, 900_000);
afterAll(() => ground?.stop());

function make(options: Partial<PointOptions> & { database: string }) {
  const { source, repository } = ground;
  return parallelPoint({ source, repository, databaseName: "shop", random: random(6), ...options });
}

const copyOf = (database: string) => ({ ...ground.target.settings, database });
const scratchFiles = () => readdirSync(ground.scratch);

describe("a whole parallel point", () => {
  it("comes back with every row, sequence, index, privilege and large object, through as many workers as wanted", async () => {
    const events: RestoreEvent[] = [];
    const result = await restoreInto(
      ground,
      { newDatabase: "copy", point: whole.point, workers: 3 },
      { onEvent: (event) => events.push(event) },
    );
    expect(await tableChecksums(copyOf("copy"))).toEqual(await tableChecksums(ground.source.settings));
    const facts = `
      SELECT (SELECT last_value FROM audit.numbers) AS numbers,
             (SELECT count(*)::int FROM pg_index WHERE indrelid::regclass::text !~ '^pg_') AS indexes,
             (SELECT md5(string_agg(lo_get(oid), '' ORDER BY oid)) FROM pg_largeobject_metadata) AS objects,
             (SELECT relacl::text FROM pg_class WHERE oid = 'public.customers'::regclass) AS acl,
             (SELECT count(*)::int FROM pg_constraint WHERE contype = 'f' AND convalidated) AS keys`;
    expect((await onServer(ground.target, facts, "copy")).rows).toEqual((await onServer(ground.source, facts)).rows);
    const stored = whole.manifest.objects.reduce((sum, object) => sum + object.stored.bytes, 0);
    const raw = whole.manifest.objects.reduce((sum, object) => sum + object.raw.bytes, 0);
    expect(result).toMatchObject({ storedBytes: stored, rawBytes: raw, leftOut: [], statisticsProblem: null });
    expect(events.findLast(({ event }) => event === "progress")).toEqual({
      event: "progress",
      readBytes: stored,
      totalBytes: stored,
    });
    expect(scratchFiles()).toEqual([]);
  });

  it.each<[string, (manifest: Manifest) => void, RegExp]>([
    [
      "a table has another number of rows than the manifest says",
      ({ tables }) => (tables.find(({ name }) => name === "customers")!.data![0]!.rows += 1),
      /^restore: \S*tables-000\d\.sql\.zst version \S+ loaded 200 rows of "public\.customers", the manifest says 201; use another recovery point$/,
    ],
    [
      "the stored bytes of rows are others than the manifest says",
      ({ objects }) => (objects[3]!.stored.sha256 = "0".repeat(64)),
      /^digest: \S*tables-0002\.sql\.zst version \S+: stored bytes are \d+ bytes with SHA-256 [0-9a-f]{64}, the manifest says \d+ bytes with SHA-256 0{64}; the object is damaged/,
    ],
  ])("fails when %s, and leaves no database and no file", async (_, change, message) => {
    const before = await databases(ground);
    const { point } = await make({ database: "wrong", change });
    const error = await failureOf(restoreInto(ground, { newDatabase: "wrong", point }));
    expect([error.exit, error.message]).toEqual(["restore", expect.stringMatching(message)]);
    expect(await databases(ground)).toEqual(before);
    expect(scratchFiles()).toEqual([]);
  });

  it.each<[string, (manifest: Manifest) => void, string, RegExp]>([
    [
      "the rows of a table are nowhere",
      ({ tables }) => tables.push({ schema: "public", name: "ghost", kind: "r", rowEstimate: 1, bytes: 8192 }),
      "unhealthy",
      /^manifest: it does not say where the rows of "public\.ghost" are; no run writes that$/,
    ],
    [
      "the schema's archive decompresses to something else",
      ({ objects }) => (objects[0]!.raw.sha256 = "0".repeat(64)),
      "preflight",
      /^digest: \S*schema\.pgdump\.zst version \S+: raw bytes are .* the manifest says \d+ bytes with SHA-256 0{64}/,
    ],
  ])("fails before anything is made when %s", async (_, change, exit, message) => {
    const before = await databases(ground);
    const { point } = await make({ database: "wrong", change });
    const error = await failureOf(
      restoreInto(ground, { newDatabase: "wrong", point }, { random: () => fail("a database was to be made") }),
    );
    expect([error.exit, error.message]).toEqual([exit, expect.stringMatching(message)]);
    expect(await databases(ground)).toEqual(before);
    expect(scratchFiles()).toEqual([]);
  });

  it("fails when an object with rows is cut off on its way, while others go on", async () => {
    const from = new MeddlingRepository({ bucket: BUCKET, region: ground.storage.region, client: ground.s3 });
    from.meddle = (read) => {
      let seen = 0;
      return new Transform({
        transform(chunk: Buffer, _, done) {
          const rest = read > 1 ? Math.max(0, 5000 - seen) : chunk.length;
          seen += chunk.length;
          done(null, chunk.subarray(0, rest));
        },
      });
    };
    const before = await databases(ground);
    const error = await failureOf(
      restoreInto(ground, { newDatabase: "cut", point: whole.point, workers: 4 }, { repository: from }),
    );
    expect(error.message).toMatch(/^digest: \S+ version \S+: stored bytes are 5000 bytes/);
    expect(await databases(ground)).toEqual(before);
  });

  it("is loaded before its privileges come, which may keep its own owner from writing", async () => {
    await onServer(ground.source, "CREATE DATABASE strict");
    await onServer(
      ground.source,
      `CREATE SCHEMA own; CREATE TABLE own.kept AS SELECT generate_series(1, 3) AS v;
       ALTER SCHEMA own OWNER TO "shop owner"; ALTER TABLE own.kept OWNER TO "shop owner";
       REVOKE INSERT ON own.kept FROM "shop owner"`,
      "strict",
    );
    const { user, password } = { user: "restorer", password: ground.target.settings.password };
    await onServer(
      ground.target,
      `CREATE ROLE ${user} LOGIN CREATEDB PASSWORD '${password}' IN ROLE "shop owner"`,
      "postgres",
    );
    const { point } = await make({ database: "strict", databaseName: "strict" });
    const settings = postgresSettings({ ...ground.target.env, PGUSER: user, PGDATABASE: "postgres" });
    await restoreInto(ground, { newDatabase: "strict", point }, { settings });
    const { rows } = await onServer(
      ground.target,
      `SELECT (SELECT count(*)::int FROM own.kept) AS rows, has_table_privilege('shop owner', 'own.kept', 'INSERT') AS writes`,
      "strict",
    );
    expect(rows).toEqual([{ rows: 3, writes: false }]);
  });

  it("fails when a signal comes in the middle, with no database, file or program left", async () => {
    const before = await databases(ground);
    const children = () => process.getActiveResourcesInfo().filter((resource) => resource === "ProcessWrap").length;
    const childrenBefore = children();
    const stop = new AbortController();
    const seen: number[] = [];
    const onEvent = (event: RestoreEvent) => {
      if (event.event !== "progress") return;
      seen.push(event.readBytes);
      if (seen.length === 2) stop.abort(); // the first is the schema's archive
    };
    const error = await failureOf(
      restoreInto(ground, { newDatabase: "stopped", point: whole.point }, { onEvent, signal: stop.signal }),
    );
    expect(error).toMatchObject({ exit: "interrupted", message: "restore: stopped by a signal" });
    expect(await databases(ground)).toEqual(before);
    expect(scratchFiles()).toEqual([]);
    expect(children()).toBe(childrenBefore);
  });

  it("fails when a command for psql itself is among the rows, without obeying it where psql can be told so", async () => {
    const flag = path.join(ground.scratch, "obeyed");
    const evil = Buffer.from(`\\! echo obeyed > ${flag}\n`);
    const rewrite = (sql: Buffer, name: string) => (name === "public.hollow" ? Buffer.concat([sql, evil]) : sql);
    const { point } = await make({ database: "evil", rewrite });
    const restoring = restoreInto(ground, { newDatabase: "evil", point });
    const canBeTold = restriction(await findProgram("psql", 0), "key").length > 0;
    if (!canBeTold) return void (await restoring);
    expect((await failureOf(restoring)).message).toMatch(
      /^restore: psql exited with code 3: .*backslash commands are restricted; only \\unrestrict is allowed$/,
    );
    expect(scratchFiles()).toEqual([]);
  });
});

describe("some tables of a parallel point", () => {
  const bytesRead = async (tables: string[], newDatabase: string) => {
    const from = new MeddlingRepository({ bucket: BUCKET, region: ground.storage.region, client: ground.s3 });
    let bytes = 0;
    from.meddle = () =>
      new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.length;
          done(null, chunk);
        },
      });
    const result = await restoreInto(ground, { newDatabase, point: whole.point, tables }, { repository: from });
    return { bytes, result };
  };

  it("come back whole with their indexes, by reading the schema and their own ranges only", async () => {
    const { bytes, result } = await bytesRead(["public.order_items", "audit.events"], "some");
    const own = whole.manifest.tables
      .filter(({ name }) => name === "order_items" || name === "events")
      .flatMap(({ data }) => data!.map((range) => range.bytes));
    expect(own).toHaveLength(3); // one of them is split
    expect(bytes).toBe(own.reduce((sum, one) => sum + one, 0) + whole.manifest.objects[0]!.stored.bytes);
    expect(result).toMatchObject({
      storedBytes: bytes,
      tables: 2,
      leftOut: ["rows of materialized view public.revenue", "large objects"],
    });
    const [copy, source] = [await tableChecksums(copyOf("some")), await tableChecksums(ground.source.settings)];
    for (const table of ["public.order_items", "audit.events"]) expect(copy[table]).toEqual(source[table]);
    expect(copy["public.customers"]!.rows).toBe(0);
    const indexes = "SELECT count(*)::int AS n FROM pg_indexes WHERE schemaname IN ('public', 'audit')";
    expect((await onServer(ground.target, indexes, "some")).rows).toEqual(
      (await onServer(ground.source, indexes)).rows,
    );
  });

  it("bring their partitions, and go without a foreign key whose other side is empty, naming it", async () => {
    const { result } = await bytesRead(["public.orders"], "orders_only");
    expect(result).toMatchObject({
      tables: 3,
      leftOut: [
        "foreign key orders_customer_id_fkey of public.orders",
        "rows of materialized view public.revenue",
        "large objects",
      ],
      foreignKeys: [
        "ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);",
      ],
    });
    const rows = (server: Ground["source"], database?: string) =>
      onServer(server, "SELECT count(*)::int AS n, sum(gross) AS gross FROM orders", database).then((all) => all.rows);
    expect(await rows(ground.target, "orders_only")).toEqual(await rows(ground.source));
  });

  it("keep a foreign key whose both sides they are", async () => {
    const { result } = await bytesRead(["public.orders", "public.customers"], "both");
    expect(result.leftOut).toEqual(["rows of materialized view public.revenue", "large objects"]);
    expect(result.foreignKeys).toEqual([]);
    const keys = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conparentid = 0";
    expect((await onServer(ground.target, keys, "both")).rows).toEqual([{ conname: "orders_customer_id_fkey" }]);
  });

  it("fails when a name means none of them, naming those like it, before anything is made", async () => {
    const before = await databases(ground);
    const error = await failureOf(
      restoreInto(ground, { newDatabase: "x", point: whole.point, tables: ["public.costumers", "public.revenue"] }),
    );
    expect(error).toMatchObject({
      exit: "usage",
      message: [
        "restore: 2 problems:",
        `  - there is no table "public.costumers" in ${whole.point.id}; names are schema.table; like it are public.customers`,
        '  - "public.revenue" is a materialized view, whose rows come from other tables; restore those, or the whole database',
      ].join("\n"),
    });
    expect(await databases(ground)).toEqual(before);
  });
});

describe("some tables of a single stream", () => {
  it("come back out of the whole archive, with what they can't have left out and named", async () => {
    const result = await restoreInto(ground, { newDatabase: "single", tables: ["public.orders_2025"] });
    expect(result).toMatchObject({
      tables: 1,
      leftOut: [
        "foreign key orders_customer_id_fkey of public.orders",
        "rows of materialized view public.revenue",
        "large objects",
      ],
    });
    const [copy, source] = [await tableChecksums(copyOf("single")), await tableChecksums(ground.source.settings)];
    expect(copy["public.orders_2025"]).toEqual(source["public.orders_2025"]);
    expect(copy["public.orders_2024"]!.rows).toBe(0);
    expect(scratchFiles()).toEqual([]);
  });
});

describe("an encrypted parallel point", () => {
  it("comes back with any one of its private keys, and is refused without", async () => {
    const [one, other, stranger] = [await newIdentity(), await newIdentity(), await newIdentity()];
    const recipients = [one.recipient, other.recipient];
    const { point } = await make({ database: "sealed", recipients, split: ["public.order_items"] });
    const before = await databases(ground);
    const refused = (identities?: string[]) =>
      failureOf(restoreInto(ground, { newDatabase: "sealed", point }, identities && { identities }));
    expect(await refused()).toMatchObject({
      exit: "preflight",
      message: `restore preflight: ${point.id} is encrypted to ${recipients.join(", ")}; give the private key of one of them with --identity-file or BACKUP321_AGE_IDENTITY_FILE`,
    });
    expect(await refused([stranger.identity])).toMatchObject({
      exit: "preflight",
      message: "decrypt: the identity does not open it: it was encrypted to others",
    });
    expect(await databases(ground)).toEqual(before);
    await restoreInto(ground, { newDatabase: "sealed", point }, { identities: [other.identity] });
    expect(await tableChecksums(copyOf("sealed"))).toEqual(await tableChecksums(ground.source.settings));
    const part = await restoreInto(
      ground,
      { newDatabase: "sealed_part", point, tables: ["public.order_items"] },
      { identities: [one.identity] },
    );
    expect(part.tables).toBe(1);
    const [all, some] = [await tableChecksums(copyOf("sealed")), await tableChecksums(copyOf("sealed_part"))];
    expect(some["public.order_items"]).toEqual(all["public.order_items"]);
  });
});
