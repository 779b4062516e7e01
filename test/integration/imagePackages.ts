import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../tree";

/** Packages that each `apt-get install` of the runner's Dockerfile names: first Debian's own, then those of PGDG. */
export function dockerfilePackages(): { debian: string[]; pgdg: string[] } {
  const text = readFileSync(join(ROOT, "runner", "Dockerfile"), "utf8").replace(/\\\n/g, " ");
  const installs = [...text.matchAll(/apt-get install -y --no-install-recommends ([^&]+)/g)];
  const [debian = [], pgdg = []] = installs.map((match) => match[1]!.trim().split(/\s+/));
  return { debian, pgdg };
}
