import type { ManifestTable } from "./manifestFormat";
import type { PostgresSettings } from "./postgres/connection";
import { qualifiedName } from "./postgres/qualifiedName";
import { withClient } from "./restoreTemporary";

/** A partition, at whatever depth. */
export interface Partition {
  /** Schema and name, each quoted. */
  name: string;
  /** Whether it holds rows; otherwise it is partitioned itself. */
  isLeaf: boolean;
}

/** Partitions of tables, as a database has them: pg_dump takes a partitioned table without. */
export async function partitionsOf(
  settings: PostgresSettings,
  database: string,
  tables: readonly ManifestTable[],
): Promise<Partition[]> {
  const parents = tables.filter(({ kind }) => kind === "p").map(qualifiedName);
  if (parents.length === 0) return [];
  const { rows } = await withClient({ ...settings, database }, (client) =>
    client.query<{ schema: string; name: string; isLeaf: boolean }>(
      `SELECT DISTINCT n.nspname AS schema, c.relname AS name, p.isleaf AS "isLeaf"
       FROM unnest($1::text[]) parent, pg_partition_tree(parent::regclass) p JOIN pg_class c ON c.oid = p.relid
       JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.level > 0 ORDER BY 1, 2`,
      [parents],
    ),
  );
  return rows.map(({ isLeaf, ...table }) => ({ name: qualifiedName(table), isLeaf }));
}
