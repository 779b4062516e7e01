/** Programs that have no package everywhere but build with Go alone. */
import { existsSync, renameSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir, installOnce } from "./cache";
import { run } from "./processes";

const BUILD_TIMEOUT_MS = 900_000;

/** What to build, and what to say when it can't be. */
export interface GoProgram {
  program: string;
  version: string;
  /** Path of the main package, without its version. */
  package: string;
  /** How a person gets it otherwise. */
  install: string;
}

/** Path of the program: PATH when it is this version, else built once with Go (some minutes) into the cache. */
export async function ensureGoProgram(
  { program, version, package: main, install }: GoProgram,
  progress: (line: string) => void = () => undefined,
): Promise<string> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, program);
    if (existsSync(path) && run(program, path, ["--version"]).includes(version)) return path;
  }
  const target = cacheDir(`${program}-${version}`);
  await installOnce(target, (dir) => {
    progress(`building ${program} ${version} with Go into ${target}; this takes some minutes, once`);
    try {
      run(program, "go", ["version"]);
    } catch {
      throw new Error(
        `${program}: there is no ${program} ${version} on PATH and no Go to build it; install one: ${install}, or https://go.dev/dl`,
      );
    }
    try {
      run(program, "go", ["install", `${main}@v${version}`], {
        env: { ...process.env, GOBIN: dir, GOFLAGS: "", CGO_ENABLED: "0" },
        timeoutMs: BUILD_TIMEOUT_MS,
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}; check the network and Go's module proxy, then run this again`);
    }
    if (!existsSync(join(dir, program))) renameSync(join(dir, `${program}.exe`), join(dir, program));
    return Promise.resolve();
  });
  return join(target, program);
}
