import * as pulumi from "@pulumi/pulumi";
import { Alerting } from "./alerting";
import { BackupRepository, type BackupRepositoryTransforms } from "./backupRepository";
import { BackupRunner, type BackupRunnerTransforms } from "./backupRunner";
import { FreshnessCheck, type FreshnessCheckArgs, type FreshnessCheckTransforms } from "./freshnessCheck";
import { defaultProviderRegion } from "./internal/account";
import { childName } from "./internal/childName";
import { databaseBackupProblems } from "./internal/databaseBackupProblems";
import { LIMITS } from "./internal/defaults";
import { defaultRpoMinutes } from "./internal/freshnessProblems";
import { Guard, guardOf } from "./internal/guard";
import { nameProblems, refuseProblems } from "./internal/validate";
import { type CpuArchitecture, type ObjectLockMode, RepositorySide, type SslMode, type TierArgs } from "./types";

/** Arguments of DatabaseBackup. Whoever needs more composes BackupRepository, BackupRunner and FreshnessCheck. */
export interface DatabaseBackupArgs {
  /**
   * Secrets Manager ARN of the database's credentials, a JSON object with host, port, username, password and dbname (the shape of
   * RDS's rotation templates). Never the value.
   */
  secretArn: pulumi.Input<string>;
  /** Runner image, pinned: `<repository>@sha256:<digest>`. */
  image: string;
  /** VPC of the tasks. */
  vpcId: pulumi.Input<string>;
  /** Private subnets of the tasks. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Region of the replica; must differ from the provider's. */
  replicaRegion: string;
  /**
   * Name in the repository: 1-63 characters of a-z, 0-9 and inner hyphens.
   *
   * @default - the component's name
   */
  databaseName?: string;
  /**
   * Security group of the database, to which the tasks may connect.
   *
   * @default - the tasks may connect to any address, on the database's port alone
   */
  databaseSecurityGroupId?: pulumi.Input<string>;
  /**
   * TCP port of the database, as in the secret.
   *
   * @default 5432
   */
  databasePort?: number;
  /**
   * How the connection is encrypted.
   *
   * @default SslMode.Require
   */
  sslMode?: SslMode;
  /**
   * Path in the image of the trusted certificate authorities, or `system`.
   *
   * @default - none; required for verify-ca and verify-full
   */
  sslRootCertPath?: string;
  /**
   * When to back up: `cron(...)` or `rate(...)` of EventBridge Scheduler.
   *
   * @default "cron(0 2 * * ? *)"
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of a cron expression.
   *
   * @default "UTC"
   */
  scheduleTimezone?: string;
  /**
   * Largest tolerable age of the newest recovery point, in whole minutes. At least the longest interval of the schedule plus
   * `timeoutMinutes`.
   *
   * @default - that sum and an hour for replication: 1740 with the default schedule
   */
  rpoMinutes?: number;
  /**
   * Whole minutes after which a dump is stopped; at most 1440.
   *
   * @default 240
   */
  timeoutMinutes?: number;
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
   * `aws:PrincipalArn` patterns of who may change the protection; the deploying identity must be among them.
   *
   * @default - the deploying identity alone
   */
  adminPrincipalArns?: string[];
  /**
   * Refuses to delete or replace buckets and keys by Pulumi.
   *
   * @default true
   */
  deletionProtection?: boolean;
  /**
   * Addresses that alarms are sent to, each after its owner confirmed.
   *
   * @default - nobody; subscribe to the topics yourself
   */
  alertEmails?: string[];
  /**
   * CPU architecture, for which the image must be built.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Options of DatabaseBackup; each part's transforms under its name. */
export interface DatabaseBackupOptions extends pulumi.ComponentResourceOptions {
  transform?: {
    repository?: BackupRepositoryTransforms;
    runner?: BackupRunnerTransforms;
    freshness?: FreshnessCheckTransforms;
  };
}

/**
 * A proven 3-2-1 backup of one PostgreSQL database.
 *
 * @example
 * new DatabaseBackup("orders", { secretArn, image, vpcId, subnetIds, replicaRegion: "eu-west-1" });
 */
export class DatabaseBackup extends pulumi.ComponentResource {
  readonly primaryBucketName: pulumi.Output<string>;
  readonly primaryBucketArn: pulumi.Output<string>;
  readonly replicaBucketName: pulumi.Output<string>;
  readonly replicaBucketArn: pulumi.Output<string>;
  readonly stateMachineArn: pulumi.Output<string>;
  readonly starterArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly scheduleGroupName: pulumi.Output<string>;
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly verifyTaskDefinitionArn: pulumi.Output<string>;
  readonly runnerRoleArn: pulumi.Output<string>;
  readonly verifierRoleArn: pulumi.Output<string>;
  /** Role for people: reads both sides, changes nothing. */
  readonly restorerRoleArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly primaryFreshnessFunctionName: pulumi.Output<string>;
  readonly replicaFreshnessFunctionName: pulumi.Output<string>;
  readonly primaryAlarmNames: pulumi.Output<string[]>;
  readonly replicaAlarmNames: pulumi.Output<string[]>;
  readonly primaryTopicArn: pulumi.Output<string>;
  readonly replicaTopicArn: pulumi.Output<string>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: DatabaseBackupArgs, opts?: DatabaseBackupOptions) {
    const databaseName = args.databaseName ?? name;
    refuseProblems("DatabaseBackup", name, [
      ...nameProblems(name, LIMITS.frontDoorNameLength),
      ...databaseBackupProblems(args, defaultProviderRegion(opts)),
    ]);
    const guard = new Guard(`DatabaseBackup "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:DatabaseBackup", name, args, guard.options(opts));
    guard.watch(this);

    const { replicaRegion, tiers, objectLockMode, timeoutMinutes, tags } = args;
    const shared = { replicaRegion, tiers, objectLockMode, tags };
    const transform = opts?.transform ?? {};
    const topics = new Alerting(name, { replicaRegion, alertEmails: args.alertEmails, tags }, { parent: this });
    const repository = new BackupRepository(
      name,
      {
        ...shared,
        acknowledgeIrreversible: args.acknowledgeIrreversible,
        adminPrincipalArns: args.adminPrincipalArns,
        deletionProtection: args.deletionProtection,
        alarmTopicArn: topics.primaryTopicArn,
      },
      { parent: this, transform: transform.repository },
    );
    const runner = new BackupRunner(
      name,
      {
        ...shared,
        databases: [
          {
            name: databaseName,
            secretArn: args.secretArn,
            securityGroupId: args.databaseSecurityGroupId,
            port: args.databasePort,
            sslMode: args.sslMode,
            sslRootCertPath: args.sslRootCertPath,
          },
        ],
        image: args.image,
        vpcId: args.vpcId,
        subnetIds: args.subnetIds,
        primaryBucketName: repository.primaryBucketName,
        primaryKmsKeyArn: repository.primaryKmsKeyArn,
        replicaBucketName: repository.replicaBucketName,
        scheduleExpression: args.scheduleExpression,
        scheduleTimezone: args.scheduleTimezone,
        timeoutMinutes,
        cpuArchitecture: args.cpuArchitecture,
        alarmTopicArn: topics.primaryTopicArn,
      },
      { parent: this, transform: transform.runner },
    );
    const freshness = {
      databases: [databaseName],
      rpoMinutes: args.rpoMinutes ?? defaultRpoMinutes(args),
      repositoryName: name,
      timeoutMinutes,
      tiers,
      objectLockMode,
      tags,
    };
    const check = (
      where: Pick<FreshnessCheckArgs, "side" | "region" | "bucketName" | "alarmTopicArn">,
    ): FreshnessCheck =>
      new FreshnessCheck(
        childName(name, "fresh", where.side),
        { ...freshness, ...where },
        { parent: this, transform: transform.freshness },
      );
    const primaryCheck = check({
      side: RepositorySide.Primary,
      bucketName: repository.primaryBucketName,
      alarmTopicArn: topics.primaryTopicArn,
    });
    const replicaCheck = check({
      side: RepositorySide.Replica,
      region: replicaRegion,
      bucketName: repository.replicaBucketName,
      alarmTopicArn: topics.replicaTopicArn,
    });

    this.primaryBucketName = repository.primaryBucketName;
    this.primaryBucketArn = repository.primaryBucketArn;
    this.replicaBucketName = repository.replicaBucketName;
    this.replicaBucketArn = repository.replicaBucketArn;
    this.stateMachineArn = runner.stateMachineArn;
    this.starterArn = runner.starterArn;
    this.scheduleName = runner.scheduleName;
    this.scheduleGroupName = runner.scheduleGroupName;
    this.taskDefinitionArn = runner.dumpTaskDefinitionArns.apply((arns) => arns[0]!);
    this.verifyTaskDefinitionArn = runner.verifyTaskDefinitionArns.apply((arns) => arns[0]!);
    this.runnerRoleArn = runner.dumpRoleArn;
    this.verifierRoleArn = runner.verifyRoleArn;
    this.restorerRoleArn = repository.restorerRoleArn;
    this.securityGroupId = runner.securityGroupId;
    this.primaryFreshnessFunctionName = primaryCheck.functionName;
    this.replicaFreshnessFunctionName = replicaCheck.functionName;
    this.primaryAlarmNames = pulumi.all([runner.alarmNames, primaryCheck.alarmNames]).apply((lists) => lists.flat());
    this.replicaAlarmNames = replicaCheck.alarmNames;
    this.primaryTopicArn = topics.primaryTopicArn;
    this.replicaTopicArn = topics.replicaTopicArn;
    this.registerOutputs({
      primaryBucketName: this.primaryBucketName,
      primaryBucketArn: this.primaryBucketArn,
      replicaBucketName: this.replicaBucketName,
      replicaBucketArn: this.replicaBucketArn,
      stateMachineArn: this.stateMachineArn,
      starterArn: this.starterArn,
      scheduleName: this.scheduleName,
      scheduleGroupName: this.scheduleGroupName,
      taskDefinitionArn: this.taskDefinitionArn,
      verifyTaskDefinitionArn: this.verifyTaskDefinitionArn,
      runnerRoleArn: this.runnerRoleArn,
      verifierRoleArn: this.verifierRoleArn,
      restorerRoleArn: this.restorerRoleArn,
      securityGroupId: this.securityGroupId,
      primaryFreshnessFunctionName: this.primaryFreshnessFunctionName,
      replicaFreshnessFunctionName: this.replicaFreshnessFunctionName,
      primaryAlarmNames: this.primaryAlarmNames,
      replicaAlarmNames: this.replicaAlarmNames,
      primaryTopicArn: this.primaryTopicArn,
      replicaTopicArn: this.replicaTopicArn,
    });
  }
}
