// Writes docs/cli.md from the program itself: `npx tsx scripts/cliDocs.ts`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { buildProgram } from "../runner/cli/program";

const FILE = join(__dirname, "..", "docs", "cli.md");

const INTRO = `# Command line

<!-- Written by \`npx tsx scripts/cliDocs.ts\`; a test holds it to the program. -->

Tables for people, \`--json\` for machines; results on stdout, progress and questions on stderr. Colours only at a terminal;
\`NO_COLOR\` takes them away, \`FORCE_COLOR\` brings them. What destroys or costs asks first; where nobody can be asked, an option must say
it. Exit codes are in [exit-codes.md](exit-codes.md).

## Which stack is meant

Each wins over those below it:

- \`--bucket\`, \`--region\`, \`--replica-bucket\`, \`--replica-region\`, \`--database\`
- \`BACKUP321_BUCKET\` and the other variables
- \`--stack <name>\`, the outputs of that Pulumi stack; or \`--config <file>\`, else \`$BACKUP321_CONFIG\`, else \`backup321.json\` in the
  working folder

\`--stack\` and \`--config\` name a stack in so many words. When the environment names another bucket or region, the command refuses, and says
both. Of a stack any output will do that is a DatabaseBackup, or has its \`primaryBucketName\`; with several, \`--component\` chooses.
\`backup321 config --stack prod > backup321.json\` keeps what a stack says, for the day on which Pulumi's state can't be reached. The file
is JSON; a key that means nothing is an error. \`backup\` reads the environment alone.

## Completion

\`\`\`sh
eval "$(backup321 completion bash)"
\`\`\`
`;

/** Help of a command as the terminal shows it, what stands below its options included. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return text.trimEnd();
}

/** The whole page. */
export function cliPage(): string {
  const program = buildProgram({
    env: {},
    signal: new AbortController().signal,
    clock: () => new Date(0),
    out: () => undefined,
    note: () => undefined,
    isInteractive: false,
  });
  const section = (command: Command, names: string): string[] => [
    `## ${names}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`,
    ...command.commands.flatMap((sub) => section(sub, `${names} ${sub.name()}`)),
  ];
  return [INTRO, ...program.commands.flatMap((command) => section(command, command.name()))].join("\n");
}

if (require.main === module) writeFileSync(FILE, cliPage());
