/** PostgreSQL's own programs on this machine, and the unprivileged user they need when we are root. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { chmodSync } from "node:fs";
import { run } from "../processes";

const WANTED = ["initdb", "postgres", "pg_dump", "pg_restore", "psql"];
const INSTALL = "install it: apt install postgresql, or brew install postgresql@17";

function versionedFolders(parent: string, pattern: RegExp): string[] {
  if (!existsSync(parent)) return [];
  const major = (name: string) => Number(/(\d+)$/.exec(name)?.[1] ?? 0);
  const names = readdirSync(parent).filter((name) => pattern.test(name));
  return names.sort((a, b) => major(b) - major(a)).map((name) => join(parent, name, "bin"));
}

/** Where packages of Linux and macOS put PostgreSQL, newest first; then PATH. */
export function candidateFolders(path = process.env.PATH ?? ""): string[] {
  return [
    ...versionedFolders("/usr/lib/postgresql", /^\d+$/),
    ...["/opt/homebrew/opt", "/usr/local/opt"].flatMap((brew) => versionedFolders(brew, /^postgresql(@\d+)?$/)),
    ...versionedFolders("/usr", /^pgsql-\d+$/),
    ...path.split(delimiter).filter(Boolean),
  ];
}

/** The first folder that holds every program. */
export function findPostgres(folders: readonly string[] = candidateFolders()): string {
  const found = folders.find((folder) => WANTED.every((program) => existsSync(join(folder, program))));
  if (found === undefined) throw new Error(`postgres: no folder holds ${WANTED.join(", ")}; ${INSTALL}`);
  return found;
}

/** Unix user that runs the server: ourselves, or, as root (which PostgreSQL refuses), `postgres` or `nobody`. */
export function serverUser(): { uid?: number; gid?: number } {
  const name = serverUserName();
  if (name === undefined) return {};
  const id = (flag: string) => Number(run("postgres", "id", [flag, name]));
  return { uid: id("-u"), gid: id("-g") };
}

/** Its name; undefined where this user may run PostgreSQL. */
export function serverUserName(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      run("postgres", "id", ["-u", name]);
      return name;
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error(
    "postgres: PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody; run this as another user",
  );
}

/** Lets another user reach `dir`: temporary folders of root are closed to all others. */
export function openPath(dir: string): void {
  for (let folder = dir; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = statSync(folder);
    if (mode & 0o001) continue;
    if (!folder.startsWith(tmpdir()))
      throw new Error(
        `postgres: ${folder} is closed to the server's user; choose a folder below ${tmpdir()} or chmod o+x it`,
      );
    chmodSync(folder, (mode & 0o7777) | 0o011);
  }
}
