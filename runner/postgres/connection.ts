import { readFileSync } from "node:fs";
import { Client, type ClientConfig } from "pg";
import { type Env, EnvReader } from "../config";
import { messageOf, StageError } from "../errors";

/** libpq's sslmode values that this tool accepts; `prefer` and `allow` would fall back to plain text in silence. */
export const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** How to reach one PostgreSQL database. */
export interface PostgresSettings {
  host: string;
  port: number;
  user: string;
  /** undefined where the server asks for none (peer, certificate). */
  password: string | undefined;
  database: string;
  sslMode: SslMode;
  /** Path of a PEM file with the CA to trust. */
  sslRootCert: string | undefined;
}

/**
 * Reads libpq's own variables: PGHOST, PGPORT (5432), PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE (default `verify-full`
 * where PGSSLROOTCERT names a CA, else `require`), PGSSLROOTCERT.
 * @throws StageError `usage` with every problem
 */
export function postgresSettings(env: Env): PostgresSettings {
  const reader = new EnvReader(env);
  const sslRootCert = reader.optional("PGSSLROOTCERT");
  const settings: PostgresSettings = {
    host: reader.required("PGHOST", "the database server's host name"),
    port: reader.integer("PGPORT", { min: 1, max: 65535, default: 5432 }),
    user: reader.required("PGUSER", "the role to connect as"),
    password: reader.optional("PGPASSWORD"),
    database: reader.required("PGDATABASE", "the database to connect to"),
    sslMode: reader.oneOf<SslMode>("PGSSLMODE", SSL_MODES, sslRootCert ? "verify-full" : "require"),
    sslRootCert,
  };
  reader.finish("database connection");
  return settings;
}

/** The same settings for libpq's programs. The password travels in the environment, never in an argument list. */
export function libpqEnv(settings: PostgresSettings): Record<string, string> {
  return {
    PGHOST: settings.host,
    PGPORT: String(settings.port),
    PGUSER: settings.user,
    PGDATABASE: settings.database,
    PGSSLMODE: settings.sslMode,
    PGAPPNAME: "backup321",
    PGCONNECT_TIMEOUT: "30",
    ...(settings.password === undefined ? {} : { PGPASSWORD: settings.password }),
    ...(settings.sslRootCert === undefined ? {} : { PGSSLROOTCERT: settings.sslRootCert }),
  };
}

function sslOptions(settings: PostgresSettings): ClientConfig["ssl"] {
  if (settings.sslMode === "disable") return false;
  const ca = settings.sslRootCert === undefined ? {} : { ca: readFileSync(settings.sslRootCert, "utf8") };
  switch (settings.sslMode) {
    case "require":
      return { rejectUnauthorized: false };
    case "verify-ca":
      return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
    case "verify-full":
      return { ...ca, rejectUnauthorized: true };
  }
}

/**
 * Opens a session fit for a dump of any length: TCP keepalive well under the 350 s after which NAT gateways and load
 * balancers drop idle flows, no statement or idle time-outs.
 * @throws StageError `preflight` naming host, port, database and role
 */
export async function connect(settings: PostgresSettings): Promise<Client> {
  const where = `${settings.user}@${settings.host}:${settings.port}/${settings.database}`;
  let client: Client;
  try {
    client = new Client({
      host: settings.host,
      port: settings.port,
      user: settings.user,
      password: settings.password,
      database: settings.database,
      ssl: sslOptions(settings),
      keepAlive: true,
      keepAliveInitialDelayMillis: 60_000,
      connectionTimeoutMillis: 30_000,
      application_name: "backup321",
    });
    await client.connect();
  } catch (error) {
    throw new StageError(
      "database connection",
      "preflight",
      `can't connect to ${where} (sslmode ${settings.sslMode}): ${messageOf(error)}; check host, port, role, password and the server's pg_hba.conf`,
      { cause: error },
    );
  }
  try {
    await client.query("SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0");
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new StageError("database connection", "preflight", `${where}: ${messageOf(error)}`, { cause: error });
  }
  return client;
}
