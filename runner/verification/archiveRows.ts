import type { Manifest, ManifestObject } from "../manifestFormat";
import { flatName } from "../postgres/tableOfContents";
import { tableName } from "../tableName";

/** `schema.table`, as people and the manifest's `excludedTables` write it. */
const ROWS = /^\d+; 0 \d+ TABLE DATA (.*)$/;

/**
 * Watches the lines of `pg_restore --list` for rows: an archive of a whole database has those of every table that was not
 * excluded; one of the schema has none of a table whose rows are objects of their own, or a restore would load them twice.
 */
export class ArchiveRows {
  private readonly missing = new Map<string, string>();
  private readonly forbidden = new Map<string, string>();
  private readonly twice: string[] = [];

  constructor(
    private readonly object: ManifestObject,
    manifest: Manifest,
  ) {
    const excluded = new Set(manifest.excludedTables);
    for (const table of manifest.tables) {
      const name = tableName(table);
      if (object.role === "schema" && table.data !== undefined) this.forbidden.set(flatName(table), name);
      if (object.role === "database" && table.kind === "r" && !excluded.has(name)) {
        this.missing.set(flatName(table), name);
      }
    }
  }

  see(line: string): void {
    const entry = ROWS.exec(line)?.[1];
    if (entry === undefined) return;
    // Names are not quoted and may hold blanks; the owner follows.
    for (let end = entry.indexOf(" "); end !== -1; end = entry.indexOf(" ", end + 1)) {
      const name = entry.slice(0, end);
      this.missing.delete(name);
      if (this.forbidden.has(name)) this.twice.push(this.forbidden.get(name)!);
    }
  }

  problems(): string[] {
    const missing = [...this.missing.values()];
    const { key } = this.object;
    return [
      ...(missing.length === 0 ? [] : [`${key} lacks the rows of tables that the manifest names: ${listed(missing)}`]),
      ...(this.twice.length === 0
        ? []
        : [`${key} holds rows that are objects of their own too: ${listed(this.twice)}`]),
    ];
  }
}

const MOST_NAMES = 20;

/** Names, the first twenty of them. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, MOST_NAMES).join(", ")} and ${rest} more`;
}
