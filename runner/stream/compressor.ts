import { type Stage, startStage } from "./childStage";

const COMMAND = "zstd";

/**
 * Starts the compressor: zstd level 3 on all cores, from its stdin to its stdout.
 * @param path PATH of the child
 */
export function startCompressor(path: string): Stage {
  return startStage({
    stage: "compress",
    exit: "dump",
    command: COMMAND,
    args: ["-3", "-T0", "--quiet", "--stdout", "-"],
    env: { PATH: path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: "pipe",
  });
}

/**
 * Makes sure that the compressor can run before anything is started in storage.
 * @throws StageError `preflight` when it is not installed or does not start
 */
export async function requireCompressor(path: string): Promise<void> {
  const check = startStage({
    stage: "preflight",
    exit: "preflight",
    command: COMMAND,
    args: ["--version"],
    env: { PATH: path, LC_ALL: "C" },
    stdin: "ignore",
    stdout: "ignore",
  });
  await check.done;
}
