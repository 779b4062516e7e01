// needs: postgres, versitygw, regression
import { report } from "../support/deepReport";
import { ensureRegressionSql, seedRegression } from "../support/postgres/regression";
import { type BackupGround, startBackupGround } from "./backupGround";
import { createDatabase, portraitOf, roundTrip, SHAPES } from "./roundTrip";

/** PostgreSQL's tests that leave the most behind for their time; all of them take some minutes. */
const SOME =
  `test_setup create_function_c create_misc create_operator create_procedure create_index create_view create_type create_table
  inherit typed_table constraints triggers updatable_views matview rules domain enum rangetypes multirangetypes arrays jsonb xml generated identity
  sequence foreign_data privileges rowsecurity collate copy copy2 insert insert_conflict hash_part indexing create_am plpgsql largeobject`.split(
    /\s+/,
  );
const isDeep = process.env.BACKUP321_REGRESSION === "all";

let ground: BackupGround;
let before: Awaited<ReturnType<typeof portraitOf>>;
beforeAll(async () => {
  ground = await startBackupGround(0);
  const folder = await ensureRegressionSql();
  await createDatabase(ground, "regression", "LOCALE 'C'");
  await seedRegression(ground.source, "regression", folder, ground.dir, isDeep ? undefined : SOME);
  before = await portraitOf(ground, "regression");
}, 900_000);
afterAll(() => ground?.stop());

/** pg_dump may give the columns of a table that inherits another order, which it says itself is no loss. */
const inAnyOrder = (schema: string) =>
  schema
    .split("\n")
    .map((line) => line.replace(/,$/, ""))
    .sort();

it.each(SHAPES)(
  "PostgreSQL's own regression database comes back from the %s shape",
  async (shape) => {
    const tables = Object.keys(before.rows).length;
    expect(tables).toBeGreaterThan(200);
    const copy = await roundTrip(ground, "regression", shape);
    const after = await portraitOf(ground, copy);
    expect(after.rows).toEqual(before.rows);
    expect(inAnyOrder(after.schema)).toEqual(inAnyOrder(before.schema));
    report(`regression database: ${tables} tables, sequences and views with rows came back from the ${shape} shape`);
  },
  300_000,
);
