import type { Reporter, StepResult } from "../console";
import { expectRefused, probeRunnerRole } from "../probe";
import { DATABASE, type Deployed, type Servers } from "../world";

const LOCK_DAYS = 120;

/** The first check: with the runner's credentials reading and listing are refused, and putting works. */
export async function checkRunnerRights(
  servers: Servers,
  { outputs }: Deployed,
  report: Reporter,
): Promise<StepResult<void>> {
  report.now("a task with the runner's role tries what it must not");
  const results = await probeRunnerRole(servers, outputs, {
    bucket: outputs.primaryBucketName,
    own: `dumps/daily/${DATABASE}/probe`,
    other: "dumps/daily/another-database/probe",
    lockMode: "GOVERNANCE",
    retainUntil: new Date(Date.now() + LOCK_DAYS * 86_400_000).toISOString(),
  });
  const details = expectRefused("runner", results, ["put a new object"]);
  return { value: undefined, headline: "it can add, and nothing else", details };
}
