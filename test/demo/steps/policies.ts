import path from "node:path";
import { withStack } from "../../support/engine/runStack";
import type { Reporter, StepResult } from "../console";
import { type Deployed, PRIMARY_REGION, type Servers } from "../world";

const ROOT = path.join(__dirname, "../../..");
const PACK = path.join(ROOT, "policies", "all");
/** One rule of each pack; examples/rejected has a program for every rule. */
const SHOWN = ["any-resource-hardcoded-credential", "aws-s3-bucket-public-access", "aws-rds-database-backed-up"];

const rejectedFile = (rule: string): string => path.join(ROOT, "examples", "rejected", `${rule}.ts`);

/** 10: the policy packs reject insecure examples and accept ours, in the real engine. */
export async function judgeByPolicies(
  servers: Servers,
  { stack }: Deployed,
  report: Reporter,
): Promise<StepResult<void>> {
  const insecure = await withStack({
    programModule: path.join(ROOT, "test", "support", "engine", "fileProgram.ts"),
    programArgs: { file: rejectedFile(SHOWN[0]!) },
    projectName: "rejected",
    stackName: "dev",
    region: PRIMARY_REGION,
    stateDir: path.join(servers.dir, "pulumi-rejected"),
    awsEnv: servers.standin.env(servers.ground.deployer),
  });
  try {
    for (const rule of SHOWN) {
      report.now(`previewing examples/rejected/${rule}`);
      const rejected = await insecure.preview({ programArgs: { file: rejectedFile(rule) }, policyPacks: [PACK] });
      const violated = rejected.policyViolations.filter((v) => v.enforcementLevel === "mandatory").map((v) => v.policy);
      if (rejected.ok || violated.join() !== rule)
        throw new Error(`examples/rejected/${rule} broke ${violated.join() || "no rule"}:\n${rejected.output}`);
    }
    report.now("previewing examples/minimal");
    const accepted = await stack.preview({ policyPacks: [PACK] });
    if (!accepted.ok || accepted.policyViolations.length > 0) {
      throw new Error(
        `our own example was rejected: ${JSON.stringify(accepted.policyViolations, null, 2)}\n${accepted.output}`,
      );
    }
    return {
      value: undefined,
      headline: `${SHOWN.length} insecure examples rejected, each by its rule; ours accepted by all`,
      details: SHOWN.map((rule) => `rejected by ${rule}`),
    };
  } finally {
    await insecure.close();
  }
}
