/** Child processes of tests and the demo: each in a group of its own, none outlives this process. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const LOG_TAIL_BYTES = 4000;

export interface StartOptions {
  /** Shown in errors. */
  name: string;
  command: string;
  args?: string[];
  /** The child's whole environment; nothing is added. */
  env: Record<string, string | undefined>;
  cwd?: string;
  /** File that gets stdout and stderr. */
  logFile: string;
  /** Resolves true when the child serves. */
  ready: () => Promise<boolean>;
  /** Default 60 000. */
  readyTimeoutMs?: number;
  /** Default SIGTERM; PostgreSQL wants SIGINT. */
  stopSignal?: NodeJS.Signals;
  /** From the signal to SIGKILL; default 10 000. */
  stopTimeoutMs?: number;
  /** File in which the child notes process groups of its own making: `+<id>` when one starts, `-<id>` when it ended. */
  groupsFile?: string;
  /** Unix user and group of the child. */
  uid?: number;
  gid?: number;
}

export interface Running {
  pid: number;
  /** The last 4 000 bytes of the log. */
  logTail: () => string;
  /** Signal, wait, SIGKILL of the whole group. Never throws; may be called twice. */
  stop: () => Promise<void>;
}

/** Group leader → file of further groups. */
const groups = new Map<number, string | undefined>();
let hooked = false;

function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

function killGroup(pid: number): void {
  signalGroup(pid, "SIGKILL");
  const file = groups.get(pid);
  if (file === undefined || !existsSync(file)) return;
  const alive = new Set<number>();
  for (const line of readFileSync(file, "utf8")
    .split("\n")
    .filter((l) => /^[+-]\d+$/.test(l))) {
    if (line.startsWith("+")) alive.add(Number(line.slice(1)));
    else alive.delete(Number(line.slice(1)));
  }
  alive.forEach((group) => signalGroup(group, "SIGKILL"));
}

/** No handler may wait, so the last resort is SIGKILL; whoever wants an orderly end calls stop() first. */
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.once("exit", () => groups.forEach((_file, pid) => killGroup(pid)));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // With a handler of its own the program decides when to exit, and the exit hook above does the rest.
      if (process.listenerCount(signal) === 1)
        process.exit(128 + (signal === "SIGINT" ? 2 : signal === "SIGHUP" ? 1 : 15));
    });
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file).subarray(-LOG_TAIL_BYTES).toString().trim();
  } catch {
    return "";
  }
}

/** Starts a child and waits until it is ready. Fails with the tail of its log. */
export async function start(options: StartOptions): Promise<Running> {
  hookExit();
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a");
  const env = Object.fromEntries(Object.entries(options.env).filter(([, value]) => value !== undefined));
  const { uid, gid, cwd } = options;
  const child = spawn(options.command, options.args ?? [], {
    env,
    cwd,
    uid,
    gid,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(code === null ? `killed by ${signal}` : `exit code ${code}`));
  });
  if (child.pid !== undefined) groups.set(child.pid, options.groupsFile);
  const running: Running = {
    pid: child.pid ?? -1,
    logTail: () => tail(options.logFile),
    stop: () => stop(child, ended, options),
  };
  const problem = await Promise.race([
    ended.then((how) => `ended at once: ${how}`),
    untilReady(options, () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined),
  ]);
  if (problem === undefined) return running;
  await running.stop();
  throw new Error(`${options.name}: ${problem}; its log (${options.logFile}) ends with:\n${running.logTail()}`);
}

async function untilReady(options: StartOptions, over: () => boolean): Promise<string | undefined> {
  const limitMs = options.readyTimeoutMs ?? 60_000;
  const end = Date.now() + limitMs;
  while (Date.now() < end && !over()) {
    if (await options.ready().catch(() => false)) return undefined;
    await sleep(50);
  }
  if (over()) return new Promise(() => undefined); // how it ended is told by its exit
  return `not ready after ${limitMs / 1000} s`;
}

async function stop(child: ChildProcess, ended: Promise<string>, options: StartOptions): Promise<void> {
  if (child.pid === undefined) return;
  if (child.exitCode === null && child.signalCode === null) {
    signalGroup(child.pid, options.stopSignal ?? "SIGTERM");
    const patience = sleep(options.stopTimeoutMs ?? 10_000, undefined, { ref: false });
    await Promise.race([ended, patience]);
  }
  // The leader may be gone while others of its group live on.
  killGroup(child.pid);
  await ended;
  groups.delete(child.pid);
}

/** Below the ports that systems hand out to clients, in a range for each worker of jest. */
const PORTS = { first: 10_000, perWorker: 2_000, workers: 10 };
let portsGiven = Math.floor(Math.random() * PORTS.perWorker);

/**
 * A TCP port of 127.0.0.1 that is free now. No other worker of this run is given it, nor is it given twice in a row: two servers
 * once got one port that way, and the tests of the slower one talked to the other's.
 */
export async function freePort(worker = Number(process.env.JEST_WORKER_ID ?? 0)): Promise<number> {
  for (let tried = 0; tried < PORTS.perWorker; tried++) {
    const port = PORTS.first + (worker % PORTS.workers) * PORTS.perWorker + (portsGiven++ % PORTS.perWorker);
    const free = await requireFreePort(port, "free port").then(
      () => true,
      () => false,
    );
    if (free) return port;
  }
  throw new Error(`free port: none of the ${PORTS.perWorker} ports of worker ${worker} is free`);
}

/** Fails unless `port` of 127.0.0.1 is free. */
export async function requireFreePort(port: number, what: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          `${what}: port ${port} of 127.0.0.1 can't be used (${error.code}); choose another or stop what holds it`,
        ),
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}

/** Runs a short program to its end; returns stdout. Fails with `name`, the exit code and the tail of stderr. */
export function run(
  name: string,
  command: string,
  args: string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number; uid?: number; gid?: number } = {},
): string {
  const { timeoutMs: timeout, ...rest } = options;
  const result = spawnSync(command, args, {
    env: process.env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout,
    ...rest,
  });
  if (result.error) throw new Error(`${name}: ${command}: ${result.error.message}`);
  if (result.status !== 0) {
    throw new Error(
      `${name}: ${command} ended with ${result.signal ?? result.status}: ${result.stderr.slice(-LOG_TAIL_BYTES).trim()}`,
    );
  }
  return result.stdout;
}
