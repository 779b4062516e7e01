import { constants } from "node:os";
import { StageError } from "../errors";
import { type Stage, startStage } from "./childStage";

const COMMAND = "zstd";
/** Stage of every error of the compressor. */
export const COMPRESS_STAGE = "compress";

/** How hard the compressor works. */
export interface Compression {
  /** Level of zstd, 1-19. */
  level: number;
  /** Threads; 0: as many as there are cores. */
  threads: number;
}

/** Level 3 on all cores. */
export const DEFAULT_COMPRESSION: Compression = { level: 3, threads: 0 };

function compressorArgs({ level, threads }: Compression): string[] {
  return [`-${level}`, `-T${threads}`, "--no-progress", "--stdout"];
}

/**
 * Starts the compressor, from its stdin to its stdout: one frame, which ends with a checksum of its raw bytes.
 * @param path PATH of the child
 */
export function startCompressor(path: string, compression: Compression = DEFAULT_COMPRESSION): Stage {
  return startStage({
    stage: COMPRESS_STAGE,
    exit: "dump",
    command: COMMAND,
    args: [...compressorArgs(compression), "--quiet", "-"],
    env: { PATH: path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: "pipe",
  });
}

/** What a compressor that a shell started says of one frame. */
export interface CompressedFrame {
  rawBytes: number;
  storedBytes: number;
}

/**
 * A shell command that compresses its stdin as one frame to its stdout, and reports on file 3. As verbose as this zstd tells sizes
 * to the byte.
 */
export function compressorCommand(compression: Compression): string {
  return `${COMMAND} ${compressorArgs(compression).join(" ")} -vv - 2>&3; echo "exit $?" >&3`;
}

/** zstd 1.4: `( 24 => 21 bytes,`; 1.5: `( 24 B => 21 B,`. */
const SIZES = /\(\s*(\d+)(?: B)? =>\s*(\d+) (?:B|bytes), /;

/**
 * Reads what `compressorCommand` reported.
 * @throws StageError `dump` when it failed or said no sizes, with its own words
 */
export function compressedFrame(report: readonly string[]): CompressedFrame {
  const sizes = report.map((line) => SIZES.exec(line)).find((match) => match !== null);
  if (!report.includes("exit 0") || !sizes) throw compressorFailure(report);
  return { rawBytes: Number(sizes[1]), storedBytes: Number(sizes[2]) };
}

/** What a compressor that did not succeed reported. */
export function compressorFailure(report: readonly string[]): StageError {
  const exit = report.find((line) => line.startsWith("exit "))?.slice("exit ".length);
  const signal = Object.entries(constants.signals).find(([, number]) => Number(exit) === 128 + number)?.[0];
  const how =
    exit === undefined
      ? "did not end"
      : exit === "0"
        ? "did not tell how much it compressed"
        : signal === undefined
          ? `exited with code ${exit}`
          : `was killed by ${signal}`;
  // Its errors begin with its name; the rest is talk about settings.
  const said = report.filter((line) => /^zstd: |not found/.test(line)).join("; ");
  return new StageError(COMPRESS_STAGE, "dump", `${COMMAND} ${how}${said && `: ${said}`}`);
}

/**
 * Makes sure that the compressor can run before anything is started in storage.
 * @throws StageError `preflight` when it is not installed or does not start
 */
export async function requireCompressor(path: string): Promise<void> {
  await startCheck(path, COMMAND, ["--version"]).done;
}

/**
 * Makes sure that the compressor can run, and tells sizes in a way that is understood here.
 * @throws StageError `preflight` when it does not
 */
export async function requireReportingCompressor(path: string): Promise<void> {
  await requireCompressor(path);
  const check = startCheck(path, "sh", ["-c", `${compressorCommand(DEFAULT_COMPRESSION)} >&3`], true);
  await check.done;
  try {
    compressedFrame(check.report().split("\n"));
  } catch (error) {
    const fix = "install version 1.5";
    throw new StageError("preflight", "preflight", `${COMMAND} does not tell how much it compressed; ${fix}`, {
      cause: error,
    });
  }
}

function startCheck(path: string, command: string, args: readonly string[], hasReport = false): Stage {
  return startStage({
    stage: "preflight",
    exit: "preflight",
    command,
    args,
    env: { PATH: path, LC_ALL: "C" },
    stdin: "ignore",
    stdout: "ignore",
    hasReport,
  });
}
