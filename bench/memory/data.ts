/** Tables whose dump is eight times what they take on disk: a bit is stored as a bit and dumped as a digit. */
import { type DatabaseSettings, withClient } from "../../test/support/postgres";

const TABLES = 8;
/** Bits of a row: 1.5 kB on disk, five rows a page, so that a table has blocks enough to be split. */
const ROW_BITS = 12_000;
const ROW_BYTES = ROW_BITS + 10;
/** Random rows that repeat; 24 MB of dump, more than the compressor looks back, so a repetition gains it nothing. */
const SEED_ROWS = 2_000;

/** Names of what `growBits` fills. */
export const bitTables = Array.from({ length: TABLES }, (_, i) => `bits_${i + 1}`);

const SEED = [
  `CREATE TABLE seed AS
     SELECT i, (SELECT ('x' || string_agg(md5(i || ' ' || j), ''))::varbit FROM generate_series(1, ${Math.ceil(ROW_BITS / 128)}) j) AS bits
     FROM generate_series(1, ${SEED_ROWS}) i`,
  ...bitTables.map((name) => `CREATE TABLE ${name} (id bigint, bits varbit)`),
  // Random bits do not compress; trying to takes time.
  ...bitTables.map((name) => `ALTER TABLE ${name} ALTER COLUMN bits SET STORAGE PLAIN`),
];

/** Makes the empty tables. */
export async function seedBits(settings: DatabaseSettings): Promise<void> {
  await withClient(settings, async (client) => {
    for (const statement of SEED) await client.query(statement);
  });
}

/** Grows all tables, evenly, until their dump has `dumpMb` (10^6 bytes). */
export async function growBits(settings: DatabaseSettings, dumpMb: number): Promise<void> {
  // The rows that are repeated are in the dump as well.
  const wanted = Math.ceil((dumpMb * 1e6 - SEED_ROWS * ROW_BYTES) / TABLES / ROW_BYTES);
  await withClient(settings, async (client) => {
    for (const name of bitTables) {
      await client.query(
        `INSERT INTO ${name} SELECT n, substring(bits FROM 1 FOR ${ROW_BITS})
           FROM generate_series((SELECT count(*) + 1 FROM ${name}), ${wanted}) n JOIN seed ON seed.i = 1 + n % ${SEED_ROWS}`,
      );
    }
    await client.query("VACUUM (FREEZE, ANALYZE)");
    await client.query("CHECKPOINT");
  });
}
