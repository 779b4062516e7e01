/** docs/performance.md, of which every bench writes its own section. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { withSection } from "./markdown";

/** The page that keeps what the benches measured. */
const PAGE = join(__dirname, "..", "..", "docs", "performance.md");

/** Prints a section and, where the command line says `--write`, keeps it in the page. */
export async function publish(name: string, section: string): Promise<void> {
  process.stdout.write(`\n${section}\n`);
  if (!process.argv.includes("--write")) return;
  if (!existsSync(PAGE)) throw new Error(`bench: ${PAGE} is missing; restore it, its text is written by hand`);
  const page = withSection(readFileSync(PAGE, "utf8"), name, section);
  writeFileSync(PAGE, await format(page, { parser: "markdown", printWidth: 120 }));
}
