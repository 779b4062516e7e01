import type { ContentsEntry } from "./postgres/tableOfContents";
import type { Definitions } from "./restoreDefinitions";

/** A statement to its semicolon; both may also be in a quoted name. */
const ALTER_TABLE = /^ALTER TABLE (?:"(?:[^"]|"")*"|[^";])+;/gm;
/** What comes before the line break that pg_dump puts into one. */
const FIRST_LINE = /^(ALTER TABLE (?:"(?:[^"]|"")*"|[^"\n])+)\n {4}/;

/**
 * The statements that add foreign keys, as the archive defines them, each in one line unless a name holds a line break.
 * @returns undefined when there are not as many as entries: then nobody can say what they are, which must not keep a table from coming back
 */
export async function foreignKeyStatements(
  archive: Definitions,
  entries: readonly ContentsEntry[],
): Promise<string[] | undefined> {
  if (entries.length === 0) return [];
  const list = await archive.list("foreignKeys", entries);
  const sql = await archive.ask([`--use-list=${list}`, "--file=-"], async (lines) => {
    const all: string[] = [];
    for await (const line of lines) all.push(line);
    return all.join("\n");
  });
  const statements = (sql.match(ALTER_TABLE) ?? []).map((statement) => statement.replace(FIRST_LINE, "$1 "));
  return statements.length === entries.length ? statements : undefined;
}
