import type { Env } from "../config";

/** What a command may touch of the process. */
export interface CliContext {
  env: Env;
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  signal: AbortSignal;
  clock: () => Date;
  /** Results: tables, JSON. A line break is added. */
  out: (text: string) => void;
  /** Progress and remarks. A line break is added. */
  note: (text: string) => void;
  /** Whether a progress bar can be drawn on stderr. */
  isInteractive: boolean;
}
