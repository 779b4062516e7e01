import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryTransforms } from "../backupRepository";
import { type Children, child } from "./child";
import { childName } from "./childName";
import { replicationRoleStatements, restorerRoleStatements } from "./iamPolicies";
import { policyJson, serviceTrust } from "./policyDocument";
import type { Side } from "./repositorySide";

/** Both sides, and where they are. */
export interface SidesInput extends Children {
  parent: pulumi.Resource;
  /** Name of the component. */
  name: string;
  primary: Side;
  replica: Side;
  primaryRegion: pulumi.Output<string>;
  replicaRegion: string;
  transform: BackupRepositoryTransforms;
}

/** Id of the one replication rule, a dimension of S3's replication metrics. */
export const REPLICATION_RULE_ID = "primary-to-replica";

function sideAccess({ primary, replica, primaryRegion, replicaRegion }: SidesInput) {
  return pulumi
    .all([primary.bucket.arn, primary.keyArn, replica.bucket.arn, replica.keyArn, primaryRegion])
    .apply(([primaryArn, primaryKey, replicaArn, replicaKey, region]) => ({
      primary: { bucketArn: primaryArn, keyArn: primaryKey, region },
      replica: { bucketArn: replicaArn, keyArn: replicaKey, region: replicaRegion },
    }));
}

/** The rule that copies every object, its lock included, and never a deletion; and the ARN of its role. */
export function createReplication(input: SidesInput): {
  rule: aws.s3.BucketReplicationConfig;
  roleArn: pulumi.Output<string>;
} {
  const { name, guard, parent, primary, replica, transform, tags } = input;
  const role = child(
    aws.iam.Role,
    childName(name, "replication"),
    // No aws:SourceAccount: that S3 sends it when it replicates is not documented, and without it nothing would be copied.
    { assumeRolePolicy: serviceTrust("s3.amazonaws.com"), tags },
    guard,
    { parent, transform: transform.replicationRole },
  );
  const rolePolicy = child(
    aws.iam.RolePolicy,
    childName(name, "replication", "policy"),
    {
      role: role.name,
      policy: sideAccess(input).apply((access) =>
        policyJson(replicationRoleStatements(access.primary, access.replica)),
      ),
    },
    guard,
    { parent: role },
  );
  const config: aws.s3.BucketReplicationConfigArgs = {
    bucket: primary.bucket.bucket,
    role: role.arn,
    rules: [
      {
        id: REPLICATION_RULE_ID,
        priority: 1,
        status: "Enabled",
        filter: { prefix: "" },
        // Markers are not protected by any lock; copied, one of them would hide both sides at once.
        deleteMarkerReplication: { status: "Disabled" },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
        destination: {
          bucket: replica.bucket.arn,
          encryptionConfiguration: { replicaKmsKeyId: replica.keyArn },
          metrics: { status: "Enabled" },
        },
      },
    ],
  };
  const rule = child(aws.s3.BucketReplicationConfig, childName(name, "replication", "rule"), config, guard, {
    parent: primary.bucket,
    retainOnDelete: true,
    dependsOn: [...primary.protections, ...replica.protections, rolePolicy],
    transform: transform.replication,
    protectedProps: ["bucket", "rules"],
  });
  return { rule, roleArn: role.arn };
}

/** Events of failed replication to the topic; all events to EventBridge. S3 tests the topic when this is set. */
export function createNotification(input: SidesInput, topicArn: pulumi.Input<string> | undefined): void {
  const args: aws.s3.BucketNotificationArgs = {
    bucket: input.primary.bucket.bucket,
    eventbridge: true,
    ...(topicArn === undefined
      ? {}
      : { topics: [{ topicArn, events: ["s3:Replication:OperationFailedReplication"] }] }),
  };
  child(aws.s3.BucketNotification, childName(input.name, "primary", "notification"), args, input.guard, {
    parent: input.primary.bucket,
    retainOnDelete: true,
    transform: input.transform.notification,
  });
}

/**
 * The role people assume to restore: it reads both sides and changes nothing. Returns its ARN.
 *
 * @param principalArns patterns of who may assume it
 */
export function createRestorer(
  input: SidesInput,
  account: { partition: pulumi.Output<string>; accountId: pulumi.Output<string> },
  principalArns: pulumi.Output<string[]>,
): pulumi.Output<string> {
  const trust = pulumi
    .all([account.partition, account.accountId, principalArns])
    .apply(([partition, accountId, patterns]) =>
      policyJson([
        {
          Sid: "People",
          Effect: "Allow",
          Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
          Action: "sts:AssumeRole",
          Condition: { ArnLike: { "aws:PrincipalArn": patterns } },
        },
      ]),
    );
  const role = child(
    aws.iam.Role,
    childName(input.name, "restorer"),
    { assumeRolePolicy: trust, tags: input.tags },
    input.guard,
    { parent: input.parent, transform: input.transform.restorerRole },
  );
  child(
    aws.iam.RolePolicy,
    childName(input.name, "restorer", "policy"),
    {
      role: role.name,
      policy: sideAccess(input).apply((access) => policyJson(restorerRoleStatements([access.primary, access.replica]))),
    },
    input.guard,
    { parent: role },
  );
  return role.arn;
}
