import { escapeIdentifier } from "pg";
import type { ReadRelation } from "./relations";

/** How many names one problem lists; more of them would not fit into a line of a log. */
const MOST_NAMES = 200;

/**
 * What keeps a role from reading everything, each with the statement that mends it. Empty: it may read all.
 * @param relations what the dump reads
 * @param isExcluded whether a table's rows are left out; its definition is read all the same
 * @param unreadableLargeObjects their oids
 */
export function permissionProblems(
  role: string,
  relations: readonly ReadRelation[],
  isExcluded: (relation: ReadRelation) => boolean,
  unreadableLargeObjects: readonly number[] = [],
): string[] {
  const to = escapeIdentifier(role);
  const closed = [...new Set(relations.filter((r) => !r.mayUseSchema).map((r) => r.schema))];
  const unreadable = relations.filter((r) => !r.maySelect);
  const filtered = relations.filter((r) => r.maySelect && r.isFiltered && !isExcluded(r));
  const select = (of: readonly ReadRelation[], what: string, keyword: string) =>
    problem(
      of.map(qualified),
      `role ${role} has no SELECT on`,
      what,
      (n) => `GRANT SELECT ON ${keyword} ${n} TO ${to}`,
    );
  return [
    ...problem(
      closed.map(escapeIdentifier),
      `role ${role} has no USAGE on`,
      "schema",
      (n) => `GRANT USAGE ON SCHEMA ${n} TO ${to}`,
    ),
    ...select(
      unreadable.filter((r) => r.kind !== "S"),
      "table",
      "TABLE",
    ),
    ...select(
      unreadable.filter((r) => r.kind === "S"),
      "sequence",
      "SEQUENCE",
    ),
    ...problem(
      unreadableLargeObjects.map(String),
      `role ${role} has no SELECT on`,
      "large object",
      (n) => `GRANT SELECT ON LARGE OBJECT ${n} TO ${to}`,
    ),
    ...problem(
      filtered.map(qualified),
      `row security hides rows from role ${role} in`,
      "table",
      () => `ALTER ROLE ${to} BYPASSRLS`,
    ),
  ];
}

function qualified({ schema, name }: ReadRelation): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

function problem(names: readonly string[], verb: string, what: string, fix: (names: string) => string): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const more = names.length > MOST_NAMES ? ` (and ${names.length - MOST_NAMES} more)` : "";
  const plural = `${names.length} ${what}${names.length === 1 ? "" : "s"}`;
  const statement = fix(shown);
  // The statement names them where it can, so that it can be run as it stands.
  const list = statement.includes(shown) ? "" : ` ${shown}`;
  return [`${verb} ${plural}${list}; run: ${statement}${more}`];
}
