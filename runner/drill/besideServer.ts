import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { messageOf, problemsError, StageError } from "../errors";
import { connect, disconnect, type PostgresSettings } from "../postgres/connection";
import { type DrillServer, inSession, type RunningServer, SERVER_STAGE, versionOf } from "./server";

/** How a server beside this process is reached. */
export interface BesideServerOptions {
  settings: PostgresSettings;
  /** How long it may take until it answers. */
  waitSeconds: number;
  /** Database that the drill makes, and that is dropped when it is done. */
  database: string;
}

const ASK_AGAIN_MS = 500;
/** Classes of SQLSTATE that waiting does not mend: 28 refused sign-in, 3D no such database. */
const HOPELESS = /^(28|3D)/;

/**
 * A server that somebody else started for this drill, such as a container of the same task. One that holds anything is refused:
 * a drill restores as a superuser whatever code a dump holds, which must never happen to a server with a use.
 */
export function besideServer(options: BesideServerOptions): DrillServer {
  return {
    async start(minMajor, signal): Promise<RunningServer> {
      const { settings, database } = options;
      const client = await untilItAnswers(options, signal);
      try {
        const version = await versionOf(client);
        if (version.major < minMajor) {
          throw refused(
            settings,
            `it is PostgreSQL ${version.serverVersion}, the drill needs ${minMajor} or newer; put a server of that major beside it`,
          );
        }
        await requireEmpty(client, settings);
        const stop = () =>
          inSession(settings, async (session) => {
            await session.query(`DROP DATABASE IF EXISTS "${database}"${version.major >= 13 ? " WITH (FORCE)" : ""}`);
          });
        return { settings, ...version, stop };
      } finally {
        await disconnect(client);
      }
    },
  };
}

const refused = ({ host, port }: PostgresSettings, detail: string) =>
  new StageError(SERVER_STAGE, "preflight", `${host}:${port}: ${detail}`);

async function untilItAnswers({ settings, waitSeconds }: BesideServerOptions, signal: AbortSignal): Promise<Client> {
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    if (signal.aborted) throw new StageError(SERVER_STAGE, "interrupted", "stopped by a signal");
    try {
      return await connect(settings);
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
      if (typeof code === "string" && HOPELESS.test(code)) throw error;
      if (waitedMs >= waitSeconds * 1000) {
        throw refused(settings, `it did not answer within ${waitSeconds} s: ${messageOf(error)}`);
      }
    }
    await sleep(ASK_AGAIN_MS);
  }
}

const OTHER_DATABASES = `
  SELECT datname AS name FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1') ORDER BY 1 LIMIT 10`;
const RELATIONS = `
  SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relkind IN ('r', 'p', 'm', 'f', 'S')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1 LIMIT 10`;

/** @throws StageError `preflight` naming what it holds */
async function requireEmpty(client: Client, settings: PostgresSettings): Promise<void> {
  const named = async (sql: string) => (await client.query<{ name: string }>(sql)).rows.map(({ name }) => `"${name}"`);
  const databases = await named(OTHER_DATABASES);
  const relations = await named(RELATIONS);
  const problems = [
    ...(databases.length > 0 ? [`it holds the databases ${databases.join(", ")}`] : []),
    ...(relations.length > 0 ? [`its database "${settings.database}" holds ${relations.join(", ")}`] : []),
  ];
  if (problems.length === 0) return;
  const fix =
    "a drill only fills a server that holds nothing; start a new one for it, or unset PGHOST to have one made here";
  throw problemsError(
    SERVER_STAGE,
    "preflight",
    problems.map((problem) => `${settings.host}:${settings.port}: ${problem}; ${fix}`),
  );
}
