import { Argument, Command, type Option } from "commander";
import type { CliContext } from "./context";

/** What may follow an option: nothing, one of some words, a path, or a value that nobody can guess. */
type Value = { kind: "none" | "file" | "folder" | "other" } | { kind: "words"; words: readonly string[] };

interface CompletedOption {
  flags: readonly string[];
  description: string;
  value: Value;
}

/** One command as a shell completes it. */
interface CompletedCommand {
  /** Names from the program's own, without it: `[]` is the program. */
  path: readonly string[];
  description: string;
  subcommands: readonly string[];
  options: readonly CompletedOption[];
  /** Words that its own arguments may be. */
  words: readonly string[];
}

function valueOf({ argChoices, flags, required, optional }: Option): Value {
  if (argChoices) return { kind: "words", words: argChoices };
  if (!required && !optional) return { kind: "none" };
  return { kind: flags.includes("<file>") ? "file" : flags.includes("<folder>") ? "folder" : "other" };
}

/** The tree of commands, as commander has it. */
function completedCommands(command: Command, path: readonly string[] = []): CompletedCommand[] {
  const help: CompletedOption = {
    flags: ["-h", "--help"],
    description: "what there is to say",
    value: { kind: "none" },
  };
  const options = command.options.map((option) => ({
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: valueOf(option),
  }));
  const own: CompletedCommand = {
    path,
    description: command.description(),
    subcommands: command.commands.map((sub) => sub.name()),
    options: [...options, help],
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  return [own, ...command.commands.flatMap((sub) => completedCommands(sub, [...path, sub.name()]))];
}

const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
const pathText = (path: readonly string[]): string => path.map((name) => ` ${name}`).join("");

function bashValue(value: Value): string {
  if (value.kind === "words") return `COMPREPLY=($(compgen -W ${quote(value.words.join(" "))} -- "$cur"))`;
  if (value.kind === "file") return 'COMPREPLY=($(compgen -f -- "$cur"))';
  return value.kind === "folder" ? 'COMPREPLY=($(compgen -d -- "$cur"))' : "COMPREPLY=()";
}

function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const steps = commands.filter(({ path }) => path.length > 0).map(({ path }) => `"${pathText(path)}"`);
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value.kind !== "none")
      .map(({ flags, value }) => {
        const patterns = flags.map((flag) => `"${pathText(path)} ${flag}"`).join("|");
        return `    ${patterns}) ${bashValue(value)}; return ;;`;
      }),
  );
  const words = commands.map(({ path, subcommands, options, words }) => {
    const all = [...subcommands, ...words, ...options.flatMap(({ flags }) => flags)];
    return `    "${pathText(path)}") words=${quote(all.join(" "))} ;;`;
  });
  return `_${program}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ${steps.join("|")}) command="$command $word" ;;
    esac
  done
  case "$command $prev" in
${values.join("\n")}
  esac
  case "$command" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _${program} ${program}`;
}

/** zsh reads completions of bash; its own would be a second tree to keep. */
function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(program, commands)}`;
}

function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const words = (text: string) => text.replace(/\\/g, "\\\\").replace(/'/g, "\\'");
  const lines = commands.flatMap(({ path, options, words: own }) => {
    const conditions = path.map((name) => `__fish_seen_subcommand_from ${name}`);
    const when = conditions.length === 0 ? "" : ` -n '${conditions.join("; and ")}'`;
    const values = { none: "", other: " -x", file: " -rF", folder: " -xa '(__fish_complete_directories)'" };
    return [
      ...(own.length > 0 ? [`complete -c ${program}${when} -a '${own.join(" ")}'`] : []),
      ...options.map(({ flags, description, value }) => {
        const names = flags.map((flag) => (flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`));
        const takes = value.kind === "words" ? ` -xa '${value.words.join(" ")}'` : values[value.kind];
        return `complete -c ${program}${when}${names.join("")}${takes} -d '${words(description)}'`;
      }),
    ];
  });
  const names = commands.flatMap(({ path, description }) => {
    if (path.length === 0) return [];
    const parents = path.slice(0, -1);
    const siblings = commands.find((one) => pathText(one.path) === pathText(parents))!.subcommands.join(" ");
    const seen = parents.map((name) => `__fish_seen_subcommand_from ${name}; and `).join("");
    const when = `${seen}not __fish_seen_subcommand_from ${siblings}`;
    return [`complete -c ${program} -n '${when}' -a ${path.at(-1)!} -d '${words(description)}'`];
  });
  return [`complete -c ${program} -f`, ...names, ...lines].join("\n");
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
type Shell = keyof typeof SCRIPTS;

/** Shells that there is a script for. */
export const SHELLS = Object.keys(SCRIPTS) as readonly Shell[];

/** A script that lets a shell complete a whole program, from its own tree of commands. */
export function completionScript(shell: Shell, program: Command): string {
  return SCRIPTS[shell](program.name(), completedCommands(program));
}

/** `backup321 completion` */
export function completionCommand(context: CliContext, program: Command): Command {
  return new Command("completion")
    .summary("print a script for bash, zsh or fish")
    .description("print a script that lets a shell complete commands, options and their values")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
Examples:
  eval "$(backup321 completion bash)"
  backup321 completion zsh > ~/.backup321.zsh
  backup321 completion fish > ~/.config/fish/completions/backup321.fish`,
    )
    .action((shell: Shell) => context.out(completionScript(shell, program)));
}
