/** A database with one of every kind of object that PostgreSQL knows, and of every name and value that is hard to write down. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withClient, type DatabaseSettings } from "./server";

const FILES = ["types", "tables", "programs", "sharing", "names"];

/** Fills an empty UTF-8 database of a superuser. Makes the roles keeper, reader and `Odd "Role" name`. Needs PostgreSQL 15 with contrib. */
export async function seedEverything(settings: DatabaseSettings): Promise<void> {
  await withClient(settings, async (client) => {
    for (const file of FILES) {
      const text = readFileSync(join(__dirname, "everything", `${file}.sql`), "utf8");
      try {
        // One call is one transaction, and SET LOCAL ends with it.
        await client.query(text);
      } catch (error) {
        const { position, message } = error as Error & { position?: string };
        const line = position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length}`;
        throw new Error(`everything/${file}.sql${line}: ${message}`, { cause: error });
      }
    }
  });
}
