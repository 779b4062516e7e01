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

/**
 * Gives one database what another has of its own: owner, privileges, settings (also of roles in it), connection limit, comment. Runs
 * in the caller's transaction.
 */
export async function copyDatabaseProperties(client: Client, from: string, to: string): Promise<void> {
  const { rows } = await client.query<DatabaseRow>(
    `SELECT pg_get_userbyid(datdba) AS owner, datconnlimit AS "connectionLimit", datacl IS NOT NULL AS "hasOwnPrivileges",
            shobj_description(oid, 'pg_database') AS comment
     FROM pg_database WHERE datname = $1`,
    [from],
  );
  const row = rows[0]!;
  const database = escapeIdentifier(to);
  const statements = [
    `COMMENT ON DATABASE ${database} IS ${row.comment === null ? "NULL" : escapeLiteral(row.comment)}`,
    `ALTER DATABASE ${database} CONNECTION LIMIT ${row.connectionLimit}`,
  ];
  for (const { role, setting } of await settingsOf(client, from)) {
    const name = setting.slice(0, setting.indexOf("="));
    const value = setting.slice(name.length + 1);
    const whose = role === null ? "" : `ROLE ${escapeIdentifier(role)} IN `;
    // The server itself knows which settings are lists and how each is quoted.
    await client.query("SELECT set_config($1, $2, true)", [name, value]);
    const parts = name.split(".").map(escapeIdentifier).join(".");
    await client.query(`ALTER ${whose}DATABASE ${database} SET ${parts} FROM CURRENT`);
  }
  statements.push(`ALTER DATABASE ${database} OWNER TO ${escapeIdentifier(row.owner)}`);
  if (row.hasOwnPrivileges) {
    statements.push(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC, ${escapeIdentifier(row.owner)}`);
    for (const { grantee, privilege, isGrantable } of await grants(client, from)) {
      const to = grantee === null ? "PUBLIC" : escapeIdentifier(grantee);
      statements.push(
        `GRANT ${privilege} ON DATABASE ${database} TO ${to}${isGrantable && grantee !== row.owner ? " WITH GRANT OPTION" : ""}`,
      );
    }
  }
  for (const statement of statements) await client.query(statement);
}
