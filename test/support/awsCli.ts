/** The stock AWS CLI, as whoever restores without this tool has it. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, installOnce } from "./cache";
import { run } from "./processes";
import { findPython } from "./standin/ministack";

/** The version that is installed where PATH has none. */
export const AWS_CLI_VERSION = "1.46.2";
const INSTALL = "install it: apt install awscli, or brew install awscli";

function isWorking(program: string): boolean {
  try {
    return run("aws", program, ["--version"]).startsWith("aws-cli/");
  } catch {
    return false; // not there, or a shim without a program behind it
  }
}

/** The `aws` program: from PATH, else installed once into the cache with pip. */
export async function ensureAwsCli(progress: (line: string) => void = () => undefined): Promise<string> {
  if (isWorking("aws")) return "aws";
  const { python, version } = findPython();
  const target = cacheDir(`awscli-${AWS_CLI_VERSION}-py${version}`);
  const program = join(target, "bin", "aws");
  await installOnce(target, (dir) => {
    progress(`installing aws-cli ${AWS_CLI_VERSION} (about 30 MB) into ${target}`);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"];
    try {
      run("aws", python, ["-m", "pip", "install", ...quiet, "--target", dir, `awscli==${AWS_CLI_VERSION}`], {
        timeoutMs: 600_000,
      });
    } catch (error) {
      throw new Error(`aws: there is no aws on PATH, and pip can't install it; ${INSTALL}`, { cause: error });
    }
    // pip's own script knows neither this folder nor the one it will be renamed to.
    const script = join(dir, "bin", "aws");
    writeFileSync(script, `#!/bin/sh\nPYTHONPATH='${target}' exec '${python}' -m awscli "$@"\n`);
    chmodSync(script, 0o755);
    return Promise.resolve();
  });
  if (!isWorking(program)) throw new Error(`aws: ${program} does not run; remove ${target}, or ${INSTALL}`);
  return program;
}
