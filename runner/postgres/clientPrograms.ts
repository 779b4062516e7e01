import { execFile } from "node:child_process";
import { access, constants, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Env } from "../config";
import { StageError } from "../errors";

/** A PostgreSQL client program on this machine. */
export interface ClientProgram {
  path: string;
  /** As the program prints it, e.g. "15.18". */
  version: string;
  major: number;
}

/** Folders whose children hold one PostgreSQL major each: Debian and the runner image, PGDG on Red Hat, Homebrew. */
const VERSIONED_ROOTS = [
  { root: "/usr/lib/postgresql", match: /^\d+$/, bin: "bin" },
  { root: "/usr", match: /^pgsql-\d+$/, bin: "bin" },
  { root: "/opt/homebrew/opt", match: /^(postgresql@\d+|libpq)$/, bin: "bin" },
  { root: "/usr/local/opt", match: /^(postgresql@\d+|libpq)$/, bin: "bin" },
];

async function candidateFolders(env: Env): Promise<string[]> {
  const folders = (env.PATH ?? "").split(path.delimiter).filter((f) => f !== "");
  for (const { root, match, bin } of VERSIONED_ROOTS) {
    const names = await readdir(root).catch(() => [] as string[]);
    folders.push(...names.filter((n) => match.test(n)).map((n) => path.join(root, n, bin)));
  }
  return [...new Set(folders)];
}

async function versionOf(file: string): Promise<ClientProgram | undefined> {
  try {
    await access(file, constants.X_OK);
    // Debian's wrapper runs one version or another, by the connection; those that it chooses from are found in their folders.
    if (path.basename(await realpath(file)) === "pg_wrapper") return undefined;
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 10_000 });
    const m = /(\d+)((?:\.\d+)*)/.exec(stdout);
    return m ? { path: file, version: m[0], major: Number(m[1]) } : undefined;
  } catch {
    return undefined; // not there, not executable, or a wrapper without a server version: not a candidate
  }
}

/**
 * Finds a client program fit for a server.
 *
 * Takes the lowest major that is not older than the server's: an older pg_dump refuses a newer server, and a newer pg_dump
 * writes settings that the server's own major does not know (17's `transaction_timeout` breaks a restore into 15).
 * The server itself, `postgres`, is found in the same way.
 * @param minMajor major version of the server (dump) or of the archive's writer (restore)
 * @throws StageError `preflight` naming what was found and what to install
 */
export async function findClientProgram(name: string, minMajor: number, env: Env): Promise<ClientProgram> {
  const found: ClientProgram[] = [];
  for (const folder of await candidateFolders(env)) {
    const program = await versionOf(path.join(folder, name));
    if (program) found.push(program);
  }
  const fit = found.filter((p) => p.major >= minMajor).sort((a, b) => a.major - b.major)[0];
  if (fit) return fit;
  const seen =
    found.length === 0 ? "none was found" : `found ${found.map((p) => `${p.version} (${p.path})`).join(", ")}`;
  throw new StageError(
    "client programs",
    "preflight",
    `${name} ${minMajor} or newer is needed, ${seen}; install it, e.g. apt-get install ${packageOf(name)}-${minMajor} or brew install postgresql@${minMajor}`,
  );
}

function packageOf(name: string): string {
  return name === "postgres" ? "postgresql" : "postgresql-client";
}
