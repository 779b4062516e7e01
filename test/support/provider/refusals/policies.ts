// What AWS refuses about policy documents. Pure; one message per problem.
import { known, type Props } from "../wire";

export interface PolicyUse {
  /** identity: a role's policy; trust: who may assume a role; bucket, resource: a policy on the thing itself. */
  kind: "identity" | "trust" | "bucket" | "resource";
  bucket?: unknown;
}

const MAX_CHARACTERS = { identity: 10_240, trust: 2_048, bucket: 20_480, resource: 32_768 };
const ARN_OR_STAR = /^(\*|arn:[^:]+:[^:]+:[^:]*:[^:]*:.+|arn:.*[*?].*)$/;
const list = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function statement(s: Props, use: PolicyUse, label: string): string[] {
  const problems: string[] = [];
  if (s["Effect"] !== "Allow" && s["Effect"] !== "Deny") problems.push(`${label}: Effect must be Allow or Deny`);
  if (s["Action"] === undefined && s["NotAction"] === undefined) problems.push(`${label}: Action is missing`);
  for (const action of list(s["Action"])) {
    if (typeof action !== "string" || !/^(\*|[a-z0-9-]+:[a-z0-9*?]+)$/i.test(action)) {
      problems.push(`${label}: action ${String(action)} must look like service:Action`);
    }
  }
  const principal = s["Principal"] ?? s["NotPrincipal"];
  if (use.kind === "identity" && principal !== undefined)
    problems.push(`${label}: a role's policy must not name a principal`);
  if (use.kind !== "identity" && principal === undefined) problems.push(`${label}: Principal is missing`);
  const resources = list(s["Resource"] ?? s["NotResource"]);
  if (use.kind === "trust" && resources.length > 0) problems.push(`${label}: a trust policy must not name a resource`);
  if (use.kind !== "trust" && resources.length === 0) problems.push(`${label}: Resource is missing`);
  for (const resource of resources) {
    if (!ARN_OR_STAR.test(String(resource)))
      problems.push(`${label}: resource ${String(resource)} must be in ARN format or "*"`);
    else if (use.kind === "bucket" && !coversBucket(String(resource), use.bucket)) {
      problems.push(
        `${label}: policy has invalid resource ${String(resource)}: it is not in bucket ${String(use.bucket)}`,
      );
    }
  }
  return problems;
}

function coversBucket(resource: string, bucket: unknown): boolean {
  if (resource === "*" || !known(bucket)) return true;
  const name = resource.split(":::")[1]?.split("/")[0];
  return name === bucket || (name !== undefined && /[*?]/.test(name));
}

/** One message per problem of a policy document; an unknown document passes. */
export function policyDocument(text: unknown, use: PolicyUse): string[] {
  if (text === undefined || !known(text)) return [];
  let document: Props;
  try {
    document = (typeof text === "string" ? JSON.parse(text) : text) as Props;
  } catch {
    return ["MalformedPolicyDocument: the policy is not JSON"];
  }
  const characters = JSON.stringify(document).length;
  const statements = list(document["Statement"]) as Props[];
  const problems = statements.flatMap((s, i) => statement(s, use, `statement ${s["Sid"] ?? i + 1}`));
  if (statements.length === 0) problems.push("the policy has no statement");
  if (characters > MAX_CHARACTERS[use.kind]) {
    problems.push(`the policy has ${characters} characters: AWS takes ${MAX_CHARACTERS[use.kind]}`);
  }
  const sids = statements.map((s) => s["Sid"] as string | undefined).filter((sid) => sid !== undefined);
  for (const sid of new Set(sids.filter((s, i) => sids.indexOf(s) !== i)))
    problems.push(`statement id ${sid} is not unique`);
  return problems.map((problem) => `MalformedPolicyDocument: ${problem}`);
}

/**
 * True when the policy on a role or a topic names the service. Conditions of such a statement are AWS's to judge and
 * count as met; a statement for everyone counts only without conditions, since those single out accounts, not services.
 */
export function lets(policy: string, service: string): boolean {
  return (list((JSON.parse(policy) as Props)["Statement"]) as Props[]).some(
    (s) =>
      s["Effect"] === "Allow" &&
      (list(s["Principal"]?.Service).includes(service) || (s["Principal"] === "*" && s["Condition"] === undefined)),
  );
}

/** KMS refuses a key policy under which nobody could change the policy any more. */
export function keyLockout(text: unknown): string[] {
  if (typeof text !== "string" || !known(text)) return [];
  let statements: Props[];
  try {
    statements = list((JSON.parse(text) as Props)["Statement"]) as Props[];
  } catch {
    return [];
  }
  const keeps = statements.some(
    (s) =>
      s["Effect"] === "Allow" &&
      list(s["Action"]).some((a) => /^(\*|kms:\*|kms:Put\*|kms:PutKeyPolicy)$/i.test(String(a))),
  );
  return keeps
    ? []
    : [
        "MalformedPolicyDocumentException: the new key policy will not allow you to update the key policy in the future",
      ];
}
