// needs: postgres
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { runBackup } from "../../runner/backup";
import { dumpKey, type PointLocation } from "../../runner/contract";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import { PostgresSource } from "../../runner/dump/postgres";
import type { ObjectRole } from "../../runner/manifestFormat";
import { findClientProgram } from "../../runner/postgres/clientPrograms";
import { postgresSettings } from "../../runner/postgres/connection";
import { readManifest } from "../../runner/recoveryPoints";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { ageSeal, readIdentityFile } from "../../runner/stream/seal";
import { type Verification, verifyPoint } from "../../runner/verify";
import { newIdentity } from "../runner/ageFixtures";
import { config } from "../runner/fixtures";
import { seedRealisticData, throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { makeTls } from "../support/tls";
import { random } from "./restoreGround";

const NEVER = new AbortController().signal;
const clock = () => new Date();
/** Some 40 MB, which is more than one share. */
const BIG_ROWS = 27_000;

/** Meddles with the bytes of one object. */
class Meddling extends MemoryRepository {
  meddle: (bytes: Buffer, key: string) => Buffer = (bytes) => bytes;
  override async read(...args: Parameters<MemoryRepository["read"]>) {
    const chunks: Buffer[] = [];
    for await (const chunk of await super.read(...args)) chunks.push(chunk as Buffer);
    const bytes = this.meddle(Buffer.concat(chunks), args[0]);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, n) =>
      bytes.subarray(n * 50_000, (n + 1) * 50_000),
    );
    return Readable.from(pieces);
  }
}

let dir: string;
let server: ThrowawayPostgres;
let key: { file: string; recipient: string };
const repository = new Meddling({ bucket: "primary", now: clock });
afterEach(() => (repository.meddle = (bytes) => bytes));

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-verify-"));
  const pair = await newIdentity();
  key = { file: path.join(dir, "identity"), recipient: pair.recipient };
  writeFileSync(key.file, `${pair.identity}\n`, { mode: 0o600 });
  server = await throwawayPostgres({ dir: path.join(dir, "server"), tls: makeTls(path.join(dir, "tls")) });
  await seedRealisticData(server.settings, { orders: 500 });
  await withClient({ ...server.settings, database: "shop" }, async (client) => {
    await client.query(`CREATE TABLE "odd ""name\n" ("a, b" text, twice int GENERATED ALWAYS AS (1) STORED)`);
    await client.query(`INSERT INTO "odd ""name\n" VALUES (E'\\\\.'), (E'line\\nbreak'), (NULL), ('')`);
    await client.query("CREATE TABLE columnless (); INSERT INTO columnless SELECT FROM generate_series(1, 3)");
    await client.query(
      `CREATE TABLE big AS SELECT i, (SELECT string_agg(md5(i || ' ' || j), '') FROM generate_series(1, 45) j) AS v
       FROM generate_series(1, ${BIG_ROWS}) i`,
    );
    await client.query("SELECT lo_from_bytea(0, 'a large object'); ANALYZE");
  });
}, 300_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function backup(shape: DumpOptions["shape"], isSealed = false): Promise<PointLocation> {
  const env = { ...server.env, PGDATABASE: "shop", PATH: process.env.PATH };
  const recipients = isSealed ? [key.recipient] : [];
  const dump = { ...DEFAULT_DUMP_OPTIONS, shape, workers: 2 };
  const seal = isSealed ? ageSeal(recipients) : undefined;
  const result = await runBackup(
    {
      source: new PostgresSource({ settings: postgresSettings(env), env, clock, dump, seal }),
      repository,
      clock,
      random,
      path: process.env.PATH!,
      tool: { name: "test", version: "0.0.0" },
      onEvent: () => undefined,
    },
    config({ ageRecipients: recipients, dump }),
    NEVER,
  );
  return result.location;
}

const verify = async (at: PointLocation, hasKey = false): Promise<Verification> =>
  verifyPoint(
    {
      repository,
      findPgRestore: (minMajor) => findClientProgram("pg_restore", minMajor, process.env),
      path: process.env.PATH!,
      clock,
      identities: hasKey ? await readIdentityFile("verify", key.file) : undefined,
    },
    at,
    NEVER,
  );

const rolesOf = ({ objects }: Verification) => [...new Set(objects.map(({ role }) => role))].sort();

