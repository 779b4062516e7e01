/** Runs what a CI's recipe runs, in a project that is there already. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Recipe } from "../policies/ciRecipes";

/** The recipe's first step takes the package from a registry; here its tarball is installed. */
const INSTALL = /^npm ci\b.*$/gm;

interface Ended {
  status: number | null;
  /** All that it printed. */
  output: string;
}

/** A program with those variables above this process's own, but for its credentials. */
export function command(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Ended> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  return new Promise((resolve, reject) => {
    let output = "";
    const child = spawn(program, args, { cwd, env: { ...inherited, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const add = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

/**
 * The steps of a recipe, one shell each; after a failure only those that always run. Variables that the CI fills in come
 * from `env`.
 *
 * @returns the first failure's status, and what was written into GitHub's summary
 */
export async function runRecipe(
  { environment, steps }: Recipe,
  cwd: string,
  env: Record<string, string>,
): Promise<Ended & { summary: string }> {
  const own = Object.entries(environment).filter(([, value]) => !value.includes("${{"));
  const filledIn = own.map(([name, value]) => [name, value.replace(/\$(\w+)/g, (_, used: string) => env[used] ?? "")]);
  const summaryFile = join(cwd, "summary.md");
  const variables = { ...env, ...Object.fromEntries(filledIn), GITHUB_STEP_SUMMARY: summaryFile } as typeof env;
  rmSync(summaryFile, { force: true });
  rmSync(join(cwd, "preview.txt"), { force: true });
  let status: number | null = 0;
  let output = "";
  for (const step of steps) {
    if (status !== 0 && !step.isAlways) continue;
    const ended = await command("bash", ["-e", "-c", step.script.replace(INSTALL, ":")], cwd, variables);
    output += ended.output;
    if (status === 0) status = ended.status;
  }
  return { status, output, summary: existsSync(summaryFile) ? readFileSync(summaryFile, "utf8") : "" };
}
