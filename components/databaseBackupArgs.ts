import type * as pulumi from "@pulumi/pulumi";
import type { AlertsArgs } from "./alertArgs";
import type { DumpArgs } from "./dumpArgs";
import type { DrillArgs } from "./restoreDrillArgs";
import type {
  AssumeRoleArgs,
  CpuArchitecture,
  DatabaseArgs,
  DatabaseListArgs,
  ObjectLockMode,
  Preset,
  TierArgs,
  VpcEndpointsArgs,
} from "./types";

/** Arguments of DatabaseBackup. Whoever needs more composes BackupRepository, BackupRunner and FreshnessCheck. */
export interface DatabaseBackupArgs {
  /**
   * Databases to back up, 1-500, each with a secret or IAM sign-in, and its own schedule, tiers and RPO where they differ. Put new
   * ones at the end. Taking one out ends its backups and its alarms; its recovery points stay until they expire.
   *
   * @default - none; `databaseList` is needed then
   */
  databases?: DatabaseArgs[];
  /**
   * A list in S3 instead, for thousands of databases; weaker than `databases`, since all share one role.
   *
   * @default - none; `databases` is needed then
   */
  databaseList?: DatabaseListArgs;
  /** Runner image, pinned: `<repository>@sha256:<digest>`. */
  image: pulumi.Input<string>;
  /** VPC of the tasks. */
  vpcId: pulumi.Input<string>;
  /** Private subnets of the tasks, 1-16. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Region of the replica; must differ from the provider's. */
  replicaRegion: string;
  /**
   * Schedule, tiers, RPO and task size in one word; each is overridden by its own argument.
   *
   * @default - none: the default of each argument
   */
  preset?: Preset;
  /**
   * Role in another account, where the replica, its freshness check and its alarms are put. In TypeScript the option
   * `replicaProvider` does the same.
   *
   * @default - the replica is in the primary's account
   */
  replicaAssumeRole?: AssumeRoleArgs;
  /**
   * When to back up: `cron(...)` or `rate(...)` of EventBridge Scheduler. A database may have its own.
   *
   * @default - of the preset; without one "cron(0 2 * * ? *)"
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of a cron expression.
   *
   * @default "UTC"
   */
  scheduleTimezone?: string;
  /**
   * Whole minutes by which a start may be late, to spread load; 0 for none.
   *
   * @default 0
   */
  flexibleWindowMinutes?: number;
  /**
   * Largest tolerable age of the newest recovery point, in whole minutes. At least the longest interval of the schedule plus
   * `flexibleWindowMinutes` and `timeoutMinutes`. A database may have its own.
   *
   * @default - for each database that sum of its schedule, and an hour for replication: 1740 with the default schedule
   */
  rpoMinutes?: number;
  /**
   * Whole minutes after which a dump is stopped; at most 1440.
   *
   * @default - of the preset: 120 with Preset.Critical; else 240
   */
  timeoutMinutes?: number;
  /**
   * Databases that are backed up at the same time, 1-1000. A list of thousands needs more than the default: a run ends after 24 hours.
   *
   * @default 2
   */
  maxConcurrency?: number;
  /**
   * What is kept, how long, and when its data moves to cheaper storage; 1-20 tiers.
   *
   * @default - of the preset; without one a daily tier: 120 days, locked as long
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
   * Whole days that verification and drill records, and access logs, are kept.
   *
   * @default 400
   */
  evidenceRetentionDays?: number;
  /**
   * S3 Replication Time Control: 99.9% of the objects are copied within 15 minutes, by AWS's agreement. Billed per GiB.
   *
   * @default false
   */
  replicationTimeControl?: boolean;
  /**
   * Keeps the server access logs of each bucket in a bucket of its own beside it.
   *
   * @default true
   */
  accessLogs?: boolean;
  /**
   * ARN (no alias) of the key of the primary.
   *
   * @default - a key is created
   */
  primaryKmsKeyArn?: pulumi.Input<string>;
  /**
   * ARN (no alias) of the key of the replica, in its region and account.
   *
   * @default - a key is created
   */
  replicaKmsKeyArn?: pulumi.Input<string>;
  /**
   * Name of a bucket that is there already, to be locked and used as the primary; see docs/adopting.md first.
   *
   * @default - a bucket is created
   */
  existingPrimaryBucketName?: pulumi.Input<string>;
  /**
   * Name of a bucket that is there already, to be locked and used as the replica; see docs/adopting.md first.
   *
   * @default - a bucket is created
   */
  existingReplicaBucketName?: pulumi.Input<string>;
  /**
   * Patterns of `aws:PrincipalArn` of who may change the protection; the deploying identity must be among them.
   *
   * @default - the deploying identity alone
   */
  adminPrincipalArns?: string[];
  /**
   * The same for a replica in another account.
   *
   * @default - the identity that deploys the replica, alone
   */
  replicaAdminPrincipalArns?: string[];
  /**
   * Patterns of `aws:PrincipalArn` of who may assume the restorer's role.
   *
   * @default - the administrators
   */
  restorerPrincipalArns?: string[];
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
   * Receivers of alerts beside mail, digests, and a dead-man's switch.
   *
   * @default - alerts go to the topics and to `alertEmails`
   */
  alerts?: AlertsArgs;
  /**
   * Restores the newest point of each database from the replica on a schedule, into a throwaway server, and keeps a record of it.
   *
   * @default - none: nothing proves that a point can be restored
   */
  drill?: DrillArgs;
  /**
   * Examines the live set-up on a schedule, as `backup321 doctor` does without `--attack`, by a function that reads settings alone,
   * and keeps a record of it.
   *
   * @default true
   */
  doctor?: boolean;
  /**
   * Days between two recorded runs of the doctor, 1-366: one and a half of them may pass, then alarms go off in both regions. Where
   * `doctor` is false, of `backup321 doctor --record`, which then runs wherever you schedule it.
   *
   * @default - 1; where `doctor` is false, the doctor's records are not judged
   */
  doctorIntervalDays?: number;
  /**
   * Fargate CPU units of a task.
   *
   * @default - of the preset: 2048, 1024 or 512; without one 1024
   */
  cpu?: number;
  /**
   * Memory of a task in MiB; must fit `cpu`, and be 512 more than `bufferBudgetMiB`.
   *
   * @default - of the preset: 4096, 2048 or 1024; without one 2048
   */
  memoryMiB?: number;
  /**
   * Memory for part buffers in MiB.
   *
   * @default 256
   */
  bufferBudgetMiB?: number;
  /**
   * CPU architecture, for which the image must be built.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * How databases are dumped. A database may say otherwise, setting by setting.
   *
   * @default - by the runner's own defaults
   */
  dump?: DumpArgs;
  /**
   * Private endpoints of what a task needs, for subnets without a NAT gateway. The image must then be in the account's ECR.
   *
   * @default - none; the subnets have a way out
   */
  vpcEndpoints?: VpcEndpointsArgs;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}
