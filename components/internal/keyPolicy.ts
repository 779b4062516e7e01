import type { Statement } from "./policyDocument";

/** What a key policy is made from. */
export interface KeyPolicyInput {
  partition: string;
  accountId: string;
  adminPrincipalArns: readonly string[];
}

/**
 * The account's identities decide who uses the key, as for every bucket of the account; only admins may lose it. Without its key,
 * locked data is gone as surely as deleted data.
 */
export function keyPolicyStatements({ partition, accountId, adminPrincipalArns }: KeyPolicyInput): Statement[] {
  return [
    {
      Sid: "AccountIdentities",
      Effect: "Allow",
      // The account, never a role: a deleted and re-created role leaves a dead unique id in the policy.
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "DenyKeyLoss",
      Effect: "Deny",
      Principal: "*",
      Action: ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy"],
      Resource: "*",
      Condition: { ArnNotLike: { "aws:PrincipalArn": [...adminPrincipalArns] } },
    },
  ];
}
