import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryTransforms } from "../../backupRepository";
import type { RepositorySide } from "../../types";
import { accessLogPolicyStatements } from "./accessLogPolicy";
import { closeBucket } from "./closedBucket";
import { type Children, child } from "../child";
import { childName } from "../childName";
import { DEFAULTS } from "../defaults";
import { policyJson } from "../policyDocument";

/** What the access logs of one bucket are made from. */
export interface AccessLogsInput extends Children {
  parent: pulumi.Resource;
  /** Name of the component. */
  name: string;
  side: RepositorySide;
  /** The bucket whose requests are logged, and the parent of its settings. */
  source: { name: pulumi.Output<string>; arn: pulumi.Output<string>; parent: pulumi.Resource };
  accountId: pulumi.Output<string>;
  adminPrincipalArns: pulumi.Output<string[]>;
  retentionDays: number;
  deletionProtection: boolean;
  transform: BackupRepositoryTransforms;
}

/**
 * Logs every request to a bucket into a bucket of its own beside it, in the same region and account, where S3 wants it. That bucket
 * has no Object Lock, which S3 refuses for a target of logs, and no customer key, under which S3 delivers nothing. It is not versioned:
 * no key of a log is ever written twice, and deletion is denied; versions would only be kept, and paid, longer. Returns its name.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
 */
export function createAccessLogs(input: AccessLogsInput): pulumi.Output<string> {
  const { side, region, provider, guard, source, transform } = input;
  const name = (...role: string[]): string => childName(input.name, side, "logs", ...role);
  const keep = { provider, protect: input.deletionProtection, retainOnDelete: true };

  const bucket = child(aws.s3.Bucket, name(), { region, forceDestroy: false, tags: input.tags }, guard, {
    ...keep,
    parent: input.parent,
    transform: transform.logBucket,
    protectedProps: ["forceDestroy"],
  });
  const within = { ...keep, parent: bucket };
  const at = { region, bucket: bucket.bucket };
  const encryption: aws.s3.BucketServerSideEncryptionConfigurationArgs = {
    ...at,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, blockedEncryptionTypes: ["SSE-C"] }],
  };
  child(aws.s3.BucketServerSideEncryptionConfiguration, name("encryption"), encryption, guard, {
    ...within,
    protectedProps: ["bucket", "rules"],
  });
  const { ownership, publicAccess } = closeBucket(name, at, guard, within);
  const policyArgs: aws.s3.BucketPolicyArgs = {
    ...at,
    policy: pulumi
      .all([bucket.arn, source.arn, input.accountId, input.adminPrincipalArns])
      .apply(([logBucketArn, sourceBucketArn, accountId, adminPrincipalArns]) =>
        policyJson(accessLogPolicyStatements({ logBucketArn, sourceBucketArn, accountId, adminPrincipalArns })),
      ),
  };
  const policy = child(aws.s3.BucketPolicy, name("policy"), policyArgs, guard, {
    ...within,
    dependsOn: [publicAccess],
    transform: transform.logBucketPolicy,
    protectedProps: ["bucket", "policy"],
  });
  const lifecycle: aws.s3.BucketLifecycleConfigurationArgs = {
    ...at,
    // What S3 fills in when it is left out; said here, so that a refresh finds no change.
    transitionDefaultMinimumObjectSize: "all_storage_classes_128K",
    rules: [
      {
        id: "expire",
        status: "Enabled",
        filter: {},
        expiration: { days: input.retentionDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: DEFAULTS.abortIncompleteUploadDays },
      },
    ],
  };
  child(aws.s3.BucketLifecycleConfiguration, name("lifecycle"), lifecycle, guard, {
    ...within,
    transform: transform.logBucketLifecycle,
  });
  const logging: aws.s3.BucketLoggingArgs = {
    region,
    bucket: source.name,
    targetBucket: bucket.bucket,
    targetPrefix: "requests/",
    // Days as folders, by the time of the request: a question about one night reads one night.
    targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: "EventTime" } },
  };
  child(aws.s3.BucketLogging, childName(input.name, side, "logging"), logging, guard, {
    ...keep,
    parent: source.parent,
    dependsOn: [policy, ownership],
    transform: transform.logging,
    protectedProps: ["bucket", "targetBucket", "targetPrefix"],
  });
  return bucket.bucket;
}
