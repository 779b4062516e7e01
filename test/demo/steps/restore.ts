import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { spawn } from "node:child_process";
import path from "node:path";
import {
  type TableChecksum,
  tableChecksums,
  type ThrowawayPostgres,
  throwawayPostgres,
  withClient,
} from "../../support/postgres";
import { run } from "../../support/processes";
import { clientOptions } from "../../support/standin/clients";
import type { Credentials } from "../../support/standin/standin";
import type { Reporter, StepResult } from "../console";
import { CLI, cliEnv, type Deployed, type Servers } from "../world";

export const RESTORED = "shop_restored";
const LOST = "public.order_items";

export interface Restored {
  postgres: ThrowawayPostgres;
  seconds: number;
  restorer: Credentials;
}

/** Credentials of the role that the stack made for people who restore. */
async function becomeRestorer(servers: Servers, roleArn: string): Promise<Credentials> {
  const sts = new STSClient(clientOptions(servers.standin, servers.tls, servers.ground.deployer));
  const { Credentials: c } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "on-call" }));
  return { accessKeyId: c!.AccessKeyId!, secretAccessKey: c!.SecretAccessKey!, sessionToken: c!.SessionToken! };
}

export function runCli(args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      env,
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(out) : reject(new Error(`backup321 ${args.join(" ")} ended with ${code}: ${err}`)),
    );
  });
}

/** A table that is lost where it was restored, brought back by the two lines that the restore prints. */
async function restoreAlone(
  env: Record<string, string>,
  postgres: ThrowawayPostgres,
): Promise<TableChecksum | undefined> {
  const settings = { ...postgres.settings, database: RESTORED };
  await withClient(settings, (client) => client.query(`DROP TABLE ${LOST} CASCADE`));
  const copy = `${RESTORED}_table`;
  const said = await runCli(["restore", copy, "--side", "replica", "--table", LOST], env);
  const commands = said.split("\n").filter((line) => /^ {2}(pg_dump|psql) /.test(line));
  const script = commands.join(" &&\n").replace("<live-database>", RESTORED);
  run("restore", "sh", ["-c", script], { env, cwd: path.dirname(postgres.home) });
  return (await tableChecksums(settings))[LOST];
}

/** 7: a restore from the replica into a second server; counts and checksums of every table agree. */
export async function restoreFromReplica(
  servers: Servers,
  { outputs }: Deployed,
  expected: Record<string, TableChecksum>,
  report: Reporter,
): Promise<StepResult<Restored>> {
  report.now("starting a second throwaway server");
  const postgres = await throwawayPostgres({ dir: path.join(servers.dir, "target"), tls: servers.tls });
  const restorer = await becomeRestorer(servers, outputs.restorerRoleArn);
  report.now("backup321 restore --side replica");
  const env = { ...cliEnv(servers, outputs, restorer), ...postgres.env };
  const result = JSON.parse(await runCli(["restore", RESTORED, "--side", "replica", "--json"], env)) as {
    seconds: { total: number };
  };
  report.now("comparing every table");
  const restored = await tableChecksums({ ...postgres.settings, database: RESTORED });
  const names = [...new Set([...Object.keys(expected), ...Object.keys(restored)])];
  const different = names.filter((n) => JSON.stringify(expected[n]) !== JSON.stringify(restored[n]));
  if (different.length > 0) throw new Error(`restored tables differ from the source: ${different.join(", ")}`);
  const rows = Object.values(restored).reduce((sum, t) => sum + Number(t.rows), 0);
  const seconds = result.seconds.total;
  report.now(`backup321 restore --table ${LOST}, which somebody dropped`);
  const alone = await restoreAlone(env, postgres);
  if (JSON.stringify(alone) !== JSON.stringify(expected[LOST])) throw new Error(`${LOST} came back different`);
  return {
    value: { postgres, seconds, restorer },
    headline: `${names.length} tables, ${rows.toLocaleString("en")} rows: counts and checksums agree; restore took ${seconds.toFixed(1)} s`,
    details: [`a dropped table, ${LOST}, came back alone: ${alone!.rows} rows, the same checksum`],
  };
}
