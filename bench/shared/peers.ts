/** The programs that we are compared with, found or installed into the user's cache folder. One that can't be had is a row with its reason. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureAwsCli } from "../../test/support/awsCli";
import { cacheDir, installOnce } from "../../test/support/cache";
import { run } from "../../test/support/processes";
import { findPython } from "../../test/support/standin/ministack";

/** A program that runs, or why there is none. */
export type Peer = { name: string; program: string; version: string } | { name: string; reason: string };
type Say = (line: string) => void;

const S5CMD_VERSION = "2.3.0";
const RCLONE_VERSION = "1.71.2";
const BARMAN_VERSION = "3.19.1";
const BUILD_TIMEOUT_MS = 1_200_000;

/** Builds a Go program of exactly this version. A module file of its own asks for no list of other versions, as `go install` does. */
async function goProgram(name: string, main: string, module: string, version: string, say: Say): Promise<string> {
  const target = cacheDir(`${name}-${version}`);
  await installOnce(target, (dir) => {
    say(`building ${name} ${version} with Go into ${target}; this takes minutes, once`);
    writeFileSync(join(dir, "go.mod"), `module peer\n\ngo 1.21\n\nrequire ${module} v${version}\n`);
    const env = { ...process.env, GOFLAGS: "", CGO_ENABLED: "0" };
    run(name, "go", ["build", "-mod=mod", "-o", join(dir, name), main], { env, cwd: dir, timeoutMs: BUILD_TIMEOUT_MS });
    return Promise.resolve();
  });
  return join(target, name);
}

/** Unpacks a Debian package without installing it: no root, nothing of the system changes. */
async function debianProgram(name: string, say: Say): Promise<string> {
  const target = cacheDir(`debian-${name}`);
  await installOnce(target, (dir) => {
    say(`unpacking Debian's package ${name} into ${target}`);
    run(name, "apt-get", ["download", name], { cwd: dir });
    const file = readdirSync(dir).find((found) => found.endsWith(".deb"));
    if (file === undefined) throw new Error(`${name}: apt-get download left no package`);
    run(name, "dpkg", ["-x", file, "."], { cwd: dir });
    return Promise.resolve();
  });
  return join(target, "usr/bin", name);
}

async function barmanProgram(say: Say): Promise<string> {
  const { python, version } = findPython();
  const target = cacheDir(`barman-${BARMAN_VERSION}-py${version}`);
  await installOnce(target, (dir) => {
    say(`installing barman ${BARMAN_VERSION} with pip into ${target}`);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"];
    const wanted = `barman[cloud,snappy,lz4]==${BARMAN_VERSION}`;
    run("barman", python, ["-m", "pip", "install", ...quiet, "--target", dir, wanted], { timeoutMs: BUILD_TIMEOUT_MS });
    const start = `import sys\nsys.path.insert(0, ${JSON.stringify(target)})\nfrom barman.clients.cloud_backup import main\nmain()\n`;
    writeFileSync(join(dir, "backup.py"), start);
    return Promise.resolve();
  });
  return `${python} ${join(target, "backup.py")}`;
}

/** The first number with dots in what a program says about itself. */
const versionIn = (text: string): string => /\d+\.\d+(\.\d+)*/.exec(text)?.[0] ?? "unknown";

async function peer(name: string, find: () => Promise<string>, version: string | string[]): Promise<Peer> {
  try {
    const program = await find();
    const [command, ...first] = program.split(" ") as [string, ...string[]];
    const ask = typeof version === "string" ? ["--help"] : version;
    const said = run(name, command, [...first, ...ask]);
    return { name, program, version: typeof version === "string" ? version : versionIn(said) };
  } catch (error) {
    return { name, reason: (error as Error).message.split("\n")[0]!.slice(0, 200) };
  }
}

/** Everything that moves or makes backups beside us. */
export async function findPeers(say: Say): Promise<Record<"aws" | "s5cmd" | "rclone" | "pgbackrest" | "barman", Peer>> {
  return {
    aws: await peer("aws", () => ensureAwsCli(say), ["--version"]),
    s5cmd: await peer(
      "s5cmd",
      () => goProgram("s5cmd", "github.com/peak/s5cmd/v2", "github.com/peak/s5cmd/v2", S5CMD_VERSION, say),
      S5CMD_VERSION,
    ),
    rclone: await peer(
      "rclone",
      () => goProgram("rclone", "github.com/rclone/rclone", "github.com/rclone/rclone", RCLONE_VERSION, say),
      ["version"],
    ),
    pgbackrest: await peer("pgbackrest", () => debianProgram("pgbackrest", say), ["version"]),
    barman: await peer("barman", () => barmanProgram(say), ["--version"]),
  };
}
