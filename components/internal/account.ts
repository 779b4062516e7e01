import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where a component is deployed, and by whom. */
export interface Account {
  accountId: pulumi.Output<string>;
  partition: pulumi.Output<string>;
  region: pulumi.Output<string>;
}

/**
 * Account, partition and region of a component's provider, or of another one. Every look-up names its parent, or it would ask the
 * default provider.
 */
export function accountOf(parent: pulumi.Resource, provider?: aws.Provider): Account {
  const from = { parent, ...(provider ? { provider } : {}) };
  return {
    accountId: aws.getCallerIdentityOutput({}, from).accountId,
    partition: aws.getPartitionOutput({}, from).partition,
    region: aws.getRegionOutput({}, from).region,
  };
}

/**
 * Region of the default provider, where it is sure to be the component's: no other is given, or could come from a parent. The region
 * of any other provider is known only when it answers.
 */
export function defaultProviderRegion(opts: pulumi.ComponentResourceOptions | undefined): string | undefined {
  return opts?.provider || opts?.providers || opts?.parent ? undefined : aws.config.region;
}

/** ARN of the deploying identity as `aws:PrincipalArn` has it: of a role, never of its session. */
export function deployerArn(parent: pulumi.Resource, provider?: aws.Provider): pulumi.Output<string> {
  const from = { parent, ...(provider ? { provider } : {}) };
  const caller = aws.getCallerIdentityOutput({}, from);
  return aws.iam.getSessionContextOutput({ arn: caller.arn }, from).issuerArn;
}

/** Whether an ARN pattern with `*` and `?` matches, like IAM's ArnLike. */
export function arnMatches(pattern: string, arn: string): boolean {
  const regex = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${regex}$`).test(arn);
}

/**
 * Those who may change the protection. Without patterns, the deploying identity alone.
 *
 * @throws when no pattern matches the deploying identity: the bucket policy would lock the next deployment out
 */
export function adminsOrThrow(
  label: string,
  argument: string,
  patterns: readonly string[] | undefined,
  deployer: string,
): string[] {
  if (!patterns) return [deployer];
  if (patterns.some((pattern) => arnMatches(pattern, deployer))) return [...patterns];
  throw new pulumi.RunError(
    `${label}: ${argument} must match the deploying identity ${deployer}, got ${patterns.join(", ")}; ` +
      "the bucket policy would refuse every later deployment: add it",
  );
}
