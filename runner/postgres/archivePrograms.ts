import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ExitName } from "../errors";
import { type Stage, startStage } from "../stream/childStage";
import type { ClientProgram } from "./clientPrograms";

/** How to run pg_restore on an archive that comes through its stdin. */
export interface PgRestoreOptions {
  program: ClientProgram;
  /** PATH for the child. */
  path: string;
  /** Name of the stage in errors. */
  stage: string;
  exit: ExitName;
  args: readonly string[];
  /** Connection settings as libpq's variables; none where pg_restore does not connect. */
  connection?: Record<string, string>;
  stdout: "pipe" | "ignore";
}

/** Starts pg_restore on a custom-format archive from stdin. */
export function startPgRestore(options: PgRestoreOptions): Stage {
  return startStage({
    stage: options.stage,
    exit: options.exit,
    command: options.program.path,
    args: ["--format=custom", ...options.args],
    env: { ...options.connection, PATH: options.path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: options.stdout,
  });
}

/** Lines of a child's output, whatever their number, one at a time. */
export function linesOf(stdout: Readable): AsyncIterable<string> {
  return createInterface({ input: stdout, crlfDelay: Infinity });
}
