import type { RunbookFacts } from "../facts";
import { command, type Section, step, text, warning } from "../page";
import { becomeRestorer, chooseDatabase, choosePoint, restoreAs, withTool } from "../restoreSteps";
import { longestRestore } from "../words";

const RESCUE = "_rescue";

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
      step("A table that is gone: bring it back with its definition, all of it or nothing."),
      command(
        `pg_dump --dbname="\${DATABASE}${RESCUE}" --table="\${TABLE:?}" --file=table.sql && psql --no-psqlrc --single-transaction --set=ON_ERROR_STOP=1 --dbname="\${LIVE:?}" --file=table.sql`,
      ),
      text(
        "A table that is there and damaged: rename it in the live database first (`ALTER TABLE ... RENAME TO ...`), bring the other back, and move over what was written since by SQL. Foreign keys from other tables point at the renamed one until you change them.",
      ),
      step("When the application is right again, drop the rescue database."),
      command(`dropdb --interactive "\${DATABASE}${RESCUE}"`),
    ],
  };
}
