/** A hot standby of a throwaway server, made as everybody makes one: pg_basebackup with the recovery settings written. */
import { join } from "node:path";
import { freePort, run, start } from "../processes";
import { serverUser } from "./programs";
import type { DatabaseSettings, ThrowawayPostgres } from "./server";

export interface ThrowawayStandby {
  /** The superuser, and the primary's database. */
  settings: DatabaseSettings;
  stop: () => Promise<void>;
}

/** Copies the server and starts the copy, which follows it. Its files lie beside the server's. */
export async function standbyOf(server: ThrowawayPostgres): Promise<ThrowawayStandby> {
  const { host, port, user, password } = server.settings;
  const data = join(server.home, "standby");
  const asServer = { ...serverUser(), cwd: server.home };
  const env = { PATH: process.env.PATH, PGPASSWORD: password, LANG: "C.UTF-8" };
  const copy = ["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "-D", data];
  const from = ["-h", host, "-p", String(port), "-U", user];
  run("standby", join(server.binDir, "pg_basebackup"), [...from, ...copy], { env, ...asServer });
  const own = await freePort();
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "ssl=on"];
  settings.push("ssl_cert_file=server.pem", "ssl_key_file=server.key");
  const ready = ["-h", host, "-p", String(own), "-d", "postgres"];
  const standby = await start({
    name: "standby",
    command: join(server.binDir, "postgres"),
    args: ["-D", data, "-p", String(own), ...settings.flatMap((setting) => ["-c", setting])],
    env,
    logFile: join(server.home, "..", `standby-${own}.log`),
    stopSignal: "SIGINT",
    ready: async () => run("standby", join(server.binDir, "pg_isready"), ready) !== "",
    ...asServer,
  });
  return { settings: { ...server.settings, port: own }, stop: standby.stop };
}
