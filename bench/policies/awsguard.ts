/** Pulumi's own pack of AWS rules, installed into the user's cache folder: a yardstick. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, installOnce } from "../../test/support/cache";
import { run } from "../../test/support/processes";

const VERSION = "0.3.1";
/** The newest SDK that speaks to today's engine; awsguard itself asks for any of version 1. */
const POLICY_VERSION = "1.21.0";

/** The folder of a pack of all its rules, or why there is none. */
export async function ensureAwsguard(
  say: (line: string) => void,
): Promise<{ folder: string; version: string } | { reason: string }> {
  const target = cacheDir(`awsguard-${VERSION}`);
  try {
    await installOnce(target, (dir) => {
      say(`installing awsguard ${VERSION} into ${target}, once`);
      const folder = join(dir, "pack");
      mkdirSync(folder, { recursive: true });
      const dependencies = { "@pulumi/awsguard": VERSION, "@pulumi/policy": POLICY_VERSION };
      writeFileSync(
        join(folder, "package.json"),
        JSON.stringify({ name: "awsguard-pack", version: VERSION, main: "index.js", private: true, dependencies }),
      );
      writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
      writeFileSync(join(folder, "index.js"), 'new (require("@pulumi/awsguard").AwsGuard)({ all: "mandatory" });\n');
      run("awsguard", "npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], {
        cwd: folder,
        timeoutMs: 600_000,
      });
      return Promise.resolve();
    });
  } catch (error) {
    return { reason: `not compared: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}` };
  }
  return { folder: join(target, "pack"), version: VERSION };
}
