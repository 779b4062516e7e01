import type { BackupRepositoryArgs } from "../../backupRepository";
import { ObjectLockMode } from "../../types";
import { bucketPolicySizeProblems } from "./bucketPolicySize";
import { existingBucketProblems } from "./existingBucket";
import { DEFAULTS, LIMITS, floorLockDays, tierPolicies } from "../defaults";
import { tierProblems } from "../tierProblems";
import { keyArnProblems, principalProblems, regionProblems, topicArnProblems, wholeNumberProblems } from "../validate";

/** Problem of two sides in one region. */
export function sameRegionProblem(replicaRegion: string): string {
  return `replicaRegion must differ from the primary's region, both are ${replicaRegion}; one region's loss would take both copies`;
}

function lockModeProblems(mode: ObjectLockMode | undefined, acknowledged: boolean | undefined): string[] {
  if (mode !== undefined && !Object.values(ObjectLockMode).includes(mode)) {
    return [`objectLockMode must be one of ${Object.values(ObjectLockMode).join(", ")}, got "${String(mode)}"`];
  }
  if (mode !== ObjectLockMode.Compliance || acknowledged === true) return [];
  return [
    "objectLockMode COMPLIANCE needs acknowledgeIrreversible: true; until their locks end nobody can delete the objects or stop " +
      "paying for them, the root user included",
  ];
}

/** Problems of administrators' patterns. One that every role matches would take everything back that the policies deny. */
function adminProblems(argument: string, patterns: readonly string[] | undefined): string[] {
  const problems = principalProblems(argument, patterns);
  if (problems.length > 0) return problems;
  return (patterns ?? [])
    .filter((pattern) => /:(?:[*?]*|(?:role|user)\/?)[*?/]*$/.test(pattern))
    .map(
      (pattern) =>
        `${argument} must name identities, "${pattern}" is every one of them, the runner's roles included; ` +
        "nothing would be denied to anybody: write arn:aws:iam::<account>:role/<name>",
    );
}

/**
 * Every problem of a repository's arguments that can be known before anything is registered.
 *
 * @param primaryRegion region of the provider, where it is known already
 */
export function repositoryProblems(args: BackupRepositoryArgs, primaryRegion: string | undefined): string[] {
  const tiers = tierProblems(args.tiers);
  const admins = adminProblems("adminPrincipalArns", args.adminPrincipalArns);
  if (tiers.length === 0 && admins.length === 0) {
    tiers.push(...bucketPolicySizeProblems(args.tiers, args.adminPrincipalArns));
  }
  const evidence = wholeNumberProblems("evidenceRetentionDays", args.evidenceRetentionDays, 1, LIMITS.lockDays);
  if (tiers.length === 0 && evidence.length === 0) {
    const floor = floorLockDays(tierPolicies(args.tiers));
    const days = args.evidenceRetentionDays ?? DEFAULTS.evidenceRetentionDays;
    if (days < floor) {
      evidence.push(
        `evidenceRetentionDays must be at least the shortest tier's lock (${floor}), got ${days}; evidence is locked that long: ` +
          "raise it or lower lockDays",
      );
    }
  }
  return [
    ...regionProblems("replicaRegion", args.replicaRegion),
    ...(args.replicaRegion === primaryRegion ? [sameRegionProblem(args.replicaRegion)] : []),
    ...tiers,
    ...evidence,
    ...lockModeProblems(args.objectLockMode, args.acknowledgeIrreversible),
    ...keyArnProblems("primaryKmsKeyArn", args.primaryKmsKeyArn),
    ...keyArnProblems("replicaKmsKeyArn", args.replicaKmsKeyArn),
    ...admins,
    ...adminProblems("replicaAdminPrincipalArns", args.replicaAdminPrincipalArns),
    ...principalProblems("restorerPrincipalArns", args.restorerPrincipalArns),
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
    ...topicArnProblems("replicaAlarmTopicArn", args.replicaAlarmTopicArn),
    ...existingBucketProblems(args),
  ];
}
