import { createInterface } from "node:readline/promises";
import { takesColors } from "./colors";
import { runCli } from "./program";

// The bundle carries its SDK; what later SDKs will need of Node is nothing that a user of this one can act on.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (!warning.message.startsWith("NodeVersionSupportWarning"))
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

const interruption = new AbortController();
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => interruption.abort());

/** Questions go to stderr, so that stdout holds results alone. A closed input is an empty answer. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
    return await Promise.race([terminal.question(question, { signal: interruption.signal }), closed]);
  } finally {
    terminal.close();
  }
}

void runCli(process.argv.slice(2), {
  env: process.env,
  signal: interruption.signal,
  clock: () => new Date(),
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
  isInteractive: process.stderr.isTTY,
  hasColors: takesColors(process.env, process.stdout.isTTY),
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
}).then((code) => {
  // Whatever is still open must not keep the process alive, but what was written must get out first.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
});
