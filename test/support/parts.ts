/** Everything that the demo and the integration tests need besides Node, found or installed into the user's cache folder. */
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import type { StepResult } from "../demo/console";
import { cacheDir } from "./cache";
import { ensurePulumi, type PulumiCli } from "./engine/pulumiCli";
import { findPostgres } from "./postgres";
import { ensureMinistack } from "./standin/ministack";
import { run } from "./processes";

/** A program that people install with their package manager. */
export function requireProgram(name: string, versionArgument: string, install: string): void {
  try {
    run(name, name, [versionArgument]);
  } catch (error) {
    throw new Error(`${name} is missing; install it: ${install}`, { cause: error });
  }
}

/** Room that a first run takes: the engine and its build cache, the stand-in, two small databases. */
const NEEDED_MIB = { cache: 3000, scratch: 500 };

/** What is wrong with the room left in a folder; undefined when there is enough. */
export function spaceProblem(folder: string, freeMiB: number, neededMiB: number): string | undefined {
  return freeMiB >= neededMiB
    ? undefined
    : `${folder} has ${Math.floor(freeMiB)} MiB free, ${neededMiB} are needed; make room, or name another folder in XDG_CACHE_HOME or TMPDIR`;
}

function requireSpace(folder: string, neededMiB: number): void {
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const problem = spaceProblem(folder, (bavail * bsize) / 1024 ** 2, neededMiB);
  if (problem !== undefined) throw new Error(problem);
}

/** What the demo needs, all problems in one error. */
export async function ensureParts(now: (text: string) => void): Promise<StepResult<{ pulumi: PulumiCli }>> {
  const problems: string[] = [];
  const attempt = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      problems.push((error as Error).message);
      return undefined;
    }
  };
  // What is quick to check comes first: nobody waits minutes to hear that a package is missing.
  const isFirstRun = !existsSync(cacheDir("pulumi"));
  await attempt(() => requireSpace(cacheDir(), isFirstRun ? NEEDED_MIB.cache : NEEDED_MIB.scratch));
  await attempt(() => requireSpace(tmpdir(), NEEDED_MIB.scratch));
  const postgres = await attempt(findPostgres);
  await attempt(() => requireProgram("zstd", "--version", "apt install zstd, or brew install zstd"));
  await attempt(() => requireProgram("openssl", "version", "apt install openssl, or brew install openssl"));
  const ministack = await attempt(() => ensureMinistack(now));
  const pulumi = problems.length === 0 ? await attempt(() => ensurePulumi(now)) : undefined;
  if (problems.length > 0 || !pulumi) {
    throw new Error(`${problems.length} missing:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
  }
  return {
    value: { pulumi },
    headline: `all there: PostgreSQL in ${postgres}, ${ministack!.python}, pulumi ${pulumi.version} (${pulumi.source})`,
  };
}
