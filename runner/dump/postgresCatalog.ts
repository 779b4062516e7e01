import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { ManifestTable } from "../manifestFormat";

/** Relations that pg_dump writes: user schemas only, and no members of extensions (those come back with the extension). */
const USER_RELATIONS = `
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** What the catalog says about the tables in this session's snapshot. */
export interface Catalog {
  tables: ManifestTable[];
  schemaFingerprint: string;
  excludedTables: string[];
}

/** Reads the tables and the schema fingerprint inside the session's open transaction. */
export async function readCatalog(client: Client): Promise<Catalog> {
  const tables = await client.query<{ schema: string; name: string; kind: string; rows: string; bytes: string }>(
    `SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.reltuples::bigint AS rows,
            pg_table_size(c.oid) AS bytes ${USER_RELATIONS} ORDER BY 1, 2`,
  );
  const columns = await client.query<{ line: string }>(
    `SELECT concat_ws('|', n.nspname, c.relname, c.relkind, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attidentity, a.attgenerated) AS line
     FROM pg_attribute a JOIN (SELECT c.oid, c.relname, c.relkind, c.relnamespace ${USER_RELATIONS}) c ON c.oid = a.attrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum`,
  );
  const fingerprint = createHash("sha256");
  for (const { line } of columns.rows) fingerprint.update(`${line}\n`);
  return {
    tables: tables.rows.map((t) => ({
      schema: t.schema,
      name: t.name,
      kind: t.kind,
      rowEstimate: Number(t.rows),
      bytes: Number(t.bytes),
    })),
    schemaFingerprint: fingerprint.digest("hex"),
    // pg_dump keeps the definition of a foreign table; its rows live on another server.
    excludedTables: tables.rows.filter((t) => t.kind === "f").map((t) => `${t.schema}.${t.name}`),
  };
}