describe("a parallel point of a real database", () => {
  let at: PointLocation;
  beforeAll(async () => {
    at = await backup("parallel");
  }, 120_000);

  it("is healthy, with every row of every table counted in its own range", async () => {
    const verification = await verify(at);
    expect(verification.problems).toEqual([]);
    expect(rolesOf(verification)).toEqual(["globals", "largeObjects", "schema", "tables"]);
    const { manifest } = await readManifest(repository, at);
    const rows = (name: string) => manifest.tables.find((table) => table.name === name)!.data!.map((data) => data.rows);
    expect(rows("big").length).toBeGreaterThan(1);
    expect(rows("big").reduce((a, b) => a + b)).toBe(BIG_ROWS);
    expect([rows('odd "name\n'), rows("columnless")]).toEqual([[4], [3]]);
    const counted = verification.objects.reduce((sum, object) => sum + (object.rows ?? 0), 0);
    expect(counted).toBe(manifest.tables.flatMap((t) => t.data ?? []).reduce((sum, data) => sum + data.rows, 0));
  });

  it.each<ObjectRole>(["schema", "tables", "largeObjects", "globals"])(
    "fails when a byte of its %s is damaged, or the last one is missing",
    async (role) => {
      const { manifest } = await readManifest(repository, at);
      const object = manifest.objects.find((one) => one.role === role)!;
      const changes = [
        (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]),
        (bytes: Buffer) => bytes.subarray(0, -1),
      ];
      for (const change of changes) {
        repository.meddle = (bytes, of) => (of === object.key ? change(bytes) : bytes);
        const { healthy, problems } = await verify(at);
        expect(healthy).toBe(false);
        expect(problems).toEqual([
          expect.stringContaining(`digest: ${object.key} version ${object.versionId}: stored bytes are `),
        ]);
      }
    },
  );
});

describe("an encrypted point of a real database", () => {
  it.each(["single", "parallel"] as const)(
    "is proven with its key, in the shape %s, and not without",
    async (shape) => {
      const at = await backup(shape, true);
      const open = await verify(at, true);
      expect(open.problems).toEqual([]);
      expect(open).toMatchObject({ healthy: true, decryption: "proven" });
      const closed = await verify(at);
      expect(closed.problems).toEqual([]);
      expect(closed).toMatchObject({ healthy: true, decryption: "notProven" });
      expect(closed.objects.map(({ rows, tableOfContentsEntries }) => rows ?? tableOfContentsEntries)).toEqual(
        closed.objects.map(() => null),
      );
      const plain = Buffer.from("PGDMP");
      for (const { key: of } of closed.objects) {
        expect(of).toMatch(/\.zst\.age$/);
        for await (const chunk of await repository.read(of)) expect((chunk as Buffer).includes(plain)).toBe(false);
      }
    },
  );
});

describe("a single stream of a real database", () => {
  it("has the rows of every table that is not excluded, and its globals", async () => {
    const at = await backup("single");
    const verification = await verify(at);
    expect(verification.problems).toEqual([]);
    expect(rolesOf(verification)).toEqual(["database", "globals"]);
    expect(verification.objects[0]!.key).toBe(dumpKey(at, "database.pgdump.zst"));
  });

  it("fails when the manifest names a table whose rows it does not have", async () => {
    const at = await backup("single");
    const { manifest } = await readManifest(repository, at);
    const forged = structuredClone(manifest);
    forged.tables.push({ schema: "public", name: "phantom", kind: "r", rowEstimate: 1, bytes: 1 });
    jest.spyOn(repository, "versionsOf").mockImplementation(async () => {
      await Promise.resolve();
      return [{ key: "", versionId: "forged", isDeleteMarker: false, lastModified: clock(), bytes: 1 }];
    });
    const read = repository.read.bind(repository);
    jest.spyOn(repository, "read").mockImplementation(async (of, versionId, range) => {
      if (versionId !== "forged") return read(of, versionId, range);
      await Promise.resolve();
      return Readable.from([Buffer.from(JSON.stringify(forged))]);
    });
    jest.spyOn(repository, "head").mockImplementation(async (of) => {
      await Promise.resolve();
      const lock = { mode: forged.lock.mode, retainUntil: new Date(forged.lock.retainUntil) };
      const common = { versionId: "v", bytes: 1, lastModified: clock(), metadata: {}, storageClass: "STANDARD" };
      return { key: of, lock, replicationStatus: undefined, ...common };
    });
    const { problems } = await verify(at);
    jest.restoreAllMocks();
    expect(problems).toEqual([
      `${dumpKey(at, "database.pgdump.zst")} lacks tables that the manifest names: public.phantom`,
      `${dumpKey(at, "database.pgdump.zst")} lacks the rows of tables that the manifest names: public.phantom`,
    ]);
  });
});
