import { libpqEnv } from "../postgres/connection";
import type { ClientProgram } from "../postgres/clientPrograms";
import { type Stage, startStage } from "../stream/childStage";
import type { DumpContext } from "./dumpContext";

/** Parameters without environment variables of their own: host, role and password are in the environment, never in arguments. */
const KEEPALIVES = "keepalives=1 keepalives_idle=60 keepalives_interval=30 keepalives_count=5";

/** A start of a program that connects to the database. */
export interface ClientStart {
  /** Name of the stage in errors. */
  stage: string;
  program: ClientProgram;
  args: readonly string[];
  stdin?: "pipe";
  /** Where its output goes. */
  next: Stage | "pipe";
  /** Whether it may say something on file 3. */
  hasReport?: boolean;
}

/** Starts one of PostgreSQL's client programs on the database of the dump. */
export async function startClient(context: DumpContext, start: ClientStart): Promise<Stage> {
  return startStage({
    stage: start.stage,
    exit: "dump",
    command: start.program.path,
    args: ["--no-password", `--dbname=${KEEPALIVES}`, ...start.args],
    env: { ...(await libpqEnv(context.settings)), PATH: context.path, LC_ALL: "C" },
    stdin: start.stdin ?? "ignore",
    stdout: start.next,
    hasReport: start.hasReport ?? false,
  });
}
