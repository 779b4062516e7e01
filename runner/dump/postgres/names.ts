import { isUtf8 } from "node:buffer";
import type { Client } from "pg";
import { StageError } from "../../errors";
import { DUMPED_RELATIONS } from "./relations";

/** How many names the error lists. */
const MOST_NAMES = 200;

/**
 * In a database of encoding SQL_ASCII a name is any bytes, while statements of ours and manifests are UTF-8.
 * @throws StageError `preflight` naming what is not, its bytes beyond ASCII in octal
 */
export async function requireUtf8Names(client: Client, where: string): Promise<void> {
  // convert_to leaves the bytes as they are here, and `escape` writes those beyond ASCII so that they survive the way to us.
  const { rows } = await client.query<{ bytes: Buffer; escaped: string }>(
    `SELECT bytes, encode(bytes, 'escape') AS escaped FROM (
       SELECT convert_to(concat_ws('.', n.nspname, c.relname, a.attname), 'SQL_ASCII') AS bytes
       FROM (SELECT c.oid, c.relname, c.relnamespace FROM ${DUMPED_RELATIONS} AND c.relkind IN ('r', 'p', 'm', 'f', 'S')) c
       JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) names
     ORDER BY bytes`,
  );
  const bad = rows.filter(({ bytes }) => !isUtf8(bytes)).map(({ escaped }) => escaped);
  if (bad.length === 0) return;
  const more = bad.length > MOST_NAMES ? ` (and ${bad.length - MOST_NAMES} more)` : "";
  throw new StageError(
    "preflight",
    "preflight",
    `${where} has names that are not UTF-8, as manifests are: ${bad.slice(0, MOST_NAMES).join(", ")}${more}; give these a name in UTF-8 by ALTER ... RENAME (shown with their bytes in octal)`,
  );
}
