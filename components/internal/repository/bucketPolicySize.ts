import { ObjectLockMode, RepositorySide, type TierArgs } from "../../types";
import { bucketPolicyStatements } from "./bucketPolicy";
import { LIMITS, tierPolicies } from "../defaults";
import { policyJson } from "../policyDocument";

/** Stand for what is known only later, each as long as it can be; the deploying role's ARN as long as one with a path is. */
const LONGEST = {
  bucketArn: `arn:aws-us-gov:s3:::${"b".repeat(63)}`,
  keyArn: `arn:aws-us-gov:kms:ap-northeast-1:111111111111:key/${"k".repeat(36)}`,
  deployerArn: `arn:aws-us-gov:iam::111111111111:role/${"r".repeat(110)}`,
};

/**
 * Problem of valid tiers and administrators whose bucket policy S3 would refuse. With one administrator 20 tiers fit, whatever
 * their names and locks; many long patterns beside many different locks may not.
 */
export function bucketPolicySizeProblems(
  tiers: readonly TierArgs[] | undefined,
  adminPrincipalArns: readonly string[] | undefined,
): string[] {
  const policies = tierPolicies(tiers);
  const statements = bucketPolicyStatements({
    ...LONGEST,
    side: RepositorySide.Primary,
    adminPrincipalArns: adminPrincipalArns ?? [LONGEST.deployerArn],
    lockMode: ObjectLockMode.Compliance,
    tiers: policies,
    evidenceRetentionDays: LIMITS.lockDays,
  });
  const bytes = Buffer.byteLength(policyJson(statements));
  if (bytes <= LIMITS.bucketPolicyBytes) return [];
  const locks = new Set(policies.map((policy) => policy.lockDays)).size;
  return [
    `tiers and adminPrincipalArns make a bucket policy of up to ${bytes} bytes, S3 takes ${LIMITS.bucketPolicyBytes}; ` +
      `got ${policies.length} tiers with ${locks} different lockDays: give tiers the same lockDays, use fewer of them, ` +
      "or put a * into the patterns",
  ];
}
