/** Tables in Markdown, and sections of a page. Pure. */

/** What a target asks for and what came of it. */
export interface Target {
  what: string;
  target: string;
  measured: string;
  /** undefined: this run can't tell. */
  isMet: boolean | undefined;
}

/** A Markdown table. A bar inside a cell is escaped, also within code, as GitHub's tables want it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Targets beside results. */
export function targetsTable(targets: readonly Target[]): string {
  const verdict = ({ isMet }: Target) => (isMet === undefined ? "not measured" : isMet ? "met" : "**missed**");
  return markdownTable(
    ["target", "asked for", "measured", "verdict"],
    targets.map((one) => [one.what, one.target, one.measured, verdict(one)]),
  );
}

/** `value` with as many digits as it deserves, or a dash. */
export function number(value: number | undefined, digits: number): string {
  return value === undefined ? "-" : value.toFixed(digits);
}

const begin = (name: string) => `<!-- bench:${name}: written by \`npm run bench:${name} -- --write\` -->`;
const end = (name: string) => `<!-- end of bench:${name} -->`;

/**
 * Puts a bench's section into the page's text.
 * @throws Error when the page has no place for it
 */
export function withSection(page: string, name: string, section: string): string {
  const from = page.indexOf(begin(name));
  const to = page.indexOf(end(name));
  if (from < 0 || to < from) {
    throw new Error(`bench: the page has no lines "${begin(name)}" and "${end(name)}" around a section; restore them`);
  }
  return `${page.slice(0, from)}${begin(name)}\n\n${section.trim()}\n\n${page.slice(to)}`;
}
