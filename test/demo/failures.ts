/** The ways in which backups die in silence, each as something done to a healthy one, and what must notice it. A row each. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DatabaseSettings, throwawayPostgres, withClient } from "../support/postgres";
import { neighbourMajors, postgresMajor } from "../support/postgres/majors";
import { standbyOf } from "../support/postgres/standby";
import { serverUserName } from "../support/postgres/programs";
import type { Lab } from "./lab";

/** The command that notices, and what it must say. */
export interface Detection {
  args: readonly string[];
  env?: Record<string, string>;
  exitCode: number;
  says: RegExp;
}

export interface Failure {
  /** What went wrong. */
  name: string;
  /** Which check has to catch it. */
  caughtBy: string;
  /** When that check runs by itself in a stack. */
  when: string;
  /** Breaks something. */
  inject: (lab: Lab, onEnd: (undo: () => Promise<void>) => void) => Promise<Detection>;
}

const BACKUP = ["backup", "--no-verify"] as const;
const serverUser = serverUserName();
const DRILL = [
  ...["drill", "--server", "local", "--side", "primary", "--no-record"],
  ...(serverUser === undefined ? [] : ["--server-user", serverUser]),
];
const AT_ONCE = "at once: no recovery point is committed";
const NEXT_CHECK = "at the next check, within 15 minutes";
const NEXT_DRILL = "at the next drill";

export const FAILURES: readonly Failure[] = [
  {
    name: "an empty dump",
    caughtBy: "backup, before the commit",
    when: AT_ONCE,
    inject: async (lab) => ({
      args: BACKUP,
      env: { PATH: lab.pathWith("pg_dump", "exit 0") },
      exitCode: 5,
      says: /wrote nothing/,
    }),
  },
  {
    name: "a dump cut short, exit code 0",
    caughtBy: "verify, which reads every byte",
    when: "right after each dump",
    inject: async (lab) => ({
      args: ["backup"],
      env: { PATH: lab.pathWith("pg_dump", '"$REAL" "$@" | head -c 300000') },
      exitCode: 8,
      says: /unexpected end of file|could not read|corrupt|cut/i,
    }),
  },
  {
    name: "a stale replica as source",
    caughtBy: "backup, before it starts",
    when: AT_ONCE,
    inject: async (lab, onEnd) => {
      const standby = await standbyOf(lab.servers.postgres);
      onEnd(standby.stop);
      const on = (settings: DatabaseSettings, sql: string) =>
        withClient({ ...settings, database: "postgres" }, (client) => client.query(sql));
      const until = async (what: string) => {
        while (!(await on(standby.settings, `SELECT ${what} AS so`)).rows[0].so) await sleep(50);
      };
      await on(standby.settings, "SELECT pg_wal_replay_pause()");
      await until("pg_get_wal_replay_pause_state() = 'paused'");
      await on(lab.servers.postgres.settings, "CREATE TABLE not_replayed (); DROP TABLE not_replayed");
      await until("pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()");
      await sleep(1_500);
      const env = {
        PGPORT: String(standby.settings.port),
        BACKUP321_ALLOW_STANDBY: "true",
        BACKUP321_MAX_REPLAY_LAG_SECONDS: "1",
      };
      return { args: BACKUP, env, exitCode: 3, says: /behind|lag/ };
    },
  },
  {
    name: "a table left out of the dump",
    caughtBy: "drill, by an assertion in SQL",
    when: NEXT_DRILL,
    inject: async (lab) => {
      await lab.backUp({ BACKUP321_EXCLUDE_TABLE_DATA: '["public.orders"]' });
      const file = path.join(lab.dir, "assertions.json");
      writeFileSync(
        file,
        JSON.stringify([{ name: "there are orders", sql: "SELECT count(*) > 0 FROM public.orders" }]),
      );
      return { args: [...DRILL, "--assertions", file], exitCode: 8, says: /failed: .*assertion: there are orders/ };
    },
  },
  {
    name: "credentials that ended",
    caughtBy: "backup; and freshness, as no point is added",
    when: AT_ONCE,
    inject: async (lab) => {
      const { accessKeyId, secretAccessKey } = await lab.endedCredentials();
      const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
      return { args: BACKUP, env, exitCode: 3, says: /takes no upload: .*HTTP 403/ };
    },
  },
  {
    name: "a lifecycle that deletes too early",
    caughtBy: "freshness",
    when: NEXT_CHECK,
    inject: async (lab) => {
      await lab.backUp();
      await lab.expireData();
      return { args: ["status"], exitCode: 8, says: /0 data objects/ };
    },
  },
  {
    name: "a lost key",
    caughtBy: "drill, which decrypts",
    when: NEXT_DRILL,
    inject: async (lab) => {
      const { generateIdentity, identityToRecipient } = await import("age-encryption");
      const recipient = await identityToRecipient(await generateIdentity());
      await lab.backUp({ BACKUP321_AGE_RECIPIENTS: recipient });
      const file = path.join(lab.dir, "another-key.txt");
      writeFileSync(file, `${await generateIdentity()}\n`, { mode: 0o600 });
      return { args: [...DRILL, "--identity-file", file], exitCode: 8, says: /failed: .*restore/ };
    },
  },
  {
    name: "a server newer than its client",
    caughtBy: "backup, before it starts",
    when: AT_ONCE,
    inject: async (lab, onEnd) => {
      const major = neighbourMajors()[1];
      const server = await throwawayPostgres({
        dir: path.join(lab.dir, "newer"),
        tls: lab.servers.tls,
        binDir: await postgresMajor(major, lab.dir),
      });
      onEnd(server.stop);
      return {
        args: BACKUP,
        env: { ...server.env },
        exitCode: 3,
        says: new RegExp(`pg_dump ${major} or newer is needed.*install it`),
      };
    },
  },
];
