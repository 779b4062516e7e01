import { Command, CommanderError } from "commander";
import { EXIT } from "../contract";
import { messageOf, StageError } from "../errors";
import { RepositoryError } from "../repository/repository";
import { TOOL } from "../version";
import { alertCommand } from "./alert";
import { backupCommand } from "./backup";
import type { CliContext } from "./context";
import { completionCommand } from "./completion";
import { configCommand } from "./config";
import { costCommand } from "./cost";
import { drillCommand } from "./drill";
import { doctorCommand } from "./doctor";
import { listCommand } from "./list";
import { takesSettings } from "./options";
import { rehydrateCommand } from "./rehydrate";
import { reportCommand } from "./report";
import { restoreCommand } from "./restore";
import { runbookCommand } from "./runbook";
import { CONFIG_FILE, type SourceOptions, sourceSettings } from "./stackSource";
import { statusCommand } from "./status";
import { verifyCommand } from "./verify";

/** Every subcommand; a new one is one file and one line. */
const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  backupCommand,
  listCommand,
  statusCommand,
  verifyCommand,
  restoreCommand,
  rehydrateCommand,
  drillCommand,
  reportCommand,
  doctorCommand,
  runbookCommand,
  alertCommand,
  costCommand,
  configCommand,
];

const HELP_COLUMNS = 80;

/** Every exit code by its name, in lines that fit a screen. */
function exitCodeLines(): string {
  const lines = ["Exit codes:"];
  Object.entries(EXIT).forEach(([name, code], i, { length }) => {
    const word = ` ${code} ${name}${i === length - 1 ? "." : ","}`;
    if (lines.at(-1)!.length + word.length > HELP_COLUMNS) lines.push(" ");
    lines[lines.length - 1] += word;
  });
  return lines.join("\n");
}

/** The whole command line. */
export function buildProgram(outer: CliContext): Command {
  // Its own, so that a command finds what its options say in the place where it looks anyway.
  const context = { ...outer };
  const program = new Command("backup321")
    .description("proven 3-2-1 backups of databases in S3")
    .version(TOOL.version)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .helpCommand(false)
    .hook("preAction", async (_, command) => {
      if (!takesSettings(command)) return;
      Object.assign(context, await sourceSettings(outer.env, command.opts<SourceOptions>(), outer.signal));
    })
    .addHelpText(
      "after",
      `
Where the repository is: options, else BACKUP321_BUCKET and the like, else
${CONFIG_FILE} in this folder; or --stack <name>, with pulumi. What was found:
\`backup321 config\`. More: \`backup321 <command> --help\`, docs/cli.md.

${exitCodeLines()}

Examples:
  backup321 status --stack prod
  backup321 restore orders_copy --database orders --side replica`,
    );
  for (const make of COMMANDS) program.addCommand(make(context));
  program.addCommand(completionCommand(context, program));
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
