/** Finds Python and installs the pinned stand-in (ministack, MIT licence) into the cache. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, installOnce } from "../cache";
import { run } from "../processes";

/** The version the patches in `python/` are written for. */
export const MINISTACK_VERSION = "1.5.33";
/** Folder of the bootstrap, the patches and the docker shim. */
export const PYTHON_DIR = join(__dirname, "python");

const CANDIDATES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const HOW_TO_GET_PYTHON = "install one: apt install python3 python3-pip, or brew install python@3.13";

export interface Ministack {
  /** The Python program, 3.11 to 3.14. */
  python: string;
  /** What PYTHONPATH must hold. */
  pythonPath: string;
}

/** The first Python of 3.11 to 3.14 among `candidates`, with its version as "3.11". */
export function findPython(candidates: readonly string[] = CANDIDATES): { python: string; version: string } {
  const seen: string[] = [];
  for (const python of candidates) {
    try {
      const version = run("python", python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]).trim();
      const [major, minor] = version.split(".").map(Number);
      if (major === 3 && minor! >= 11 && minor! <= 14) return { python, version };
      seen.push(`${python} is ${version}`);
    } catch {
      // Not there: the next one may be.
    }
  }
  throw new Error(`stand-in: needs Python 3.11 to 3.14, found ${seen.join(", ") || "none"}; ${HOW_TO_GET_PYTHON}`);
}

/** Installs the stand-in unless it is there already; safe when several processes do it at once. */
export async function ensureMinistack(progress: (line: string) => void = () => undefined): Promise<Ministack> {
  const { python, version } = findPython();
  const requirements = join(PYTHON_DIR, "requirements.txt");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 8);
  const target = cacheDir(`ministack-${MINISTACK_VERSION}-${digest}-py${version}`);
  await installOnce(target, (dir) => {
    progress(`installing the AWS stand-in (ministack ${MINISTACK_VERSION}, about 20 MB) into ${target}`);
    try {
      run("stand-in", python, ["-m", "pip", "--version"]);
    } catch {
      throw new Error(`stand-in: ${python} has no pip; ${HOW_TO_GET_PYTHON}`);
    }
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"];
    const pinned = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", requirements];
    try {
      run("stand-in", python, ["-m", "pip", "install", ...quiet, "--target", dir, ...pinned], { timeoutMs: 600_000 });
    } catch (error) {
      throw new Error(`${(error as Error).message}; check the network and pip's package index, then run this again`);
    }
    return Promise.resolve();
  });
  return { python, pythonPath: target };
}
