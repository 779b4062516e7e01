/** Debian's package manager as a Dockerfile's `RUN apt-get` uses it, for an architecture and sources of one's own; no root, no install. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const REACHABLE_TIMEOUT_MS = 8_000;
/** Where a source's signing key lies on a machine with apt, and the file that is there when the archive can be reached. */
const ARCHIVES = {
  debian: {
    source: "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://deb.debian.org/debian bookworm main",
    probe: "https://deb.debian.org/debian/dists/bookworm/Release",
    install: "apt-get install debian-archive-keyring",
  },
  pgdg: {
    source:
      "[signed-by=/usr/share/postgresql-common/pgdg/apt.postgresql.org.asc] https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main",
    probe: "https://apt.postgresql.org/pub/repos/apt/dists/bookworm-pgdg/Release",
    install: "apt-get install postgresql-common",
  },
};
export type Archive = keyof typeof ARCHIVES;

/** @throws Error that says what is missing: apt itself, the archive's key, or a way to the archive */
export async function requireArchive(archive: Archive): Promise<void> {
  const { source, probe, install } = ARCHIVES[archive];
  const key = /signed-by=([^\]]+)/.exec(source)![1]!;
  await execute("apt-get", ["--version"]).catch(() => {
    throw new Error("apt-get is not on PATH; only Debian and its kin have it");
  });
  if (!existsSync(key)) throw new Error(`${key} is missing; ${install}`);
  const response = await fetch(probe, { method: "HEAD", signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS) }).catch(
    (error: Error) => error,
  );
  if (response instanceof Error || !response.ok) throw new Error(`${probe} can't be reached from here`);
}

/** Runs apt-get on lists, archives and a cache of its own below `state`, after one `update`. */
async function aptIn(state: string, types: "deb" | "deb-src", archives: Archive[], architecture?: string) {
  for (const folder of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(state, "status"), "");
  writeFileSync(join(state, "sources.list"), archives.map((name) => `${types} ${ARCHIVES[name].source}\n`).join(""));
  const options = [
    ...(architecture === undefined ? [] : [`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`]),
    "APT::Sandbox::User=",
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    `Dir::State=${state}`,
    `Dir::State::status=${join(state, "status")}`,
    `Dir::Cache=${join(state, "cache")}`,
    `Dir::Etc::SourceList=${join(state, "sources.list")}`,
    "Dir::Etc::SourceParts=/dev/null",
  ].flatMap((option) => ["-o", option]);
  const apt = async (...args: string[]): Promise<string> => {
    const settings = { cwd: state, env: { ...process.env, LC_ALL: "C" }, maxBuffer: 64 * 1024 * 1024 };
    return (await execute("apt-get", [...options, "-q", ...args], settings)).stdout;
  };
  await apt("update");
  return apt;
}

/**
 * What `apt-get install` of the packages would set up on a machine that has none.
 *
 * @param dir folder for apt's lists
 * @returns name of every package that would be installed
 * @throws Error with apt's last words when a name is unknown or a dependency can't be met
 */
export async function simulateInstall(
  dir: string,
  archives: Archive[],
  architecture: string,
  packages: string[],
): Promise<string[]> {
  const apt = await aptIn(join(dir, architecture), "deb", archives, architecture);
  const plan = await apt("install", "--simulate", "--no-install-recommends", ...packages);
  return [...plan.matchAll(/^Inst (\S+) /gm)].map((match) => match[1]!);
}

/** Downloads the files of a source package into `dir`, as `apt-get source` does, its signature checked. */
export async function downloadSource(dir: string, archive: Archive, name: string): Promise<void> {
  await (
    await aptIn(dir, "deb-src", [archive])
  )("source", "--download-only", name);
}
