/** What a measurement was made with: without it, no number means anything. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { run } from "../../test/support/processes";
import { VERSITYGW_VERSION } from "../../test/support/versitygw";
import { connectionNote, type Ground, NODE } from "./ground";
import type { Peer } from "./peers";

/** Version that a program prints, or "?" where it prints none. */
const versionOf = (program: string, path = program): string =>
  /\d+(\.\d+)+/.exec(run("bench", path, ["--version"]))?.[0] ?? "?";

/** One paragraph of Markdown: date, machine, servers, programs, ours. */
export function machineNote(ground: Ground, peers: readonly Peer[], now: Date): string {
  const packageJson = JSON.parse(readFileSync(join(__dirname, "..", "..", "package.json"), "utf8")) as {
    version: string;
  };
  const kernel = run("bench", "uname", ["-sr"]).trim();
  const model = cpus()[0]?.model.trim() ?? "unknown CPU";
  const ram = Math.round(totalmem() / 1024 ** 3);
  const others = peers.flatMap((peer) => ("version" in peer ? [`${peer.name} ${peer.version}`] : []));
  return [
    `Measured ${now.toISOString().slice(0, 10)} on ${kernel}, ${cpus().length} CPUs (${model}), ${ram} GiB of memory;`,
    `PostgreSQL ${versionOf("postgres", join(ground.source.binDir, "postgres"))} (${connectionNote()}), S3 server versitygw ${VERSITYGW_VERSION},`,
    `all on this one machine. Node ${versionOf("node", NODE)}, backup321 ${packageJson.version}, zstd ${versionOf("zstd")}${others.length > 0 ? `, ${others.join(", ")}` : ""}.`,
  ].join(" ");
}
