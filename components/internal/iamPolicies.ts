import { PREFIXES } from "../../runner/contract";
import { allow, type Statement } from "./policyDocument";

/** A bucket and the key it is encrypted with. */
export interface BucketAccess {
  bucketArn: string;
  keyArn: string;
  region: string;
}

/** Use of a key through S3 alone. With bucket keys the encryption context is the bucket's ARN, not the object's. */
export function keyThroughS3(
  sid: string,
  actions: string | string[],
  { bucketArn, keyArn, region }: BucketAccess,
): Statement {
  return allow(sid, actions, keyArn, {
    StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com`, "kms:EncryptionContext:aws:s3:arn": bucketArn },
  });
}

/**
 * Listing the whole bucket, without a condition on the prefix: S3 tells "not there" from "not allowed" only to who may list, and
 * a HEAD carries no prefix. The bucket holds nothing but this repository.
 */
export function listing(bucketArn: string): Statement {
  return allow("List", ["s3:ListBucket", "s3:ListBucketVersions"], bucketArn);
}

/** What reads objects with their locks, in every version. */
export const READ = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"];

export function logWriting(logGroupArn: string): Statement {
  return allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], `${logGroupArn}:*`);
}

/** The plan Lambda: lists and HEADs. No key, so it can't read what it finds. */
export function planRoleStatements(bucketArn: string, logGroupArn: string): Statement[] {
  return [logWriting(logGroupArn), listing(bucketArn), allow("Head", READ, `${bucketArn}/${PREFIXES.manifests}*`)];
}

/** The freshness Lambda: lists and HEADs everything that a judgement needs, publishes into one namespace. No key either. */
export function freshnessRoleStatements(bucketArn: string, logGroupArn: string, metricNamespace: string): Statement[] {
  const objects = Object.values(PREFIXES).map((prefix) => `${bucketArn}/${prefix}*`);
  return [
    logWriting(logGroupArn),
    listing(bucketArn),
    allow("Head", READ, objects),
    allow("Publish", "cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": metricNamespace } }),
  ];
}

/** People who restore: they read both sides, and may bring data back from GLACIER. */
export function restorerRoleStatements(sides: readonly BucketAccess[]): Statement[] {
  return [
    allow(
      "List",
      ["s3:ListBucket", "s3:ListBucketVersions"],
      sides.map((side) => side.bucketArn),
    ),
    allow(
      "Read",
      READ,
      sides.flatMap((side) => Object.values(PREFIXES).map((prefix) => `${side.bucketArn}/${prefix}*`)),
    ),
    allow(
      "Thaw",
      "s3:RestoreObject",
      sides.map((side) => `${side.bucketArn}/${PREFIXES.dumps}*`),
    ),
    ...sides.map((side, i) => keyThroughS3(`Decrypt${i + 1}`, "kms:Decrypt", side)),
  ];
}

/**
 * S3's replication of locked, KMS-encrypted objects. GetObjectRetention and GetObjectLegalHold are needed with Object Lock;
 * GetObjectVersion would not replicate encrypted objects; Decrypt on the replica's key is S3's integrity check with bucket keys.
 * ReplicateDelete is left out: markers are not replicated (that S3 asks for it in no other case is unproven on AWS).
 *
 * @param toOtherAccount whether the copies are to belong to the replica's account
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
export function replicationRoleStatements(
  primary: BucketAccess,
  replica: BucketAccess,
  toOtherAccount = false,
): Statement[] {
  const owner = toOtherAccount ? ["s3:ObjectOwnerOverrideToBucketOwner"] : [];
  return [
    allow("SourceBucket", ["s3:GetReplicationConfiguration", "s3:ListBucket"], primary.bucketArn),
    allow(
      "SourceObjects",
      [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      `${primary.bucketArn}/*`,
    ),
    allow("Replicas", ["s3:ReplicateObject", "s3:ReplicateTags", ...owner], `${replica.bucketArn}/*`),
    keyThroughS3("DecryptSource", "kms:Decrypt", primary),
    keyThroughS3("EncryptReplica", ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"], replica),
  ];
}
