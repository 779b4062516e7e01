import type { ManifestTable } from "../manifestFormat";
import { StageError } from "../errors";
import {
  type ContentsEntry,
  flatName,
  isAttach,
  isForeignKey,
  isLargeObject,
  isRefresh,
  isRows,
  isTable,
  tablesOf,
} from "./tableOfContents";
import { tableName } from "../tableName";

/** What of an archive a restore of some tables takes. */
export interface Selection {
  /** Tables whose rows are wanted; of a partitioned one, its partitions. */
  tables: ManifestTable[];
  /** The definition of everything, and rows of the chosen tables, in the archive's order. */
  entries: ContentsEntry[];
  /** What is left out although it belongs to a definition, one phrase each. */
  leftOut: string[];
  /** Of what is left out, the foreign keys of the chosen tables: such a table lacks them wherever it is copied to. */
  foreignKeys: ContentsEntry[];
}

function refuse(detail: string): never {
  throw new StageError("restore preflight", "preflight", detail);
}

/** The tables of an archive as it relates them: which entry is which, and whose partition. */
class Tables {
  private readonly byId: Map<number, ManifestTable>;
  private readonly ids: Map<ManifestTable, number>;
  private readonly entries: Map<number, ContentsEntry>;
  private readonly parents = new Map<number, number>();

  constructor(entries: readonly ContentsEntry[], tables: readonly ManifestTable[]) {
    this.byId = tablesOf(entries, tables);
    this.ids = new Map([...this.byId].map(([id, table]) => [table, id]));
    this.entries = new Map(entries.filter(isTable).map((entry) => [entry.id, entry]));
    for (const { dependsOn } of entries.filter(isAttach)) {
      const [one, other] = dependsOn.filter((id) => this.entries.has(id));
      if (one === undefined || other === undefined) continue;
      const isChild = this.entries.get(one)!.dependsOn.includes(other);
      if (isChild) this.parents.set(one, other);
      else this.parents.set(other, one);
    }
  }

  id(table: ManifestTable): number {
    const what = tableName(table);
    return this.ids.get(table) ?? refuse(`the archive's table of contents has no entry that can only mean "${what}"`);
  }

  table(id: number): ManifestTable | undefined {
    return this.byId.get(id);
  }

  has(id: number): boolean {
    return this.entries.has(id);
  }

  children(id: number): number[] {
    return [...this.parents].filter(([, parent]) => parent === id).map(([child]) => child);
  }

  ancestors(id: number): number[] {
    const parent = this.parents.get(id);
    return parent === undefined ? [] : [parent, ...this.ancestors(parent)];
  }

  /** The owner, which ends what the list says of a table and of its constraints. */
  owner(id: number): string {
    return this.entries.get(id)!.what.slice(`TABLE ${flatName(this.byId.get(id)!)} `.length);
  }
}

/** The tables with rows of their own among chosen ones, by id. */
function withPartitions(tables: Tables, chosen: readonly ManifestTable[]): Set<number> {
  const ids = new Set<number>();
  const add = (id: number) => {
    const table = tables.table(id);
    if (table?.kind === "r") ids.add(id);
    if (table?.kind !== "p") return;
    const partitions = tables.children(id);
    if (partitions.length === 0)
      refuse(`"${tableName(table)}" is partitioned, and the archive names none of its partitions; name them`);
    partitions.forEach(add);
  };
  for (const table of chosen) add(tables.id(table));
  return ids;
}

/**
 * Picks the entries for a restore of some tables: all definitions, since types, functions and sequences that a table needs are
 * cheap, but only the chosen rows. Left out is what can't hold without rows that are not there: foreign keys to such tables,
 * and the contents of materialized views.
 *
 * @param chosen tables of kind r or p
 * @throws StageError `preflight` when a table can't be found in the archive
 */
export function selectTables(
  entries: readonly ContentsEntry[],
  all: readonly ManifestTable[],
  chosen: readonly ManifestTable[],
): Selection {
  const tables = new Tables(entries, all);
  const filled = withPartitions(tables, chosen);
  const withRows = new Set([...filled].flatMap((id) => [id, ...tables.ancestors(id)]));
  const isComplete = (id: number): boolean => {
    const partitions = tables.table(id)?.kind === "p" ? tables.children(id) : [];
    return partitions.length === 0 ? filled.has(id) : partitions.every(isComplete);
  };
  const leftOut: string[] = [];
  const foreignKeys: ContentsEntry[] = [];
  const ofChosen = new Set([...filled, ...chosen.map((table) => tables.id(table))]);
  const dropped = new Set<number>();
  const isWanted = (entry: ContentsEntry): boolean => {
    const related = [...new Set(entry.dependsOn)].filter((id) => tables.has(id));
    if (isRows(entry)) return related.every((id) => filled.has(id));
    if (isLargeObject(entry) || entry.dependsOn.some((id) => dropped.has(id))) {
      dropped.add(entry.id);
      return false;
    }
    if (isRefresh(entry)) {
      leftOut.push(`rows of materialized view ${viewOf(entry, all)}`);
      return false;
    }
    if (!isForeignKey(entry)) return true;
    const begins = (id: number) => {
      const table = tables.table(id);
      return table === undefined || entry.what.startsWith(`FK CONSTRAINT ${flatName(table)} `);
    };
    const from = related.filter(begins);
    const to = related.length === 1 || from.length > 1 ? related : related.filter((id) => !from.includes(id));
    if (from.every((id) => !withRows.has(id)) || to.every(isComplete)) return true;
    leftOut.push(foreignKey(tables, entry, from[0]));
    if (from.some((id) => ofChosen.has(id))) foreignKeys.push(entry);
    dropped.add(entry.id); // with its comment
    return false;
  };
  const wanted = entries.filter(isWanted);
  if (entries.some(isLargeObject)) leftOut.push("large objects");
  return { tables: [...filled].map((id) => tables.table(id)!), entries: wanted, leftOut, foreignKeys };
}

function viewOf({ what }: ContentsEntry, tables: readonly ManifestTable[]): string {
  const rest = what.slice("MATERIALIZED VIEW DATA ".length);
  const views = tables.filter((table) => table.kind === "m" && rest.startsWith(`${flatName(table)} `)).map(tableName);
  return views.sort((a, b) => b.length - a.length)[0] ?? rest;
}

function foreignKey(tables: Tables, { what }: ContentsEntry, from: number | undefined): string {
  const table = from === undefined ? undefined : tables.table(from);
  if (table === undefined) return `foreign key ${what.slice("FK CONSTRAINT ".length)}`;
  const rest = what.slice(`FK CONSTRAINT ${flatName(table)} `.length);
  const owner = ` ${tables.owner(from!)}`;
  return `foreign key ${rest.endsWith(owner) ? rest.slice(0, -owner.length) : rest} of ${tableName(table)}`;
}
