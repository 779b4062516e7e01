/** A throwaway PostgreSQL with a random password and TLS, on 127.0.0.1 only. */
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { freePort, requireFreePort, run, start } from "../processes";
import type { TestTls } from "../tls";
import { withExtensions } from "./extensions";
import { findPostgres, openPath, serverUser } from "./programs";

export interface DatabaseSettings {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface ThrowawayPostgres {
  /** The superuser, and the database `shop`. */
  settings: DatabaseSettings;
  /** libpq's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE=verify-ca, PGSSLROOTCERT. */
  env: Record<string, string>;
  /** Folder of the programs that run it. */
  binDir: string;
  /** Folder of its files, which its user owns. */
  home: string;
  stop: () => Promise<void>;
}

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  // Nothing here must survive a crash.
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  max_wal_size: "1GB",
  ssl: "on",
  ssl_cert_file: "server.pem",
  ssl_key_file: "server.key",
};

/** Makes a cluster in `dir/postgres-<port>`, starts it and creates the database `shop`. `stop()` ends it; the folder stays. */
export async function throwawayPostgres(options: {
  dir: string;
  tls: TestTls;
  port?: number;
  /** Further server settings, e.g. max_locks_per_transaction. */
  settings?: Record<string, string>;
  /** Files of extensions that only this server knows, by name: `x.control`, `x--1.0.sql`. */
  extensions?: Record<string, string>;
  /** Folder of initdb and postgres; default: this machine's. */
  binDir?: string;
}): Promise<ThrowawayPostgres> {
  const binDir = options.binDir ?? findPostgres();
  const user = serverUser();
  if (options.port !== undefined) await requireFreePort(options.port, "postgres");
  const port = options.port ?? (await freePort());
  const home = join(options.dir, `postgres-${port}`);
  const data = join(home, "data");
  mkdirSync(home, { recursive: true });
  const give = (path: string, mode: number) => {
    chmodSync(path, mode);
    if (user.uid !== undefined) chownSync(path, user.uid, user.gid!);
  };
  give(home, 0o700);
  if (user.uid !== undefined) openPath(options.dir);
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(home, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  give(passwordFile, 0o600);
  const env = { PATH: process.env.PATH, LANG: "C.UTF-8", TZ: "UTC" };
  const how = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", "--no-sync"];
  run("postgres", join(binDir, "initdb"), ["-D", data, `--pwfile=${passwordFile}`, ...how], {
    env,
    cwd: home,
    ...user,
  });
  rmSync(passwordFile);
  for (const [from, to] of [
    [options.tls.certFile, "server.pem"],
    [options.tls.keyFile, "server.key"],
  ] as const) {
    copyFileSync(from, join(data, to));
    give(join(data, to), 0o600);
  }
  const settings = { host: "127.0.0.1", port, user: "postgres", password, database: "postgres" };
  const running = await start({
    name: "postgres",
    command: options.extensions ? withExtensions(binDir, home, options.extensions) : join(binDir, "postgres"),
    args: [
      "-D",
      data,
      "-p",
      String(port),
      ...Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env,
    cwd: home,
    logFile: join(options.dir, `postgres-${port}.log`),
    // "Fast" shutdown; SIGTERM would wait for every client to leave.
    stopSignal: "SIGINT",
    ready: () => withClient(settings, () => Promise.resolve(true)),
    ...user,
  });
  await withClient(settings, (client) => client.query("create database shop"));
  return {
    settings: { ...settings, database: "shop" },
    env: {
      PGHOST: settings.host,
      PGPORT: String(port),
      PGUSER: settings.user,
      PGPASSWORD: password,
      PGDATABASE: "shop",
      PGSSLMODE: "verify-ca",
      PGSSLROOTCERT: options.tls.caFile,
    },
    binDir,
    home,
    stop: running.stop,
  };
}

/** Runs `use` with a connection of its own, in UTC. */
export async function withClient<T>(settings: DatabaseSettings, use: (client: Client) => Promise<T>): Promise<T> {
  // The certificate is judged where it matters, by libpq with verify-ca; here the line is 127.0.0.1.
  const client = new Client({
    ...settings,
    ssl: { rejectUnauthorized: false },
    connectionTimeoutMillis: 5000,
    options: "-c timezone=UTC -c datestyle=ISO",
  });
  // A server that stops is no crash of the test.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
