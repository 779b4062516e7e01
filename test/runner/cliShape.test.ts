import { readFileSync } from "node:fs";
import path from "node:path";
import { buildProgram, runCli } from "../../runner/cli/program";
import { takesSettings } from "../../runner/cli/options";
import { cliPage } from "../../scripts/cliDocs";

const context = {
  env: {},
  signal: new AbortController().signal,
  clock: () => new Date(0),
  out: () => undefined,
  note: () => undefined,
  isInteractive: false,
};
const { commands } = buildProgram(context);

describe("the command line", () => {
  it("shows all there is on one screen", async () => {
    const out: string[] = [];
    await runCli(["--help"], { ...context, out: (text) => void out.push(text) });
    const lines = out.join("\n").split("\n");
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    for (const command of commands) {
      expect(lines.filter((line) => line.startsWith(`  ${command.name()} `))).toHaveLength(1);
    }
  });

  it.each(commands.map((command) => [command.name(), command] as const))("offers JSON from %s", (name, command) => {
    // `backup` writes nothing but JSON; a completion is a script; an alert goes elsewhere; a group of commands has its own.
    const isOther = ["backup", "completion", "alert"].includes(name) || command.commands.length > 0;
    const isJson = command.options.some(({ long, argChoices }) => long === "--json" || argChoices?.includes("json"));
    expect(isOther || isJson).toBe(true);
  });

  it("finds a stack from every command that reads a repository, and from no task", () => {
    const without = commands.filter((command) => !takesSettings(command)).map((command) => command.name());
    expect(without).toEqual(expect.arrayContaining(["backup", "cost", "completion"]));
    for (const name of ["list", "status", "verify", "restore", "runbook", "doctor", "config"]) {
      expect(without).not.toContain(name);
    }
  });

  it("is described by docs/cli.md as it is; `npx tsx scripts/cliDocs.ts` writes it", () => {
    expect(readFileSync(path.join(__dirname, "../../docs/cli.md"), "utf8")).toBe(cliPage());
  });
});
