import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ObjectLockMode, TierPolicy } from "../../runner/contract";
import type { BackupRepositoryTransforms } from "../backupRepository";
import { RepositorySide } from "../types";
import type { Account } from "./account";
import { bucketPolicyStatements } from "./bucketPolicy";
import { type Children, child } from "./child";
import { childName } from "./childName";
import { floorLockDays } from "./defaults";
import { keyPolicyStatements } from "./keyPolicy";
import { lifecycleRules } from "./lifecycleRules";
import { policyJson } from "./policyDocument";

/** What one side of a repository is made from. */
export interface SideInput extends Children {
  parent: pulumi.Resource;
  /** Name of the component. */
  name: string;
  side: RepositorySide;
  account: Account;
  adminPrincipalArns: pulumi.Output<string[]>;
  kmsKeyArn: pulumi.Input<string> | undefined;
  lockMode: ObjectLockMode;
  tiers: readonly TierPolicy[];
  glacierTransitionDays: number;
  evidenceRetentionDays: number;
  deletionProtection: boolean;
  transform: BackupRepositoryTransforms;
}

/** One bucket with everything that protects it. */
export interface Side {
  bucket: aws.s3.Bucket;
  keyArn: pulumi.Output<string>;
  /** Name and ARN of the bucket, known only once its protection stands, so that nothing can use it before. */
  bucketName: pulumi.Output<string>;
  bucketArn: pulumi.Output<string>;
  /** Replication needs these on both sides first, and refuses or loses objects otherwise. */
  protections: pulumi.Resource[];
}

function keyOf(input: SideInput, keep: pulumi.CustomResourceOptions): pulumi.Output<string> {
  if (input.kmsKeyArn !== undefined) return pulumi.output(input.kmsKeyArn);
  const policy = pulumi
    .all([input.account.partition, input.account.accountId, input.adminPrincipalArns])
    .apply(([partition, accountId, adminPrincipalArns]) =>
      policyJson(keyPolicyStatements({ partition, accountId, adminPrincipalArns })),
    );
  const args: aws.kms.KeyArgs = {
    region: input.region,
    description: `${input.name}: backups, ${input.side}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy,
    tags: input.tags,
  };
  return child(aws.kms.Key, childName(input.name, input.side, "key"), args, input.guard, {
    ...keep,
    transform: input.transform.key,
    protectedProps: ["enableKeyRotation", "deletionWindowInDays", "policy"],
  }).arn;
}

/** Creates one side: bucket, key unless given, and all that locks, encrypts, versions, closes and expires it. */
export function createSide(input: SideInput): Side {
  const { side, region, guard, transform } = input;
  const keep = { parent: input.parent, protect: input.deletionProtection, retainOnDelete: true };
  const name = (...role: string[]): string => childName(input.name, side, ...role);
  const keyArn = keyOf(input, keep);

  const bucket = child(
    aws.s3.Bucket,
    name(),
    { region, objectLockEnabled: true, forceDestroy: false, tags: input.tags },
    guard,
    { ...keep, transform: transform.bucket, protectedProps: ["objectLockEnabled", "forceDestroy"] },
  );
  // Below the bucket, so that its `protect` holds for them as well; retained, because removing a lock rule or a policy while the
  // bucket stays would strip it silently.
  const within = { parent: bucket, retainOnDelete: true };
  const at = { region, bucket: bucket.bucket };

  const versioning = child(
    aws.s3.BucketVersioning,
    name("versioning"),
    { ...at, versioningConfiguration: { status: "Enabled" } },
    guard,
    { ...within, transform: transform.versioning, protectedProps: ["bucket", "versioningConfiguration"] },
  );
  const lock = child(
    aws.s3.BucketObjectLockConfiguration,
    name("object-lock"),
    { ...at, rule: { defaultRetention: { mode: input.lockMode, days: floorLockDays(input.tiers) } } },
    guard,
    { ...within, dependsOn: [versioning], transform: transform.objectLock, protectedProps: ["bucket", "rule"] },
  );
  const encryption = child(
    aws.s3.BucketServerSideEncryptionConfiguration,
    name("encryption"),
    {
      ...at,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
          bucketKeyEnabled: true,
          blockedEncryptionTypes: ["SSE-C"],
        },
      ],
    },
    guard,
    { ...within, transform: transform.encryption, protectedProps: ["bucket", "rules"] },
  );
  const ownership = child(
    aws.s3.BucketOwnershipControls,
    name("ownership"),
    { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } },
    guard,
    { ...within, transform: transform.ownership, protectedProps: ["bucket", "rule"] },
  );
  const publicAccess = child(
    aws.s3.BucketPublicAccessBlock,
    name("public-access"),
    { ...at, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    guard,
    {
      ...within,
      transform: transform.publicAccess,
      protectedProps: ["bucket", "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
    },
  );
  const policyArgs: aws.s3.BucketPolicyArgs = {
    ...at,
    policy: pulumi.all([bucket.arn, keyArn, input.adminPrincipalArns]).apply(([bucketArn, key, adminPrincipalArns]) =>
      policyJson(
        bucketPolicyStatements({
          side,
          bucketArn,
          keyArn: key,
          adminPrincipalArns,
          lockMode: input.lockMode,
          tiers: input.tiers,
          evidenceRetentionDays: input.evidenceRetentionDays,
        }),
      ),
    ),
  };
  const policy = child(aws.s3.BucketPolicy, name("policy"), policyArgs, guard, {
    ...within,
    dependsOn: [publicAccess, lock],
    transform: transform.bucketPolicy,
    protectedProps: ["bucket", "policy"],
  });
  child(
    aws.s3.BucketLifecycleConfiguration,
    name("lifecycle"),
    {
      ...at,
      transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
      rules: lifecycleRules(input.tiers, input.glacierTransitionDays, input.evidenceRetentionDays),
    },
    guard,
    { ...within, dependsOn: [versioning], transform: transform.lifecycle },
  );

  const protections = [versioning, lock, encryption, ownership, publicAccess, policy];
  const standing = pulumi.all([lock.id, encryption.id, policy.id, ownership.id]);
  return {
    bucket,
    keyArn,
    bucketName: pulumi.all([bucket.bucket, standing]).apply(([value]) => value),
    bucketArn: pulumi.all([bucket.arn, standing]).apply(([value]) => value),
    protections,
  };
}
