import type { Client } from "pg";
import type { DatabaseLocale } from "../manifestFormat";

/** Columns of pg_database that say how text is compared; which there are depends on the server's version. */
export interface DatabaseRow {
  datcollate: string;
  datctype: string;
  /** Since 15: c libc, i ICU, b builtin. */
  datlocprovider?: string;
  /** 15 and 16. */
  daticulocale?: string | null;
  /** Since 17. */
  datlocale?: string | null;
  /** Since 16. */
  daticurules?: string | null;
}

const PROVIDERS: Record<string, DatabaseLocale["provider"]> = { c: "libc", i: "icu", b: "builtin" };
/** First major that knows LOCALE_PROVIDER; before, everything is libc. */
const PROVIDERS_SINCE = 15;

/** The locale in a row of pg_database. */
export function localeFrom(row: DatabaseRow): DatabaseLocale {
  const provider = PROVIDERS[row.datlocprovider ?? "c"] ?? "libc";
  const name = row.datlocale ?? row.daticulocale;
  return {
    provider,
    collate: row.datcollate,
    ctype: row.datctype,
    ...(provider !== "libc" && name ? { name } : {}),
    ...(row.daticurules ? { icuRules: row.daticurules } : {}),
  };
}

/** Asks a session for its database's locale. */
export async function readLocale(client: Client): Promise<DatabaseLocale> {
  const { rows } = await client.query<{ row: DatabaseRow }>(
    "SELECT to_jsonb(d) AS row FROM pg_database d WHERE datname = current_database()",
  );
  return localeFrom(rows[0]!.row);
}

/** Name and value of each setting: as CREATE DATABASE spells it, and as createdb does. */
function settings(locale: DatabaseLocale, major: number): { sql: string; option: string; value: string }[] {
  const named = locale.provider === "builtin" ? "builtin" : "icu";
  const all = [
    major >= PROVIDERS_SINCE && { sql: "LOCALE_PROVIDER", option: "locale-provider", value: locale.provider },
    { sql: "LC_COLLATE", option: "lc-collate", value: locale.collate },
    { sql: "LC_CTYPE", option: "lc-ctype", value: locale.ctype },
    locale.name !== undefined && {
      sql: `${named}_LOCALE`.toUpperCase(),
      option: `${named}-locale`,
      value: locale.name,
    },
    locale.icuRules !== undefined && { sql: "ICU_RULES", option: "icu-rules", value: locale.icuRules },
  ];
  return all.filter((setting) => setting !== false);
}

/** Clauses of CREATE DATABASE ... TEMPLATE template0 on a server of a major version. */
export function localeClauses(locale: DatabaseLocale, major: number): string {
  return settings(locale, major)
    .map(({ sql, value }) => ` ${sql} '${value.replace(/'/g, "''")}'`)
    .join("");
}

/** Options of createdb of a major version, unquoted. */
export function localeOptions(locale: DatabaseLocale, major: number): string[] {
  return settings(locale, major).map(({ option, value }) => `--${option}=${value}`);
}
