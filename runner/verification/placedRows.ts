import type { Manifest } from "../manifestFormat";
import { listed } from "./archiveRows";
import type { PlacedRows } from "./tableText";
import { tableName } from "../tableName";

/** What the manifest places in each object of tables, by the object's index, in the order of their offsets. */
export function rowsPerObject(manifest: Manifest): Map<number, PlacedRows[]> {
  const placed = new Map<number, PlacedRows[]>();
  for (const table of manifest.tables) {
    for (const data of table.data ?? []) {
      const entries = placed.get(data.object) ?? [];
      entries.push({ table, data });
      placed.set(data.object, entries);
    }
  }
  for (const entries of placed.values()) entries.sort((a, b) => a.data.offset - b.data.offset);
  return placed;
}

/** Tables of a parallel point that have rows of their own, are not excluded, and are in no object. An empty one says so by an empty list. */
export function missingRows({ shape, tables, excludedTables }: Manifest): string[] {
  if (shape === "single") return [];
  const excluded = new Set(excludedTables);
  const missing = tables
    .filter((table) => table.kind === "r" && table.data === undefined)
    .map(tableName)
    .filter((name) => !excluded.has(name));
  return missing.length === 0 ? [] : [`the rows of ${listed(missing)} are in no object, and they are not excluded`];
}
