/** Runs lines of a manifest as a person in an emergency would, with stock tools alone. */
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import path from "node:path";

/**
 * A shell that stops at the first error, in an empty folder below `dir`.
 * @param options.tools folders that come first on PATH
 * @param options.env everything else of its environment, except HOME
 */
export function stockShell(
  lines: readonly string[],
  options: { dir: string; tools: string[]; env: Record<string, string> },
): Promise<{ status: number | null; output: string }> {
  const cwd = mkdtempSync(path.join(options.dir, "restore-"));
  const PATH = [...options.tools, process.env.PATH].join(path.delimiter);
  const env = { ...options.env, PATH, HOME: process.env.HOME };
  return new Promise((resolve) => {
    const child = spawn("sh", ["-e", "-c", lines.join("\n")], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
    child.once("close", (status) => resolve({ status, output }));
  });
}

/** The folder of a program for PATH; none where the program was found there. */
export function folderOf(program: string): string[] {
  return path.isAbsolute(program) ? [path.dirname(program)] : [];
}
