import type { Client } from "pg";
import type { Env } from "../config";
import { messageOf, StageError } from "../errors";
import { findClientProgram } from "../postgres/clientPrograms";
import { connect, disconnect, libpqEnv, type PostgresSettings } from "../postgres/connection";
import { readLocale } from "../postgres/databaseLocale";
import { startStage } from "../stream/childStage";
import type { DumpSession, DumpSource } from "./dumpSource";
import { wholeDatabase } from "./singleStream";
import { readCatalog } from "./postgresCatalog";

/** Two-part advisory lock key of every backup: "B321" in ASCII, and this use of it. Advisory locks are per database. */
const LOCK_KEY = [0x42333231, 1] as const;
const LOCK_WAIT_MS = 300_000;
/** SQLSTATE of a lock_timeout that passed. */
const LOCK_NOT_AVAILABLE = "55P03";
const HEARTBEAT_MS = 60_000;

/** Settings of `PostgresSource`. */
export interface PostgresSourceOptions {
  settings: PostgresSettings;
  /** PATH and locale for child processes. */
  env: Env;
  clock: () => Date;
  /** Longest wait for table locks, in ms; default 5 minutes. DDL that holds one longer fails the run instead of stalling it. */
  lockWaitMs?: number;
}

/** One PostgreSQL database as a stream: `pg_dump --format=custom`, uncompressed, of an exported snapshot. */
export class PostgresSource implements DumpSource {
  private readonly lockWaitMs: number;
  constructor(private readonly options: PostgresSourceOptions) {
    this.lockWaitMs = options.lockWaitMs ?? LOCK_WAIT_MS;
  }

  async open(): Promise<DumpSession> {
    const client = await connect(this.options.settings);
    try {
      return await this.freeze(client);
    } catch (error) {
      await disconnect(client);
      if (error instanceof StageError) throw error;
      if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) throw this.lockedError(error);
      throw new StageError("preflight", "preflight", messageOf(error), { cause: error });
    }
  }

  private async freeze(client: Client): Promise<DumpSession> {
    const lost = this.watch(client);
    const { settings, env, clock } = this.options;
    const server = await one<{ version: string; major: string; standby: boolean; encoding: string; bytes: string }>(
      client,
      `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major,
              pg_is_in_recovery() AS standby, pg_encoding_to_char(encoding) AS encoding, pg_database_size(datname) AS bytes
       FROM pg_database WHERE datname = current_database()`,
    );
    if (server.standby) {
      throw new StageError(
        "preflight",
        "preflight",
        `${settings.host}:${settings.port}/${settings.database} is a standby, which may be behind and cancels long queries; point PGHOST at the primary`,
      );
    }
    const program = await findClientProgram("pg_dump", Number(server.major), env);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await client.query(`SET LOCAL lock_timeout = ${this.lockWaitMs}`);
    const takenAt = clock();
    // The first query of the transaction, so it freezes the snapshot. The lock ends with the transaction, whatever way that
    // ends; one of the session would stay behind in a pooler, and then no backup could ever run again.
    const lock = await one<{ ok: boolean }>(client, `SELECT pg_try_advisory_xact_lock(${LOCK_KEY.join(", ")}) AS ok`);
    if (!lock.ok) {
      throw new StageError(
        "preflight",
        "overlap",
        `another backup of ${settings.host}:${settings.port}/${settings.database} is running (it holds advisory lock ${LOCK_KEY.join("/")}); wait for it to end`,
      );
    }
    const snapshot = await one<{ id: string }>(client, "SELECT pg_export_snapshot() AS id");
    const catalog = await readCatalog(client);
    const locale = await readLocale(client);
    const heartbeat = setInterval(() => void client.query("SELECT 1").catch(() => undefined), HEARTBEAT_MS);
    heartbeat.unref();
    return {
      takenAt,
      ...catalog,
      source: {
        engine: "postgresql",
        serverVersion: server.version,
        clientVersion: program.version,
        databaseName: settings.database,
        encoding: server.encoding,
        locale,
      },
      estimatedBytes: Number(server.bytes),
      lost,
      shape: "single",
      workers: 1,
      objects: [
        wholeDatabase(Number(server.bytes), env.PATH ?? "", async (next) =>
          startStage({
            stage: "dump",
            exit: "dump",
            command: program.path,
            args: [
              "--format=custom",
              "--compress=0",
              "--no-password",
              `--snapshot=${snapshot.id}`,
              `--lock-wait-timeout=${this.lockWaitMs}`,
              // Connection parameters without environment variables of their own; host, role and password are in the environment.
              "--dbname=keepalives=1 keepalives_idle=60 keepalives_interval=30 keepalives_count=5",
            ],
            env: { ...(await libpqEnv(settings)), PATH: env.PATH ?? "", LC_ALL: "C" },
            stdin: "ignore",
            stdout: next,
          }),
        ),
      ],
      close: async () => {
        clearInterval(heartbeat);
        await disconnect(client); // the session may be gone already; its lock went with it
      },
    };
  }

  private lockedError(cause: unknown): StageError {
    const { host, port, database } = this.options.settings;
    return new StageError(
      "preflight",
      "preflight",
      `a table of ${host}:${port}/${database} was locked by another session for more than ${this.lockWaitMs} ms; let its ALTER TABLE, VACUUM FULL or LOCK TABLE end, then run again`,
      { cause },
    );
  }

  private watch(client: Client): Promise<never> {
    const { host, port, database } = this.options.settings;
    const lost = new Promise<never>((_, reject) => {
      client.on("error", (error) =>
        reject(
          new StageError(
            "dump",
            "dump",
            `the session that holds the snapshot of ${host}:${port}/${database} was lost: ${error.message}`,
            { cause: error },
          ),
        ),
      );
    });
    lost.catch(() => undefined);
    return lost;
  }
}

async function one<T extends object>(client: Client, sql: string): Promise<T> {
  const { rows } = await client.query<T>(sql);
  return rows[0]!;
}
