import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { spawn } from "node:child_process";
import path from "node:path";
import { type TableChecksum, tableChecksums, type ThrowawayPostgres, throwawayPostgres } from "../../support/postgres";
import { clientOptions } from "../../support/standin/clients";
import type { Credentials } from "../../support/standin/standin";
import type { Reporter, StepResult } from "../console";
import { CLI, cliEnv, type Deployed, type Servers } from "../world";

export const RESTORED = "shop_restored";

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

function runCli(args: string[], env: Record<string, string>): Promise<string> {
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
  return {
    value: { postgres, seconds, restorer },
    headline: `${names.length} tables, ${rows.toLocaleString("en")} rows: counts and checksums agree; restore took ${seconds.toFixed(1)} s`,
  };
}
