/** Stands for the entry point of the official PostgreSQL image: makes a cluster below its folder, then runs `postgres` as it is told. */
import { spawn } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findPostgres, openPath, serverUser } from "../postgres/programs";
import { run } from "../processes";

/** What the stand-in runs for an image of PostgreSQL. */
export function postgresImage(): string[] {
  return [process.execPath, "--import", pathToFileURL(require.resolve("tsx")).href, __filename];
}

function main([, ...args]: string[]): void {
  const { POSTGRES_HOST_AUTH_METHOD: method = "scram-sha-256" } = process.env;
  const [bin, user, data] = [findPostgres(), serverUser(), join(process.cwd(), "data")];
  mkdirSync(data);
  // Of the task's own: it ends what may be opened to the server's user, and its parents are closed as well.
  delete process.env["TMPDIR"];
  if (user.uid !== undefined) {
    openPath(process.cwd());
    chownSync(data, user.uid, user.gid!);
  }
  const how = [`--auth-host=${method}`, "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
  const env = { PATH: process.env["PATH"], LANG: "C.UTF-8" };
  run("postgres", join(bin, "initdb"), ["-D", data, ...how], { env, cwd: data, ...user });
  const own = ["-D", data, "-c", "unix_socket_directories="];
  const server = spawn(join(bin, "postgres"), [...own, ...args], { env, cwd: data, stdio: "inherit", ...user });
  process.on("SIGTERM", () => server.kill("SIGINT"));
  server.once("exit", (code) => process.exit(code ?? 1));
}

if (require.main === module) main(process.argv.slice(2));
