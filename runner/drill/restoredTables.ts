import type { Client } from "pg";
import { readCatalog } from "../dump/postgres/catalog";
import { qualifiedName } from "../postgres/qualifiedName";

/** A table of the restored database. */
export interface RestoredTable {
  /** `"schema"."table"`. */
  name: string;
  oid: number;
  /** pg_class.relkind. */
  kind: string;
  /** Oids of the partitioned tables that it is part of. */
  ancestors: number[];
  /** Configuration table of an extension, which fills some of it itself. */
  isOfExtension: boolean;
  /** Rows of its own, without those of tables that inherit from it; null of kinds that have none in a dump. */
  rows: number | null;
}

/** What a restored database holds. */
export interface RestoredContents {
  tables: RestoredTable[];
  /** Computed as the dump does. */
  schemaFingerprint: string;
}

/** Counts every row of every table, and computes the schema's fingerprint, in one snapshot. */
export async function readRestored(client: Client): Promise<RestoredContents> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    const { relations, schemaFingerprint } = await readCatalog(client);
    const tables: RestoredTable[] = [];
    for (const relation of relations) {
      const { oid, kind, ancestors, isOfExtension } = relation;
      const name = qualifiedName(relation);
      const rows = kind === "r" ? await countOf(client, name) : null;
      tables.push({ name, oid, kind, ancestors, isOfExtension, rows });
    }
    return { tables, schemaFingerprint };
  } finally {
    await client.query("ROLLBACK").catch(() => undefined); // a lost session has shown itself already
  }
}

async function countOf(client: Client, name: string): Promise<number> {
  const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ONLY ${name}`);
  return Number(rows[0]!.rows);
}
