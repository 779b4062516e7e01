import type { Manifest, ManifestTable, TableData } from "./manifestFormat";
import { tableKey, tableName } from "./tableName";

/** What can't be true of a manifest, and where. */
export interface LayoutProblem {
  path: (string | number)[];
  message: string;
}

/** More would only repeat themselves. */
const MOST_PROBLEMS = 20;
/** How many objects of a role a point has: least and most. */
const ROLES: Record<Manifest["shape"], Record<Manifest["objects"][number]["role"], [number, number]>> = {
  single: { database: [1, 1], schema: [0, 0], largeObjects: [0, 0], tables: [0, 0], globals: [0, 1] },
  parallel: { database: [0, 0], schema: [1, 1], largeObjects: [0, 1], tables: [0, Infinity], globals: [0, 1] },
};

/**
 * What contradicts itself in a manifest whose fields are all there: objects that its shape does not have, ranges that overlap,
 * leave bytes out or lie beyond their object, blocks of a table that are nowhere or twice.
 */
export function layoutProblems(manifest: Manifest): LayoutProblem[] {
  const problems = [...objectProblems(manifest), ...tableProblems(manifest), ...frameProblems(manifest)];
  return problems.slice(0, MOST_PROBLEMS);
}

function* objectProblems({ shape, objects, encryption }: Manifest): Iterable<LayoutProblem> {
  for (const [role, [least, most]] of Object.entries(ROLES[shape])) {
    const found = objects.filter((object) => object.role === role).length;
    if (found >= least && found <= most) continue;
    const wanted = most === 0 ? "none" : least === most ? String(most) : `at most ${most}`;
    yield { path: ["objects"], message: `has ${found} of role ${role}, a ${shape} point has ${wanted}` };
  }
  const keys = new Set<string>();
  for (const [index, { key, encryption: isSealed }] of objects.entries()) {
    if (keys.has(key)) yield { path: ["objects", index, "key"], message: `${key} is there twice` };
    keys.add(key);
    if ((isSealed === undefined) === (encryption === undefined)) continue;
    const message = encryption ? "must be encrypted like the point" : "is encrypted, the point has no recipients";
    yield { path: ["objects", index, "encryption"], message };
  }
}

function* tableProblems({ tables, objects }: Manifest): Iterable<LayoutProblem> {
  const names = new Set<string>();
  for (const [index, table] of tables.entries()) {
    const name = tableKey(table);
    if (names.has(name)) yield { path: ["tables", index], message: `${tableName(table)} is there twice` };
    names.add(name);
    for (const [n, data] of (table.data ?? []).entries()) {
      const path = ["tables", index, "data", n];
      const object = objects[data.object];
      if (object?.role !== "tables") yield { path, message: `object ${data.object} holds no rows of tables` };
      else if (data.offset + data.bytes > object.stored.bytes) {
        const end = data.offset + data.bytes;
        yield { path, message: `ends at byte ${end}, ${object.key} has ${object.stored.bytes}` };
      }
    }
    yield* blockProblems(table, index);
  }
}

/** The ranges of a table's blocks cover all of them, each once. */
function* blockProblems({ data = [] }: ManifestTable, index: number): Iterable<LayoutProblem> {
  if (data.length === 0) return;
  const sorted = [...data].sort((a, b) => (a.fromBlock ?? 0) - (b.fromBlock ?? 0));
  const isWhole =
    (sorted[0]!.fromBlock ?? 0) === 0 &&
    sorted.at(-1)!.toBlock === undefined &&
    sorted.slice(1).every((range, i) => range.fromBlock !== undefined && range.fromBlock === sorted[i]!.toBlock);
  if (isWhole) return;
  const shown = sorted.map(({ fromBlock, toBlock }) => `${fromBlock ?? 0}-${toBlock ?? "end"}`).join(", ");
  yield { path: ["tables", index, "data"], message: `blocks ${shown} are not all blocks of the table, each once` };
}

/** The frames of an object follow one another from its first byte to its last. */
function* frameProblems({ tables, objects }: Manifest): Iterable<LayoutProblem> {
  const frames = new Map<number, TableData[]>();
  for (const data of tables.flatMap((table) => table.data ?? [])) {
    const of = frames.get(data.object) ?? [];
    of.push(data);
    frames.set(data.object, of);
  }
  for (const [index, object] of objects.entries()) {
    if (object.role !== "tables") continue;
    let end = 0;
    let rawBytes = 0;
    let isBroken = false;
    for (const data of (frames.get(index) ?? []).sort((a, b) => a.offset - b.offset)) {
      if (data.offset !== end) {
        const message = `bytes ${Math.min(end, data.offset)} to ${Math.max(end, data.offset)} belong to ${data.offset < end ? "two tables" : "no table"}`;
        yield { path: ["objects", index], message };
        isBroken = true;
      }
      end = data.offset + data.bytes;
      rawBytes += data.rawBytes;
    }
    if (isBroken) continue;
    if (end < object.stored.bytes) {
      yield { path: ["objects", index], message: `bytes ${end} to ${object.stored.bytes} belong to no table` };
    }
    if (rawBytes !== object.raw.bytes) {
      const message = `its tables have ${rawBytes} bytes before compression, it has ${object.raw.bytes}`;
      yield { path: ["objects", index, "raw", "bytes"], message };
    }
  }
}
