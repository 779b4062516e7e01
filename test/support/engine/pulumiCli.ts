/** The real engine: the `pulumi` program, found, downloaded or built, in that order. */
import { existsSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { parse } from "semver";
import { cacheDir, installOnce } from "../cache";

/** Pinned; the newest that can also be built as a Go tool. */
export const PULUMI_VERSION = "3.250.0";
/** Oldest CLI whose protocol the installed SDK and the stand-in provider speak. */
const MINIMUM_VERSION = [3, 140] as const;
const MINIMUM_GO = [1, 26] as const;
const MODULE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const DOWNLOAD_HOST = "https://get.pulumi.com";
const REACHABLE_TIMEOUT_MS = 8_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const BUILD_TIMEOUT_MS = 1_200_000;

export interface PulumiCli {
  /** For the Automation API. */
  command: PulumiCommand;
  version: string;
  /** How it was come by, for people: "PATH", "download", "built with Go"; "cache" when an earlier run got it. */
  source: "PATH" | "cache" | "download" | "built with Go";
}

type Progress = (line: string) => void;
const execute = promisify(execFile);

function atLeast(found: readonly number[], least: readonly number[]): boolean {
  const [major = 0, minor = 0] = found;
  return major > least[0]! || (major === least[0] && minor >= least[1]!);
}

/** The dotted number in a program's version line, as numbers; undefined when the program is not there. */
async function versionOf(command: string, args: string[]): Promise<number[] | undefined> {
  const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const answer = await execute(command, args, { env: environment }).catch(() => undefined);
  return /(\d+(?:\.\d+)+)/
    .exec(answer?.stdout ?? "")?.[1]
    ?.split(".")
    .map(Number);
}

async function fromPath(progress: Progress): Promise<PulumiCli | undefined> {
  const found = await versionOf("pulumi", ["version"]);
  if (!found) return undefined;
  if (!atLeast(found, MINIMUM_VERSION)) {
    progress(
      `pulumi ${found.join(".")} on PATH is older than ${MINIMUM_VERSION.join(".")}: getting ${PULUMI_VERSION} for this run`,
    );
    return undefined;
  }
  return { command: await PulumiCommand.get(), version: found.join("."), source: "PATH" };
}

async function withTimeout<T>(work: Promise<T>, limitMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

async function download(root: string): Promise<void> {
  // Asked first, with a short limit, so that a machine without that network goes on to the next way at once.
  await fetch(DOWNLOAD_HOST, { method: "HEAD", signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS) });
  const version = parse(PULUMI_VERSION) ?? undefined;
  await withTimeout(PulumiCommand.install({ root, version }), DOWNLOAD_TIMEOUT_MS, "the download of pulumi");
}

async function build(root: string): Promise<void> {
  const go = await versionOf("go", ["version"]);
  if (!go || !atLeast(go, MINIMUM_GO)) {
    throw new Error(
      `building pulumi needs Go ${MINIMUM_GO.join(".")} or later, found ${go ? go.join(".") : "none"}: ` +
        "install Go (https://go.dev/doc/install) or pulumi itself (https://www.pulumi.com/docs/install)",
    );
  }
  const options = { cwd: root, timeout: BUILD_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 };
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`;
  await execute("go", ["mod", "init", "backup321/engine"], options);
  await execute("go", ["get", "-tool", `${MODULE}@v${PULUMI_VERSION}`], options);
  await execute("go", ["build", "-ldflags", flags, "-o", join("bin", "pulumi"), MODULE], options);
}

// The first line says what failed; what follows is usually the whole output of a program.
const firstLines = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split("\n", 3).join(" ");

/**
 * The engine, ready to use.
 *
 * @param progress gets one line per step that takes time; default: nothing is said
 * @param cache where an obtained CLI is kept; default: the user's cache folder
 * @throws Error that names every way tried and what would help
 */
export async function ensurePulumi(
  progress: Progress = () => undefined,
  cache = cacheDir("pulumi"),
): Promise<PulumiCli> {
  const found = await fromPath(progress);
  if (found) return found;
  const root = join(cache, PULUMI_VERSION);
  const ready = async (source: PulumiCli["source"]): Promise<PulumiCli> => ({
    command: await PulumiCommand.get({ root }),
    version: PULUMI_VERSION,
    source,
  });
  if (existsSync(join(root, "bin", "pulumi"))) return ready("cache");
  const problems: string[] = [];
  const ways = [
    { source: "download", say: `downloading pulumi ${PULUMI_VERSION}`, install: download },
    {
      source: "built with Go",
      say: `building pulumi ${PULUMI_VERSION} with Go, a few minutes the first time`,
      install: build,
    },
  ] as const;
  for (const way of ways) {
    progress(way.say);
    try {
      const installed = await installOnce(root, way.install);
      return await ready(installed ? way.source : "cache");
    } catch (error) {
      problems.push(`${way.source}: ${firstLines(error)}`);
      progress(`${way.source} did not work: ${firstLines(error)}`);
    }
  }
  throw new Error(
    `pulumi ${MINIMUM_VERSION.join(".")} or later is needed and could not be had; ${problems.join("; ")}`,
  );
}

/** What a CLI built without its Node language plugins lacks, by the name under which the engine looks for it on PATH. */
const PLUGINS: Record<string, string> = {
  // Called as `<name> <engine address> <pack folder>` with the pack's folder as working directory.
  "pulumi-analyzer-policy-nodejs": `exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack",{paths:[process.cwd()]})')" "$@"`,
  // Called as `<name> [flags] <engine address>`.
  "pulumi-language-nodejs": `exec node --require "${require.resolve("tsx/cjs")}" "${join(__dirname, "languageHost.ts")}" "$@"`,
};

/** Fills a folder for the end of PATH that lets a CLI without language plugins run Node programs, plugins and policy packs. */
export async function pluginPath(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  for (const [name, command] of Object.entries(PLUGINS)) {
    const target = join(dir, name);
    if (existsSync(target)) continue;
    const half = `${target}.${process.pid}`;
    await writeFile(half, `#!/bin/sh\n${command}\n`);
    await chmod(half, 0o755);
    await rename(half, target);
  }
  return dir;
}
