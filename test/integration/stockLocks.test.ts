// needs: postgres
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PostgresSource } from "../../runner/dump/postgres";
import { postgresSettings } from "../../runner/postgres/connection";
import { failureOf } from "../runner/readFixtures";
import { amount, report } from "../support/deepReport";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { makeTls } from "../support/tls";

/** More than the lock table of a server on which nothing was set has room for. */
const TABLES = amount("BACKUP321_STOCK_TABLES", 6700);
const BATCH = 500;

let dir: string;
let server: ThrowawayPostgres;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-stock-"));
  server = await throwawayPostgres({ dir, tls: makeTls(path.join(dir, "tls")) });
  await withClient(server.settings, async (client) => {
    for (let from = 1; from <= TABLES; from += BATCH) {
      await client.query(
        `DO $$ BEGIN FOR i IN ${from}..${Math.min(TABLES, from + BATCH - 1)} LOOP
           EXECUTE format('CREATE TABLE t%s ()', i);
         END LOOP; END $$`,
      );
    }
  });
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it(`fails on a stock server with ${TABLES} tables before it locks one, with the setting that is needed`, async () => {
  const env = { ...server.env, PATH: process.env.PATH };
  const source = new PostgresSource({ settings: postgresSettings(env), env, clock: () => new Date() });
  const startedAt = Date.now();
  const error = await failureOf(source.open());
  expect(error.exit).toBe("preflight");
  const [, processes, inUse, setting] =
    /max_locks_per_transaction 64 x (\d+) processes; (\d+) in use\); set max_locks_per_transaction to (\d+) or more/.exec(
      error.message,
    )!;
  expect(error.message).toContain(`: ${TABLES} tables and 0 sequences must be locked at once, `);
  expect(Number(setting)).toBe(Math.ceil((TABLES + 200 + Number(inUse)) / 0.85 / Number(processes)));
  report(
    `locks: ${TABLES} tables on a stock server refused in ${Date.now() - startedAt} ms; max_locks_per_transaction ${setting} is needed`,
  );
}, 120_000);
