/** pgbouncer, the pooler that most people put before PostgreSQL: from PATH, else out of Debian's packages, without an installation. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir, installOnce } from "./cache";
import { openPath, serverUser } from "./postgres/programs";
import type { DatabaseSettings } from "./postgres/server";
import { freePort, run, start } from "./processes";

const INSTALL = "install it: apt install pgbouncer, or brew install pgbouncer";
/** With the library that a bare system does not have. */
const PACKAGES = ["pgbouncer", "libc-ares2"];
const TARGET = cacheDir("pgbouncer-debian");

/** A program, and the folders of its libraries. */
interface Program {
  path: string;
  libraries: string;
}

export async function ensurePgbouncer(progress: (line: string) => void = () => undefined): Promise<Program> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  const installed = folders.map((folder) => join(folder, "pgbouncer")).find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, libraries: "" };
  await installOnce(TARGET, (dir) => {
    progress(`unpacking Debian's ${PACKAGES.join(" and ")} into ${TARGET}`);
    try {
      run("pgbouncer", "apt-get", ["download", ...PACKAGES], { cwd: dir, timeoutMs: 120_000 });
      for (const file of readdirSync(dir).filter((name) => name.endsWith(".deb"))) {
        run("pgbouncer", "dpkg-deb", ["-x", join(dir, file), dir]);
      }
    } catch (error) {
      throw new Error(`pgbouncer: there is none on PATH, and apt-get can't download it; ${INSTALL}`, { cause: error });
    }
    return Promise.resolve();
  });
  const folder = readdirSync(join(TARGET, "usr/lib")).find((name) => name.endsWith("-gnu"));
  const program = { path: join(TARGET, "usr/sbin/pgbouncer"), libraries: join(TARGET, "usr/lib", folder ?? "") };
  run("pgbouncer", program.path, ["--version"], { env: { ...process.env, LD_LIBRARY_PATH: program.libraries } });
  return program;
}

/** Starts one before a server, without TLS, with a pool of a few sessions for its superuser. */
export async function startPgbouncer(
  dir: string,
  server: DatabaseSettings,
  poolMode: "session" | "transaction" | "statement",
  settings: Record<string, string> = {},
): Promise<{ settings: DatabaseSettings; stop: () => Promise<void> }> {
  const program = await ensurePgbouncer();
  // Like PostgreSQL it refuses to be root, but drops that by itself.
  const { uid } = serverUser();
  const user = uid === undefined ? undefined : run("pgbouncer", "id", ["-un", String(uid)]).trim();
  const port = await freePort();
  const home = join(dir, `pgbouncer-${port}`);
  mkdirSync(home, { mode: 0o755 });
  if (user !== undefined) openPath(dir);
  const users = join(home, "users.txt");
  // The user that runs it is not the one that runs the tests. The server is a throwaway, like its password.
  writeFileSync(users, `"${server.user}" "${server.password}"\n`, { mode: 0o644 });
  const config = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    auth_type: "plain",
    auth_file: users,
    pool_mode: poolMode,
    default_pool_size: "3",
    server_tls_sslmode: "require",
    unix_socket_dir: "",
    ...settings,
  };
  const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}`);
  const target = `* = host=${server.host} port=${server.port}`;
  const file = join(home, "pgbouncer.ini");
  writeFileSync(file, ["[databases]", target, "[pgbouncer]", ...lines, ""].join("\n"), { mode: 0o644 });
  const ready = ["-h", "127.0.0.1", "-p", String(port), "-d", server.database, "-U", server.user];
  const running = await start({
    name: "pgbouncer",
    command: program.path,
    args: [...(user === undefined ? [] : ["-u", user]), file],
    env: { PATH: process.env.PATH, ...(program.libraries === "" ? {} : { LD_LIBRARY_PATH: program.libraries }) },
    cwd: home,
    logFile: join(dir, `pgbouncer-${port}.log`),
    ready: async () => run("pgbouncer", "pg_isready", ready) !== "",
  });
  return { settings: { ...server, port }, stop: running.stop };
}
