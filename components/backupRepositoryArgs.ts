import type * as pulumi from "@pulumi/pulumi";
import type { AssumeRoleArgs, ObjectLockMode, TierArgs } from "./types";

/** Arguments of BackupRepository. */
export interface BackupRepositoryArgs {
  /** Region of the replica; must differ from the provider's. */
  replicaRegion: string;
  /**
   * Role in another account, where the replica is put. It is assumed with the credentials of the environment. In TypeScript the option
   * `replicaProvider` does the same.
   *
   * @default - the replica is in the primary's account
   */
  replicaAssumeRole?: AssumeRoleArgs;
  /**
   * What is kept, how long, and when its data moves to cheaper storage; 1-20 tiers.
   *
   * @default - one daily tier: 120 days, locked as long, in GLACIER after 30
   */
  tiers?: TierArgs[];
  /**
   * Object Lock mode of every object.
   *
   * @default ObjectLockMode.Governance
   */
  objectLockMode?: ObjectLockMode;
  /**
   * Must be true for COMPLIANCE, which nobody can undo.
   *
   * @default false
   */
  acknowledgeIrreversible?: boolean;
  /**
   * S3 Replication Time Control: 99.9% of the objects are copied within 15 minutes, by AWS's agreement. Billed per GiB.
   *
   * @default false
   */
  replicationTimeControl?: boolean;
  /**
   * Keeps the server access logs of each bucket in a bucket of its own beside it, for `evidenceRetentionDays`.
   *
   * @default true
   */
  accessLogs?: boolean;
  /**
   * Whole days that verification and drill records are kept; at least the shortest tier's lock.
   *
   * @default 400
   */
  evidenceRetentionDays?: number;
  /**
   * ARN (no alias) of the key of the primary.
   *
   * @default - a key is created, with rotation and a deletion window of 30 days
   */
  primaryKmsKeyArn?: pulumi.Input<string>;
  /**
   * ARN (no alias) of the key of the replica, in its region.
   *
   * @default - a key is created, with rotation and a deletion window of 30 days
   */
  replicaKmsKeyArn?: pulumi.Input<string>;
  /**
   * Name of a bucket that is there already, in the primary's region and account, instead of a new one. It is locked for good, and
   * writes outside of the repository's prefixes are refused from then on; see docs/adopting.md first.
   *
   * @default - a bucket is created
   */
  existingPrimaryBucketName?: pulumi.Input<string>;
  /**
   * Name of a bucket that is there already, in the replica's region and account; see docs/adopting.md first.
   *
   * @default - a bucket is created
   */
  existingReplicaBucketName?: pulumi.Input<string>;
  /**
   * `aws:PrincipalArn` patterns of who may change the protection or bypass a GOVERNANCE lock. The deploying identity must be among
   * them. Name them when more than one identity deploys.
   *
   * @default - the deploying identity alone
   */
  adminPrincipalArns?: string[];
  /**
   * The same for a replica in another account: the identity that deploys there must be among them.
   *
   * @default - the identity that deploys the replica, alone; in one account `adminPrincipalArns`
   */
  replicaAdminPrincipalArns?: string[];
  /**
   * `aws:PrincipalArn` patterns of who may assume the restorer's role.
   *
   * @default - the administrators
   */
  restorerPrincipalArns?: string[];
  /**
   * Refuses to delete or replace buckets and keys by Pulumi. They are retained by AWS in any case.
   *
   * @default true
   */
  deletionProtection?: boolean;
  /**
   * SNS topic in the primary's region and account for failed replication; it must allow S3 and CloudWatch to publish.
   *
   * @default - failed replication is sent to EventBridge, and its alarm notifies nobody
   */
  alarmTopicArn?: pulumi.Input<string>;
  /**
   * SNS topic in the replica's region and account for slow replication; it must allow CloudWatch to publish.
   *
   * @default - its alarm notifies nobody
   */
  replicaAlarmTopicArn?: pulumi.Input<string>;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}
