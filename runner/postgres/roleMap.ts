import { escapeIdentifier } from "pg";
import { messageOf, StageError } from "../errors";
import { connect, disconnect, type PostgresSettings } from "./connection";

const IDENT = String.raw`(?:"(?:[^"]|"")*"|[^\s,;".()]+)`;
const HEADER = /^-- Name: .*; Type: ([A-Z ]+); Schema: .*; Owner: (.*)$/;
const OWNER = new RegExp(`^(ALTER [\\s\\S]* OWNER TO )(${IDENT});$`);
/** Where ends of privileges' statements name roles. */
const GRANT = new RegExp(
  `^((?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) [\\s\\S]* (?:TO|FROM) )(${IDENT})((?: WITH GRANT OPTION)?;)$`,
);
const DEFAULT_FOR = new RegExp(`^(ALTER DEFAULT PRIVILEGES FOR ROLE )(${IDENT})`);
const PRIVILEGE = /^(GRANT|REVOKE|ALTER DEFAULT PRIVILEGES|SET SESSION AUTHORIZATION|RESET SESSION AUTHORIZATION)\b/;
const AUTHORIZATION = new RegExp(`^(SET SESSION AUTHORIZATION )(${IDENT})(;)$`);

function unquoted(ident: string): string {
  return ident.startsWith('"') ? ident.slice(1, -1).replace(/""/g, '"') : ident;
}

/** Statements that give what was restored without owners and privileges those of other roles. */
export interface MappedStatements {
  owners: string[];
  privileges: string[];
}

/**
 * Reads owners and privileges out of `pg_restore --schema-only --file=-`, and puts mapped roles in the place of the source's.
 *
 * pg_restore says an entry's owner in its header, and in a statement that is the last of its kind in the entry: what a function's body
 * may hold comes before it.
 */
export async function mappedStatements(
  lines: AsyncIterable<string> | Iterable<string>,
  roleMap: ReadonlyMap<string, string>,
): Promise<MappedStatements> {
  const mapped: MappedStatements = { owners: [], privileges: [] };
  const toRole = (ident: string) => {
    const role = roleMap.get(unquoted(ident));
    return role === undefined ? ident : escapeIdentifier(role);
  };
  let entry = { type: "", owner: "" };
  let ownerStatement: string | undefined;
  let statement = "";
  let before = "";
  const endEntry = () => {
    if (ownerStatement !== undefined) mapped.owners.push(ownerStatement);
    ownerStatement = undefined;
    statement = "";
  };
  for await (const line of lines) {
    const header = before === "--" ? HEADER.exec(line) : null;
    before = line;
    if (header) {
      endEntry();
      entry = { type: header[1]!, owner: header[2]!.split("; Tablespace: ")[0]! };
      continue;
    }
    const isPrivilege = entry.type === "ACL" || entry.type === "DEFAULT ACL";
    if (isPrivilege ? statement === "" : line.startsWith("ALTER ")) statement = line;
    else if (statement !== "") statement += `\n${line}`;
    if (!statement.endsWith(";")) {
      // Between statements there are only blank lines and comments.
      if (isPrivilege && /^(--.*)?$/.test(statement)) statement = "";
      continue;
    }
    if (isPrivilege) {
      if (PRIVILEGE.test(statement)) mapped.privileges.push(privilege(statement, toRole));
    } else {
      const [, what, role] = OWNER.exec(statement) ?? [];
      if (role !== undefined && unquoted(role) === entry.owner) ownerStatement = `${what!}${toRole(role)};`;
    }
    statement = "";
  }
  endEntry();
  return mapped;
}

function privilege(statement: string, toRole: (ident: string) => string): string {
  return statement
    .replace(DEFAULT_FOR, (_, what: string, role: string) => what + toRole(role))
    .replace(GRANT, (_, what: string, role: string, end: string) => what + toRole(role) + end)
    .replace(AUTHORIZATION, (_, what: string, role: string, end: string) => what + toRole(role) + end);
}

/**
 * Gives everything its owners, then its privileges, all of them or none.
 * @param settings of the database
 * @throws StageError `restore` with the statement that failed
 */
export async function applyMapped(settings: PostgresSettings, mapped: MappedStatements): Promise<void> {
  const client = await connect(settings);
  try {
    const statements = ["BEGIN", ...mapped.owners, ...mapped.privileges, "COMMIT"];
    for (const statement of statements) {
      await client.query(statement).catch((error: unknown) => {
        const detail = `can't map roles: ${messageOf(error)}: ${statement}`;
        throw new StageError("restore", "restore", detail, { cause: error });
      });
    }
  } finally {
    await disconnect(client);
  }
}
