import { tableKey } from "../../tableName";
/** What deciding about one table needs. */
interface Candidate {
  oid: number;
  schema: string;
  name: string;
  /** Oids of the partitioned tables that it is part of. */
  ancestors: readonly number[];
}

/** Which tables a setting leaves out. */
export interface Exclusions {
  oids: Set<number>;
  /** Names that no table has. */
  unknown: string[];
}

/**
 * Finds the tables that `names` leave out; a partitioned table stands for all its partitions, since it has no rows itself.
 * @param names each `schema.table`, split at the first dot
 */
export function excludedTables(names: readonly string[], tables: readonly Candidate[]): Exclusions {
  const byName = new Map(tables.map((table) => [tableKey(table), table.oid]));
  const oidOf = (name: string) => {
    const dot = name.indexOf(".");
    return byName.get(JSON.stringify([name.slice(0, dot), name.slice(dot + 1)]));
  };
  const named = new Set(names.map(oidOf));
  const isNamed = ({ oid, ancestors }: Candidate) =>
    named.has(oid) || ancestors.some((ancestor) => named.has(ancestor));
  return {
    oids: new Set(tables.filter(isNamed).map(({ oid }) => oid)),
    unknown: names.filter((name) => oidOf(name) === undefined),
  };
}
