import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf, adminsOrThrow, defaultProviderRegion, deployerArn } from "./internal/account";
import { DEFAULTS, tierPolicies } from "./internal/defaults";
import { Guard, guardOf } from "./internal/guard";
import { createNotification, createReplication, createRestorer } from "./internal/replication";
import { repositoryProblems, sameRegionProblem } from "./internal/repositoryProblems";
import { createSide } from "./internal/repositorySide";
import { nameProblems, refuseProblems } from "./internal/validate";
import { type ObjectLockMode, RepositorySide, type TierArgs, type Transform } from "./types";

/** Arguments of BackupRepository. */
export interface BackupRepositoryArgs {
  /** Region of the replica; must differ from the provider's. */
  replicaRegion: string;
  /**
   * What is kept, and how long.
   *
   * @default - one daily tier: 120 days, locked as long
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
   * Whole days until data moves to GLACIER, on both sides, in tiers that live at least 90 days longer. From then on a restore waits
   * hours. Manifests never move.
   *
   * @default 30
   */
  glacierTransitionDays?: number;
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
   * `aws:PrincipalArn` patterns of who may change the protection or bypass a GOVERNANCE lock. The deploying identity must be among
   * them. Name them when more than one identity deploys.
   *
   * @default - the deploying identity alone
   */
  adminPrincipalArns?: string[];
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
   * SNS topic in the primary's region for failed replication; it must allow S3 to publish.
   *
   * @default - failed replication is sent to EventBridge only
   */
  alarmTopicArn?: pulumi.Input<string>;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Per-child changes. Children that exist on both sides are offered one after the other; their names tell them apart. */
export interface BackupRepositoryTransforms {
  key?: Transform<aws.kms.KeyArgs>;
  bucket?: Transform<aws.s3.BucketArgs>;
  versioning?: Transform<aws.s3.BucketVersioningArgs>;
  objectLock?: Transform<aws.s3.BucketObjectLockConfigurationArgs>;
  encryption?: Transform<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
  ownership?: Transform<aws.s3.BucketOwnershipControlsArgs>;
  publicAccess?: Transform<aws.s3.BucketPublicAccessBlockArgs>;
  /** Statements may be added; ours must stay. */
  bucketPolicy?: Transform<aws.s3.BucketPolicyArgs>;
  lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  replication?: Transform<aws.s3.BucketReplicationConfigArgs>;
  replicationRole?: Transform<aws.iam.RoleArgs>;
  notification?: Transform<aws.s3.BucketNotificationArgs>;
  restorerRole?: Transform<aws.iam.RoleArgs>;
}

/** Options of BackupRepository. */
export interface BackupRepositoryOptions extends pulumi.ComponentResourceOptions {
  transform?: BackupRepositoryTransforms;
}

/**
 * Where recovery points live: a locked, versioned, encrypted primary bucket and its replica in another region.
 *
 * Bucket policies deny deletion and overwriting to everyone, and changes of the protection to all but the administrators. Buckets and
 * keys are retained when the stack is destroyed.
 */
export class BackupRepository extends pulumi.ComponentResource {
  /** Name of the primary bucket; known only once its protection and its replication stand. */
  readonly primaryBucketName: pulumi.Output<string>;
  readonly primaryBucketArn: pulumi.Output<string>;
  readonly primaryKmsKeyArn: pulumi.Output<string>;
  /** Name of the replica bucket; known only once its protection stands. */
  readonly replicaBucketName: pulumi.Output<string>;
  readonly replicaBucketArn: pulumi.Output<string>;
  readonly replicaKmsKeyArn: pulumi.Output<string>;
  /** Role that S3 copies with. */
  readonly replicationRoleArn: pulumi.Output<string>;
  /** Role for people: reads both sides, changes nothing. */
  readonly restorerRoleArn: pulumi.Output<string>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: BackupRepositoryArgs, opts?: BackupRepositoryOptions) {
    const label = `BackupRepository "${name}"`;
    refuseProblems("BackupRepository", name, [
      ...nameProblems(name),
      ...repositoryProblems(args, defaultProviderRegion(opts)),
    ]);
    const guard = new Guard(label, guardOf(opts?.parent));
    super("pulumi-backup321:index:BackupRepository", name, args, guard.options(opts));
    guard.watch(this);

    const account = accountOf(this);
    // The provider's region may be known only now, from its own settings or the environment.
    const primaryRegion = account.region.apply((region) => {
      if (region === args.replicaRegion) refuseProblems("BackupRepository", name, [sameRegionProblem(region)]);
      return region;
    });
    const admins = pulumi
      .all([deployerArn(this), primaryRegion])
      .apply(([deployer]) => adminsOrThrow(label, args.adminPrincipalArns, deployer));

    const shared = { parent: this, name, guard, tags: args.tags, transform: opts?.transform ?? {} };
    const settings = {
      ...shared,
      account,
      adminPrincipalArns: admins,
      lockMode: args.objectLockMode ?? DEFAULTS.objectLockMode,
      tiers: tierPolicies(args.tiers),
      glacierTransitionDays: args.glacierTransitionDays ?? DEFAULTS.glacierTransitionDays,
      evidenceRetentionDays: args.evidenceRetentionDays ?? DEFAULTS.evidenceRetentionDays,
      deletionProtection: args.deletionProtection ?? DEFAULTS.deletionProtection,
    };
    const primary = createSide({ ...settings, side: RepositorySide.Primary, kmsKeyArn: args.primaryKmsKeyArn });
    const replica = createSide({
      ...settings,
      side: RepositorySide.Replica,
      region: args.replicaRegion,
      kmsKeyArn: args.replicaKmsKeyArn,
    });
    const sides = { ...shared, primary, replica, primaryRegion, replicaRegion: args.replicaRegion };
    const replication = createReplication(sides);
    this.replicationRoleArn = replication.roleArn;
    createNotification(sides, args.alarmTopicArn);
    const restorers = args.restorerPrincipalArns ? pulumi.output(args.restorerPrincipalArns) : admins;
    this.restorerRoleArn = createRestorer(sides, account, restorers);

    // What is written before replication stands is never copied.
    const copied = (value: pulumi.Output<string>) => pulumi.all([value, replication.rule.id]).apply(([known]) => known);
    this.primaryBucketName = copied(primary.bucketName);
    this.primaryBucketArn = copied(primary.bucketArn);
    this.primaryKmsKeyArn = primary.keyArn;
    this.replicaBucketName = replica.bucketName;
    this.replicaBucketArn = replica.bucketArn;
    this.replicaKmsKeyArn = replica.keyArn;
    this.registerOutputs({
      primaryBucketName: this.primaryBucketName,
      primaryBucketArn: this.primaryBucketArn,
      primaryKmsKeyArn: this.primaryKmsKeyArn,
      replicaBucketName: this.replicaBucketName,
      replicaBucketArn: this.replicaBucketArn,
      replicaKmsKeyArn: this.replicaKmsKeyArn,
      replicationRoleArn: this.replicationRoleArn,
      restorerRoleArn: this.restorerRoleArn,
    });
  }
}
