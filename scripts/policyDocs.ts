// Writes the rule table of docs/policies.md from the rules themselves: `npx tsx scripts/policyDocs.ts`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PACKS } from "../policies";

const FILE = join(__dirname, "..", "docs", "policies.md");
const START = "<!-- rules:start -->\n";
const END = "<!-- rules:end -->\n";
const COLUMNS = ["Rule", "Pack", "Severity", "Requires", "Fix", "Options", "Controls"];

/** The page with its table made anew; the rest of it is left as it is. */
export function withRuleTable(page: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start)
    throw new Error(`docs/policies.md: the marks ${START.trim()} and ${END.trim()} are missing`);
  return `${page.slice(0, start + START.length)}\n${ruleTable()}\n${page.slice(end)}`;
}

/** A star would begin emphasis. */
const escaped = (text: string): string => text.replaceAll("*", "\\*");

/** A Markdown table, its columns padded as the formatter pads them. */
export function ruleTable(): string {
  const rows = Object.entries(PACKS).flatMap(([pack, rules]) =>
    rules.map((rule) => [
      `[\`${rule.name}\`](${rule.url})`,
      pack,
      rule.severity,
      escaped(rule.description),
      escaped(rule.remediationSteps),
      Object.keys(rule.options ?? {})
        .map((option) => `\`${option}\``)
        .join(", "),
      [`${rule.framework.name}:${rule.framework.version} ${rule.framework.reference}`, ...rule.tags].join(", "),
    ]),
  );
  const widths = COLUMNS.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column]!)].map((c) => c.length)),
  );
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |\n`;
  return line(COLUMNS) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}

if (require.main === module) writeFileSync(FILE, withRuleTable(readFileSync(FILE, "utf8")));
