import { qualifiedName } from "../postgres/qualifiedName";
import type { DrillCheck } from "../drillContract";
import type { Manifest, ManifestTable } from "../manifestFormat";
import { listed } from "../verification/archiveRows";
import type { RestoredTable } from "./restoredTables";
import { tableName } from "../tableName";

/** Rows that a restored table must have, by the name of what they were loaded into. */
export type ExpectedRows = ReadonlyMap<string, number>;

/** Rows as the manifest of a parallel point says them. */
export function rowsOfManifest({ tables }: Manifest): ExpectedRows {
  const expected = new Map<string, number>();
  for (const table of tables) {
    if (table.data === undefined) continue;
    const target = qualifiedName(table.loadInto ?? table);
    const rows = table.data.reduce((sum, part) => sum + part.rows, 0);
    expected.set(target, (expected.get(target) ?? 0) + rows);
  }
  return expected;
}

/** One comparison: a table, or a partitioned table with all its partitions where rows may have changed places between them. */
interface Group {
  name: string;
  expected: number;
  found: number;
  isAtLeast: boolean;
}

function groupsOf(expected: ExpectedRows, restored: readonly RestoredTable[]): Group[] {
  const byName = new Map(restored.map((table) => [table.name, table]));
  const byOid = new Map(restored.map((table) => [table.oid, table]));
  // Partitioned tables that rows were loaded into.
  const roots = new Set([...expected.keys()].filter((name) => byName.get(name)?.kind === "p"));
  const rootOf = (table: RestoredTable): string =>
    [table, ...table.ancestors.flatMap((oid) => byOid.get(oid) ?? [])].find(({ name }) => roots.has(name))?.name ??
    table.name;
  const groups = new Map<string, Group>();
  const group = (table: RestoredTable): Group => {
    const name = rootOf(table);
    const found = groups.get(name) ?? { name, expected: 0, found: 0, isAtLeast: false };
    groups.set(name, found);
    return found;
  };
  for (const [name, rows] of expected) {
    const table = byName.get(name);
    if (table) group(table).expected += rows;
  }
  for (const table of restored) {
    if (table.rows === null) continue;
    const its = group(table);
    its.found += table.rows;
    its.isAtLeast ||= table.isOfExtension;
  }
  return [...groups.values()];
}

/** Whether the rows of a table must be in the point. */
const isKept = ({ kind, schema, name }: ManifestTable, excluded: ReadonlySet<string>) =>
  kind === "r" && !excluded.has(tableName({ schema, name }));

/**
 * Holds the tables of a restored database against those of the manifest, and their rows against what was to be loaded.
 * @param expected rows by the table that they were loaded into
 * @param from what says so, for the sentence
 */
export function judgeRowCounts(
  manifest: Manifest,
  expected: ExpectedRows,
  restored: readonly RestoredTable[],
  from: string,
): DrillCheck {
  const names = new Set(restored.map(({ name }) => name));
  const excluded = new Set(manifest.excludedTables);
  const missing = manifest.tables.map(qualifiedName).filter((name) => !names.has(name));
  const unknown = manifest.tables
    .filter((table) => isKept(table, excluded) && !expected.has(qualifiedName(table.loadInto ?? table)))
    .map(qualifiedName);
  const wrong = groupsOf(expected, restored)
    .filter((one) => (one.isAtLeast ? one.found < one.expected : one.found !== one.expected))
    .map(({ name, found, expected: wanted }) => `${name} has ${found} rows instead of ${wanted}`);
  const problems = [
    ...(missing.length > 0 ? [`missing tables: ${listed(missing)}`] : []),
    ...(unknown.length > 0 ? [`${from} does not say how many rows these have: ${listed(unknown)}`] : []),
    ...(wrong.length > 0 ? [listed(wrong)] : []),
  ];
  const total = restored.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
  const counted = restored.filter(({ rows }) => rows !== null).length;
  return {
    name: "rowCounts",
    passed: problems.length === 0,
    detail:
      problems.length === 0 ? `${total} rows in ${counted} tables, each as many as ${from} says` : problems.join("; "),
  };
}
