import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { CatalogTable } from "../dumpContext";
import { tableName } from "../../tableName";
import { DUMPED_RELATIONS } from "./relations";

/** A table of the catalog, and what it is a part of. */
export interface CatalogEntry extends CatalogTable {
  /** Oids of the partitioned tables that it is part of. */
  ancestors: number[];
  /** Configuration table of an extension: pg_dump writes its rows, and nobody its definition. */
  isOfExtension: boolean;
}

/** What the catalog says in this session's snapshot. */
export interface Catalog {
  /** Relations that pg_dump writes, ordered by schema and name. */
  relations: CatalogEntry[];
  schemaFingerprint: string;
  /** `schema.table` of extensions' own tables that hold rows which no dump keeps. */
  extensionTables: string[];
  largeObjects: { count: number; estimatedBytes: number };
}

const TABLE_KINDS = "c.relkind IN ('r', 'p', 'm', 'f')";

/** Reads the tables and the schema fingerprint inside the session's open transaction. */
export async function readCatalog(client: Client): Promise<Catalog> {
  const { rows } = await client.query<CatalogEntry & { loadInto: CatalogEntry["loadInto"] | null }>(
    `SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
            c.reltuples::float8 AS "rowEstimate", coalesce(pg_table_size(c.oid), 0)::float8 AS bytes,
            c.relkind = 'r' AS "hasOwnRows", c.relpersistence = 'u' AS "isUnlogged", member.objid IS NOT NULL AS "isOfExtension",
            CASE WHEN c.relkind = 'r'
                 THEN coalesce(ceil(pg_relation_size(c.oid) / current_setting('block_size')::float8), 0) ELSE 0 END AS blocks,
            CASE WHEN c.relispartition
                 THEN ARRAY(SELECT a::oid::int8::float8 FROM pg_partition_ancestors(c.oid) a WHERE a <> c.oid)
                 ELSE '{}' END AS ancestors,
            CASE WHEN c.relispartition AND EXISTS (
                   SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_partitioned_table p ON p.partrelid = a
                   JOIN pg_opclass o ON o.oid = ANY (p.partclass) WHERE p.partstrat = 'h' AND o.opcname = 'enum_ops')
                 THEN (SELECT json_build_object('schema', rn.nspname, 'name', r.relname)
                       FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = pg_partition_root(c.oid))
                 END AS "loadInto",
            ARRAY(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                  ORDER BY a.attnum) AS columns
     FROM ${DUMPED_RELATIONS} AND ${TABLE_KINDS}
     ORDER BY n.nspname, c.relname`,
  );
  return {
    relations: rows.map((row) => ({ ...row, loadInto: row.loadInto ?? undefined })),
    schemaFingerprint: await readFingerprint(client),
    extensionTables: await readExtensionTables(client),
    largeObjects: await readLargeObjects(client),
  };
}

/** Columns by their place, not by their number, which counts those that were dropped: a restored table has none. */
async function readFingerprint(client: Client): Promise<string> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT concat_ws('|', n.nspname, c.relname, c.relkind, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
            a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated) AS line
     FROM pg_attribute a JOIN (SELECT c.oid, c.relname, c.relkind, c.relnamespace
       FROM ${DUMPED_RELATIONS} AND ${TABLE_KINDS} AND member.objid IS NULL) c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum`,
  );
  const fingerprint = createHash("sha256");
  for (const { line } of rows) fingerprint.update(`${line}\n`);
  return fingerprint.digest("hex");
}

/** An extension's own tables come back as CREATE EXTENSION fills them; pg_dump writes only those that it declares configuration. */
async function readExtensionTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_depend member ON member.classid = 'pg_class'::regclass AND member.objid = c.oid
       AND member.objsubid = 0 AND member.deptype = 'e'
     JOIN pg_extension extension ON extension.oid = member.refobjid
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND c.oid <> ALL (coalesce(extension.extconfig, '{}'))
       AND pg_relation_size(c.oid) > 0
     ORDER BY n.nspname, c.relname`,
  );
  return rows.map(tableName);
}

async function readLargeObjects(client: Client): Promise<Catalog["largeObjects"]> {
  // Their bytes may be read by owners alone, the size of the table that holds all of them by everybody.
  const { rows } = await client.query<Catalog["largeObjects"]>(
    `SELECT count(*)::float8 AS count, pg_table_size('pg_catalog.pg_largeobject')::float8 AS "estimatedBytes"
     FROM pg_largeobject_metadata`,
  );
  return rows[0]!;
}
