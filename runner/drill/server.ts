import type { Client } from "pg";
import { connect, disconnect, type PostgresSettings } from "../postgres/connection";

/** Stage of every error about the server of a drill. */
export const SERVER_STAGE = "drill server";

/** A server that a drill may fill. */
export interface RunningServer {
  /** As a superuser. */
  settings: PostgresSettings;
  /** E.g. "15.18". */
  serverVersion: string;
  major: number;
  /** Leaves nothing of the drill behind. */
  stop(): Promise<void>;
}

/** Where a drill gets its server from. */
export interface DrillServer {
  /**
   * @param minMajor lowest major version that will do
   * @throws StageError `preflight` when there is none, `interrupted`
   */
  start(minMajor: number, signal: AbortSignal): Promise<RunningServer>;
}

/** Runs work in one session. */
export async function inSession<T>(settings: PostgresSettings, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(settings);
  try {
    return await work(client);
  } finally {
    await disconnect(client);
  }
}

/** Asks a server for its version. */
export async function versionOf(client: Client): Promise<Pick<RunningServer, "serverVersion" | "major">> {
  const { rows } = await client.query<{ version: string; major: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major",
  );
  return { serverVersion: rows[0]!.version, major: Number(rows[0]!.major) };
}
