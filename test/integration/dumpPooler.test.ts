// needs: postgres, pgbouncer
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PostgresSource } from "../../runner/dump/postgres";
import { StageError } from "../../runner/errors";
import { postgresSettings } from "../../runner/postgres/connection";
import { startPgbouncer } from "../support/pgbouncer";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { makeTls } from "../support/tls";

let dir: string;
let server: ThrowawayPostgres;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-pooler-"));
  server = await throwawayPostgres({ dir, tls: makeTls(path.join(dir, "tls")) });
  await withClient(server.settings, (client) => client.query("CREATE TABLE t (v int)"));
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What the pool's sessions were last asked that would outlive the one who asked. */
async function settingsMade(): Promise<string[]> {
  const { rows } = await withClient(server.settings, (client) =>
    client.query<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query ~ 'search_path|set_config'",
    ),
  );
  return rows.map(({ query }) => query);
}

/** Opens a session through a pgbouncer and returns its tables, or its failure. */
async function through(mode: Parameters<typeof startPgbouncer>[2], settings: Record<string, string> = {}) {
  const pooler = await startPgbouncer(dir, server.settings, mode, settings);
  const env = { ...server.env, PATH: process.env.PATH, PGPORT: String(pooler.settings.port), PGSSLMODE: "disable" };
  const source = new PostgresSource({ settings: postgresSettings(env), env, clock: () => new Date() });
  const { host, port } = pooler.settings;
  try {
    const session = await source.open();
    const tables = session.tables.map((table) => table.name);
    await session.close();
    return tables;
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    expect(await settingsMade()).toEqual([]);
    return error.message.replace(`postgres@${host}:${port}/shop`, "WHERE");
  } finally {
    await pooler.stop();
  }
}

const FIX = "point PGHOST and PGPORT at the server itself, or at a pool in session mode";

describe("pgbouncer", () => {
  it.each([
    ["transaction", {}],
    ["transaction", { server_round_robin: "1" }],
    ["transaction", { default_pool_size: "1" }],
    ["statement", {}],
  ] as const)(
    "fails in %s mode (%j), before anything is set in a session that is another's next",
    async (mode, settings) => {
      expect(await through(mode, settings)).toBe(
        `database connection: WHERE is a connection pooler that shares the server's sessions between its clients by the transaction; ${FIX}`,
      );
    },
  );

  it("is let through in session mode", async () => {
    expect(await through("session")).toEqual(["t"]);
  });

  it("fails in session mode when its pool has no second session, since it can't be told then", async () => {
    const full = { default_pool_size: "1", query_wait_timeout: "1" };
    expect(await through("session", full)).toBe(
      `database connection: WHERE is behind a connection pooler, and whether that keeps a session together can't be told: query_wait_timeout; ${FIX}`,
    );
  });
});
