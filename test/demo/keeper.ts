/**
 * `--keep`: the demo runs in a process of its own that outlives this one and holds the servers, while this one shows its
 * output and returns to the shell. `--stop` ends it.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, watchFile, unwatchFile, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir } from "../support/cache";

const STATE = path.join(cacheDir(), "demo-kept.json");

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The process that holds a kept demo, if there is one. */
function keptPid(): number | undefined {
  if (!existsSync(STATE)) return undefined;
  const { pid } = JSON.parse(readFileSync(STATE, "utf8")) as { pid: number };
  return isAlive(pid) ? pid : undefined;
}

/** Ends a kept demo; resolves when its servers are gone. */
export async function stopKept(): Promise<string> {
  const pid = keptPid();
  rmSync(STATE, { force: true });
  if (pid === undefined) return "nothing is running";
  process.kill(pid, "SIGTERM");
  for (let waited = 0; isAlive(pid) && waited < 30_000; waited += 100) await sleep(100);
  if (isAlive(pid)) throw new Error(`demo: process ${pid} is still there after 30 s; end it with: kill -9 ${pid}`);
  return "stopped, and everything it made is removed";
}

/** Runs the demo in a process that stays; resolves with the exit code for this one. */
export async function runKept(mainFile: string, args: string[]): Promise<number> {
  const running = keptPid();
  if (running !== undefined) {
    process.stderr.write("demo: one is kept already; end it with: npm run demo -- --stop\n");
    return 2;
  }
  mkdirSync(path.dirname(STATE), { recursive: true });
  const log = `${STATE}.log`;
  writeFileSync(log, "");
  const out = openSync(log, "a");
  const child = spawn(process.execPath, ["--require", require.resolve("tsx/cjs"), mainFile, "--hold", ...args], {
    detached: true,
    stdio: ["ignore", out, out, "ipc"],
  });
  writeFileSync(STATE, JSON.stringify({ pid: child.pid }), { mode: 0o600 });
  let shown = 0;
  const show = () => {
    const text = readFileSync(log, "utf8");
    process.stdout.write(text.slice(shown));
    shown = text.length;
  };
  watchFile(log, { interval: 200 }, show);
  const end = () => child.kill("SIGTERM");
  process.once("SIGINT", end).once("SIGTERM", end);
  const code = await new Promise<number>((resolve) => {
    child.once("message", () => resolve(0));
    child.once("exit", (exit) => resolve(exit ?? 1));
  });
  unwatchFile(log, show);
  show();
  if (code !== 0) rmSync(STATE, { force: true });
  child.removeAllListeners();
  if (child.connected) child.disconnect();
  child.unref();
  return code;
}
