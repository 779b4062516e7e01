/** What hints at one or more searches. */
interface Hinted {
  hints: readonly string[];
  anyCase?: boolean;
}

/**
 * Finds which searches a text is worth: one pass over it for all their hints together. Most texts hold none, and cost no
 * more than that.
 */
export class HintIndex<T extends Hinted> {
  private readonly pattern: RegExp;
  private readonly byHint = new Map<string, readonly T[]>();

  constructor(private readonly searches: readonly T[]) {
    const exact = searches.filter((search) => search.anyCase !== true).flatMap((search) => search.hints);
    const anyCase = searches.filter((search) => search.anyCase === true).flatMap((search) => search.hints);
    // The longest first: what is found then begins with every other hint that would have fitted there.
    const longestFirst = (a: string, b: string): number => b.length - a.length;
    const alternatives = [
      ...[...new Set(exact)].map((hint) => ({ hint, source: escaped(hint) })),
      ...[...new Set(anyCase)].map((hint) => ({ hint, source: inAnyCase(hint) })),
    ].sort((a, b) => longestFirst(a.hint, b.hint));
    this.pattern = new RegExp(alternatives.map(({ source }) => source).join("|"), "g");
  }

  /** The searches of which a hint is in the text, in their order. */
  searchesFor(text: string): readonly T[] {
    this.pattern.lastIndex = 0;
    let found = this.pattern.exec(text);
    if (found === null) return [];
    const worth = new Set<T>();
    const known = new Set<string>();
    for (; found !== null; found = this.pattern.exec(text)) {
      this.pattern.lastIndex = found.index + 1;
      if (known.has(found[0])) continue;
      known.add(found[0]);
      for (const search of this.startingWith(found[0])) worth.add(search);
    }
    return this.searches.filter((search) => worth.has(search));
  }

  private startingWith(found: string): readonly T[] {
    const before = this.byHint.get(found);
    if (before !== undefined) return before;
    const lower = found.toLowerCase();
    const fitting = this.searches.filter(({ hints, anyCase }) =>
      hints.some((hint) => (anyCase === true ? lower : found).startsWith(hint)),
    );
    this.byHint.set(found, fitting);
    return fitting;
  }
}

function escaped(hint: string): string {
  return hint.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function inAnyCase(hint: string): string {
  return [...hint].map((char) => (/[a-z]/.test(char) ? `[${char}${char.toUpperCase()}]` : escaped(char))).join("");
}
