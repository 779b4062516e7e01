import { execFile } from "node:child_process";
import { chown, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { Env } from "../config";
import { messageOf, StageError } from "../errors";
import { findClientProgram } from "../postgres/clientPrograms";
import type { PostgresSettings } from "../postgres/connection";
import { stderrTail } from "../stream/childStage";
import { startPostgres } from "./postgresProcess";
import { type DrillServer, inSession, SERVER_STAGE, versionOf } from "./server";

/** How a server of our own is run. */
export interface LocalServerOptions {
  /** Where programs are looked for. */
  env: Env;
  /** Folder in which the server gets one of its own; needs the space of the restored database. */
  scratch: string;
  /** Whether this process is root, which PostgreSQL refuses to run as. */
  isRoot: boolean;
  /** Name of the user of the operating system that runs it, where this process is root. */
  user: string | undefined;
  /** Makes the superuser's password. */
  password: () => string;
}

/** Numbers of a user of the operating system; empty: the one that runs this process. */
interface SystemUser {
  uid?: number;
  gid?: number;
}

const PORT = 5432;
/** Systems take 104 (macOS) or 108 bytes with the end mark. */
const MAX_SOCKET_BYTES = 103;
const run = promisify(execFile);

const failure = (detail: string, cause?: unknown) => new StageError(SERVER_STAGE, "preflight", detail, { cause });

/** @throws StageError `usage` when the server would have to run as root, or as a user that only root may choose */
function requireUser({ isRoot, user }: LocalServerOptions): void {
  if (isRoot && (user === undefined || user === "root")) {
    const detail =
      "PostgreSQL refuses to run as root; give a user without rights with --server-user, e.g. --server-user postgres, or run the drill as another user";
    throw new StageError(SERVER_STAGE, "usage", detail);
  }
  if (!isRoot && user !== undefined) {
    const detail = `only root can run the server as another user, got --server-user ${user}; leave it out`;
    throw new StageError(SERVER_STAGE, "usage", detail);
  }
  if (user !== undefined && !/^[A-Za-z_][\w.-]*$/.test(user)) {
    throw new StageError(SERVER_STAGE, "usage", `--server-user "${user}" is no name of a user`);
  }
}

async function numbersOf(user: string | undefined, PATH: string): Promise<SystemUser> {
  if (user === undefined) return {};
  try {
    const number = async (flag: string) => Number((await run("id", [flag, user], { env: { PATH } })).stdout);
    return { uid: await number("-u"), gid: await number("-g") };
  } catch (error) {
    throw failure(`there is no user "${user}" on this machine; name another with --server-user`, error);
  }
}

/**
 * A server of our own: of the lowest installed major that will do, in a folder that only its user may enter, reached by a socket in
 * it and by nothing else. It need not survive a crash, so it never waits for the disk.
 *
 * @throws StageError `usage` at once when it would have to run as root
 */
export function localServer(options: LocalServerOptions): DrillServer {
  requireUser(options);
  return {
    async start(minMajor, signal) {
      const program = await findClientProgram("postgres", minMajor, options.env);
      const PATH = options.env.PATH ?? "";
      const user = await numbersOf(options.user, PATH);
      const folder = await mkdtemp(path.join(options.scratch, "backup321-drill-"));
      try {
        if (user.uid !== undefined) await chown(folder, user.uid, user.gid!);
        const binDir = path.dirname(await realpath(program.path));
        const password = options.password();
        const child = { env: { PATH, LC_ALL: "C", TZ: "UTC" }, cwd: folder, ...user };
        await initialise(path.join(binDir, "initdb"), { ...child, signal }, password);
        const settings = settingsOf(folder, password);
        const server = await startPostgres({ program: program.path, folder, child, settings, port: PORT, signal });
        try {
          const version = await inSession(settings, versionOf);
          return { settings, ...version, stop: () => server.stop().then(() => remove(folder)) };
        } catch (error) {
          await server.stop();
          throw error;
        }
      } catch (error) {
        await remove(folder);
        if (error instanceof StageError) throw error;
        throw failure(messageOf(error), error);
      }
    },
  };
}

function settingsOf(folder: string, password: string): PostgresSettings {
  const bytes = Buffer.byteLength(path.join(folder, `.s.PGSQL.${PORT}`));
  if (bytes > MAX_SOCKET_BYTES) {
    throw failure(
      `the path of the socket in ${folder} has ${bytes} bytes, systems take ${MAX_SOCKET_BYTES}; set TMPDIR to a shorter folder`,
    );
  }
  return {
    host: folder,
    port: PORT,
    user: "postgres",
    password,
    database: "postgres",
    // TLS is not spoken over a socket.
    sslMode: "disable",
    sslRootCert: undefined,
  };
}

interface ChildOptions extends SystemUser {
  env: Record<string, string>;
  cwd: string;
  signal: AbortSignal;
}

async function initialise(initdb: string, child: ChildOptions, password: string): Promise<void> {
  const file = path.join(child.cwd, "password");
  await writeFile(file, password, { mode: 0o600 });
  if (child.uid !== undefined) await chown(file, child.uid, child.gid!);
  const how = ["--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"];
  try {
    await run(initdb, [`--pgdata=${path.join(child.cwd, "data")}`, `--pwfile=${file}`, ...how], child);
  } catch (error) {
    if (child.signal.aborted) throw new StageError(SERVER_STAGE, "interrupted", "stopped by a signal");
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    const why = code === "ENOENT" ? "is not installed" : `failed: ${stderrTail(stderr) || messageOf(error)}`;
    throw failure(
      `${initdb} ${why}; the drill needs the programs of a server, and a folder that its user may write to`,
      error,
    );
  }
  await rm(file);
}

async function remove(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw failure(
      `${folder} could not be removed: ${messageOf(error)}; it holds restored data, remove it by hand`,
      error,
    );
  }
}
