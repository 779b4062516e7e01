import { rmSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { dumpKey, manifestKey } from "../../runner/contract";
import { FRAME_TRAILER, frameHeader } from "../../runner/dump/tableFrames";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { verifyPoint } from "../../runner/verify";
import { newIdentity } from "./ageFixtures";
import { failureOf, pointAt } from "./readFixtures";
import {
  fakePgRestore,
  hex,
  type ObjectParts,
  parallelParts,
  type StoreOptions,
  storeParallel,
  zstd,
} from "./verifyFixtures";

const AT = pointAt("20261120T020000Z-cccccc");
const NOW = new Date("2026-11-20T03:00:00Z");
const NEVER = new AbortController().signal;
const pgRestore = fakePgRestore();
afterAll(() => rmSync(path.dirname(pgRestore), { recursive: true }));

const TABLES_1 = dumpKey(AT, "tables-0001.sql.zst");
const TABLES_2 = dumpKey(AT, "tables-0002.sql.zst");

async function verify(
  options: StoreOptions & { identities?: string[]; configured?: string[] } = {},
  parts: ObjectParts[] = parallelParts(),
) {
  const repository = new MemoryRepository({ bucket: "primary", now: () => NOW });
  await storeParallel(repository, AT, parts, options);
  return verifyPoint(
    {
      repository,
      findPgRestore: () => Promise.resolve({ path: pgRestore, version: "15.1", major: 15 }),
      path: process.env.PATH!,
      clock: () => NOW,
      identities: options.identities,
      recipients: options.configured,
    },
    AT,
    NEVER,
  );
}

/** Replaces the SQL of one frame run. */
function withRaw(index: number, raw: (sql: string) => string): ObjectParts[] {
  const parts = parallelParts();
  const run = parts[1]!.runs![index]!;
  const table = { ...run, columns: ["a", "b"] } as unknown as Parameters<typeof frameHeader>[0];
  run.raw = Buffer.from(raw(`${String(frameHeader(table, "UTF8"))}${run.text}${String(FRAME_TRAILER)}`));
  return parts;
}

const ORDERS = /: "public"\."orders" \(bytes 0-\d+\) /;
const problemsOf = async (...args: Parameters<typeof verify>) => (await verify(...args)).problems;

describe("a parallel point", () => {
  it("is healthy when every byte agrees", async () => {
    const verification = await verify();
    expect(verification.problems).toEqual([]);
    expect(verification).toMatchObject({ healthy: true, decryption: "notEncrypted" });
    expect(verification.objects).toMatchObject([
      { role: "schema", tableOfContentsEntries: 4, rows: null },
      { role: "tables", tableOfContentsEntries: null, rows: 6, rawSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { role: "tables", rows: 1 },
      { role: "globals", rows: null },
    ]);
  });

  it("has the digest of its rows in the record, where the manifest has none", async () => {
    const parts = withRaw(0, (sql) => sql);
    parts[1]!.runs = [parts[1]!.runs![0]!];
    parts[2]!.runs![0]!.fromBlock = 0;
    const { objects, problems } = await verify({}, parts);
    expect(problems).toEqual(['the rows of public.we"ird are in no object, and they are not excluded'].slice(1));
    expect(objects[1]!.rawSha256).toBe(hex(parts[1]!.runs[0]!.raw!));
  });

  it.each(["schema.pgdump.zst", "tables-0001.sql.zst", "tables-0002.sql.zst", "globals.sql.zst"])(
    "fails when a bit of %s is flipped or its end is cut",
    async (name) => {
      const flipped = await problemsOf({
        damage: { [name]: (b) => Buffer.from(b.map((byte, i) => (i === b.length >> 1 ? byte ^ 1 : byte))) },
      });
      const says = `digest: ${dumpKey(AT, name)} version `;
      expect(flipped).toEqual([expect.stringContaining(says)]);
      expect(await problemsOf({ damage: { [name]: (b) => b.subarray(0, -1) } })).toEqual([
        expect.stringContaining(says),
      ]);
    },
  );

  it("fails when two objects are swapped", async () => {
    const [one, two] = [TABLES_1, TABLES_2];
    const stored: Record<string, Buffer> = {};
    const keep = (name: string) => (bytes: Buffer) => (stored[name] = bytes);
    await verify({ damage: { "tables-0001.sql.zst": keep("a"), "tables-0002.sql.zst": keep("b") } });
    expect(
      await problemsOf({ damage: { "tables-0001.sql.zst": () => stored.b!, "tables-0002.sql.zst": () => stored.a! } }),
    ).toEqual([expect.stringContaining(`digest: ${one} `), expect.stringContaining(`digest: ${two} `)]);
  });

  it("fails when a manifest gives a table's bytes to another", async () => {
    const problems = await problemsOf({
      change: ({ tables }) => {
        const [orders, weird] = [tables[0]!.data, tables[1]!.data];
        tables[0]!.data = weird;
        tables[1]!.data = orders;
      },
    });
    expect(problems).toEqual([
      expect.stringMatching(
        /^verify: .*"public"\."we""ird" \(bytes 0-\d+\) does not begin with the COPY of that table$/,
      ),
    ]);
  });

  it.each([1, -1, 20])("fails when the end of a range is %i bytes off", async (off) => {
    const problems = await problemsOf({
      change: ({ tables }) => {
        tables[0]!.data![0]!.bytes += off;
        tables[1]!.data![0]!.offset += off;
        tables[1]!.data![0]!.bytes -= off;
      },
    });
    // Of the next table's raw frame, zstd may already have written the beginning.
    const sentence =
      /"public"\."orders" \(bytes .*\) (is not made of whole zstd frames|does not end with the end of its rows: something follows)$/;
    expect(problems).toEqual([expect.stringMatching(sentence)]);
  });

  it("fails when row or byte counts are others", async () => {
    const problems = await problemsOf({
      change: ({ tables, objects }) => {
        tables[0]!.data![0]!.rows += 1;
        tables[1]!.data![0]!.rawBytes -= 1;
        objects[1]!.raw.bytes -= 1;
      },
    });
    expect(problems).toEqual([
      expect.stringMatching(/"public"\."orders" \(bytes .*\) has 3 rows, the manifest says 4$/),
      expect.stringMatching(
        /"public"\."we""ird" \(bytes .*\) has \d+ bytes before compression, the manifest says \d+$/,
      ),
    ]);
  });

  it.each<[string, (sql: string) => string, RegExp]>([
    ["its end mark is missing", (sql) => sql.replace("\\.\n\n", ""), /has no end mark after its rows$/],
    [
      "its rows are cut within one",
      (sql) => sql.slice(0, -10),
      /^.*(ends early|has no end mark after its rows|something follows)$/,
    ],
    ["more SQL follows", (sql) => `${sql}DROP TABLE x;\n`, /does not end with the end of its rows: something follows$/],
    ["another statement comes first", (sql) => `DROP TABLE x;\n${sql}`, /does not begin with the COPY of that table$/],
    [
      "it runs two statements in the line of a setting",
      (sql) => `SET a = 1; DROP TABLE x;\n${sql}`,
      /does not begin with/,
    ],
    ["its COPY is of another table", (sql) => sql.replace('"orders"', '"order"'), /does not begin with the COPY/],
    ["its COPY runs a program", (sql) => sql.replace("FROM stdin", "FROM PROGRAM 'x'"), /does not begin with the COPY/],
  ])("fails when %s", async (_, change, sentence) => {
    const problems = await problemsOf({}, withRaw(0, change));
    expect(problems).toEqual([expect.stringMatching(sentence)]);
    expect(problems[0]).toMatch(ORDERS);
  });

  it("fails when a skippable frame hides between two tables", async () => {
    const hidden = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]), Buffer.from("abc")]);
    const problems = await problemsOf({
      forge: { "tables-0002.sql.zst": (bytes) => Buffer.concat([hidden, bytes]) },
      change: ({ tables }) => (tables[2]!.data![1]!.bytes += hidden.length),
    });
    expect(problems).toEqual([expect.stringMatching(/"public"\."big" \(bytes .*\) is not made of whole zstd frames$/)]);
  });

  it("fails when a table's rows are in no object and it is not excluded", async () => {
    const change: StoreOptions["change"] = (manifest) => delete manifest.tables[3]!.data;
    expect(await problemsOf({ change })).toEqual([
      "the rows of public.empty are in no object, and they are not excluded",
    ]);
    expect(await problemsOf({ change: (m) => (change(m), m.excludedTables.push("public.empty")) })).toEqual([]);
  });

  it("fails when the schema archive lacks a table, or holds rows that are objects of their own", async () => {
    const parts = parallelParts();
    parts[0]!.raw = parts[0]!.raw!.replace(/^2; .*$/m, "2; 0 102 TABLE DATA public orders shop");
    expect(await problemsOf({}, parts)).toEqual([
      expect.stringMatching(/schema\.pgdump\.zst lacks tables that the manifest names: public\.big$/),
      expect.stringMatching(/schema\.pgdump\.zst holds rows that are objects of their own too: public\.orders$/),
    ]);
  });

  it("fails when the archive is cut before it was compressed", async () => {
    const parts = parallelParts();
    parts[0]!.raw = parts[0]!.raw!.replace("END\n", "");
    expect(await problemsOf({}, parts)).toEqual([
      "verify: pg_restore exited with code 1: pg_restore: error: unexpected end of file",
    ]);
  });

  it("fails when the globals are cut before they were compressed", async () => {
    const parts = parallelParts();
    parts[3]!.raw = parts[3]!.raw!.slice(0, 60);
    expect(await problemsOf({}, parts)).toEqual([
      expect.stringMatching(/globals\.sql\.zst does not end with pg_dumpall's last line; it is cut$/),
    ]);
  });

  it("fails when raw bytes of the globals are not those of the manifest", async () => {
    const problems = await problemsOf({ change: ({ objects }) => (objects[3]!.raw.sha256 = "0".repeat(64)) });
    expect(problems).toEqual([expect.stringMatching(/^digest: .*globals\.sql\.zst version .*: raw bytes are /)]);
  });

  it("fails when an object is gone", async () => {
    const problems = await problemsOf({ change: ({ objects }) => (objects[2]!.versionId = "v999999") });
    expect(problems).toEqual([expect.stringContaining(`${TABLES_2}: there is no such object`)]);
  });
});

