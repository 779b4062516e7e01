import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ObjectLockMode } from "../../../runner/contract";
import type { BackupRepositoryTransforms } from "../../backupRepository";
import type { BackupRepositoryArgs } from "../../backupRepositoryArgs";
import { RepositorySide } from "../../types";
import { createAccessLogs } from "./accessLogs";
import { bucketPolicyStatements } from "./bucketPolicy";
import { closeBucket } from "./closedBucket";
import { type Children, child } from "../child";
import { childName } from "../childName";
import { DEFAULTS, floorLockDays } from "../defaults";
import { existingBucket } from "./existingBucket";
import { keyPolicyStatements, type ReplicaGuests } from "./keyPolicy";
import { lifecycleRules, rulesStillProtect } from "./lifecycleRules";
import type { Place } from "./places";
import { policyJson } from "../policyDocument";
import { type RetentionTier, retentionTiers } from "../tiers";

/** What both sides have in common. */
export interface SideSettings {
  accessLogs: boolean;
  lockMode: ObjectLockMode;
  tiers: readonly RetentionTier[];
  evidenceRetentionDays: number;
  deletionProtection: boolean;
}

/** The arguments that hold for both sides, with their defaults. */
export function sideSettings(args: BackupRepositoryArgs): SideSettings {
  return {
    accessLogs: args.accessLogs ?? DEFAULTS.accessLogs,
    lockMode: args.objectLockMode ?? DEFAULTS.objectLockMode,
    tiers: retentionTiers(args.tiers),
    evidenceRetentionDays: args.evidenceRetentionDays ?? DEFAULTS.evidenceRetentionDays,
    deletionProtection: args.deletionProtection ?? DEFAULTS.deletionProtection,
  };
}

/** What one side of a repository is made from. */
export interface SideInput extends Children, Place, SideSettings {
  provider?: aws.Provider;
  region?: string;
  parent: pulumi.Resource;
  /** Name of the component. */
  name: string;
  side: RepositorySide;
  kmsKeyArn: pulumi.Input<string> | undefined;
  /** A bucket to adopt; undefined to create one. */
  existingBucketName: pulumi.Input<string> | undefined;
  /** Roles of another account that use this side; undefined when there are none. */
  guests?: pulumi.Output<ReplicaGuests>;
  transform: BackupRepositoryTransforms;
}

/** A bucket, created or adopted, and the parent of its settings. */
interface SideBucket {
  name: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  parent: pulumi.Resource;
}

/** One bucket with everything that protects it. */
export interface Side {
  bucket: SideBucket;
  keyArn: pulumi.Output<string>;
  /** Name and ARN of the bucket, known only once its protection stands, so that nothing can use it before. */
  bucketName: pulumi.Output<string>;
  bucketArn: pulumi.Output<string>;
  /** Bucket of its access logs; empty without them. */
  logBucketName: pulumi.Output<string>;
  /** Options of whatever else is set on the bucket. */
  within: pulumi.CustomResourceOptions;
  /** Replication needs these on both sides first, and refuses or loses objects otherwise. */
  protections: pulumi.Resource[];
}

function bucketOf(input: SideInput, keep: pulumi.CustomResourceOptions): SideBucket {
  const { parent, provider, side, region, guard, transform, existingBucketName } = input;
  if (existingBucketName !== undefined) {
    const argument = side === RepositorySide.Primary ? "existingPrimaryBucketName" : "existingReplicaBucketName";
    const component = { type: "BackupRepository", name: input.name };
    return {
      ...existingBucket(component, argument, existingBucketName, input.regionName, { parent, provider }),
      parent,
    };
  }
  const bucket = child(
    aws.s3.Bucket,
    childName(input.name, side),
    { region, objectLockEnabled: true, forceDestroy: false, tags: input.tags },
    guard,
    { ...keep, transform: transform.bucket, protectedProps: ["objectLockEnabled", "forceDestroy"] },
  );
  return { name: bucket.bucket, arn: bucket.arn, parent: bucket };
}

function keyOf(input: SideInput, bucketArn: pulumi.Output<string>, keep: pulumi.CustomResourceOptions) {
  if (input.kmsKeyArn !== undefined) return pulumi.output(input.kmsKeyArn);
  const { account, regionName } = input;
  const used = input.guests && pulumi.all([input.guests, bucketArn, regionName]);
  const policy = pulumi
    .all([account.partition, account.accountId, input.adminPrincipalArns, used])
    .apply(([partition, accountId, adminPrincipalArns, use]) =>
      policyJson(
        keyPolicyStatements({
          partition,
          accountId,
          adminPrincipalArns,
          ...(use ? { guests: { ...use[0], bucketArn: use[1], region: use[2] } } : {}),
        }),
      ),
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

/** Creates one side: bucket and key unless given, and all that locks, encrypts, versions, closes, expires and logs it. */
export function createSide(input: SideInput): Side {
  const { side, region, provider, guard, transform } = input;
  const keep = { parent: input.parent, provider, protect: input.deletionProtection, retainOnDelete: true };
  const name = (...role: string[]): string => childName(input.name, side, ...role);
  const bucket = bucketOf(input, keep);
  const keyArn = keyOf(input, bucket.arn, keep);
  // Protected by themselves, since an adopted bucket is no parent to inherit it from; retained, because removing a lock rule or a
  // policy while the bucket stays would strip it silently.
  const within = { ...keep, parent: bucket.parent };
  const at = { region, bucket: bucket.name };

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
  const { ownership, publicAccess } = closeBucket(name, at, guard, within, transform);
  const policyArgs: aws.s3.BucketPolicyArgs = {
    ...at,
    policy: pulumi
      .all([bucket.arn, keyArn, input.adminPrincipalArns, input.guests])
      .apply(([bucketArn, key, adminPrincipalArns, guests]) =>
        policyJson(
          bucketPolicyStatements({
            side,
            bucketArn,
            keyArn: key,
            adminPrincipalArns,
            lockMode: input.lockMode,
            tiers: input.tiers,
            evidenceRetentionDays: input.evidenceRetentionDays,
            ...guests,
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
      rules: lifecycleRules(input.tiers, input.evidenceRetentionDays),
    },
    guard,
    {
      ...within,
      dependsOn: [versioning],
      transform: transform.lifecycle,
      protectedProps: ["bucket", "rules"],
      judges: { rules: rulesStillProtect },
    },
  );

  const { parent, account, adminPrincipalArns, deletionProtection, tags } = input;
  const shared = { parent, name: input.name, side, region, provider, guard, tags, transform };
  const logs = { accountId: account.accountId, adminPrincipalArns, retentionDays: input.evidenceRetentionDays };
  const protections = [versioning, lock, encryption, ownership, publicAccess, policy];
  const standing = pulumi.all([lock.id, encryption.id, policy.id, ownership.id]);
  return {
    bucket,
    keyArn,
    bucketName: pulumi.all([bucket.name, standing]).apply(([value]) => value),
    bucketArn: pulumi.all([bucket.arn, standing]).apply(([value]) => value),
    logBucketName: input.accessLogs
      ? createAccessLogs({ ...shared, ...logs, source: bucket, deletionProtection })
      : pulumi.output(""),
    within,
    protections,
  };
}
