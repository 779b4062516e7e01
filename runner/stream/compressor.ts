import { type Stage, startStage } from "./childStage";

const COMMAND = "zstd";

/** How hard the compressor works. */
export interface Compression {
  /** Level of zstd, 1-19. */
  level: number;
  /** Threads; 0: as many as there are cores. */
  threads: number;
}

/** Level 3 on all cores. */
export const DEFAULT_COMPRESSION: Compression = { level: 3, threads: 0 };

/**
 * Starts the compressor, from its stdin to its stdout: one frame, which ends with a checksum of its raw bytes.
 * @param path PATH of the child
 */
export function startCompressor(path: string, compression: Compression = DEFAULT_COMPRESSION): Stage {
  return startStage({
    stage: "compress",
    exit: "dump",
    command: COMMAND,
    args: [`-${compression.level}`, `-T${compression.threads}`, "--quiet", "--stdout", "-"],
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
