import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type ExitName, StageError } from "../errors";
import { noteUsedUp } from "./chunkGarbage";

/** What to start. */
export interface StageOptions {
  /** Name of the stage in errors, e.g. "dump". */
  stage: string;
  /** Exit code of the runner when this stage fails. */
  exit: ExitName;
  command: string;
  args: readonly string[];
  /** The child's whole environment: nothing of ours leaks into it. */
  env: Record<string, string>;
  stdin: "pipe" | "ignore";
  /** Another stage: its stdin, by a pipe of the operating system, so that not one byte of it passes through this process. */
  stdout: "pipe" | "ignore" | Stage;
  /** Gives the child a fourth file, number 3, to say something by when it ends: `report`. */
  hasReport?: boolean;
  /** Takes each whole line of the report as it comes; `report` is then what follows the last one. */
  onReportLine?: (line: string) => void;
}

/** A running child process whose success is its exit code, never the end of its output. */
export interface Stage {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** Resolves when the child exited 0 and its pipes are closed; rejects with a StageError otherwise. */
  readonly done: Promise<void>;
  /** What the child wrote to file 3, once `done`. */
  report(): string;
  /** Ends the child and resolves when it is gone, whatever its exit. */
  stop(): Promise<void>;
}

const STDERR_TAIL_BYTES = 2048;
const KILL_AFTER_MS = 5_000;

/**
 * The end of a child's stderr. CONTEXT and DETAIL lines are dropped: PostgreSQL puts rows of the user's data there. So are
 * LOCATION lines, which name a line of the server's source.
 */
export function stderrTail(text: string): string {
  const lines = text.split("\n").filter((l) => l.trim() !== "" && !/^\s*(CONTEXT|DETAIL|LOCATION):/.test(l));
  return lines.join("\n").slice(-STDERR_TAIL_BYTES).trim();
}

/** Starts a child process as one stage of a pipeline. A program that can't be started makes `done` reject. */
export function startStage(options: StageOptions): Stage {
  const next = options.stdout;
  const child = spawn(options.command, options.args, {
    env: options.env,
    stdio: [
      options.stdin,
      typeof next === "string" ? next : next.stdin!,
      "pipe",
      ...(options.hasReport ? ["pipe" as const] : []),
    ],
  });
  // The child has its own hold on the pipe; the reader sees its end only when nobody else has one.
  if (typeof next !== "string") next.stdin!.destroy();
  let report = "";
  (child.stdio[3] as Readable | undefined)?.setEncoding("utf8").on("data", (chunk: string) => {
    report += chunk;
    if (options.onReportLine === undefined) return;
    const lines = report.split("\n");
    report = lines.pop()!;
    lines.forEach(options.onReportLine);
  });
  let stderr = "";
  child.stderr!.setEncoding("utf8");
  child.stderr!.on("data", (chunk: string) => {
    stderr = (stderr + chunk).slice(-4 * STDERR_TAIL_BYTES);
  });
  const name = options.command.split("/").pop()!;
  const done = new Promise<void>((resolve, reject) => {
    const fail = (what: string, cause?: unknown) => {
      const tail = stderrTail(stderr);
      reject(new StageError(options.stage, options.exit, `${name} ${what}${tail ? `: ${tail}` : ""}`, { cause }));
    };
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT"
        ? fail(`is not installed (looked for ${options.command}); install it and run again`, error)
        : fail(`could not be started: ${error.message}`, error),
    );
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else if (signal) fail(`was killed by ${signal}`);
      else fail(`exited with code ${code}`);
    });
  });
  done.catch(() => undefined); // whoever awaits it gets the error; nobody awaiting yet is no crash
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    done,
    report: () => report,
    async stop() {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
        child.stdin?.destroy();
        child.stdout?.destroy();
        await done.catch(() => undefined);
        clearTimeout(timer);
      }
    },
  };
}

/**
 * The output of a stage, which ends only when the stage succeeded.
 *
 * A child that dies also closes its stdout; handed straight to an uploader, that reads as the end of a complete dump.
 */
export async function* outputOf(stage: Stage): AsyncGenerator<Buffer> {
  for await (const chunk of stage.stdout! as AsyncIterable<Buffer>) {
    yield chunk;
    noteUsedUp(chunk.length);
  }
  await stage.done;
}
