import { runSimulation } from "@cloud-copilot/iam-simulate";
import type { IamLayout } from "./iamLayout";

/** Who asks: an identity with policies of its own, or an AWS service. */
export interface Asker {
  /** As the request names it: a role's session, or a service like `ecs-tasks.amazonaws.com`. */
  principal: string;
  /** Keys that the identity brings along. */
  keys: Record<string, string>;
  /** JSON documents of its own policies. */
  policies: readonly string[];
}

/** One request. */
export interface IamRequest {
  asker: Asker;
  action: string;
  resource: string;
  /** Condition keys that the request carries beside the asker's. */
  keys: Record<string, string>;
}

/**
 * The evaluator knows no key with a variable part, which this one is. In policies and requests alike another key of the same
 * actions, of which neither makes any use, takes its place.
 */
const UNKNOWN_KEY = "kms:EncryptionContext:aws:s3:arn";
const KNOWN_KEY = "kms:RequestAlias";

function withKnownKeys<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(UNKNOWN_KEY, KNOWN_KEY)) as T;
}

/** A role's session. */
export function sessionOf(roleArn: string, policies: readonly string[]): Asker {
  const [, , , , account, path] = roleArn.split(":");
  const role = path!.split("/").pop()!;
  const keys = { "aws:PrincipalArn": roleArn, "aws:PrincipalAccount": account! };
  return { principal: `arn:aws:sts::${account}:assumed-role/${role}/session`, keys, policies };
}

/** An AWS service that calls on its own behalf. */
export function serviceAsker(principal: string): Asker {
  return { principal, keys: { "aws:PrincipalIsAWSService": "true" }, policies: [] };
}

/**
 * What IAM decides about a request, all policies of the layout considered: `allowed`, `not allowed` where nothing allows it, or
 * `denied by` the statements that refuse it.
 *
 * @throws when a document is malformed, when the action does not exist or can't be about such a resource, or when it never
 *   carries one of the condition keys: a row about a request that can't be made proves nothing
 */
export async function decide(layout: IamLayout, request: IamRequest): Promise<string> {
  const { asker, action, resource } = request;
  const { account = asker.keys["aws:PrincipalAccount"], policy } = layout.resourcePolicy(resource);
  if (account === undefined) throw new Error(`nobody knows in whose account ${resource} is`);
  const transport: Record<string, string> = { "aws:SecureTransport": "true" };
  if (action.startsWith("s3:")) transport["s3:TlsVersion"] = "1.3";
  const result = await runSimulation(
    {
      request: {
        principal: asker.principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: withKnownKeys({ ...transport, ...asker.keys, ...request.keys }),
      },
      identityPolicies: asker.policies.map((text, i) => ({
        name: `own ${i + 1}`,
        policy: withKnownKeys(JSON.parse(text)),
      })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: policy === undefined ? undefined : withKnownKeys(JSON.parse(policy)),
    },
    {},
  );
  if (result.resultType === "error") throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  const one = result.resultType === "single" ? result.result : result.results[0];
  // Of an action that has no resource, nothing is left to evaluate once no statement is about it.
  if (!one) return result.overallResult === "ImplicitlyDenied" ? "not allowed" : result.overallResult;
  if (one.ignoredContextKeys && one.ignoredContextKeys.length > 0) {
    throw new Error(`${action} never carries ${one.ignoredContextKeys.join(", ")}`);
  }
  if (result.overallResult === "Allowed") return "allowed";
  const denials = [
    ...(one.analysis.identityAnalysis?.denyStatements ?? []),
    ...(one.analysis.resourceAnalysis?.denyStatements ?? []),
  ].map(({ explain }) => explain.identifier);
  return denials.length === 0 ? "not allowed" : `denied by ${denials.join(", ")}`;
}
