import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { manifestPrefix } from "../contract";
import { messageOf } from "../errors";
import { attackedRoles } from "./attackedRoles";
import { type Attempt, ATTEMPTS, type AttackTarget } from "./attempts";
import type { CheckResult, DoctorContext, DoctorSide } from "./check";
import type { AwsClients } from "./clients";
import { simulate, type UnseenAllow, unseenAllow } from "./simulate";

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

async function targetOf(context: AttackContext, side: DoctorSide, database: string): Promise<AttackTarget | undefined> {
  const { stack, clients, now, random } = context;
  const objective = stack.objectives?.find((one) => one.database === database) ?? stack.objectives?.[0];
  const tier = stack.tiers?.[0]?.name ?? objective?.tiers[0]?.name;
  if (tier === undefined) return undefined;
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

/** What is tried on one database, on every side; looked up once. */
function targetsOnce(context: AttackContext): (database: string) => Promise<AttackTarget[]> {
  const known = new Map<string, Promise<AttackTarget[]>>();
  const look = async (database: string): Promise<AttackTarget[]> =>
    (await Promise.all(context.sides.map((side) => targetOf(context, side, database)))).filter(
      (target) => target !== undefined,
    );
  return (database) => {
    const found = known.get(database) ?? look(database);
    known.set(database, found);
    return found;
  };
}

/** Becomes each role and tries what it must not be able to do. Whatever works is a finding. */
export async function attack(context: AttackContext): Promise<CheckResult[]> {
  const { sides, clients, s3As, signal } = context;
  const targetsOf = targetsOnce(context);
  const unseen = new Map<string, Promise<UnseenAllow>>();
  const unknown = (subject: string, detail: string): CheckResult => ({
    id: "attack",
    subject,
    status: "notChecked",
    detail,
  });
  const results: CheckResult[] = [];
  for (const { kind, arn, database } of attackedRoles(context.stack)) {
    if (signal.aborted) return results;
    const targets = database === undefined ? [] : await targetsOf(database);
    if (targets.length < sides.length) {
      results.push(
        unknown(roleName(arn), "its database or tier is not known here; give --stack, or a configuration file"),
      );
      continue;
    }
    const own = clients(targets[0]!.region);
    const credentials = await credentialsOf(own, arn);
    for (const target of targets) {
      const self = clients(target.region).s3;
      for (const attempt of ATTEMPTS) {
        if (signal.aborted) return results;
        if (!attempt.kinds.includes(kind) || !attempt.sides.includes(target.side)) continue;
        if ("refused" in credentials && !unseen.has(target.bucket)) {
          unseen.set(target.bucket, unseenAllow(context, target));
        }
        const outcome =
          "refused" in credentials
            ? await simulate(own, arn, attempt, target, await unseen.get(target.bucket))
            : await tryAs(s3As(target.region, credentials), attempt, target, self);
        results.push({ id: `attack.${attempt.id}`, subject: roleName(arn), ...outcome });
      }
    }
  }
  if (results.length > 0) return results;
  return [unknown("unknown", "the stack's roles are not known here; give --stack, or a configuration file")];
}
