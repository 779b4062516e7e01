import type { ManifestTable } from "../manifestFormat";
import { tableName } from "../tableName";

const KIND_WORDS: Record<string, string> = {
  r: "TABLE",
  p: "TABLE",
  m: "MATERIALIZED VIEW",
  f: "FOREIGN TABLE",
};

/** What `pg_restore --list` says about an archive. */
export interface ArchiveContents {
  /** Entries in the table of contents. */
  entries: number;
  /** `schema.table` of every table of the manifest that the archive lacks. */
  missingTables: string[];
}

/** pg_restore prints a name's line breaks as blanks. */
const flat = (name: string): string => name.replace(/[\r\n]/g, " ");

/**
 * Compares the lines of `pg_restore --list` with the tables of a manifest.
 *
 * A line reads `215; 1259 16389 TABLE schema name owner`, unquoted: names may hold blanks, so a table counts as found when a
 * line of its kind begins with its schema and name.
 */
export async function compareContents(
  lines: AsyncIterable<string> | Iterable<string>,
  tables: readonly ManifestTable[],
): Promise<ArchiveContents> {
  const missing = new Map(
    tables.map((table) => {
      const word = KIND_WORDS[table.kind] ?? "TABLE";
      return [`${word} ${flat(table.schema)} ${flat(table.name)}`, tableName(table)];
    }),
  );
  let entries = 0;
  for await (const line of lines) {
    const entry = /^\d+; \d+ \d+ (.*)$/.exec(line)?.[1];
    if (entry === undefined) continue;
    entries += 1;
    for (let end = entry.indexOf(" "); end !== -1; end = entry.indexOf(" ", end + 1))
      missing.delete(entry.slice(0, end));
  }
  return { entries, missingTables: [...missing.values()] };
}

/** What an archive needs the server to have already. */
export interface ArchiveRequirements {
  /** Roles that own objects. */
  owners: Set<string>;
  /** Roles that privileges are granted to, or default privileges are set for. */
  grantees: Set<string>;
  /** Roles that row security policies and user mappings name. */
  policyRoles: Set<string>;
  extensions: Set<string>;
  tablespaces: Set<string>;
  /** What the source's database itself had, which no archive gives to a database of another name: settings, privileges, a comment. */
  ofDatabase: Set<string>;
}

const OF_DATABASE: Readonly<Record<string, string>> = {
  "DATABASE PROPERTIES": "settings",
  ACL: "privileges",
  COMMENT: "comment",
  "SECURITY LABEL": "security labels",
};

const IDENT = String.raw`(?:"(?:[^"]|"")*"|[^\s,;".()]+)`;
const HEADER = /^-- Name: (.*); Type: ([A-Z ]+); Schema: .*; Owner: (.*)$/;
const GRANT = new RegExp(
  `^(?:GRANT|REVOKE|ALTER DEFAULT PRIVILEGES) .* (?:TO|FROM) (${IDENT})(?: WITH GRANT OPTION)?;$`,
);
const DEFAULT_FOR = new RegExp(`^ALTER DEFAULT PRIVILEGES FOR ROLE (${IDENT})`);
// Clause by clause, since an expression may hold anything, even a function that reads like a role list.
const POLICY = new RegExp(
  `^CREATE POLICY ${IDENT} ON ${IDENT}(?:\\.${IDENT})?(?: AS [A-Z]+)?(?: FOR [A-Z]+)? TO (${IDENT}(?:, ${IDENT})*)(?: USING | WITH CHECK |;)`,
);
const USER_MAPPING = new RegExp(`^CREATE USER MAPPING FOR (${IDENT}) `);
/** Written without quotes these are no roles. */
const KEYWORDS = new Set(["PUBLIC", "CURRENT_USER", "CURRENT_ROLE", "SESSION_USER", "public"]);

function addRoles(to: Set<string>, list: string | undefined): void {
  for (const ident of list?.match(new RegExp(IDENT, "g")) ?? []) {
    if (ident.startsWith('"')) to.add(ident.slice(1, -1).replace(/""/g, '"'));
    else if (!KEYWORDS.has(ident)) to.add(ident);
  }
}

/** Reads what an archive needs out of `pg_restore --create --schema-only --file=-`: its entry headers and its grants. */
export async function requirementsOf(lines: AsyncIterable<string> | Iterable<string>): Promise<ArchiveRequirements> {
  const needs: ArchiveRequirements = {
    owners: new Set(),
    grantees: new Set(),
    policyRoles: new Set(),
    extensions: new Set(),
    tablespaces: new Set(),
    ofDatabase: new Set(),
  };
  let type = "";
  let before = "";
  for await (const line of lines) {
    const header = before === "--" ? HEADER.exec(line) : null;
    before = line;
    if (header) {
      const [owner, tablespace] = header[3]!.split("; Tablespace: ");
      type = header[2]!;
      if (type.startsWith("DATABASE") || header[1]!.startsWith("DATABASE ")) {
        const kind = OF_DATABASE[type];
        if (kind !== undefined) needs.ofDatabase.add(kind);
        type = "";
        continue;
      }
      if (owner && owner !== "-") needs.owners.add(owner);
      if (tablespace) needs.tablespaces.add(tablespace);
      if (type === "EXTENSION") needs.extensions.add(header[1]!);
    } else if (type === "ACL" || type === "DEFAULT ACL") {
      addRoles(needs.grantees, GRANT.exec(line)?.[1]);
      addRoles(needs.grantees, DEFAULT_FOR.exec(line)?.[1]);
    } else if (type === "POLICY") addRoles(needs.policyRoles, POLICY.exec(line)?.[1]);
    else if (type === "USER MAPPING") addRoles(needs.policyRoles, USER_MAPPING.exec(line)?.[1]);
  }
  return needs;
}
