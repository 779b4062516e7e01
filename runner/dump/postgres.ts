import { availableParallelism } from "node:os";
import type { Client } from "pg";
import type { Env } from "../config";
import { messageOf, StageError } from "../errors";
import { connect, disconnect, type PostgresSettings } from "../postgres/connection";
import type { Seal } from "../stream/seal";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "./dumpContext";
import type { DumpSession, DumpSource } from "./dumpSource";
import { parallelImpossible, preflight } from "./postgres/preflight";
import { dumpSession } from "./postgres/session";
import { freeze } from "./postgres/snapshot";
import { standbyProblem } from "./postgres/standby";

const LOCK_WAIT_MS = 300_000;

/** Settings of `PostgresSource`. */
export interface PostgresSourceOptions {
  settings: PostgresSettings;
  /** PATH and locale for child processes. */
  env: Env;
  clock: () => Date;
  /** Longest wait for table locks, in ms; default 5 minutes. DDL that holds one longer fails the run instead of stalling it. */
  lockWaitMs?: number;
  /** Default: `DEFAULT_DUMP_OPTIONS`. */
  dump?: DumpOptions;
  /** Encrypts what is stored; absent: not encrypted. */
  seal?: Seal | undefined;
  /** CPUs that this process may use; default: those that the operating system gives it. */
  cores?: number;
}

/** One PostgreSQL database, dumped from one snapshot, with every table locked against TRUNCATE, DROP and rewrites meanwhile. */
export class PostgresSource implements DumpSource {
  constructor(private readonly options: PostgresSourceOptions) {}

  async open(): Promise<DumpSession> {
    const client = await connect(this.options.settings);
    try {
      return await this.freeze(client);
    } catch (error) {
      await disconnect(client);
      if (error instanceof StageError) throw error;
      throw new StageError("preflight", "preflight", messageOf(error), { cause: error });
    }
  }

  private async freeze(client: Client): Promise<DumpSession> {
    const { settings, env, clock, dump: options = DEFAULT_DUMP_OPTIONS, lockWaitMs = LOCK_WAIT_MS } = this.options;
    const { seal, cores = availableParallelism() } = this.options;
    const lost = this.watch(client);
    const where = this.where;
    const checked = await preflight(client, where, settings.user, options, env);
    const { isStandby } = checked.server;
    const frozen = await freeze(client, { where, clock, lockWaitMs, isStandby, noExport: checked.noExport });
    if (isStandby) requireNone(standbyProblem(where, options, frozen.lagSeconds));
    if (frozen.noExport !== undefined && options.shape === "parallel") requireNone(parallelImpossible(frozen.noExport));
    return dumpSession({ client, lost, settings, env, options, lockWaitMs, cores, seal, checked, frozen });
  }

  private get where(): string {
    const { host, port, database } = this.options.settings;
    return `${host}:${port}/${database}`;
  }

  private watch(client: Client): Promise<never> {
    const lost = new Promise<never>((_, reject) => {
      client.on("error", (error) =>
        reject(
          new StageError(
            "dump",
            "dump",
            `the session that holds the snapshot of ${this.where} was lost: ${error.message}`,
            { cause: error },
          ),
        ),
      );
    });
    lost.catch(() => undefined);
    return lost;
  }
}

function requireNone(problem: string | undefined): void {
  if (problem !== undefined) throw new StageError("preflight", "preflight", problem);
}
