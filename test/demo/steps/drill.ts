import { serverUserName } from "../../support/postgres/programs";
import type { Reporter, StepResult } from "../console";
import { cliEnv, type Deployed, type Servers } from "../world";
import { runCli } from "./restore";

/** What `backup321 drill --json` says of it. */
export interface DrillSaid {
  verdict: string;
  record: string;
  rows: number;
  seconds: { preflight: number; restore: number; total: number };
  checks: { name: string; passed: boolean; detail: string }[];
}

/** 8: a drill from the replica on a server of its own, which leaves evidence. */
export async function drillFromReplica(
  servers: Servers,
  { outputs }: Deployed,
  report: Reporter,
): Promise<StepResult<DrillSaid>> {
  report.now("backup321 drill");
  const user = serverUserName();
  const args = ["drill", "--server", "local", "--rto-minutes", "10", "--json"];
  const env = cliEnv(servers, outputs, servers.ground.deployer);
  const said = JSON.parse(
    await runCli([...args, ...(user === undefined ? [] : ["--server-user", user])], env),
  ) as DrillSaid;
  return {
    value: said,
    headline: `${said.verdict}: restored from the replica and checked, ${said.rows.toLocaleString("en")} rows, in ${said.seconds.total.toFixed(1)} s`,
    details: [...said.checks.map(({ name, detail }) => `${name}: ${detail}`), `evidence: ${said.record}`],
  };
}
