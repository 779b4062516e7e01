import type { RunbookFacts } from "../facts";
import { command, type Section, step, text, warning } from "../page";
import { becomeRestorer, chooseDatabase, choosePoint, restoreAs, withTool } from "../restoreSteps";
import { longestRestore } from "../words";

const RESCUE = "_rescue";

/** Options of pg_dump, a line each: it takes a partitioned table without its partitions, and would bring it back empty. */
const NAMES =
  "SELECT format('--table=%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace " +
  "WHERE c.oid = '${TABLE:?}'::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree('${TABLE:?}'))";

/** Rows or tables are gone, the database is there. */
export function droppedTable(facts: RunbookFacts): Section {
  return {
    id: "dropped-table",
    title: "A table was dropped or damaged",
    when: "rows or tables are missing; the database itself works",
    takes: longestRestore(facts),
    blocks: [
      warning("Write down the time (UTC) now. If something still deletes or overwrites rows, stop it first."),
      text("The point is restored beside the live database; then only the table that is needed is copied over."),
      ...withTool(facts, RESCUE, "primary", ' --table "${TABLE:?}" --as-of "${AS_OF:?}"'),
      ...becomeRestorer(facts.primary),
      ...chooseDatabase(facts, facts.primary),
      ...choosePoint("Take the last one before the damage.", true),
      ...restoreAs(facts, RESCUE),
      step(
        "Set `TABLE` to the name with its schema, and `LIVE` to the live database's name on its server. Look at the rows first.",
      ),
      command(`psql --no-psqlrc --dbname="\${DATABASE}${RESCUE}" --command="SELECT count(*) FROM \${TABLE:?}"`),
      step(
        "A table that is gone: bring it back with its definition, all of it or nothing. A partitioned one comes with its partitions.",
      ),
      command(
        [
          `psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="\${DATABASE}${RESCUE}" --command="${NAMES}" > tables.txt`,
          `test -s tables.txt && tr '\\n' '\\0' < tables.txt | xargs -0 pg_dump --dbname="\${DATABASE}${RESCUE}" > table.sql && psql --no-psqlrc --single-transaction --set=ON_ERROR_STOP=1 --dbname="\${LIVE:?}" --file=table.sql`,
        ].join("\n"),
      ),
      text(
        "A single partition of a table that is still there: put `--section=pre-data --section=data` behind `pg_dump`. Its table's indexes and keys come with being attached; add those that are its own by hand.",
      ),
      text(
        "A table that is there and damaged: rename it in the live database first (`ALTER TABLE ... RENAME TO ...`), bring the other back, and move over what was written since by SQL. Foreign keys from other tables point at the renamed one until you change them.",
      ),
      step("When the application is right again, drop the rescue database."),
      command(`dropdb --interactive "\${DATABASE}${RESCUE}"`),
    ],
  };
}
