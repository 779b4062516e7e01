/** Runs one command of a contender and says what it took. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serverCpuSeconds, watchGroup } from "./processes";

/** What one run took. */
export interface Usage {
  wallSeconds: number;
  /** All processes of the command, those of the database server not. */
  clientCpuSeconds: number;
  postgresCpuSeconds: number;
  /** Peak of the largest process of a name. */
  largestMiB: Map<string, number>;
  /** Peak of the sum over all its processes. */
  allMiB: number;
  stdout: string;
}

export interface Command {
  /** Lines for bash; the first that fails, also inside a pipe, fails the run. No secrets: those are in `env`. */
  script: string;
  env: Record<string, string>;
  /** Folder for what the measurement writes. */
  dir: string;
  /** Process id of the database server's first process. */
  postgresPid: number;
}

const TAIL = 2000;

/** CPU seconds in what bash's `times` prints: two lines, of the shell and of its children, with user and system time each. */
export function cpuSeconds(times: string): number {
  const all = [...times.matchAll(/(\d+)m([\d.]+)s/g)];
  if (all.length !== 4) throw new Error(`bench: bash's times printed no four times: ${JSON.stringify(times)}`);
  return all.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

/** @throws Error with the end of stderr when the command fails */
export async function measure({ script, env, dir, postgresPid }: Command): Promise<Usage> {
  const timesFile = join(dir, "times");
  const text = `set -euo pipefail\n${script}\ntimes >"$BENCH_TIMES"\n`;
  const postgresBefore = serverCpuSeconds(postgresPid);
  const start = process.hrtime.bigint();
  const child = spawn("bash", ["-c", text], {
    env: { ...env, BENCH_TIMES: timesFile },
    cwd: dir,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // It leads a group of its own, so it would outlive a bench that a person ends.
  const killGroup = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  process.once("exit", killGroup);
  const watch = watchGroup(child.pid ?? -1);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr = (stderr + String(chunk)).slice(-TAIL)));
  const how = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : String(signal ?? code)));
  });
  process.removeListener("exit", killGroup);
  const wallSeconds = Number(process.hrtime.bigint() - start) / 1e9;
  const memory = watch.stop();
  if (how !== undefined) throw new Error(`bench: ended with ${how}: ${stderr.trim()} ${stdout.slice(-TAIL).trim()}`);
  return {
    wallSeconds,
    clientCpuSeconds: cpuSeconds(readFileSync(timesFile, "utf8")),
    postgresCpuSeconds: serverCpuSeconds(postgresPid) - postgresBefore,
    ...memory,
    stdout,
  };
}
