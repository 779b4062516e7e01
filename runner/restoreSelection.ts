import { problemsError, StageError } from "./errors";
import type { Manifest, ManifestTable } from "./manifestFormat";
import { type ContentsEntry, contentsFrom, isPrivilege, isRows, isSequenceValue } from "./postgres/tableOfContents";
import { selectTables } from "./postgres/tableSelection";
import type { RestoreRequest } from "./restore";
import type { Definitions } from "./restoreDefinitions";
import { foreignKeyStatements } from "./restoreForeignKeys";
import { largeObjectsOf, tablesNamed } from "./restorePlan";
import { tableName } from "./tableName";

/** Which rows a restore takes: undefined all, none for definitions alone, else these tables'. */
export type NamedTables = ManifestTable[] | undefined;

/** What of an archive is restored. */
export interface ChosenContents {
  /** Lists of its entries: what comes before rows that are objects of their own, and after. Undefined: all of them at once. */
  lists: { before: string | undefined; after: string | undefined };
  leftOut: string[];
  /** Statements that add the foreign keys of named tables which are left out. */
  foreignKeys: string[];
  /** Those that get their rows. */
  tables: ManifestTable[];
}

/**
 * Tables of whole schemas, as far as they have rows in this point.
 * @throws StageError `usage` with every schema that has none
 */
function tablesOfSchemas(manifest: Manifest, schemas: readonly string[]): ManifestTable[] {
  const isThere = ({ kind, schema, name }: ManifestTable) =>
    (kind === "r" || kind === "p") && !manifest.excludedTables.includes(tableName({ schema, name }));
  const known = [...new Set(manifest.tables.filter(isThere).map(({ schema }) => schema))].sort();
  const unknown = schemas.filter((schema) => !known.includes(schema));
  if (unknown.length > 0) {
    throw problemsError(
      "restore",
      "usage",
      unknown.map(
        (schema) =>
          `there is no table with rows in a schema "${schema}" in ${manifest.recoveryPointId}; schemas with such tables are ${known.join(", ")}`,
      ),
    );
  }
  return manifest.tables.filter((table) => isThere(table) && schemas.includes(table.schema));
}

/** Whether a request leaves rows out that its point has. */
export function isPartial({
  tables,
  schemas,
  schemaOnly,
}: Pick<RestoreRequest, "tables" | "schemas" | "schemaOnly">): boolean {
  return schemaOnly === true || tables !== undefined || schemas !== undefined;
}

/**
 * A database with empty tables must not get the name that an application connects to.
 * @throws StageError `usage`
 */
export function requireWholeReplacement(request: RestoreRequest): void {
  if (request.replace === undefined || !isPartial(request)) return;
  const detail = request.schemaOnly
    ? "definitions alone can't replace a database: every table would be empty; restore them under another name"
    : "some tables can't replace a database: all others would be empty; restore them under another name, or bring their rows into empty tables with --data-only";
  throw new StageError("restore", "usage", detail);
}

/**
 * The tables that a request means.
 * @throws StageError `usage` with every name that means none, and when definitions alone and rows are asked for
 */
export function namedTables(manifest: Manifest, request: RestoreRequest): NamedTables {
  const { tables, schemas, schemaOnly } = request;
  if (!isPartial(request)) return undefined;
  if (schemaOnly && (tables !== undefined || schemas !== undefined)) {
    const detail =
      "definitions alone, and rows of some tables, contradict each other; all definitions come with either";
    throw new StageError("restore", "usage", detail);
  }
  return [...new Set([...tablesNamed(manifest, tables ?? []), ...(schemas ? tablesOfSchemas(manifest, schemas) : [])])];
}

/** Which entries and tables a restore takes; lists only where pg_restore does not simply take all. */
export async function chooseContents(
  archive: Definitions,
  manifest: Manifest,
  named: NamedTables,
  schemaOnly: boolean,
): Promise<ChosenContents> {
  const isParallel = manifest.shape === "parallel";
  const lists: ChosenContents["lists"] = { before: undefined, after: undefined };
  if (named === undefined && !isParallel) {
    return {
      tables: withoutExcluded(manifest, manifest.tables),
      lists,
      leftOut: excludedRows(manifest),
      foreignKeys: [],
    };
  }
  const entries = await archive.ask(["--list", "--verbose"], contentsFrom);
  const selection =
    named === undefined
      ? { tables: manifest.tables, entries, leftOut: [], foreignKeys: [] }
      : selectTables(entries, manifest.tables, named);
  if (schemaOnly) selection.entries = selection.entries.filter((entry) => !isRows(entry) && !isSequenceValue(entry));
  const leftOut = schemaOnly
    ? ["all rows, values of sequences, and large objects"]
    : [...selection.leftOut, ...(named === undefined ? excludedRows(manifest) : lacks(manifest, selection.tables))];
  const tables = withoutExcluded(manifest, selection.tables);
  const statements = await foreignKeyStatements(archive, selection.foreignKeys);
  const foreignKeys = statements ?? [];
  if (statements === undefined) {
    const count = selection.foreignKeys.length;
    leftOut.push(`how to bring back ${count} foreign keys to tables without rows: the archive can't be read for them`);
  }
  if (!isParallel) {
    lists.after = await archive.list("all", selection.entries);
    return { tables, lists, leftOut, foreignKeys };
  }
  const preData = new Set((await archive.ask(["--list", "--section=pre-data"], contentsFrom)).map(({ id }) => id));
  // As pg_restore does: privileges come last, when nothing has to be written any more. Rows of extensions' own tables, which
  // their functions may need, come before all others.
  const isBefore = (entry: ContentsEntry) => isRows(entry) || (preData.has(entry.id) && !isPrivilege(entry));
  lists.before = await archive.list("before", selection.entries.filter(isBefore));
  lists.after = await archive.list(
    "after",
    selection.entries.filter((entry) => !isBefore(entry)),
  );
  return { tables, lists, leftOut, foreignKeys };
}

function withoutExcluded({ excludedTables }: Manifest, tables: readonly ManifestTable[]): ManifestTable[] {
  return tables.filter((table) => !excludedTables.includes(tableName(table)));
}

/** Rows that no restore of this point brings, `among` certain tables. */
function excludedRows({ excludedTables }: Manifest, among: readonly string[] = excludedTables): string[] {
  const isAmong = new Set(among);
  return excludedTables
    .filter((name) => isAmong.has(name))
    .map((name) => `rows of ${name}, which were left out of the backup`);
}

/** What a restore of some tables does not bring beyond what the archive's contents tell. */
function lacks(manifest: Manifest, tables: readonly ManifestTable[]): string[] {
  return [
    ...(largeObjectsOf(manifest) === undefined ? [] : ["large objects"]),
    ...excludedRows(manifest, tables.map(tableName)),
  ];
}
