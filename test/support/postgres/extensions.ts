/** A server that knows extensions which are not installed on this machine. */
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../processes";

/**
 * A `postgres` that finds its own files beside itself: a copy of the program in a tree like that of the machine, whose other
 * parts are links. The server looks for its files relative to where it lies.
 * @param home folder for the tree, readable by the server's user
 * @param files name and text of each of the extensions' files
 * @returns path of the program
 */
export function withExtensions(binDir: string, home: string, files: Record<string, string>): string {
  const tree = join(home, "tree");
  const config = (what: string) => run("pg_config", join(binDir, "pg_config"), [`--${what}`]).trim();
  const [bin, share, lib] = ["bindir", "sharedir", "pkglibdir"].map(config) as [string, string, string];
  const link = (from: string, names: readonly string[]) => {
    mkdirSync(join(tree, from), { recursive: true });
    for (const name of names) symlinkSync(join(from, name), join(tree, from, name));
  };
  link(
    share,
    readdirSync(share).filter((name) => name !== "extension"),
  );
  link(join(share, "extension"), readdirSync(join(share, "extension")));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, share, "extension", name), text);
  mkdirSync(dirname(join(tree, lib)), { recursive: true });
  symlinkSync(lib, join(tree, lib));
  mkdirSync(join(tree, bin), { recursive: true });
  copyFileSync(join(bin, "postgres"), join(tree, bin, "postgres"));
  return join(tree, bin, "postgres");
}
