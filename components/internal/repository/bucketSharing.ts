import { READ } from "../iamPolicies";
import { accountRoot, type Statement } from "../policyDocument";

/** The replication role of a primary in another account than the replica's. */
export interface ReplicationSource {
  /** Twelve digits. */
  accountId: string;
  /** Its ARN, or an `aws:PrincipalArn` pattern of it. */
  roleArn: string;
}

/** Roles of another account that read this bucket. */
export interface ForeignReaders {
  /** Twelve digits. */
  accountId: string;
  /** Their ARNs, or `aws:PrincipalArn` patterns of them; at least one. */
  roleArns: readonly string[];
}

/** What a bucket lets other accounts do. */
export interface SharingInput {
  bucketArn: string;
  /** Who replicates into this bucket from another account. Within one account the role's own policy is enough. */
  replicationSource?: ReplicationSource;
  /** Who reads this bucket from another account. */
  readers?: ForeignReaders;
}

/**
 * Statements that let roles of another account in; none within one account. They name the account as principal and the role by
 * its ARN in a condition: with the role itself as principal, a deleted and re-created role would leave a dead unique id behind.
 * Each role needs the same in a policy of its own.
 *
 * AWS's walkthrough also grants the replication role `s3:List*`, `s3:GetBucketVersioning` and `s3:PutBucketVersioning` on the bucket,
 * which its own role policy there doesn't have, and `s3:ReplicateDelete`, which only replicated deletions need. Unproven on AWS:
 * that replication works without them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html
 */
export function sharingStatements({ bucketArn, replicationSource, readers }: SharingInput): Statement[] {
  const partition = bucketArn.split(":")[1]!;
  const allowRoles = (
    Sid: string,
    accountId: string,
    roleArns: readonly string[],
    Action: string[],
    Resource: string,
  ): Statement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: accountRoot(partition, accountId) },
    Action,
    Resource,
    Condition: { ArnLike: { "aws:PrincipalArn": [...roleArns] } },
  });
  const statements: Statement[] = [];
  if (replicationSource) {
    const { accountId, roleArn } = replicationSource;
    // The owner is already the bucket's account by its ownership controls; S3 asks for the right because the rule names an owner.
    const actions = ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"];
    statements.push(allowRoles("AllowReplication", accountId, [roleArn], actions, `${bucketArn}/*`));
  }
  if (readers) {
    const { accountId, roleArns } = readers;
    statements.push(
      allowRoles("AllowReaders", accountId, roleArns, READ, `${bucketArn}/*`),
      allowRoles("AllowListing", accountId, roleArns, ["s3:ListBucket", "s3:ListBucketVersions"], bucketArn),
    );
  }
  return statements;
}
