/** The package as npm would publish it, installed in a fresh project outside of the checkout. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import path from "node:path";

const ROOT = path.join(__dirname, "..");
const NAME = "pulumi-backup321";
const IN_MODULES = "node_modules/";

export interface PackedProject {
  /** The user's project; holds `node_modules` alone. */
  folder: string;
  /** The package in it. */
  installed: string;
  /** Name of the tarball. */
  filename: string;
  /** Paths in the tarball. */
  files: string[];
  sizeBytes: number;
}

/** Packages beside which npm puts ours when a user installs it: all but those that only our own development needs. */
function productionPackages(): string[] {
  const lock = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; optional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(
      ([file, { dev, devOptional, optional }]) => file.startsWith(IN_MODULES) && !dev && !devOptional && !optional,
    )
    .map(([file]) => file.slice(IN_MODULES.length))
    .filter((name) => !name.includes(IN_MODULES));
}

/**
 * Packs what is built (`npm run build` first) and installs it below `scratch`. Its dependencies are links to ours, and no others are
 * there: an import of what is not declared fails as it would for a user.
 */
export function packedProject(scratch: string): PackedProject {
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename, files, size }] = JSON.parse(packed) as [
    { filename: string; files: { path: string }[]; size: number },
  ];
  const folder = path.join(scratch, "user");
  const modules = path.join(folder, "node_modules");
  for (const name of productionPackages()) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    symlinkSync(path.join(ROOT, "node_modules", name), path.join(modules, name), "dir");
  }
  execFileSync("tar", ["-xzf", path.join(scratch, filename), "-C", scratch]);
  const installed = path.join(modules, NAME);
  renameSync(path.join(scratch, "package"), installed);
  return { folder, installed, filename, files: files.map((file) => file.path), sizeBytes: size };
}
