import type { ForeignReaders, ReplicationSource } from "./bucketSharing";
import { accountRoot, type Statement } from "../policyDocument";

/** Roles of the primary's account that use a replica in another account. */
export interface ReplicaGuests {
  replicationSource: ReplicationSource;
  readers: ForeignReaders;
}

/** What a key policy is made from. */
export interface KeyPolicyInput {
  partition: string;
  accountId: string;
  adminPrincipalArns: readonly string[];
  /** Who uses the key from another account, and for which bucket; undefined when nobody does. */
  guests?: ReplicaGuests & { region: string; bucketArn: string };
}

/**
 * Use by roles of the primary's account, through S3 and for this bucket alone. As in the bucket's policy the principal is their account.
 * With bucket keys the encryption context is the bucket's ARN.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function guestStatements(partition: string, guests: NonNullable<KeyPolicyInput["guests"]>): Statement[] {
  const { replicationSource, readers, region, bucketArn } = guests;
  const use = (Sid: string, Action: string | string[], accountId: string, roleArns: readonly string[]): Statement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: accountRoot(partition, accountId) },
    Action,
    Resource: "*",
    Condition: {
      ArnLike: { "aws:PrincipalArn": [...roleArns] },
      StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com`, "kms:EncryptionContext:aws:s3:arn": bucketArn },
    },
  });
  const copy = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"];
  return [
    use("AllowReplication", copy, replicationSource.accountId, [replicationSource.roleArn]),
    use("AllowReaders", "kms:Decrypt", readers.accountId, readers.roleArns),
  ];
}

/**
 * The account's identities decide who uses the key, as for every bucket of the account; only admins may lose it. Without its key,
 * locked data is gone as surely as deleted data.
 */
export function keyPolicyStatements({ partition, accountId, adminPrincipalArns, guests }: KeyPolicyInput): Statement[] {
  return [
    {
      Sid: "AccountIdentities",
      Effect: "Allow",
      // The account, never a role: a deleted and re-created role leaves a dead unique id in the policy.
      Principal: { AWS: accountRoot(partition, accountId) },
      Action: "kms:*",
      Resource: "*",
    },
    ...(guests ? guestStatements(partition, guests) : []),
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
