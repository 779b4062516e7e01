import { existsSync } from "node:fs";
import path from "node:path";

/**
 * Absolute path of the installed package's folder. Absolute, because a relative path is resolved against the user's project.
 *
 * @param from folder of the calling file
 */
export function packageRoot(from: string): string {
  let dir = from;
  // A file that stands in the package's own folder and nowhere above or below it.
  while (!existsSync(path.join(dir, "PulumiPlugin.yaml"))) {
    const above = path.dirname(dir);
    if (above === dir) throw new Error(`no PulumiPlugin.yaml in ${from} or above; install pulumi-backup321 again`);
    dir = above;
  }
  return dir;
}
