import { type Client, escapeIdentifier, escapeLiteral } from "pg";

/** What a database itself has, outside of what is in it. */
interface DatabaseRow {
  owner: string;
  connectionLimit: number;
  comment: string | null;
  hasOwnPrivileges: boolean;
}

interface Grant {
  /** Null: everybody. */
  grantee: string | null;
  privilege: string;
  isGrantable: boolean;
}

interface Setting {
  /** Null: of the database for every role. */
  role: string | null;
  /** `name=value`. */
  setting: string;
}

async function grants(client: Client, from: string): Promise<Grant[]> {
  const { rows } = await client.query<Grant>(
    `SELECT CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END AS grantee,
            a.privilege_type AS privilege, a.is_grantable AS "isGrantable"
     FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = $1 ORDER BY 1, 2`,
    [from],
  );
  return rows;
}

async function settingsOf(client: Client, from: string): Promise<Setting[]> {
  const { rows } = await client.query<Setting>(
    `SELECT r.rolname AS role, unnest(s.setconfig) AS setting
     FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
     WHERE d.datname = $1`,
    [from],
  );
  return rows;
}

/** Settings whose value is a list of quoted names: as one literal it would be one name. A fixed set of the server's own. */
const LISTS = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

/** Functions are named with their schema: between the first two statements of a list the path is another's. */
async function applySetting(client: Client, database: string, { role, setting }: Setting): Promise<void> {
  const name = setting.slice(0, setting.indexOf("="));
  const value = setting.slice(name.length + 1);
  const alter = `ALTER ${role === null ? "" : `ROLE ${escapeIdentifier(role)} IN `}DATABASE ${database} SET ${name.split(".").map(escapeIdentifier).join(".")}`;
  if (!LISTS.has(name)) {
    // Never set in this session, which still has to rename: a time limit or another role would act on it.
    await client.query(`${alter} = ${escapeLiteral(value)}`);
    return;
  }
  const set = (to: string) => client.query("SELECT pg_catalog.set_config($1, $2, true)", [name, to]);
  const { rows } = await client.query<{ own: string }>("SELECT pg_catalog.current_setting($1) AS own", [name]);
  await set(value);
  await client.query(`${alter} FROM CURRENT`);
  await set(rows[0]!.own);
}

/**
 * Gives one database what another has of its own: owner, privileges, settings (also of roles in it), connection limit, comment. Runs
 * in the caller's transaction, whose session keeps its own settings.
 */
export async function copyDatabaseProperties(client: Client, from: string, to: string): Promise<void> {
  const { rows } = await client.query<DatabaseRow>(
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit AS "connectionLimit", datacl IS NOT NULL AS "hasOwnPrivileges",
            shobj_description(oid, 'pg_database') AS comment
     FROM pg_database WHERE datname = $1`,
    [from],
  );
  const row = rows[0]!;
  const [privileges, settings] = [await grants(client, from), await settingsOf(client, from)];
  const database = escapeIdentifier(to);
  const statements = [
    `COMMENT ON DATABASE ${database} IS ${row.comment === null ? "NULL" : escapeLiteral(row.comment)}`,
    `ALTER DATABASE ${database} CONNECTION LIMIT ${row.connectionLimit}`,
  ];
  statements.push(`ALTER DATABASE ${database} OWNER TO ${escapeIdentifier(row.owner)}`);
  if (row.hasOwnPrivileges) {
    statements.push(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${escapeIdentifier(row.owner)}`);
    for (const { grantee, privilege, isGrantable } of privileges) {
      const to = grantee === null ? "PUBLIC" : escapeIdentifier(grantee);
      statements.push(
        `GRANT ${privilege} ON DATABASE ${database} TO ${to}${isGrantable && grantee !== row.owner ? " WITH GRANT OPTION" : ""}`,
      );
    }
  }
  for (const statement of statements) await client.query(statement);
  for (const setting of settings) await applySetting(client, database, setting);
}
