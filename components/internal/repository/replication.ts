import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryTransforms } from "../../backupRepository";
import type { Account } from "../account";
import { type Children, child } from "../child";
import { childName } from "../childName";
import { DEFAULTS } from "../defaults";
import { replicationRoleStatements } from "../iamPolicies";
import type { ReplicaGuests } from "./keyPolicy";
import { policyJson, serviceTrust } from "../policyDocument";
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
  /** Account of the replica when it is another one than the primary's. */
  replicaAccountId: pulumi.Output<string> | undefined;
  transform: BackupRepositoryTransforms;
}

/** Id of the one replication rule, a dimension of S3's replication metrics. */
export const REPLICATION_RULE_ID = "primary-to-replica";

/** Both buckets and their keys, as role policies name them. */
export function sideAccess({ primary, replica, primaryRegion, replicaRegion }: SidesInput) {
  return pulumi
    .all([primary.bucket.arn, primary.keyArn, replica.bucket.arn, replica.keyArn, primaryRegion])
    .apply(([primaryArn, primaryKey, replicaArn, replicaKey, region]) => ({
      primary: { bucketArn: primaryArn, keyArn: primaryKey, region },
      replica: { bucketArn: replicaArn, keyArn: replicaKey, region: replicaRegion },
    }));
}

/** The role that S3 copies with. It stands before both sides, since the policies of a replica in another account name it. */
export function createReplicationRole({
  parent,
  name,
  guard,
  tags,
  transform,
}: Pick<SidesInput, "parent" | "name" | "guard" | "tags" | "transform">): aws.iam.Role {
  return child(
    aws.iam.Role,
    childName(name, "replication"),
    // No aws:SourceAccount: that S3 sends it when it replicates is not documented, and without it nothing would be copied.
    { assumeRolePolicy: serviceTrust("s3.amazonaws.com"), tags },
    guard,
    { parent, transform: transform.replicationRole },
  );
}

/**
 * Where copies go. In another account they belong to it: whoever owns the primary has no right on them.
 *
 * Replication Time Control needs metrics with its own threshold.
 */
function destinationOf({ replica, replicaAccountId }: SidesInput, replicationTimeControl: boolean) {
  const time = { minutes: DEFAULTS.replicationTimeControlMinutes };
  return {
    bucket: replica.bucket.arn,
    encryptionConfiguration: { replicaKmsKeyId: replica.keyArn },
    metrics: { status: "Enabled", ...(replicationTimeControl ? { eventThreshold: time } : {}) },
    ...(replicationTimeControl ? { replicationTime: { status: "Enabled", time } } : {}),
    ...(replicaAccountId ? { account: replicaAccountId, accessControlTranslation: { owner: "Destination" } } : {}),
  };
}

/** The rule that copies every object, its lock included, and never a deletion. */
export function createReplication(
  input: SidesInput,
  role: aws.iam.Role,
  replicationTimeControl: boolean,
): aws.s3.BucketReplicationConfig {
  const { name, guard, primary, replica, transform } = input;
  const rolePolicy = child(
    aws.iam.RolePolicy,
    childName(name, "replication", "policy"),
    {
      role: role.name,
      policy: sideAccess(input).apply((access) =>
        policyJson(replicationRoleStatements(access.primary, access.replica, input.replicaAccountId !== undefined)),
      ),
    },
    guard,
    { parent: role },
  );
  const config: aws.s3.BucketReplicationConfigArgs = {
    bucket: primary.bucket.name,
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
        destination: destinationOf(input, replicationTimeControl),
      },
    ],
  };
  return child(aws.s3.BucketReplicationConfig, childName(name, "replication", "rule"), config, guard, {
    ...primary.within,
    dependsOn: [...primary.protections, ...replica.protections, rolePolicy],
    transform: transform.replication,
    protectedProps: ["bucket", "rules"],
  });
}

/** Events of failed replication to the topic; all events to EventBridge. S3 tests the topic when this is set. */
export function createNotification(input: SidesInput, topicArn: pulumi.Input<string> | undefined): void {
  const args: aws.s3.BucketNotificationArgs = {
    bucket: input.primary.bucket.name,
    eventbridge: true,
    ...(topicArn === undefined
      ? {}
      : { topics: [{ topicArn, events: ["s3:Replication:OperationFailedReplication"] }] }),
  };
  child(aws.s3.BucketNotification, childName(input.name, "primary", "notification"), args, input.guard, {
    ...input.primary.within,
    transform: input.transform.notification,
  });
}

/**
 * Who of the primary's account may use a replica in another one: replication, and the drills of a RestoreDrill named `<name>-drill`,
 * which read the replica that they prove.
 */
export function guestsOf(
  name: string,
  { partition, accountId }: Account,
  replicationRoleArn: pulumi.Output<string>,
): pulumi.Output<ReplicaGuests> {
  return pulumi.all([partition, accountId, replicationRoleArn]).apply(([part, account, roleArn]) => ({
    replicationSource: { accountId: account, roleArn },
    readers: { accountId: account, roleArns: [`arn:${part}:iam::${account}:role/${childName(name, "drill-role")}-*`] },
  }));
}
