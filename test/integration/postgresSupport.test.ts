// needs: postgres
// tests only: test/support
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import {
  findPostgres,
  seedRealisticData,
  tableChecksums,
  throwawayPostgres,
  withClient,
  type ThrowawayPostgres,
} from "../support/postgres";
import { requireFreePort, run } from "../support/processes";
import { makeTls } from "../support/tls";

const ORDERS = 500;
let dir: string;
let server: ThrowawayPostgres;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-postgres-"));
  server = await throwawayPostgres({ dir, tls: makeTls(join(dir, "tls")) });
  await seedRealisticData(server.settings, { orders: ORDERS });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("counts every table, partition, materialized view, sequence and large object", async () => {
  const found = await tableChecksums(server.settings);
  expect(Object.fromEntries(Object.entries(found).map(([name, { rows }]) => [name, rows]))).toEqual({
    "audit.events": ORDERS / 2,
    "public.customers": ORDERS / 10,
    "public.order_items": ORDERS * 3,
    "public.orders_2024": 365,
    "public.orders_2025": ORDERS - 365,
    "public.orders_2026": 0,
    "public.revenue": ORDERS,
    "sequence audit.numbers": 1,
    "sequence public.customers_id_seq": 1,
    "sequence public.orders_id_seq": 1,
    "large objects": 1,
  });
});

test("checksums of a second seed agree, and one changed value is seen in its table only", async () => {
  await withClient(server.settings, (client) => client.query("create database again"));
  const again = { ...server.settings, database: "again" };
  await seedRealisticData(again, { orders: ORDERS });
  const before = await tableChecksums(server.settings);
  expect(await tableChecksums(again)).toEqual(before);
  await withClient(again, (client) =>
    client.query("update order_items set quantity = 77 where order_id = 5 and line = 2"),
  );
  const after = await tableChecksums(again);
  expect(Object.keys(after).filter((name) => after[name]!.checksum !== before[name]!.checksum)).toEqual([
    "public.order_items",
  ]);
});

test("libpq's own programs connect with its environment over verified TLS, and fail when the password or the authority is another", () => {
  const psql = (env: Record<string, string>) =>
    run(
      "psql",
      join(server.binDir, "psql"),
      ["-X", "-At", "-c", "select ssl from pg_stat_ssl where pid = pg_backend_pid()"],
      { env: { ...server.env, ...env } },
    );
  expect(psql({})).toBe("t\n");
  expect(() => psql({ PGPASSWORD: "another" })).toThrow(/password authentication failed/);
  const other = makeTls(join(dir, "other-tls")).caFile;
  expect(() => psql({ PGSSLROOTCERT: other })).toThrow(/certificate verify failed/);
});

test("fails when the port is taken, and names it", async () => {
  const { port } = server.settings;
  await expect(throwawayPostgres({ dir, tls: makeTls(join(dir, "tls")), port })).rejects.toThrow(
    `postgres: port ${port} of 127.0.0.1 can't be used (EADDRINUSE); choose another or stop what holds it`,
  );
});

test("fails when PostgreSQL is not installed, with the command that installs it", () => {
  expect(() => findPostgres([dir])).toThrow(
    "postgres: no folder holds initdb, postgres, pg_dump, pg_restore, psql; install it: apt install postgresql, or brew install postgresql@17",
  );
});

test("stop ends a server with clients connected, and frees its port", async () => {
  const second = await throwawayPostgres({ dir, tls: makeTls(join(dir, "tls")) });
  const client = new Client({ ...second.settings, ssl: { rejectUnauthorized: false } });
  client.on("error", () => undefined);
  await client.connect();
  await second.stop();
  await requireFreePort(second.settings.port, "test");
  await client.end().catch(() => undefined);
});
