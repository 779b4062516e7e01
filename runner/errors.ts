import { EXIT } from "./contract";

/** Name of an exit code in the table of `contract.ts`. */
export type ExitName = keyof typeof EXIT;

/**
 * An error a person can act on. `message` reads "stage: what happened: value; fix" and never holds a secret.
 * The exit code is part of it, so that one place (cli/main.ts) turns it into the process's own.
 */
export class StageError extends Error {
  override readonly name = "StageError";
  constructor(
    readonly stage: string,
    readonly exit: ExitName,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${stage}: ${detail}`, options);
  }
  get exitCode(): number {
    return EXIT[this.exit];
  }
}

/**
 * All problems of one call in one error, so that nobody mends them one at a time.
 * @param most how many are shown; the number of the others follows
 */
export function problemsError(
  stage: string,
  exit: ExitName,
  problems: readonly string[],
  most = problems.length,
): StageError {
  const shown = problems.length > most ? [...problems.slice(0, most), `${problems.length - most} more`] : problems;
  const list =
    problems.length === 1 ? problems[0]! : `${problems.length} problems:\n${shown.map((p) => `  - ${p}`).join("\n")}`;
  return new StageError(stage, exit, list);
}

/** Message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The same without the stage before it, for a message that names a stage of its own. */
export function detailOf(error: unknown): string {
  const message = messageOf(error);
  const stage = error instanceof StageError ? `${error.stage}: ` : "";
  return message.startsWith(stage) ? message.slice(stage.length) : message;
}
