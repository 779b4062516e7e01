import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AssumeRoleArgs } from "../types";
import { childName } from "./childName";
import type { Guard } from "./guard";

const ROLE_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SESSION_NAME = "backup321";

/** How a replica in another account is reached: one of the two, or neither when it is in the primary's account. */
export interface ReplicaAccess {
  /** As data, from the arguments. */
  assumeRole: AssumeRoleArgs | undefined;
  /** As a provider, from the options. */
  provider: aws.Provider | undefined;
}

/** Problems of how the replica's account is reached. */
export function replicaAccessProblems({ assumeRole, provider }: ReplicaAccess): string[] {
  if (assumeRole === undefined) return [];
  const { roleArn, externalId } = assumeRole;
  const problems: string[] = [];
  if (provider !== undefined) {
    problems.push(
      "replicaAssumeRole and the option replicaProvider both say how to reach the replica's account; keep one of them",
    );
  }
  if (!ROLE_ARN.test(roleArn)) {
    problems.push(
      `replicaAssumeRole.roleArn must be an ARN like arn:aws:iam::<account>:role/<name>, got "${roleArn}"; ` +
        "it decides the replica's account, so it can't be an output",
    );
  }
  if (externalId !== undefined && !EXTERNAL_ID.test(externalId)) {
    problems.push(
      "replicaAssumeRole.externalId must be 2-1224 characters of letters, digits and _+=,.@:/-, " +
        `got ${externalId.length} characters; use the one in the role's trust policy`,
    );
  }
  return problems;
}

/**
 * The provider of a replica in another account; undefined when the replica is in the primary's. Call it once, in the outermost
 * component, and hand the result to the inner ones as their option `replicaProvider`.
 *
 * The role is assumed with the credentials of the environment, as the default provider finds them. Only the account that the role
 * names is accepted, so nothing can land elsewhere.
 */
export function replicaProviderOf(
  parent: pulumi.Resource,
  name: string,
  guard: Guard,
  replicaRegion: string,
  { assumeRole, provider }: ReplicaAccess,
): aws.Provider | undefined {
  if (provider !== undefined || assumeRole === undefined) return provider;
  const { roleArn, externalId } = assumeRole;
  const providerName = childName(name, "replica", "provider");
  const assumeRoles = [{ roleArn, ...(externalId === undefined ? {} : { externalId }), sessionName: SESSION_NAME }];
  const allowedAccountIds = [ROLE_ARN.exec(roleArn)![1]!];
  // Not by `child`: a provider's nested settings are JSON text when a transform, and the guard after it, sees them.
  guard.expect(providerName, {
    assumeRoles: JSON.stringify(assumeRoles),
    allowedAccountIds: JSON.stringify(allowedAccountIds),
  });
  return new aws.Provider(providerName, { region: replicaRegion, assumeRoles, allowedAccountIds }, { parent });
}
