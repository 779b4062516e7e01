import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryArgs } from "./backupRepositoryArgs";
import { defaultProviderRegion } from "./internal/account";
import { Guard, guardOf } from "./internal/guard";
import { placesOf } from "./internal/repository/places";
import { type ReplicaAccess, replicaAccessProblems, replicaProviderOf } from "./internal/replicaProvider";
import {
  createNotification,
  createReplication,
  createReplicationRole,
  guestsOf,
} from "./internal/repository/replication";
import { createReplicationAlarms } from "./internal/repository/replicationAlarms";
import { repositoryProblems } from "./internal/repository/repositoryProblems";
import { createSide, sideSettings } from "./internal/repository/repositorySide";
import { createRestorers } from "./internal/repository/restorers";
import { tierWarnings } from "./internal/tiers";
import { nameProblems, refuseProblems } from "./internal/validate";
import { RepositorySide, type Transform } from "./types";

export type { BackupRepositoryArgs };

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
  /** Rules for other prefixes than the repository's may be added; ours must stay. */
  lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  logBucket?: Transform<aws.s3.BucketArgs>;
  /** Statements may be added; ours must stay. */
  logBucketPolicy?: Transform<aws.s3.BucketPolicyArgs>;
  logBucketLifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  logging?: Transform<aws.s3.BucketLoggingArgs>;
  replication?: Transform<aws.s3.BucketReplicationConfigArgs>;
  replicationRole?: Transform<aws.iam.RoleArgs>;
  replicationAlarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
  notification?: Transform<aws.s3.BucketNotificationArgs>;
  restorerRole?: Transform<aws.iam.RoleArgs>;
}

/** Options of BackupRepository. */
export interface BackupRepositoryOptions extends pulumi.ComponentResourceOptions {
  transform?: BackupRepositoryTransforms;
  /**
   * Provider of another account, where the replica is put. `replicaAssumeRole` is the same as data.
   *
   * @default - the replica is in the primary's account
   */
  replicaProvider?: aws.Provider;
}

/**
 * Where recovery points live: a locked, versioned, encrypted primary bucket and its replica in another region, or also in another
 * account.
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
  /** Account of the replica. */
  readonly replicaAccountId: pulumi.Output<string>;
  /** Role that S3 copies with. */
  readonly replicationRoleArn: pulumi.Output<string>;
  /** Role for people: changes nothing. Reads both sides in one account, the primary alone when the replica is in another. */
  readonly restorerRoleArn: pulumi.Output<string>;
  /** The same in the replica's account, which works without the primary's. In one account it is `restorerRoleArn`. */
  readonly replicaRestorerRoleArn: pulumi.Output<string>;
  /** Alarms in the primary's region. */
  readonly alarmNames: pulumi.Output<string[]>;
  /** Alarms in the replica's region and account. */
  readonly replicaAlarmNames: pulumi.Output<string[]>;
  /** Bucket of the primary's access logs; empty without them. */
  readonly primaryLogBucketName: pulumi.Output<string>;
  /** Bucket of the replica's access logs; empty without them. */
  readonly replicaLogBucketName: pulumi.Output<string>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: BackupRepositoryArgs, opts?: BackupRepositoryOptions) {
    const access: ReplicaAccess = { assumeRole: args.replicaAssumeRole, provider: opts?.replicaProvider };
    refuseProblems("BackupRepository", name, [
      ...nameProblems(name),
      ...repositoryProblems(args, defaultProviderRegion(opts)),
      ...replicaAccessProblems(access),
    ]);
    const guard = new Guard(`BackupRepository "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:BackupRepository", name, args, guard.options(opts));
    guard.watch(this);
    for (const warning of tierWarnings(args.tiers)) void pulumi.log.warn(warning, this);

    const { replicaRegion, tags } = args;
    const replicaProvider = replicaProviderOf(this, name, guard, replicaRegion, access);
    const places = placesOf(this, name, args, replicaProvider);
    const shared = { parent: this, name, guard, tags, transform: opts?.transform ?? {} };
    const replicationRole = createReplicationRole(shared);
    const settings = sideSettings(args);
    const primary = createSide({
      ...shared,
      ...settings,
      ...places.primary,
      side: RepositorySide.Primary,
      kmsKeyArn: args.primaryKmsKeyArn,
      existingBucketName: args.existingPrimaryBucketName,
    });
    const replica = createSide({
      ...shared,
      ...settings,
      ...places.replica,
      side: RepositorySide.Replica,
      kmsKeyArn: args.replicaKmsKeyArn,
      existingBucketName: args.existingReplicaBucketName,
      guests: replicaProvider && guestsOf(name, places.primary.account, replicationRole.arn),
    });
    const sides = {
      ...shared,
      primary,
      replica,
      primaryRegion: places.primary.regionName,
      replicaRegion,
      replicaAccountId: replicaProvider && places.replica.account.accountId,
    };
    const rule = createReplication(sides, replicationRole, args.replicationTimeControl ?? false);
    createNotification(sides, args.alarmTopicArn);
    const alarms = createReplicationAlarms({ ...sides, replicaProvider }, args);
    const restorers = createRestorers(sides, places, args.restorerPrincipalArns);

    // What is written before replication stands is never copied.
    const copied = (value: pulumi.Output<string>) => pulumi.all([value, rule.id]).apply(([known]) => known);
    this.primaryBucketName = copied(primary.bucketName);
    this.primaryBucketArn = copied(primary.bucketArn);
    this.primaryKmsKeyArn = primary.keyArn;
    this.replicaBucketName = replica.bucketName;
    this.replicaBucketArn = replica.bucketArn;
    this.replicaKmsKeyArn = replica.keyArn;
    this.replicaAccountId = places.replica.account.accountId;
    this.replicationRoleArn = replicationRole.arn;
    this.restorerRoleArn = restorers.primaryRoleArn;
    this.replicaRestorerRoleArn = restorers.replicaRoleArn;
    this.alarmNames = pulumi.all(alarms.primaryAlarmNames);
    this.replicaAlarmNames = pulumi.all(alarms.replicaAlarmNames);
    this.primaryLogBucketName = primary.logBucketName;
    this.replicaLogBucketName = replica.logBucketName;
    this.registerOutputs({
      primaryBucketName: this.primaryBucketName,
      primaryBucketArn: this.primaryBucketArn,
      primaryKmsKeyArn: this.primaryKmsKeyArn,
      replicaBucketName: this.replicaBucketName,
      replicaBucketArn: this.replicaBucketArn,
      replicaKmsKeyArn: this.replicaKmsKeyArn,
      replicaAccountId: this.replicaAccountId,
      replicationRoleArn: this.replicationRoleArn,
      restorerRoleArn: this.restorerRoleArn,
      replicaRestorerRoleArn: this.replicaRestorerRoleArn,
      alarmNames: this.alarmNames,
      replicaAlarmNames: this.replicaAlarmNames,
      primaryLogBucketName: this.primaryLogBucketName,
      replicaLogBucketName: this.replicaLogBucketName,
    });
  }
}
