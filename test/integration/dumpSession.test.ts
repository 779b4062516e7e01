// needs: postgres
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket, connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCatalog } from "../../runner/dump/postgres/catalog";
import { PostgresSource } from "../../runner/dump/postgres";
import { connect, disconnect, postgresSettings } from "../../runner/postgres/connection";
import { failureOf, produce } from "../runner/readFixtures";
import { zstdDecompress } from "../runner/zstd";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { eventually } from "../support/standin/fixtures";
import { makeTls } from "../support/tls";

let dir: string;
let server: ThrowawayPostgres;
let otherCa: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-session-"));
  otherCa = makeTls(path.join(dir, "other")).caFile;
  server = await throwawayPostgres({ dir, tls: makeTls(path.join(dir, "tls")) });
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const env = (overrides: Record<string, string> = {}) => ({ ...server.env, PATH: process.env.PATH, ...overrides });
const sourceOf = (overrides: Record<string, string> = {}) =>
  new PostgresSource({ settings: postgresSettings(env(overrides)), env: env(overrides), clock: () => new Date() });
const sql = (text: string, database = "shop") =>
  withClient({ ...server.settings, database }, (client) => client.query(text));
const heldLocks = async () => (await sql("SELECT FROM pg_locks WHERE locktype = 'advisory'")).rows.length;

/** A TCP proxy before the server; `onClientData` returns what goes on, and may end the one side or answer the other. */
async function proxy(onClientData: (chunk: Buffer, upstream: Socket, client: Socket) => Buffer) {
  const sockets = new Set<Socket>();
  const listener: Server = createServer((client) => {
    const upstream = connectTcp(server.settings.port, server.settings.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.on("data", (chunk) => {
      const onward = onClientData(chunk, upstream, client);
      if (!upstream.destroyed) upstream.write(onward);
    });
    upstream.on("data", (chunk) => !client.destroyed && client.write(chunk));
    upstream.on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    env: { PGPORT: String((listener.address() as AddressInfo).port), PGSSLMODE: "disable", PGSSLROOTCERT: "" },
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

describe("functions that a user of the database made", () => {
  it("are not run by the role that backs up, although they fit its queries better than the server's own", async () => {
    await sql(
      `CREATE TABLE t (v int);
       CREATE FUNCTION public.concat_ws(text, name, name, "char", bigint, name, text, bool, "char", "char")
         RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$`,
    );
    try {
      await expect(withClient(server.settings, readCatalog)).rejects.toThrow("hijacked");
      const session = await sourceOf().open();
      expect(session.tables.map((table) => table.name)).toEqual(["t"]);
      await session.close();
    } finally {
      await sql(
        'DROP FUNCTION concat_ws(text, name, name, "char", bigint, name, text, bool, "char", "char"); DROP TABLE t',
      );
    }
  });
});

describe("the overlap lock", () => {
  it("ends with the transaction, so that none stays behind in the sessions of a pooler", async () => {
    const farewell = Buffer.from([0x58, 0, 0, 0, 4]);
    const rollback = Buffer.from("\x51\x00\x00\x00\x0dROLLBACK\x00", "latin1");
    // As a pooler does: the client's farewell ends its transaction, not the session with the server.
    const pooler = await proxy((chunk) => (chunk.subarray(-5).equals(farewell) ? rollback : chunk));
    try {
      const session = await sourceOf(pooler.env).open();
      expect(await heldLocks()).toBe(1);
      expect((await failureOf(sourceOf().open())).exit).toBe("overlap");
      await session.close();
      await eventually("the lock's end", async () => (await heldLocks()) === 0 || undefined);
      const { rows } = await sql("SELECT FROM pg_stat_activity WHERE application_name = 'backup321'");
      expect(rows).toHaveLength(1);
    } finally {
      await pooler.close();
    }
  });
});

describe("a session", () => {
  it("has none of the time-outs that a role or a database may carry", async () => {
    await sql("ALTER DATABASE shop SET statement_timeout = '5s'; ALTER DATABASE shop SET idle_session_timeout = '5s'");
    const client = await connect(postgresSettings(env()));
    const { rows } = await client.query(
      "SELECT name FROM pg_settings WHERE name ~ '_timeout$' AND context = 'user' AND setting <> '0'",
    );
    await disconnect(client);
    await sql("ALTER DATABASE shop RESET ALL");
    expect(rows.map((row: { name: string }) => row.name)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/statement_timeout|idle/)]),
    );
  });

  it("ends although the server has vanished", async () => {
    let isGone = false;
    const network = await proxy((chunk) => (isGone ? Buffer.alloc(0) : chunk));
    try {
      const session = await sourceOf(network.env).open();
      isGone = true;
      await session.close();
    } finally {
      await network.close();
    }
  }, 30_000);

  it("fails when the connection ends between two queries, without ending the process", async () => {
    const network = await proxy((chunk, upstream) => {
      if (!chunk.includes("search_path")) return chunk;
      upstream.destroy();
      return Buffer.alloc(0);
    });
    try {
      expect((await failureOf(connect(postgresSettings(env(network.env))))).exit).toBe("preflight");
    } finally {
      await network.close();
    }
  });

  it("trusts well-known CAs alone with sslrootcert system", async () => {
    const error = await failureOf(
      connect(postgresSettings(env({ PGSSLMODE: "verify-full", PGSSLROOTCERT: "system" }))),
    );
    expect(error.message).toMatch(/\(sslmode verify-full\): .*certificate/);
  });

  it("fails with sslmode require when a CA is named that the server's certificate is not of, as libpq does", async () => {
    const error = await failureOf(connect(postgresSettings(env({ PGSSLMODE: "require", PGSSLROOTCERT: otherCa }))));
    expect(error.message).toMatch(/\(sslmode require\): .*certificate/);
    await disconnect(await connect(postgresSettings(env({ PGSSLMODE: "require" }))));
  });
});

describe("a server whose disk is full", () => {
  it("fails the dump with the server's own words", async () => {
    const said = 'could not write to file "base/pgsql_tmp/pgsql_tmp17.0": No space left on device';
    const fields = Buffer.from(`SERROR\0VERROR\0C53100\0M${said}\0\0`);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(fields.length + 4);
    let isFull = false;
    const network = await proxy((chunk, _upstream, client) => {
      if (!isFull || !chunk.includes("COPY")) return chunk;
      client.write(Buffer.concat([Buffer.from("E"), length, fields, Buffer.from("Z\0\0\0\x05E")]));
      return Buffer.alloc(0);
    });
    await sql("CREATE TABLE filled (v int); INSERT INTO filled VALUES (1)");
    const session = await sourceOf(network.env).open();
    try {
      isFull = true;
      const error = await failureOf(produce(session));
      expect([error.exit, error.message]).toEqual(["dump", expect.stringContaining(`ERROR:  ${said}`)]);
      isFull = false;
      await produce(session);
    } finally {
      await session.close();
      await network.close();
      await sql("DROP TABLE filled");
    }
  });
});

describe("a database with an odd name", () => {
  it.each(["a=b", "host=elsewhere dbname=postgres", "postgresql://elsewhere/x", `it's "odd" \\ name`])(
    "is dumped: %s",
    async (name) => {
      await sql(`CREATE DATABASE "${name.replace(/"/g, '""')}"`);
      await sql("CREATE TABLE proof (v int)", name);
      const session = await sourceOf({ PGDATABASE: name }).open();
      const stored = await produce(session);
      await session.close();
      expect((await zstdDecompress(stored)).toString("latin1")).toContain("CREATE TABLE public.proof");
    },
  );
});