describe("an encrypted point", () => {
  it("is healthy without a key, and says that decryption was not proven", async () => {
    const pair = await newIdentity();
    const verification = await verify({ recipients: [pair.recipient] });
    expect(verification.problems).toEqual([]);
    expect(verification).toMatchObject({ healthy: true, decryption: "notProven" });
    expect(verification.objects.every(({ rawSha256 }) => rawSha256 === null)).toBe(true);
  });

  it("is read like any other with one of its keys", async () => {
    const [a, b] = [await newIdentity(), await newIdentity()];
    const recipients = [a.recipient, b.recipient];
    const verification = await verify({ recipients, identities: [b.identity] });
    expect(verification.problems).toEqual([]);
    expect(verification).toMatchObject({ healthy: true, decryption: "proven" });
    expect(verification.objects[1]!.rows).toBe(6);
  });

  it("fails when the key is another's, before anything is read", async () => {
    const [a, stranger] = [await newIdentity(), await newIdentity()];
    const error = await failureOf(verify({ recipients: [a.recipient], identities: [stranger.identity] }));
    expect(error.message).toBe(
      `verify: no identity given is that of a recipient: they belong to ${stranger.recipient}, the point is encrypted to ${a.recipient}; give the right identity file, or none to look at the stored bytes alone`,
    );
    expect(error).toMatchObject({ exit: "usage" });
  });

  it("fails when it is not encrypted to exactly the keys that are configured", async () => {
    const [a, b] = [await newIdentity(), await newIdentity()];
    const [one, two] = [a.recipient, b.recipient];
    const advice = "a point of before the setting was changed is verified without it";
    expect(await problemsOf({ recipients: [one, two], configured: [two, one] })).toEqual([]);
    expect(await problemsOf({ recipients: [one], configured: [two] })).toEqual([
      `the point is not encrypted to ${two}, which BACKUP321_AGE_RECIPIENTS names; ${advice}`,
      `the point is encrypted to ${one}, which BACKUP321_AGE_RECIPIENTS does not name; ${advice}`,
    ]);
    expect(await problemsOf({ configured: [one] })).toEqual([
      `the point is not encrypted to ${one}, which BACKUP321_AGE_RECIPIENTS names; ${advice}`,
    ]);
  });

  it("fails when an age file is for fewer recipients than the manifest names, or is none", async () => {
    const [a, b] = [await newIdentity(), await newIdentity()];
    const fewer = await problemsOf({
      recipients: [a.recipient],
      change: ({ encryption }) => encryption!.recipients.push(b.recipient),
    });
    expect(fewer).toHaveLength(6);
    expect(fewer[1]).toMatch(/"public"\."orders" \(bytes .*\) is encrypted to 1 recipient, the manifest says 2$/);
    const none = await problemsOf({
      recipients: [a.recipient],
      forge: { "globals.sql.zst": (bytes) => zstd(bytes) },
    });
    expect(none).toEqual([expect.stringMatching(/globals\.sql\.zst is no age file$/)]);
  });

  it("fails when its bytes are those of another key, although the manifest says otherwise", async () => {
    const [a, b] = [await newIdentity(), await newIdentity()];
    const problems = await problemsOf({
      recipients: [a.recipient],
      identities: [b.identity],
      change: ({ encryption }) => (encryption!.recipients = [b.recipient]),
    });
    expect(problems).toHaveLength(4);
    expect(problems[1]).toMatch(/^decrypt: .*"public"\."orders" \(bytes .*\): the identity does not open it: /);
  });
});

