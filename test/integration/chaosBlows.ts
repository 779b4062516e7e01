/** What strikes backups at random moments. */
import { withClient } from "../support/postgres";
import type { BackupGround, Run } from "./backupGround";

export interface Blow {
  name: string;
  strike: (run: Run, ground: BackupGround) => unknown;
  /** Exit codes that it may lead to, besides 0. */
  codes: readonly (number | string)[];
  /** Nobody can clean up after a killed runner, or in storage that can't be reached: lifecycle does. */
  mayLeaveDebris?: boolean;
  /** Where only one shape has the program. */
  shape?: "single" | "parallel";
  /** Strikes at a moment after this child was first seen, rather than after some request to storage: by then it may have ended. */
  once?: string;
}

const PREFLIGHT = 3;
const DUMP = 5;
const UPLOAD = 6;
const UNCONFIRMED = 7;
const INTERRUPTED = 143;
/** Before the program was loaded nobody listened to the signal: a shell sees 143 all the same, and nothing was begun. */
export const BEFORE_IT_LISTENED = "SIGTERM";

/** Sends a signal to a backend of the backup, if there is one. The server starts anew when one of its processes is killed. */
const backend = (how: "terminate" | "SIGKILL") => (_: Run, ground: BackupGround) =>
  withClient(ground.source.settings, async (client) => {
    const others = "FROM pg_stat_activity WHERE datname = 'shop' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1";
    if (how === "terminate") return client.query(`SELECT pg_terminate_backend(pid) ${others}`);
    const { rows } = await client.query<{ pid: number }>(`SELECT pid ${others}`);
    if (rows[0]) process.kill(rows[0].pid, "SIGKILL");
    return undefined;
  }).catch(() => undefined); // this session ends with the server

const child = (program: string, signal: NodeJS.Signals, shape?: Blow["shape"]): Blow => ({
  name: `${program} ${signal}`,
  strike: (run) => run.kill(signal, program),
  codes: [DUMP],
  once: program,
  ...(shape ? { shape } : {}),
});

/** Every request from now on gets this answer. */
const answered = (status: number, code: string) => (_: Run, ground: BackupGround) => {
  ground.proxy.rule = () => ({ status, code });
};

export const BLOWS: readonly Blow[] = [
  child("pg_dump", "SIGKILL"),
  child("pg_dump", "SIGTERM"),
  child("zstd", "SIGKILL"),
  child("zstd", "SIGTERM"),
  child("psql", "SIGKILL", "parallel"),
  child("psql", "SIGTERM", "parallel"),
  child("node", "SIGKILL"), // the process that hashes raw bytes
  { name: "runner SIGTERM", strike: (run) => run.kill("SIGTERM"), codes: [INTERRUPTED, BEFORE_IT_LISTENED] },
  { name: "runner SIGKILL", strike: (run) => run.kill("SIGKILL"), codes: ["SIGKILL"], mayLeaveDebris: true },
  { name: "backend terminated", strike: backend("terminate"), codes: [PREFLIGHT, DUMP], once: "zstd" },
  { name: "server restarted", strike: backend("SIGKILL"), codes: [PREFLIGHT, DUMP], once: "zstd" },
  {
    name: "connections cut",
    strike: (_, ground) => ground.proxy.cut(),
    codes: [PREFLIGHT, UPLOAD, UNCONFIRMED],
    mayLeaveDebris: true,
  },
  {
    name: "network gone",
    strike: (_, ground) => {
      ground.proxy.rule = () => "drop";
      ground.proxy.cut();
    },
    codes: [PREFLIGHT, UPLOAD, UNCONFIRMED],
    mayLeaveDebris: true,
  },
  {
    name: "storage forbids",
    strike: answered(403, "AccessDenied"),
    codes: [PREFLIGHT, UPLOAD],
    mayLeaveDebris: true,
  },
  {
    name: "storage fails",
    strike: answered(500, "InternalError"),
    codes: [PREFLIGHT, UPLOAD, UNCONFIRMED],
    mayLeaveDebris: true,
  },
  {
    name: "storage fails once",
    strike: (_, ground) => {
      let isFirst = true;
      ground.proxy.rule = () => {
        const isNow = isFirst;
        isFirst = false;
        return isNow ? { status: 500, code: "InternalError" } : "forward";
      };
    },
    // Of two answers the last counts; what the first one's request did is not known.
    codes: [UPLOAD, UNCONFIRMED],
  },
];
