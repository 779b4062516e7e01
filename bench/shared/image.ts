/** How the image starts the runner: a bench that measures what tasks take starts it the same way. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface ImageSettings {
  /** Of Node, before the program. */
  nodeArgs: string[];
  env: Record<string, string>;
}

/** @throws Error when the Dockerfile has no entry point in JSON that starts Node, or variables in a form that is not read here */
export function imageSettings(dockerfile: string): ImageSettings {
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  const [program, ...args] = JSON.parse(entry ?? "[]") as string[];
  if (program !== "node" || args.length === 0)
    throw new Error(
      `bench: runner/Dockerfile starts ${entry ?? "nothing"}, and the bench only knows how to start node`,
    );
  const lines = [...dockerfile.matchAll(/^ENV (.+)$/gm)].map(([, line]) => line!);
  const unread = lines.find((line) => !/^(\w+=[\w./-]+ ?)+$/.test(line));
  if (unread !== undefined)
    throw new Error(
      `bench: runner/Dockerfile has ENV ${unread}, and the bench only reads plain names and values on one line`,
    );
  const env = lines.flatMap((line) =>
    line.split(" ").map((pair): [string, string] => [pair.split("=", 1)[0]!, pair.slice(pair.indexOf("=") + 1)]),
  );
  return { nodeArgs: args.slice(0, -1), env: Object.fromEntries(env) };
}

/** Of the image that this checkout builds. */
export const runnerImage = (): ImageSettings =>
  imageSettings(readFileSync(join(__dirname, "..", "..", "runner/Dockerfile"), "utf8"));
