import { StageError } from "../errors";
import type { DumpShape } from "../manifestFormat";
import type { CatalogTable, DumpContext } from "./dumpContext";
import { MOST_PATTERNS_BYTES, tablePatterns } from "./tablePatterns";
import { tableName } from "../tableName";

const MIB = 1024 * 1024;
/** Below this a second connection, and objects for it, cost more than they save. */
const PARALLEL_FROM_BYTES = 256 * MIB;
const BYTES_PER_WORKER = 512 * MIB;
const MOST_DEFAULT_WORKERS = 4;
/** Several objects for each worker, so that the last one does not drag. */
const OBJECTS_PER_WORKER = 4;
const SMALLEST_SHARE_BYTES = 16 * MIB;
/** So that a restore with more workers than the dump had has something to share. */
const LARGEST_SHARE_BYTES = 4096 * MIB;
/** Every object is a key to list, to verify, and to restore. */
const MOST_TABLE_OBJECTS = 9_000;
/** Scans of a range of blocks read only those; before that, each reads the whole table. */
const RANGE_SCANS_SINCE_MAJOR = 14;

/** What a frame of a table needs of it. */
export type CopiedTable = Pick<CatalogTable, "schema" | "name" | "columns" | "loadInto">;

/** A part of a table: its blocks from one up to, but not including, another, or all that follow. */
export interface BlockRange {
  fromBlock: number;
  toBlock?: number | undefined;
}

/** A table, or a part of one, that becomes one frame. */
export interface TablePart {
  table: CatalogTable;
  /** Absent: the whole table. */
  range?: BlockRange;
  /** On disk, before compression. */
  estimatedBytes: number;
}

/** How a database is laid out in objects. */
export interface DumpPlan {
  shape: DumpShape;
  workers: number;
  /** Tables whose rows are copied by us, one list for each object, largest first. Empty in a single stream. */
  groups: TablePart[][];
}

/** What a plan is made from. */
export type PlanFacts = Pick<
  DumpContext,
  "tables" | "excludedTables" | "snapshotId" | "serverMajor" | "cores" | "largeObjects"
> & { options: Pick<DumpContext["options"], "shape" | "workers"> };

/**
 * Plans the objects of a dump, from sizes that the catalog gives. The same facts give the same plan.
 * @throws StageError `preflight` when a parallel dump was demanded and can't be
 */
export function planDump(facts: PlanFacts): DumpPlan {
  const copied = facts.tables.filter((table) => table.hasOwnRows && !facts.excludedTables.has(table.oid));
  const bytes = copied.reduce((sum, table) => sum + table.bytes, 0) + facts.largeObjects.estimatedBytes;
  const obstacle = parallelObstacle(facts, copied);
  if (facts.options.shape === "parallel" && obstacle !== undefined)
    throw new StageError(
      "preflight",
      "preflight",
      `${obstacle}; a parallel dump can't be made, use shape single or auto`,
    );
  const isWorthIt = facts.options.shape === "parallel" || bytes >= PARALLEL_FROM_BYTES;
  if (facts.options.shape === "single" || obstacle !== undefined || !isWorthIt)
    return { shape: "single", workers: 1, groups: [] };
  const usual = Math.ceil(bytes / BYTES_PER_WORKER);
  const workers =
    facts.options.workers ?? Math.max(1, Math.min(usual, MOST_DEFAULT_WORKERS, Math.max(1, Math.floor(facts.cores))));
  return { shape: "parallel", workers, groups: planGroups(copied, workers, facts.serverMajor) };
}

/** Why the rows can't be copied table by table; undefined where they can. */
function parallelObstacle(
  { snapshotId, tables, excludedTables }: PlanFacts,
  copied: readonly CatalogTable[],
): string | undefined {
  if (snapshotId === undefined) return "the server exports no snapshot, which only one program can do without";
  // Of a database without an encoding (SQL_ASCII): such a name is no text, so no statement of ours can hold it.
  const unnameable = copied.find(({ schema, name, columns }) => [schema, name, ...columns].join("").includes("\uFFFD"));
  if (unnameable !== undefined)
    return `the name of ${tableName(unnameable)} or of one of its columns is not valid UTF-8`;
  const names = tables.filter((table) => table.hasOwnRows || excludedTables.has(table.oid));
  const patternBytes = tablePatterns(names).reduce((sum, pattern) => sum + Buffer.byteLength(pattern), 0);
  if (patternBytes > MOST_PATTERNS_BYTES)
    return `the names of ${names.length} tables take ${patternBytes} bytes of a command line, at most ${MOST_PATTERNS_BYTES} fit`;
  return undefined;
}

function planGroups(copied: readonly CatalogTable[], workers: number, serverMajor: number): TablePart[][] {
  // A table without blocks has no rows: nothing to copy.
  const full = copied.filter((table) => table.blocks > 0);
  const bytes = full.reduce((sum, table) => sum + table.bytes, 0);
  const wanted = Math.min(Math.max(bytes / (workers * OBJECTS_PER_WORKER), SMALLEST_SHARE_BYTES), LARGEST_SHARE_BYTES);
  // Cutting and packing each leave up to as many shares unfilled as they fill.
  const share = Math.max(wanted, (2 * bytes) / MOST_TABLE_OBJECTS);
  const canSplit = serverMajor >= RANGE_SCANS_SINCE_MAJOR;
  const ranges: TablePart[] = [];
  const whole: TablePart[] = [];
  for (const table of full) {
    const parts = canSplit && table.columns.length > 0 ? split(table, share) : [wholeOf(table)];
    (parts.length > 1 ? ranges : whole).push(...parts);
  }
  const groups = [...ranges.map((part) => [part]), ...pack(whole, share)];
  return groups.sort((a, b) => sizeOf(b) - sizeOf(a));
}

function wholeOf(table: CatalogTable): TablePart {
  return { table, estimatedBytes: table.bytes };
}

/** Cuts a table into ranges of equally many blocks, none much larger than a share. The last one is open. */
function split(table: CatalogTable, share: number): TablePart[] {
  const count = Math.min(table.blocks, Math.ceil(table.bytes / share));
  if (count < 2) return [wholeOf(table)];
  const at = (index: number) => Math.round((table.blocks * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    table,
    range: { fromBlock: at(index), ...(index < count - 1 ? { toBlock: at(index + 1) } : {}) },
    estimatedBytes: Math.ceil(table.bytes / count),
  }));
}

/** Longest first, each into the group that has least: the classic way to balance. */
function pack(parts: readonly TablePart[], share: number): TablePart[][] {
  const bytes = parts.reduce((sum, part) => sum + part.estimatedBytes, 0);
  const count = Math.min(parts.length, Math.max(1, Math.ceil(bytes / share)));
  const groups = Array.from({ length: count }, () => ({ parts: [] as TablePart[], bytes: 0 }));
  for (const part of [...parts].sort((a, b) => b.estimatedBytes - a.estimatedBytes)) {
    let least = groups[0]!;
    for (const group of groups) if (group.bytes < least.bytes) least = group;
    least.parts.push(part);
    least.bytes += part.estimatedBytes;
  }
  return groups.map((group) => group.parts);
}

function sizeOf(group: readonly TablePart[]): number {
  return group.reduce((sum, part) => sum + part.estimatedBytes, 0);
}
