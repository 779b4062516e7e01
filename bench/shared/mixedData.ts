/** A database of 50 tables: one holds half of the dump, nine are of middle size, forty small. Every value follows from its row number. */
import { type DatabaseSettings, withClient } from "../../test/support/postgres";

export const LARGE_TABLE = "events";
export const MIDDLE_TABLES = 9;
export const SMALL_TABLES = 40;
/** Bytes of a row in a plain dump, measured; sizes are planned by them. */
const LARGE_ROW_BYTES = 151;
const ROW_BYTES = 83;

/** A table of which the database has many of the same kind. */
export const middleTable = (i: number): string => `orders_${i}`;
export const smallTable = (i: number): string => `lookup_${String(i).padStart(2, "0")}`;

function statements(dumpMiB: number): string[] {
  const bytes = dumpMiB * 1024 ** 2;
  const largeRows = Math.round(bytes / 2 / LARGE_ROW_BYTES);
  // The nine of middle size get two thirds of the other half; the small ones grow, so no two are alike.
  const middleRows = Math.round(((bytes / 2 / MIDDLE_TABLES) * (2 / 3)) / ROW_BYTES);
  const smallRows = Math.round(((bytes / 2 / SMALL_TABLES) * (1 / 3)) / ROW_BYTES);
  const columns = "id integer PRIMARY KEY, token text, part integer, note text, at timestamptz";
  const rows = (count: number, salt: number) =>
    `SELECT i, substr(md5((i + ${salt})::text), 1, 8), i % 1000,
            (array['waiting for payment', 'payment received', 'on its way to the customer', 'returned by the customer'])[1 + i % 4]
              || ', noted by clerk ' || i % 10,
            timestamptz '2026-01-01 00:00:00Z' + i * interval '7 seconds'
     FROM generate_series(1, ${count}) i`;
  return [
    `CREATE TABLE ${LARGE_TABLE} (id bigint, token text, net numeric, at timestamptz, name text, pad text, detail jsonb)`,
    `INSERT INTO ${LARGE_TABLE}
       SELECT i, substr(md5(i::text), 1, 12), (i % 9973) * 0.37, timestamptz '2026-01-01 00:00:00Z' + i * interval '7 seconds',
              'customer ' || i % 5000, repeat(chr(97 + (i % 26)::int), 40),
              jsonb_build_object('number', i % 1000, 'kind', i % 10, 'state', (array['new', 'paid', 'shipped', 'returned'])[1 + i % 4])
       FROM generate_series(1::bigint, ${largeRows}) i`,
    `ALTER TABLE ${LARGE_TABLE} ADD PRIMARY KEY (id)`,
    ...Array.from({ length: MIDDLE_TABLES }, (_, i) => [
      `CREATE TABLE ${middleTable(i + 1)} (${columns})`,
      `INSERT INTO ${middleTable(i + 1)} ${rows(middleRows, 10_000_000 * (i + 1))}`,
    ]).flat(),
    ...Array.from({ length: SMALL_TABLES }, (_, i) => [
      `CREATE TABLE ${smallTable(i + 1)} (${columns})`,
      `INSERT INTO ${smallTable(i + 1)} ${rows(Math.round(smallRows * (0.5 + i / SMALL_TABLES)), 7_000 * (i + 1))}`,
    ]).flat(),
  ];
}

/** Fills an empty database whose plain dump has about `dumpMiB`; zstd -3 makes a fifth to a sixth of it. */
export async function seedMixedData(settings: DatabaseSettings, dumpMiB: number): Promise<void> {
  await withClient(settings, async (client) => {
    for (const statement of statements(dumpMiB)) await client.query(statement);
    // Hint bits and statistics are written now, not by the first contender that reads.
    await client.query("VACUUM (FREEZE, ANALYZE)");
    await client.query("CHECKPOINT");
  });
}

/** Tables by size, largest first. */
export async function tablesBySize(settings: DatabaseSettings): Promise<{ name: string; bytes: number }[]> {
  return withClient(settings, async (client) => {
    const { rows } = await client.query<{ name: string; bytes: number }>(
      `SELECT relname AS name, pg_table_size(oid)::float8 AS bytes FROM pg_class
       WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC, 1`,
    );
    return rows;
  });
}
