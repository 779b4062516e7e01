const KIB = 1024;
/** Each pattern is a query, and a regular expression that the server tries on every name: longer ones are fewer, but slow. */
const MOST_PATTERN_BYTES = 2 * KIB;
/** Linux gives arguments and environment a quarter of the stack's limit, 2 MiB by default; macOS 1 MiB. */
export const MOST_PATTERNS_BYTES = 768 * KIB;

/**
 * Patterns of pg_dump that match exactly these tables, as few and short as can be.
 *
 * In a pattern of psql everything inside double quotes stands for itself, while parentheses and bars outside of them are those of a
 * regular expression; letters outside of them would be folded to lower case. Beginnings that names share are written once:
 * `"public"."t"("1"|"2")`. With the names simply side by side, 5,000 tables took pg_dump half a minute instead of two seconds.
 * @see https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-PATTERNS
 */
export function tablePatterns(tables: readonly { schema: string; name: string }[]): string[] {
  const schemas = new Map<string, string[]>();
  for (const { schema, name } of tables) {
    const names = schemas.get(schema);
    if (names === undefined) schemas.set(schema, [name]);
    else names.push(name);
  }
  return [...schemas].flatMap(([schema, names]) => patternsOf(schema, names.sort()));
}

/** @param names sorted, each once */
function patternsOf(schema: string, names: readonly string[]): string[] {
  // Every name takes two bytes at least, whatever it shares with others.
  if (2 * names.length <= MOST_PATTERN_BYTES || names.length === 1) {
    const pattern = `${quoted(schema)}.${alternatives(names, 0)}`;
    if (names.length === 1 || Buffer.byteLength(pattern) <= MOST_PATTERN_BYTES) return [pattern];
  }
  const half = Math.ceil(names.length / 2);
  return [...patternsOf(schema, names.slice(0, half)), ...patternsOf(schema, names.slice(half))];
}

/** What matches the rest of each name, from the same place on. */
function alternatives(names: readonly string[], from: number): string {
  const first = names[0]!;
  const last = names.at(-1)!;
  // Names are sorted: what the first and the last share, all share.
  let to = from;
  while (to < first.length && first[to] === last[to]) to += 1;
  if (to > from && to < first.length && isLowSurrogate(first, to)) to -= 1;
  const prefix = to === from ? "" : quoted(first.slice(from, to));
  if (names.length === 1) return prefix;
  const branches = new Map<string, string[]>();
  for (const name of names) {
    const character = name.length === to ? "" : String.fromCodePoint(name.codePointAt(to)!);
    const branch = branches.get(character);
    if (branch === undefined) branches.set(character, [name]);
    else branch.push(name);
  }
  const rests = [...branches].map(([character, branch]) => (character === "" ? "" : alternatives(branch, to)));
  return `${prefix}(${rests.join("|")})`;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function quoted(text: string): string {
  return `"${text.replace(/"/g, '""')}"`;
}
