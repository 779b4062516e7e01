import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, StageError } from "../errors";
import { connect, disconnect, type PostgresSettings } from "../postgres/connection";
import { stderrTail } from "../stream/childStage";
import { SERVER_STAGE } from "./server";

/** What to start. */
export interface PostgresStart {
  program: string;
  /** Holds `data`, gets the log and the socket. */
  folder: string;
  child: { env: Record<string, string>; cwd: string; uid?: number; gid?: number };
  settings: PostgresSettings;
  port: number;
  signal: AbortSignal;
}

const READY_MS = 60_000;
const ASK_AGAIN_MS = 50;
const SHUTDOWN_MS = 10_000;

/** Nothing of it has to survive; and nothing listens but the socket. */
const SETTINGS = {
  listen_addresses: "",
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "4GB",
  // A restore of many tables holds many locks at once.
  max_locks_per_transaction: "256",
} as const;

/**
 * Starts a server on an initialised folder and waits until it answers.
 * @throws StageError `preflight` with the end of its log, `interrupted`; it is gone then
 */
export async function startPostgres(start: PostgresStart): Promise<{ stop(): Promise<void> }> {
  const { program, folder, child: options, port, settings, signal } = start;
  const logFile = path.join(folder, "log");
  const log = await open(logFile, "w", 0o600);
  const given = Object.entries({ ...SETTINGS, unix_socket_directories: `"${folder}"` });
  const args = ["-D", path.join(folder, "data"), "-p", String(port), ...given.flatMap(([k, v]) => ["-c", `${k}=${v}`])];
  // In a group of its own: Ctrl-C at a terminal is for us, and we end the server when we are done with it.
  const child = spawn(program, args, { ...options, detached: true, stdio: ["ignore", log.fd, log.fd] });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(messageOf(error)));
    child.once("exit", (code, by) => resolve(code === null ? `killed by ${by}` : `exit code ${code}`));
  });
  await log.close();
  const kill = () => signalGroup(child, "SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      // "Fast" shutdown: ends all sessions.
      child.kill("SIGINT");
      await Promise.race([ended, sleep(SHUTDOWN_MS, undefined, { ref: false })]);
      kill();
    }
    await ended;
    process.removeListener("exit", kill);
  };
  const how = await Promise.race([
    ended,
    untilReady(settings, signal, () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined),
  ]);
  if (how === undefined) return { stop };
  await stop();
  if (signal.aborted) throw new StageError(SERVER_STAGE, "interrupted", "stopped by a signal");
  const tail = stderrTail(await readFile(logFile, "utf8").catch(() => ""));
  throw new StageError(SERVER_STAGE, "preflight", `${program} did not start (${how})${tail ? `: ${tail}` : ""}`);
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of them have ended.
  }
}

/** @returns undefined when it answers, else why it is not waited for any longer; never when it has ended */
async function untilReady(
  settings: PostgresSettings,
  signal: AbortSignal,
  isOver: () => boolean,
): Promise<string | undefined> {
  let last = "";
  for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += ASK_AGAIN_MS) {
    if (signal.aborted) return "stopped by a signal";
    if (isOver()) return new Promise(() => undefined);
    try {
      await disconnect(await connect(settings));
      return undefined;
    } catch (error) {
      last = messageOf(error);
    }
    await sleep(ASK_AGAIN_MS);
  }
  return `not ready after ${READY_MS / 1000} s: ${last}`;
}
