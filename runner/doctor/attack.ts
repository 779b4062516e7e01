import { SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { manifestPrefix } from "../contract";
import { messageOf } from "../errors";
import { type Attempt, ATTEMPTS, type AttackTarget, type RoleKind } from "./attempts";
import type { CheckResult, DoctorContext, DoctorSide } from "./check";
import type { AwsClients } from "./clients";

/** Temporary credentials of a role. */
export interface RoleCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** What an attack needs besides. */
export interface AttackContext extends DoctorContext {
  clients: (region: string) => AwsClients;
  /** A client that acts as a role. */
  s3As: (region: string, credentials: RoleCredentials) => Pick<S3Client, "send">;
  random: (length: number) => string;
}

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Roles that are tried: all. */
function rolesOf({ stack }: DoctorContext): { kind: RoleKind; arn: string }[] {
  const of = (kind: RoleKind, arns: readonly (string | undefined)[] = []) =>
    [...new Set(arns)].flatMap((arn) => (arn === undefined ? [] : [{ kind, arn }]));
  return [
    ...of("dump", stack.dumpRoleArns),
    ...of("verify", stack.verifyRoleArns),
    ...of("drill", stack.drillRoleArns),
    ...of("restorer", [stack.restorerRoleArn, stack.replicaRestorerRoleArn]),
  ];
}

const DENIED = /^(AccessDenied(Exception)?|Forbidden|403)$/;

function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === 403 && (DENIED.test(name ?? "") || name === "Unknown" || name === undefined);
}

/** What an answer other than a denial says: the right was there, or nobody knows. */
function isRefusedLater(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && [404, 405, 409, 412].includes(status);
}

async function tryAs(
  role: Pick<S3Client, "send">,
  attempt: Attempt,
  target: AttackTarget,
  self: Pick<S3Client, "send">,
): Promise<Pick<CheckResult, "status" | "detail">> {
  const { what, action } = attempt;
  if (attempt.needsObject && target.existing === undefined) {
    return { status: "notChecked", detail: `${what} on the ${target.side}: there is no recovery point to try it on` };
  }
  try {
    await attempt.attempt(role, target, self);
    return { status: "finding", detail: `it may ${what} on the ${target.side} (${action}): deny it` };
  } catch (error) {
    if (isDenied(error)) return { status: "ok", detail: `denied on the ${target.side}: ${what}` };
    if (isRefusedLater(error)) {
      const why = `${(error as Error).name}, which is no denial`;
      return { status: "finding", detail: `it may ${what} on the ${target.side} (${action}): storage answered ${why}` };
    }
    return { status: "notChecked", detail: `${what} on the ${target.side}: ${messageOf(error)}` };
  }
}

/**
 * What the role's own policies say, where nobody can become it. What they don't allow is denied, since the bucket policy allows nothing;
 * what they do allow is for the bucket policy to deny, and IAM simulates that for users alone.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
async function simulate(
  clients: AwsClients,
  arn: string,
  attempt: Attempt,
  target: AttackTarget,
): Promise<Pick<CheckResult, "status" | "detail">> {
  const { what, action } = attempt;
  try {
    const { EvaluationResults = [] } = await clients.iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: arn,
        ActionNames: [action],
        ResourceArns: [attempt.resource(target)],
      }),
    );
    const decision = EvaluationResults[0]?.EvalDecision;
    if (decision === "implicitDeny" || decision === "explicitDeny") {
      return { status: "ok", detail: `denied on the ${target.side} (simulated): ${what}` };
    }
    const detail = `${what} on the ${target.side} (simulated): its own policy answers ${decision ?? "nothing"}, so the bucket policy has to deny it, which only a real attempt shows`;
    return { status: "notChecked", detail };
  } catch (error) {
    const detail = `${what} on the ${target.side}: the role can't be assumed, nor simulated: ${messageOf(error)}`;
    return { status: "notChecked", detail };
  }
}

async function targetOf(context: AttackContext, side: DoctorSide): Promise<AttackTarget | undefined> {
  const { stack, clients, now, random } = context;
  const database = stack.databases?.[0];
  const tier = stack.tiers?.[0]?.name ?? stack.objectives?.[0]?.tiers[0]?.name;
  if (database === undefined || tier === undefined) return undefined;
  const list = new ListObjectVersionsCommand({
    Bucket: side.bucket,
    Prefix: manifestPrefix(tier, database),
    MaxKeys: 1,
  });
  const versions = await clients(side.region)
    .s3.send(list)
    .then(
      ({ Versions = [] }) => Versions,
      () => [],
    );
  const { Key: key, VersionId: versionId } = versions[0] ?? {};
  const existing = key !== undefined && versionId !== undefined ? { key, versionId } : undefined;
  return { ...side, tier, database, random: random(6), existing, now };
}

async function credentialsOf(clients: AwsClients, arn: string): Promise<RoleCredentials | { refused: string }> {
  try {
    const { Credentials: found } = await clients.sts.send(
      new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "backup321-doctor", DurationSeconds: 900 }),
    );
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = found ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

/** Becomes each role and tries what it must not be able to do. Whatever works is a finding. */
export async function attack(context: AttackContext): Promise<CheckResult[]> {
  const { sides, clients, s3As, signal } = context;
  const found = await Promise.all(sides.map((side) => targetOf(context, side)));
  const targets = found.filter((target) => target !== undefined);
  const roles = rolesOf(context);
  if (targets.length < sides.length || roles.length === 0) {
    const detail = "the stack's roles, databases or tiers are not known here; give --stack, or a configuration file";
    return [{ id: "attack", subject: "unknown", status: "notChecked", detail }];
  }
  const results: CheckResult[] = [];
  for (const { kind, arn } of roles) {
    const own = clients(targets[0]!.region);
    const credentials = await credentialsOf(own, arn);
    for (const target of targets) {
      const self = clients(target.region).s3;
      for (const attempt of ATTEMPTS) {
        if (signal.aborted) return results;
        if (!attempt.kinds.includes(kind) || !attempt.sides.includes(target.side)) continue;
        const outcome =
          "refused" in credentials
            ? await simulate(own, arn, attempt, target)
            : await tryAs(s3As(target.region, credentials), attempt, target, self);
        results.push({ id: `attack.${attempt.id}`, subject: roleName(arn), ...outcome });
      }
    }
  }
  return results;
}
