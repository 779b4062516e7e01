/** The demo's last words: for a manager, and for whoever kept it running. */
import path from "node:path";
import { type DemoConsole, megabytes } from "./console";
import type { Verdict } from "./steps/dump";
import { type Restored, RESTORED } from "./steps/restore";
import { CLI, cliEnv, type Deployed, PRIMARY_REGION, REPLICA_REGION, type Servers } from "./world";

export interface Outcome {
  verdict: Verdict;
  restoreSeconds: number;
}

export function summary(out: DemoConsole, { verdict, restoreSeconds }: Outcome): void {
  const seconds = Math.round((Date.now() - out.startedAt) / 1000);
  const until = verdict.lockedUntil.slice(0, 10);
  const lines = [
    `Three copies      the database, a bucket in ${PRIMARY_REGION}, a replica in ${REPLICA_REGION}`,
    "Two kinds         a running database, and objects that later move to an archive class",
    "One out of reach  the replica: locked, and nobody but the repository's administrators can change that",
    "",
    `Backed up         ${verdict.tables} tables, ${megabytes(verdict.rawBytes)}, stored as ${megabytes(verdict.storedBytes)}, by its own schedule`,
    `Can't be deleted  before ${until}; every attempt was refused`,
    "Would we know     yes: a backup that stays away raised an alarm in both regions",
    `Could we restore  yes: from the replica, in ${restoreSeconds.toFixed(1)} s; every row agrees`,
    "Mistakes          an insecure stack is rejected before it exists",
  ];
  out.say(`\nSummary (${seconds} s)\n`);
  for (const line of lines) out.say(line === "" ? "" : `  ${line}`);
  out.say("\n  Shown on a stand-in for AWS, not on AWS itself.\n");
}

/** Writes the environment of an on-call person and says what to type. */
export function keepHint(
  out: DemoConsole,
  servers: Servers,
  { outputs }: Deployed,
  restored: Restored,
  write: (file: string, text: string) => void,
): void {
  const file = path.join(servers.dir, "env.sh");
  const env = { ...cliEnv(servers, outputs, restored.restorer), ...restored.postgres.env };
  const quoted = Object.entries(env)
    .filter(([name]) => name !== "PATH")
    .map(([name, value]) => `export ${name}='${value.replace(/'/g, `'\\''`)}'`);
  const cli = `backup321() { '${process.execPath}' '${CLI}' "$@"; }`;
  write(file, `${[...quoted, cli].join("\n")}\n`);
  const lines = [
    "Everything is still running. To play with it:",
    "",
    `  . ${file}`,
    "  backup321 list",
    "  backup321 status",
    "  backup321 verify",
    "  backup321 restore my_copy --side replica",
    `  psql -d ${RESTORED} -c 'SELECT count(*) FROM orders'`,
    "",
    "To end it and remove everything: npm run demo -- --stop",
  ];
  for (const line of lines) out.say(line);
}
