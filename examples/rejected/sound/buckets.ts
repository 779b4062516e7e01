/** Buckets that keep to every rule; an example leaves out the one part that it makes itself, badly. */
import * as aws from "@pulumi/aws";
import { document, trust } from "./documents";

/** A part of a bucket's protection. */
export type Part =
  | "encryption"
  | "publicAccessBlock"
  | "policy"
  | "versioning"
  | "lock"
  | "lifecycle"
  | "replication"
  | "replicationAlarm";

/** What an example does otherwise. */
export interface Otherwise {
  /** Parts that it leaves out, or makes itself. */
  without?: readonly Part[];
  /** Arguments of the bucket itself. */
  args?: aws.s3.BucketArgs;
}

/** The topic that tells whoever is on call. */
export const ON_CALL = "arn:aws:sns:eu-central-1:111122223333:on-call";
const REPLICA_REGION = "eu-west-1";
const LOCK_DAYS = 35;

/** A bucket's name and ARN are fixed, so that its policy is known at preview. */
export function arnOf(name: string): string {
  return `arn:aws:s3:::example-${name}`;
}

/** A bucket for anything but backups. */
export function bucket(name: string, { without = [], args }: Otherwise = {}): aws.s3.Bucket {
  const made = new aws.s3.Bucket(name, { bucket: `example-${name}`, ...args });
  if (!without.includes("encryption")) {
    new aws.s3.BucketServerSideEncryptionConfiguration(name, {
      bucket: made.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
  }
  protect(name, made, without);
  return made;
}

/** A bucket that holds backups, with a replica in another Region. */
export function backupBucket(name: string, otherwise: Otherwise = {}): aws.s3.Bucket {
  const primary = lockedBucket(name, otherwise);
  const { without = [] } = otherwise;
  if (!without.includes("replication")) replicate(name, primary, lockedBucket(`${name}-replica`, {}, REPLICA_REGION));
  if (!without.includes("replicationAlarm")) {
    new aws.cloudwatch.MetricAlarm(`${name}-replication`, {
      namespace: "AWS/S3",
      metricName: "OperationsFailedReplication",
      dimensions: {
        SourceBucket: `example-${name}`,
        DestinationBucket: `example-${name}-replica`,
        RuleId: "everything",
      },
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      period: 300,
      evaluationPeriods: 1,
      alarmActions: [ON_CALL],
    });
  }
  return primary;
}

/** Statement of a bucket's policy that denies requests without TLS. */
export function denyPlaintext(name: string): object {
  return {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arnOf(name), `${arnOf(name)}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

function lockedBucket(name: string, { without = [], args }: Otherwise, region?: string): aws.s3.Bucket {
  const made = new aws.s3.Bucket(name, { bucket: `example-${name}`, objectLockEnabled: true, region, ...args });
  const shared = { bucket: made.id, region };
  if (!without.includes("encryption")) {
    const key = new aws.kms.Key(name, { enableKeyRotation: true, deletionWindowInDays: 30, region });
    new aws.s3.BucketServerSideEncryptionConfiguration(name, {
      ...shared,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
    });
  }
  if (!without.includes("versioning")) {
    new aws.s3.BucketVersioning(name, { ...shared, versioningConfiguration: { status: "Enabled" } });
  }
  if (!without.includes("lock")) {
    new aws.s3.BucketObjectLockConfiguration(name, {
      ...shared,
      rule: { defaultRetention: { mode: "GOVERNANCE", days: LOCK_DAYS } },
    });
  }
  if (!without.includes("lifecycle")) {
    new aws.s3.BucketLifecycleConfiguration(name, {
      ...shared,
      rules: [{ id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: LOCK_DAYS } }],
    });
  }
  protect(name, made, without, region);
  return made;
}

function protect(name: string, made: aws.s3.Bucket, without: readonly Part[], region?: string): void {
  const shared = { bucket: made.id, region };
  if (!without.includes("publicAccessBlock")) {
    new aws.s3.BucketPublicAccessBlock(name, {
      ...shared,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  }
  if (!without.includes("policy")) {
    new aws.s3.BucketPolicy(name, { ...shared, policy: document(denyPlaintext(name)) });
  }
}

function replicate(name: string, primary: aws.s3.Bucket, replica: aws.s3.Bucket): void {
  const role = new aws.iam.Role(`${name}-replication`, { assumeRolePolicy: trust("s3.amazonaws.com") });
  new aws.s3.BucketReplicationConfig(name, {
    bucket: primary.id,
    role: role.arn,
    rules: [
      {
        id: "everything",
        priority: 1,
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Disabled" },
        destination: { bucket: replica.arn },
      },
    ],
  });
}
