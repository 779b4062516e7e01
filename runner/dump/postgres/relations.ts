import type { Client } from "pg";

/**
 * Relations whose definition or rows pg_dump reads: those of user schemas that no extension owns (an extension brings its own
 * back), and its configuration tables, whose rows are the user's. `c` is pg_class, `n` its pg_namespace.
 */
export const DUMPED_RELATIONS = `
  pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_depend member ON member.classid = 'pg_class'::regclass AND member.objid = c.oid
    AND member.objsubid = 0 AND member.deptype = 'e'
  LEFT JOIN pg_extension extension ON extension.oid = member.refobjid
  WHERE c.relpersistence <> 't'
    AND CASE WHEN member.objid IS NULL THEN n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
             ELSE c.oid = ANY (extension.extconfig) END`;

/** Tables and sequences that pg_dump reads, and what this session's role may do with them. */
export interface ReadRelation {
  oid: number;
  schema: string;
  name: string;
  /** pg_class.relkind: r table, p partitioned table, S sequence. */
  kind: "r" | "p" | "S";
  /** Oids of the partitioned tables that it is part of, at whatever depth. */
  ancestors: number[];
  mayUseSchema: boolean;
  maySelect: boolean;
  /** Whether row security would keep rows from the role. */
  isFiltered: boolean;
}

/** Reads them as they are now, whatever snapshot the session has. */
export async function readRelations(client: Client): Promise<ReadRelation[]> {
  // A relation that is dropped meanwhile has no privileges at all (null); what is gone needs none.
  const { rows } = await client.query<ReadRelation>(
    `SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
            CASE WHEN c.relispartition
                 THEN ARRAY(SELECT a::oid::int8::float8 FROM pg_partition_ancestors(c.oid) a WHERE a <> c.oid)
                 ELSE '{}' END AS ancestors,
            coalesce(has_schema_privilege(n.oid, 'USAGE'), true) AS "mayUseSchema",
            coalesce(CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                                    ELSE has_table_privilege(c.oid, 'SELECT') END, true) AS "maySelect",
            c.relkind = 'r' AND row_security_active(c.oid) AS "isFiltered"
     FROM ${DUMPED_RELATIONS} AND c.relkind IN ('r', 'p', 'S')
     ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`,
  );
  return rows;
}

/** First major with has_largeobject_privilege. */
const LARGE_OBJECT_PRIVILEGE_SINCE = 18;

/** Oids of large objects that this session's role may not read. */
export async function unreadableLargeObjects(client: Client, serverMajor: number): Promise<number[]> {
  const mayRead =
    serverMajor >= LARGE_OBJECT_PRIVILEGE_SINCE
      ? "has_largeobject_privilege(l.oid, 'SELECT')"
      : `(current_setting('lo_compat_privileges')::bool
          OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR pg_has_role(l.lomowner, 'USAGE')
          OR EXISTS (SELECT FROM aclexplode(l.lomacl) a WHERE a.privilege_type = 'SELECT'
                       AND CASE WHEN a.grantee = 0 THEN true ELSE pg_has_role(a.grantee, 'USAGE') END))`;
  const { rows } = await client.query<{ oid: number }>(
    `SELECT l.oid::int8::float8 AS oid FROM pg_largeobject_metadata l WHERE NOT ${mayRead} ORDER BY 1`,
  );
  return rows.map(({ oid }) => oid);
}
