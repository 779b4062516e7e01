import type { Client } from "pg";

/** What the globals of a recovery point say about roles, as far as a drill needs it. Names as SQL spells them. */
export interface GlobalRoles {
  roles: { name: string; attributes: string[] }[];
  memberships: { group: string; member: string }[];
  /** Names of tablespaces. */
  tablespaces: string[];
}

const IDENT = String.raw`(?:"(?:[^"]|"")*"|[^\s,;"]+)`;
const CREATED = new RegExp(`^CREATE ROLE (${IDENT});$`, "gm");
const ALTERED = new RegExp(`^ALTER ROLE (${IDENT}) WITH ([A-Z ]+)`, "gm");
const GRANTED = new RegExp(`^GRANT (${IDENT}) TO (${IDENT})(?: WITH [A-Z, ]+)?(?: GRANTED BY ${IDENT})?;$`, "gm");
const TABLESPACE = new RegExp(`^CREATE TABLESPACE (${IDENT}) `, "gm");
/** What rows, views and policies may turn on. Nobody signs in to the throwaway server as one of these roles. */
const ATTRIBUTES = /^(?:NO)?(?:SUPERUSER|INHERIT|BYPASSRLS)$/;

/**
 * Reads roles and memberships out of what pg_dumpall writes. Passwords, settings and rights to sign in are left where they are:
 * applied as it is, the file could take its rights from the very role that restores.
 */
export function rolesIn(globals: string): GlobalRoles {
  const attributes = new Map<string, string[]>();
  for (const [, name, words] of globals.matchAll(ALTERED)) {
    attributes.set(
      name!,
      words!.split(" ").filter((word) => ATTRIBUTES.test(word)),
    );
  }
  return {
    roles: [...globals.matchAll(CREATED)].map(([, name]) => ({ name: name!, attributes: attributes.get(name!) ?? [] })),
    memberships: [...globals.matchAll(GRANTED)].map(([, group, member]) => ({ group: group!, member: member! })),
    tablespaces: [...globals.matchAll(TABLESPACE)].map(([, name]) => name!),
  };
}

/** SQL that makes those roles, and passes over the ones that a server has. */
export function rolesSql({ roles, memberships }: GlobalRoles, existing: ReadonlySet<string>): string[] {
  const missing = roles.filter(({ name }) => !existing.has(name));
  const made = new Set(missing.map(({ name }) => name));
  return [
    ...missing.map(({ name, attributes }) => ["CREATE ROLE", name, "NOLOGIN", ...attributes].join(" ")),
    // A role that was there keeps what it has: it may be the one that restores.
    ...memberships.filter(({ member }) => made.has(member)).map(({ group, member }) => `GRANT ${group} TO ${member}`),
  ];
}

/** Makes the roles that a server lacks. */
export async function applyRoles(client: Client, globals: GlobalRoles): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT quote_ident(rolname) AS name FROM pg_roles");
  for (const sql of rolesSql(globals, new Set(rows.map(({ name }) => name)))) await client.query(sql);
}