describe("a verification", () => {
  it("ends at once at a signal, with no process left", async () => {
    const repository = new MemoryRepository({ bucket: "primary", now: () => NOW });
    await storeParallel(repository, AT, parallelParts());
    const stop = new AbortController();
    const error = await failureOf(
      verifyPoint(
        {
          repository,
          findPgRestore: () => Promise.resolve({ path: pgRestore, version: "15.1", major: 15 }),
          path: process.env.PATH!,
          clock: () => NOW,
          onProgress: () => stop.abort(),
        },
        AT,
        stop.signal,
      ),
    );
    expect(error.message).toBe("verify: stopped by a signal");
    expect(error).toMatchObject({ exit: "interrupted" });
    const processes = () => process.getActiveResourcesInfo().filter((resource) => resource === "ProcessWrap");
    // A handle closes some turns after its process; what would run on stays for ever, waiting for input.
    for (let turn = 0; turn < 200 && processes().length > 0; turn += 1) await sleep(10);
    expect(processes()).toEqual([]);
  });

  it("fails when storage breaks off, which is no finding about the point", async () => {
    const repository = new MemoryRepository({ bucket: "primary", now: () => NOW });
    await storeParallel(repository, AT, parallelParts());
    const read = repository.read.bind(repository);
    repository.read = async (key, versionId) => {
      const body = await read(key, versionId);
      if (!key.includes("tables-0002")) return body;
      return Readable.from(
        (async function* () {
          for await (const chunk of body) yield (chunk as Buffer).subarray(0, 200);
          throw new Error("connection reset");
        })(),
      );
    };
    const dependencies = {
      repository,
      findPgRestore: () => Promise.resolve({ path: pgRestore, version: "15.1", major: 15 }),
      path: process.env.PATH!,
      clock: () => NOW,
    };
    const error = await failureOf(verifyPoint(dependencies, AT, NEVER));
    expect(error.message).toMatch(/^verify: could not read on: read: .*tables-0002.* version .*: connection reset$/);
    expect(error).toMatchObject({ exit: "preflight" });
  });

  it("names tables that vanished since the point before, and those that are left out since, without being unhealthy", async () => {
    const repository = new MemoryRepository({ bucket: "primary", now: () => NOW });
    const before = pointAt("20261119T020000Z-bbbbbb", "weekly");
    await storeParallel(repository, pointAt("20261112T020000Z-aaaaaa"), parallelParts());
    await storeParallel(repository, before, parallelParts(), {
      change: ({ tables }) =>
        tables.push({ schema: "public", name: "gone", kind: "r", rowEstimate: 1, bytes: 1, data: [] }),
    });
    await storeParallel(repository, AT, parallelParts(), {
      change: ({ excludedTables }) => excludedTables.push("public.empty"),
    });
    await storeParallel(repository, pointAt("20261121T020000Z-dddddd"), parallelParts());
    const dependencies = {
      repository,
      findPgRestore: () => Promise.resolve({ path: pgRestore, version: "15.1", major: 15 }),
      path: process.env.PATH!,
      clock: () => NOW,
    };
    expect(await verifyPoint(dependencies, AT, NEVER)).toMatchObject({
      healthy: true,
      comparedWith: before.id,
      vanishedTables: ["public.gone"],
      newlyExcludedTables: ["public.empty"],
      comparisonProblem: null,
    });
    repository.addVersion(manifestKey(pointAt("20261120T010000Z-eeeeee")), "{}");
    expect(await verifyPoint(dependencies, AT, NEVER)).toMatchObject({
      healthy: true,
      comparedWith: "20261120T010000Z-eeeeee",
      vanishedTables: [],
      comparisonProblem: expect.stringContaining("is not valid"),
    });
  });
});
