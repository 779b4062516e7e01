import type { ManifestTable } from "../manifestFormat";

/** One entry of an archive's table of contents. */
export interface ContentsEntry {
  /** Its id within the archive. */
  id: number;
  /** Class and object id in the source's catalog, which tell kinds apart where names can't. */
  classOid: number;
  oid: number;
  /** Kind, schema, name and owner, unquoted: `TABLE public orders shop owner`. */
  what: string;
  /** Ids of what it needs. */
  dependsOn: number[];
}

const ENTRY = /^(\d+); (\d+) (\d+) (.*)$/;
const DEPENDS_ON = /^;\s+depends on:((?: \d+)+)/;

/** Reads what `pg_restore --list --verbose` prints; without --verbose there are no dependencies. */
export async function contentsFrom(lines: AsyncIterable<string> | Iterable<string>): Promise<ContentsEntry[]> {
  const entries: ContentsEntry[] = [];
  for await (const line of lines) {
    const entry = ENTRY.exec(line);
    const needs = DEPENDS_ON.exec(line);
    if (entry) {
      const [, id, classOid, oid, what] = entry;
      entries.push({ id: Number(id), classOid: Number(classOid), oid: Number(oid), what: what!, dependsOn: [] });
    } else if (needs) {
      entries.at(-1)?.dependsOn.push(...needs[1]!.trim().split(" ").map(Number));
    }
  }
  return entries;
}

/** A list for `pg_restore --use-list`. */
export function useList(entries: readonly ContentsEntry[]): string {
  return entries.map(({ id }) => `${id}; 0 0\n`).join("");
}

const PG_CLASS = 1259;

// Schemas may be named "DATA" or "ATTACH": only entries of the catalog's own tables have its class.
export const isTable = (entry: ContentsEntry) => entry.classOid === PG_CLASS && entry.what.startsWith("TABLE ");
export const isRows = (entry: ContentsEntry) => entry.classOid === 0 && entry.what.startsWith("TABLE DATA ");
export const isAttach = (entry: ContentsEntry) => entry.classOid === 0 && entry.what.startsWith("TABLE ATTACH ");
export const isRefresh = (entry: ContentsEntry) =>
  entry.classOid === 0 && entry.what.startsWith("MATERIALIZED VIEW DATA ");
export const isSequenceValue = (entry: ContentsEntry) => entry.classOid === 0 && entry.what.startsWith("SEQUENCE SET ");
export const isForeignKey = (entry: ContentsEntry) => entry.classOid !== 0 && entry.what.startsWith("FK CONSTRAINT ");
export const isPrivilege = (entry: ContentsEntry) => /^(DEFAULT )?ACL /.test(entry.what) && isWithoutClass(entry);
export const isLargeObject = (entry: ContentsEntry) => /^BLOBS? /.test(entry.what);

/** DEFAULT ACL has a class of its own, pg_default_acl. */
const PG_DEFAULT_ACL = 826;
function isWithoutClass({ classOid }: ContentsEntry): boolean {
  return classOid === 0 || classOid === PG_DEFAULT_ACL;
}

/** pg_restore prints a name's line breaks as blanks. */
const flat = (name: string): string => name.replace(/[\r\n]/g, " ");

/** How entries name a table after its kind. */
export function flatName({ schema, name }: Pick<ManifestTable, "schema" | "name">): string {
  return `${flat(schema)} ${flat(name)}`;
}

/**
 * Which table each entry of a table defines, by its id.
 *
 * Names are not quoted and may hold blanks, so an entry may begin like several tables: those that only one entry can mean are
 * settled first. What stays ambiguous is absent.
 */
export function tablesOf(
  entries: readonly ContentsEntry[],
  tables: readonly ManifestTable[],
): Map<number, ManifestTable> {
  const byName = new Map<string, ManifestTable[]>();
  for (const table of tables) {
    if (table.kind === "r" || table.kind === "p")
      byName.set(flatName(table), [...(byName.get(flatName(table)) ?? []), table]);
  }
  const open = new Map<number, ManifestTable[]>();
  for (const { id, what } of entries.filter(isTable)) {
    const rest = what.slice("TABLE ".length);
    const candidates: ManifestTable[] = [];
    for (let end = rest.indexOf(" "); end !== -1; end = rest.indexOf(" ", end + 1)) {
      candidates.push(...(byName.get(rest.slice(0, end)) ?? []));
    }
    open.set(id, candidates);
  }
  const found = new Map<number, ManifestTable>();
  const taken = new Set<ManifestTable>();
  for (let settled = 1; settled > 0;) {
    settled = 0;
    for (const [id, all] of open) {
      const candidates = all.filter((table) => !taken.has(table));
      if (candidates.length > 1) continue;
      open.delete(id);
      if (candidates[0] === undefined) continue;
      found.set(id, candidates[0]);
      taken.add(candidates[0]);
      settled += 1;
    }
  }
  return found;
}
