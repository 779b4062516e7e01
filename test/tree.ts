import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.join(__dirname, "..");

/** Every text file of the project: tracked, or new and not ignored. */
export function projectFiles(): string[] {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return list.split("\n").filter((f) => f !== "" && !/\.(png|svg|ico)$/.test(f) && f !== "package-lock.json");
}

export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}
