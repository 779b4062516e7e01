import type { Client } from "pg";
import { copyDatabaseProperties } from "../../runner/postgres/databaseProperties";
import { completeMarker, unfinishedMarker, unfinishedRestores } from "../../runner/unfinishedRestores";

/** A client that answers by what a statement holds, and keeps those that change something. */
function recorder(answers: [string, unknown[]][]) {
  const statements: string[] = [];
  const query = (sql: string, values: unknown[] = []) => {
    const answer = answers.find(([part]) => sql.includes(part));
    if (answer === undefined || sql.includes("set_config")) statements.push([sql, ...values].join(" | "));
    else statements.push(`read ${answer[0]}`);
    return Promise.resolve({ rows: answer?.[1] ?? [] });
  };
  return { statements, client: { query } as unknown as Client };
}

describe("what a database hands on to the one in its place", () => {
  const row = { owner: "app", connectionLimit: -1, hasOwnPrivileges: true, comment: null };
  const grants = [{ grantee: null, privilege: "CONNECT", isGrantable: false }];
  const settings = [
    { role: null, setting: "statement_timeout=1ms" },
    { role: "reader", setting: "role=app" },
    { role: null, setting: 'search_path="$user", other' },
    { role: null, setting: "my.setting=a=b 'c'" },
  ];

  it("is read whole first, and no setting of it acts on the session that goes on to rename", async () => {
    const { statements, client } = recorder([
      ["datconnlimit", [row]],
      ["aclexplode", grants],
      ["pg_db_role_setting", settings],
      ["pg_catalog.current_setting", [{ own: "mine" }]],
    ]);
    await copyDatabaseProperties(client, "live", "new");
    expect(statements).toEqual([
      "read datconnlimit",
      "read aclexplode",
      "read pg_db_role_setting",
      'COMMENT ON DATABASE "new" IS NULL',
      'ALTER DATABASE "new" CONNECTION LIMIT -1',
      'ALTER DATABASE "new" OWNER TO "app"',
      'REVOKE ALL ON DATABASE "new" FROM PUBLIC, "app"',
      'GRANT CONNECT ON DATABASE "new" TO PUBLIC',
      `ALTER DATABASE "new" SET "statement_timeout" = '1ms'`,
      `ALTER ROLE "reader" IN DATABASE "new" SET "role" = 'app'`,
      "read pg_catalog.current_setting",
      'SELECT pg_catalog.set_config($1, $2, true) | search_path | "$user", other',
      'ALTER DATABASE "new" SET "search_path" FROM CURRENT',
      "SELECT pg_catalog.set_config($1, $2, true) | search_path | mine",
      `ALTER DATABASE "new" SET "my"."setting" = 'a=b ''c'''`,
    ]);
  });
});

describe("a database under its temporary name", () => {
  const found = async (marker: string | null) => {
    const row = { name: "orders__restoring_abcdef", marker, sessions: 0, bytes: 1 };
    return (await unfinishedRestores(recorder([["pg_database", [row]]]).client)).map(({ name }) => name);
  };

  it("is offered to be dropped while it is unfinished, and not when it is complete", async () => {
    const id = "20261120T020000Z-cccccc";
    expect(completeMarker(id)).toBe(`backup321: complete restore of ${id}`);
    expect(await found(unfinishedMarker(id, new Date(0)))).toEqual(["orders__restoring_abcdef"]);
    expect(await found(completeMarker(id))).toEqual([]);
    expect(await found(null)).toEqual([]);
  });
});
