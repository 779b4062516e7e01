import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import { type Env, EnvReader } from "../config";
import { messageOf, StageError } from "../errors";
import { sharedSessionProblem } from "./pooler";

/** libpq's sslmode values that this tool accepts; `prefer` and `allow` would fall back to plain text in silence. */
export const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];
/** libpq's word for the CAs that everybody trusts; since libpq 16. */
const SYSTEM_CA = "system";

/** How to reach one PostgreSQL database. */
export interface PostgresSettings {
  host: string;
  port: number;
  user: string;
  /** undefined where the server asks for none (peer, certificate), or where `freshPassword` makes it. */
  password: string | undefined;
  /** Makes the password of one connection, where each needs a new one; `password` is then not used. */
  freshPassword?: () => Promise<string>;
  database: string;
  sslMode: SslMode;
  /** Path of a PEM file with the CA to trust, or `system` for well-known ones. */
  sslRootCert: string | undefined;
}

/**
 * Reads libpq's own variables: PGHOST, PGPORT (5432), PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE (default `verify-full`
 * where PGSSLROOTCERT names a CA, else `require`), PGSSLROOTCERT.
 * @throws StageError `usage` with every problem
 */
export function postgresSettings(env: Env): PostgresSettings {
  const reader = new EnvReader(env);
  const settings = readSettings(reader);
  reader.finish(CONNECTION_STAGE);
  return settings;
}

/** Stage of every error about how to reach the database. */
export const CONNECTION_STAGE = "database connection";

/** What `postgresSettings` reads; the problems stay in the reader. */
export function readSettings(reader: EnvReader): PostgresSettings {
  return {
    host: reader.required("PGHOST", "the database server's host name"),
    port: reader.integer("PGPORT", { min: 1, max: 65535, default: 5432 }),
    user: reader.required("PGUSER", "the role to connect as"),
    password: reader.optional("PGPASSWORD"),
    database: reader.required("PGDATABASE", "the database to connect to"),
    ...readTls(reader),
  };
}

/** PGSSLMODE and PGSSLROOTCERT; the problems stay in the reader. */
export function readTls(reader: EnvReader): Pick<PostgresSettings, "sslMode" | "sslRootCert"> {
  const sslRootCert = reader.optional("PGSSLROOTCERT");
  const sslMode = reader.oneOf<SslMode>("PGSSLMODE", SSL_MODES, sslRootCert ? "verify-full" : "require");
  if (sslRootCert === undefined && sslMode.startsWith("verify-")) {
    reader.problems.push(
      `PGSSLMODE ${sslMode} needs PGSSLROOTCERT: a PEM file with the CA of the server, or "system" with verify-full`,
    );
  }
  if (sslRootCert === SYSTEM_CA && sslMode !== "verify-full") {
    reader.problems.push(`PGSSLROOTCERT "system" needs PGSSLMODE verify-full, got "${sslMode}"`);
  }
  return { sslMode, sslRootCert };
}

/**
 * The same settings for one start of one of libpq's programs. The password travels in the environment, never in an argument list.
 * @throws what `freshPassword` throws
 */
export async function libpqEnv(settings: PostgresSettings): Promise<Record<string, string>> {
  const password = await passwordFor(settings);
  return {
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGUSER: settings.user,
    PGDATABASE: settings.database,
    PGSSLMODE: settings.sslMode,
    PGAPPNAME: "backup321",
    PGCONNECT_TIMEOUT: "30",
    ...(password === undefined ? {} : { PGPASSWORD: password }),
    ...(settings.sslRootCert === undefined ? {} : { PGSSLROOTCERT: settings.sslRootCert }),
  };
}

function passwordFor(settings: PostgresSettings): Promise<string | undefined> {
  return settings.freshPassword?.() ?? Promise.resolve(settings.password);
}

function sslOptions(settings: PostgresSettings): ClientConfig["ssl"] {
  if (settings.sslMode === "disable") return false;
  const hasOwnCa = settings.sslRootCert !== undefined && settings.sslRootCert !== SYSTEM_CA;
  const ca = hasOwnCa ? { ca: readFileSync(settings.sslRootCert!, "utf8") } : {};
  // A CA that is named is checked, as libpq does.
  const mode = settings.sslMode === "require" && hasOwnCa ? "verify-ca" : settings.sslMode;
  switch (mode) {
    case "require":
      return { rejectUnauthorized: false };
    case "verify-ca":
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...ca, rejectUnauthorized: true };
  }
}

/** Settings that would end a session of hours; which there are depends on the server's version. */
const TIMEOUTS = [
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
]
  .map((name) => `'${name}'`)
  .join(", ");

/** Longest wait for an answer of a session that only asks who answers. A full pool would keep it for minutes. */
const PROBE_MS = 15_000;

async function open(settings: PostgresSettings, limits: Pick<ClientConfig, "query_timeout"> = {}): Promise<Client> {
  const password = await passwordFor(settings);
  try {
    const client = new Client({
      host: settings.host,
      port: settings.port,
      user: settings.user,
      password,
      database: settings.database,
      ssl: sslOptions(settings),
      keepAlive: true,
      keepAliveInitialDelayMillis: 60_000,
      connectionTimeoutMillis: 30_000,
      application_name: "backup321",
      ...limits,
    });
    // A session may be lost between two queries too: the next one fails, and that must not end the process.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    const check = settings.freshPassword
      ? "host, port, the role's membership of rds_iam, and the right to rds-db:connect as it"
      : "host, port, role, password and the server's pg_hba.conf";
    throw new StageError(
      CONNECTION_STAGE,
      "preflight",
      `can't connect to ${addressOf(settings)} (sslmode ${settings.sslMode}): ${messageOf(error)}; check ${check}`,
      { cause: error },
    );
  }
}

function addressOf({ user, host, port, database }: PostgresSettings): string {
  return `${user}@${host}:${port}/${database}`;
}

/**
 * Opens a session fit for a dump of any length: TCP keepalive well under the 350 s after which NAT gateways and load
 * balancers drop idle flows, no time-outs of the server's, a search path that no user of the database can fill, and no pooler
 * that would hand it to somebody else between two transactions.
 * @throws StageError `preflight` naming host, port, database and role; also what `freshPassword` throws
 */
export async function connect(settings: PostgresSettings): Promise<Client> {
  const client = await open(settings);
  try {
    const problem = await sharedSessionProblem(client, () => open(settings, { query_timeout: PROBE_MS }));
    if (problem !== undefined) {
      throw new StageError(CONNECTION_STAGE, "preflight", `${addressOf(settings)} ${problem}`);
    }
    // First of all: a function that a user of the database put into its search path must not run as this role.
    await client.query("SET search_path = pg_catalog, pg_temp");
    await client.query(`SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN (${TIMEOUTS})`);
  } catch (error) {
    await client.end().catch(() => undefined);
    if (error instanceof StageError) throw error;
    throw new StageError(CONNECTION_STAGE, "preflight", `${addressOf(settings)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return client;
}

/** A server that vanished answers no farewell; its socket would be waited for until TCP gives up, after a quarter of an hour. */
const FAREWELL_MS = 5_000;

/** Ends a session, whatever its state. What was asked of it is decided by now, so nothing can fail here. */
export async function disconnect(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FAREWELL_MS);
  });
  await Promise.race([client.end().catch(() => undefined), patience]);
  clearTimeout(timer);
}
