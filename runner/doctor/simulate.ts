import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { messageOf } from "../errors";
import type { Attempt, AttackTarget } from "./attempts";
import { bucketStatements } from "./bucketStatements";
import type { CheckResult, DoctorContext } from "./check";
import type { AwsClients } from "./clients";
import { handMadeAllows } from "./handMadeAllows";

/** Why a simulated denial proves nothing on a bucket, as a part of a sentence; undefined where it does. */
export type UnseenAllow = string | undefined;

/** Looks for what a simulation does not see: whoever a bucket policy lets in by name needs no policy of his own. */
export async function unseenAllow(context: DoctorContext, target: AttackTarget): Promise<UnseenAllow> {
  try {
    const made = handMadeAllows(await bucketStatements(context, target));
    if (made.length === 0) return undefined;
    return `the bucket policy has an Allow that no component wrote (${made.join(", ")}), which IAM does not simulate; take it out, or try for real`;
  } catch (error) {
    if ((error as Error).name === "NoSuchBucketPolicy") return undefined;
    return `whether the bucket policy allows it is not known: ${messageOf(error)}`;
  }
}

/**
 * What the role's own policies say, where nobody can become it. What they don't allow is denied as long as the bucket policy allows
 * nothing; what they do allow is for the bucket policy to deny, and IAM simulates that for users alone.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export async function simulate(
  clients: AwsClients,
  arn: string,
  attempt: Attempt,
  target: AttackTarget,
  unseen: UnseenAllow,
): Promise<Pick<CheckResult, "status" | "detail">> {
  const { what, action } = attempt;
  const simulated = `${what} on the ${target.side} (simulated)`;
  try {
    const { EvaluationResults = [] } = await clients.iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: arn,
        ActionNames: [action],
        ResourceArns: [attempt.resource(target)],
      }),
    );
    const decision = EvaluationResults[0]?.EvalDecision;
    const ok = (why: string) => ({
      status: "ok" as const,
      detail: `denied on the ${target.side} (simulated): ${what}; ${why}`,
    });
    // Holds against whatever else allows.
    if (decision === "explicitDeny") return ok("its own policies deny it");
    if (decision === "implicitDeny" && unseen === undefined) {
      return ok("its own policies alone were asked, and the bucket policy has no Allow made by hand");
    }
    const detail =
      decision === "implicitDeny"
        ? `${simulated}: its own policies don't allow it, but ${unseen}`
        : `${simulated}: its own policy answers ${decision ?? "nothing"}, so the bucket policy has to deny it, which only a real attempt shows`;
    return { status: "notChecked", detail };
  } catch (error) {
    const detail = `${what} on the ${target.side}: the role can't be assumed, nor simulated: ${messageOf(error)}`;
    return { status: "notChecked", detail };
  }
}
