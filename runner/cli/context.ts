import type { Env } from "../config";
import type { StackSettings } from "../stackSettings";

/** What a command may touch of the process. */
export interface CliContext {
  /** In an action: the process's own over the stack's settings, where the command takes `--stack` and `--config`. */
  env: Env;
  /** What is known of the stack, in the action of such a command; undefined where nothing but the environment says anything. */
  stack?: StackSettings | undefined;
  /** Aborted by SIGTERM, SIGINT and SIGHUP. */
  signal: AbortSignal;
  clock: () => Date;
  /** Results: tables, JSON. A line break is added. */
  out: (text: string) => void;
  /** Progress and remarks. A line break is added. */
  note: (text: string) => void;
  /** Whether a progress bar can be drawn on stderr. */
  isInteractive: boolean;
  /** Whether stdout takes colours. @default false */
  hasColors?: boolean | undefined;
  /** Asks a person and gives back the line that was typed; absent where there is none to ask. */
  ask?: ((question: string) => Promise<string>) | undefined;
}
