/** Starts the stand-in provider in a process of its own, so that nothing of a test's memory reaches it. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const MAIN = join(__dirname, "..", "provider", "main.ts");

export interface ProviderProcess {
  /** Value of PULUMI_DEBUG_PROVIDERS. */
  attachment: string;
  stop(): Promise<void>;
}

/**
 * @param awsEnv standard AWS_* variables and NODE_EXTRA_CA_CERTS; nothing else of AWS is taken from this process
 * @throws Error with the process's last words when it does not come up
 */
export function startProviderProcess(awsEnv: Record<string, string>): Promise<ProviderProcess> {
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith("AWS_") && key !== "NODE_OPTIONS");
  // Its standard input is held open by this process: when this one goes, however it goes, the provider goes too.
  const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), MAIN], {
    env: { ...Object.fromEntries(inherited), ...awsEnv },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let lastWords = "";
  child.stderr.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`the stand-in provider ended at once with ${code}: ${lastWords.trim()}`)),
    );
    child.stdout.once("data", (chunk: Buffer) =>
      resolve({
        attachment: `aws:${chunk.toString().trim()}`,
        stop: async () => {
          child.stdin.end();
          await exited;
        },
      }),
    );
  });
}
