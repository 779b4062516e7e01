import { existsSync } from "node:fs";
import * as path from "node:path";

/**
 * Absolute path of a bundled Lambda's index.js. Absolute, because a relative asset path is resolved against the user's project.
 *
 * @param name folder of the bundle, `freshness` or `plan`
 * @throws when it was not built
 */
export function bundlePath(name: string): string {
  // Compiled, this file is dist/components/internal/; run from source it is components/internal/.
  const candidates = ["../../bundles", "../../dist/bundles"].map((dir) => path.join(__dirname, dir, name, "index.js"));
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined)
    throw new Error(`bundle "${name}": ${candidates[1]} does not exist; run "npm run build" first`);
  return found;
}
