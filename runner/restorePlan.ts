import type { Manifest, ManifestObject, ManifestTable, ObjectRole, TableData } from "./manifestFormat";
import { problemsError, StageError } from "./errors";
import type { ByteRange } from "./repository/repository";
import type { StoredPart } from "./stream/storedFeed";
import { qualifiedName } from "./postgres/qualifiedName";
import { tableName } from "./tableName";

/** The rows of one table, or of a range of its blocks, as psql says to have loaded them. */
export interface ExpectedRows {
  /** `schema.table`. */
  table: string;
  rows: number;
}

/** SQL with rows that one psql loads. */
export interface RowsPart extends StoredPart {
  storedBytes: number;
  /** In the order of its COPY commands. */
  expected: ExpectedRows[];
}

interface Placed extends TableData {
  table: string;
}

const MOST_LOST = 10;
const rangeOf = ({ offset, bytes }: ByteRange): ByteRange => ({ offset, bytes });

/** The one object of a role. @throws StageError `unhealthy` when there is none, or more than one */
export function objectOf(manifest: Manifest, role: ObjectRole): ManifestObject {
  const found = manifest.objects.filter((object) => object.role === role);
  if (found.length === 1) return found[0]!;
  throw new StageError(
    "manifest",
    "unhealthy",
    `${manifest.recoveryPointId} has ${found.length} objects of the role "${role}" instead of one; no run writes that`,
  );
}

/** The archive that defines everything: the whole database, or its schema. */
export function definitionsOf(manifest: Manifest): ManifestObject {
  return objectOf(manifest, manifest.shape === "single" ? "database" : "schema");
}

/** The archive of large objects; undefined where the database had none. */
export function largeObjectsOf(manifest: Manifest): ManifestObject | undefined {
  return manifest.objects.find((object) => object.role === "largeObjects");
}

/** @throws StageError `unhealthy` when a table that has rows is not placed anywhere */
function placedIn(manifest: Manifest, tables: readonly ManifestTable[]): Map<number, Placed[]> {
  const excluded = new Set(manifest.excludedTables);
  const lost = tables
    .filter((table) => table.kind === "r" && !table.data && !excluded.has(tableName(table)))
    .map(tableName);
  if (lost.length > 0) {
    throw problemsError(
      "manifest",
      "unhealthy",
      lost.map((name) => `it does not say where the rows of "${name}" are; no run writes that`),
      MOST_LOST,
    );
  }
  const byObject = new Map<number, Placed[]>();
  for (const table of tables) {
    for (const data of table.data ?? []) {
      const inObject = byObject.get(data.object) ?? [];
      inObject.push({ ...data, table: tableName(table) });
      byObject.set(data.object, inObject);
    }
  }
  return byObject;
}

/** Every object with rows, the largest first. That its tables cover it without gaps was checked when the manifest was read. */
export function allRows(manifest: Manifest): RowsPart[] {
  const placed = placedIn(manifest, manifest.tables);
  const parts = manifest.objects.flatMap((object, index): RowsPart[] => {
    if (object.role !== "tables") return [];
    const files = (placed.get(index) ?? []).sort((a, b) => a.offset - b.offset);
    return [{ object, files: files.map(rangeOf), storedBytes: object.stored.bytes, expected: files.map(expectedRows) }];
  });
  return parts.sort((a, b) => b.storedBytes - a.storedBytes);
}

/** The rows of some tables, the largest first. */
export function someRows(manifest: Manifest, tables: readonly ManifestTable[]): RowsPart[] {
  const parts = [...placedIn(manifest, tables)].flatMap(([index, placed]) =>
    placed.map((data): RowsPart => ({
      object: manifest.objects[index]!,
      range: rangeOf(data),
      storedBytes: data.bytes,
      expected: [expectedRows(data)],
    })),
  );
  return parts.sort((a, b) => b.storedBytes - a.storedBytes);
}

function expectedRows({ table, rows }: Placed): ExpectedRows {
  return { table, rows };
}

/** How many edits turn one text into another. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

const MOST_NEAR = 3;
const FAR = 3;

/** Names like a wanted one: the same table in another schema or case, or a few letters away. */
function near(wanted: string, tables: readonly ManifestTable[]): string[] {
  const bare = wanted.split(".").at(-1)!.toLowerCase();
  const ranked = tables.map((table) => {
    const name = tableName(table);
    const isSame = table.name.toLowerCase() === bare;
    const isSimilar = Math.abs(name.length - wanted.length) <= FAR;
    return { name, edits: isSame ? 0 : isSimilar ? distance(name, wanted) : Infinity };
  });
  const close = ranked.filter(({ edits }) => edits <= FAR).sort((a, b) => a.edits - b.edits);
  return close.slice(0, MOST_NEAR).map(({ name }) => name);
}

const WITHOUT_ROWS: Record<string, string> = {
  m: "is a materialized view, whose rows come from other tables; restore those, or the whole database",
  f: "is a foreign table; its rows are on another server",
};

/**
 * The tables that names mean: `schema.table`, or `"schema"."table"` where that is ambiguous.
 * @throws StageError `usage` with every name that means none, or one without rows in this point
 */
export function tablesNamed(manifest: Manifest, names: readonly string[]): ManifestTable[] {
  const problems: string[] = [];
  const found = new Set<ManifestTable>();
  for (const wanted of names) {
    const exact = manifest.tables.filter((table) => qualifiedName(table) === wanted);
    const plain = manifest.tables.filter((table) => tableName(table) === wanted);
    const tables = exact.length > 0 ? exact : plain;
    const [table] = tables;
    const without = table && WITHOUT_ROWS[table.kind];
    if (table === undefined) {
      const like = near(wanted, manifest.tables);
      const hint = like.length > 0 ? `; like it are ${like.join(", ")}` : "";
      problems.push(`there is no table "${wanted}" in ${manifest.recoveryPointId}; names are schema.table${hint}`);
    } else if (tables.length > 1) {
      const ways = tables.map(qualifiedName);
      problems.push(`"${wanted}" can mean ${ways.join(" or ")}; name it like that`);
    } else if (without !== undefined) problems.push(`"${wanted}" ${without}`);
    else if (manifest.excludedTables.includes(tableName(table))) {
      problems.push(`"${wanted}" is in ${manifest.recoveryPointId} without its rows: they were left out of the backup`);
    } else found.add(table);
  }
  if (problems.length > 0) throw problemsError("restore", "usage", problems);
  return [...found];
}
