import { Command, CommanderError } from "commander";
import { EXIT } from "../contract";
import { messageOf, StageError } from "../errors";
import { RepositoryError } from "../repository/repository";
import { TOOL } from "../version";
import { backupCommand } from "./backup";
import type { CliContext } from "./context";
import { costCommand } from "./cost";
import { listCommand } from "./list";
import { restoreCommand } from "./restore";
import { statusCommand } from "./status";
import { verifyCommand } from "./verify";

/** Every subcommand; a new one is one file and one line. */
const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  backupCommand,
  listCommand,
  statusCommand,
  verifyCommand,
  restoreCommand,
  costCommand,
];

/** The whole command line. */
export function buildProgram(context: CliContext): Command {
  const program = new Command("backup321")
    .description("proven 3-2-1 backups of databases in S3")
    .version(TOOL.version)
    .addHelpText(
      "after",
      `
Exit codes: ${Object.entries(EXIT)
        .map(([name, code]) => `${code} ${name}`)
        .join(", ")}.

Examples:
  backup321 list
  backup321 status --rpo-minutes 1560
  backup321 restore orders_copy --database orders --side replica`,
    );
  for (const make of COMMANDS) program.addCommand(make(context));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.note(text.trimEnd()),
    });
  }
  return program;
}

/** Runs one command line and says how the process should end. Errors become one message on stderr. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await buildProgram(context).parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    // Commander has printed its own message; help and version end here too, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const isUnconfirmed = error instanceof StageError && error.exit === "committedUnconfirmed";
    if (context.signal.aborted && !isUnconfirmed) {
      // Ctrl-C reaches our children as well: one of them may be seen dying before the signal is.
      context.note(messageOf(error));
      return EXIT.interrupted;
    }
    if (error instanceof StageError) {
      context.note(error.message);
      return error.exitCode;
    }
    if (error instanceof RepositoryError) {
      context.note(error.message);
      return EXIT.preflight;
    }
    context.note(`unexpected error, please report it: ${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.unexpected;
  }
}
