import path from "node:path";
import { withStack } from "../../support/engine/runStack";
import type { Reporter, StepResult } from "../console";
import { type Deployed, PRIMARY_REGION, type Servers } from "../world";
import { exampleFile } from "./deploy";

const PACKS = ["credentials", "storage"].map((pack) => path.join(__dirname, "../../../policies", pack));

/** 10: the policy packs reject an insecure example and accept ours, in the real engine. */
export async function judgeByPolicies(
  servers: Servers,
  { stack }: Deployed,
  report: Reporter,
): Promise<StepResult<void>> {
  report.now("previewing examples/rejected");
  const insecure = await withStack({
    programModule: exampleFile("rejected"),
    projectName: "rejected",
    stackName: "dev",
    region: PRIMARY_REGION,
    stateDir: path.join(servers.dir, "pulumi-rejected"),
    awsEnv: servers.standin.env(servers.ground.deployer),
  });
  try {
    const rejected = await insecure.preview({ policyPacks: PACKS });
    const violated = [
      ...new Set(rejected.policyViolations.filter((v) => v.enforcementLevel === "mandatory").map((v) => v.policy)),
    ];
    if (rejected.ok || violated.length === 0) throw new Error(`the insecure example was accepted:\n${rejected.output}`);
    report.now("previewing examples/minimal");
    const accepted = await stack.preview({ policyPacks: PACKS });
    if (!accepted.ok || accepted.policyViolations.length > 0) {
      throw new Error(
        `our own example was rejected: ${JSON.stringify(accepted.policyViolations, null, 2)}\n${accepted.output}`,
      );
    }
    return {
      value: undefined,
      headline: `insecure example rejected by ${violated.length} rules, ours accepted by all`,
      details: violated.map((rule) => `rejected by ${rule}`),
    };
  } finally {
    await insecure.close();
  }
}
