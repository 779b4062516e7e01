import { execFileSync } from "node:child_process";
import { completionScript, SHELLS } from "../../runner/cli/completion";
import { buildProgram } from "../../runner/cli/program";

const program = buildProgram({
  env: {},
  signal: new AbortController().signal,
  clock: () => new Date(0),
  out: () => undefined,
  note: () => undefined,
  isInteractive: false,
});
const names = program.commands.map((command) => command.name());

/** What bash offers for the last word of a line. */
function offered(...words: string[]): string[] {
  const script = `${completionScript("bash", program)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _backup321; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", script, "bash", "backup321", ...words], {
    encoding: "utf8",
    cwd: __dirname,
  });
  return output.split("\n").filter((line) => line !== "");
}

describe("completion by bash", () => {
  it("is registered for the command", () => {
    const script = `${completionScript("bash", program)}\ncomplete -p backup321`;
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe("complete -F _backup321 backup321\n");
  });

  it("offers every command, and those that begin as typed", () => {
    expect(offered("")).toEqual(expect.arrayContaining([...names, "--version", "--help"]));
    expect(offered("ver")).toEqual(["verify"]);
    expect(offered("verify ")).toEqual([]);
  });

  it("offers the options of that command alone", () => {
    expect(offered("list", "--li")).toEqual(["--limit"]);
    expect(offered("verify", "--li")).toEqual([]);
    expect(offered("list", "--tier", "daily", "--side", "replica", "--js")).toEqual(["--json"]);
  });

  it("offers the values of an option, files and folders, and nothing where nobody can know", () => {
    expect(offered("list", "--side", "")).toEqual(["primary", "replica"]);
    expect(offered("list", "--side", "r")).toEqual(["replica"]);
    expect(offered("list", "--config", "completion.t")).toEqual(["completion.test.ts"]);
    expect(offered("list", "--cwd", "../runne")).toEqual(["../runner"]);
    expect(offered("list", "--cwd", "completion.t")).toEqual([]);
    expect(offered("list", "--bucket", "")).toEqual([]);
  });

  it("offers the words of an argument, and commands below commands", () => {
    expect(offered("completion", "")).toEqual(expect.arrayContaining([...SHELLS]));
    for (const command of program.commands.filter(({ commands }) => commands.length > 0)) {
      const below = command.commands.map((sub) => sub.name());
      expect(offered(command.name(), "")).toEqual(expect.arrayContaining(below));
    }
  });
});

describe("completion by other shells", () => {
  it("is bash's own for zsh", () => {
    expect(completionScript("zsh", program)).toContain(completionScript("bash", program));
    expect(completionScript("zsh", program)).toMatch(/bashcompinit && bashcompinit\n/);
  });

  it("has a line for each command and each option for fish", () => {
    const lines = completionScript("fish", program).split("\n");
    for (const name of names) expect(lines.filter((line) => line.includes(` -a ${name} `))).toHaveLength(1);
    expect(lines).toContain(
      "complete -c backup321 -n '__fish_seen_subcommand_from list' -l side -xa 'primary replica' -d 'which bucket to read'",
    );
    expect(lines.filter((line) => !line.startsWith("complete -c backup321"))).toEqual([]);
    // An odd number of quotes would swallow the next line.
    const quotes = (line: string) => (line.replace(/\\'/g, "").match(/'/g) ?? []).length;
    expect(lines.filter((line) => quotes(line) % 2 !== 0)).toEqual([]);
  });
});
