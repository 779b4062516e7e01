import { deny, secureTransport, type Statement } from "../policyDocument";

/** What the policy of a bucket for access logs is made from. */
export interface AccessLogPolicyInput {
  logBucketArn: string;
  /** The bucket whose requests are logged. */
  sourceBucketArn: string;
  /** Account of both buckets. */
  accountId: string;
  /** `aws:PrincipalArn` patterns of who may delete logs, or change how they are kept. */
  adminPrincipalArns: readonly string[];
}

/**
 * Statements of a bucket for access logs: S3 writes there for one bucket alone, and nobody else, administrators included. Logs are
 * evidence of an attack, so what deletes them is denied like what deletes backups; lifecycle is not subject to a bucket policy.
 *
 * Writers are told apart by `aws:SourceArn`, which S3's log delivery carries and nobody's own request can.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
export function accessLogPolicyStatements(input: AccessLogPolicyInput): Statement[] {
  const { logBucketArn, sourceBucketArn, accountId, adminPrincipalArns } = input;
  const objects = `${logBucketArn}/*`;
  const notAdmin = { ArnNotLike: { "aws:PrincipalArn": [...adminPrincipalArns] } };
  return [
    {
      Sid: "LogDelivery",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: objects,
      Condition: { ArnLike: { "aws:SourceArn": sourceBucketArn }, StringEquals: { "aws:SourceAccount": accountId } },
    },
    deny("DenyOtherWriters", "s3:PutObject", objects, { ArnNotLike: { "aws:SourceArn": sourceBucketArn } }),
    ...secureTransport(logBucketArn),
    deny("DenyDeletion", ["s3:DeleteObject", "s3:DeleteObjectVersion"], objects, notAdmin),
    deny(
      "DenyProtectionChanges",
      [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
      ],
      logBucketArn,
      notAdmin,
    ),
  ];
}
