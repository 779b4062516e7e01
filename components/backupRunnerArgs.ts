import type * as pulumi from "@pulumi/pulumi";
import type { DumpArgs } from "./dumpArgs";
import type {
  CpuArchitecture,
  DatabaseArgs,
  DatabaseListArgs,
  ObjectLockMode,
  TierArgs,
  VpcEndpointsArgs,
} from "./types";

/** Arguments of BackupRunner. Numbers of tiers and lock mode must be those of the repository: its bucket policy enforces them. */
export interface BackupRunnerArgs {
  /**
   * Databases to back up, 1-500. Each gets a dump task and a role of its own; every 25, in this order, share two roles more, so
   * put new ones at the end: a run under way can't read what its roles no longer name. Taking one out ends its backups and its
   * alarms; its recovery points stay until they expire. IAM's default quota is 1,000 roles per account: ask for more before the
   * account's total comes near.
   *
   * @default - none; `databaseList` is needed then
   */
  databases?: DatabaseArgs[];
  /**
   * A list in S3 instead, for thousands of databases: one dump task and one role for all of them. That role may read every secret
   * below `secretNamePrefix` and add dumps of any database, so it is weaker than `databases`. The secrets must use the account's
   * aws/secretsmanager key. A run is stopped after 24 hours.
   *
   * @default - none; `databases` is needed then
   */
  databaseList?: DatabaseListArgs;
  /** Runner image, pinned: `<repository>@sha256:<digest>`. Its entry point is the CLI `backup321`. */
  image: pulumi.Input<string>;
  /** VPC of the tasks. */
  vpcId: pulumi.Input<string>;
  /**
   * Subnets of the tasks, 1-16. Private: they need a way to S3, to Secrets Manager, to the logs and to the image's registry; a NAT
   * gateway, or `vpcEndpoints`.
   */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Bucket that is written to. */
  primaryBucketName: pulumi.Input<string>;
  /** ARN of its key. */
  primaryKmsKeyArn: pulumi.Input<string>;
  /** Bucket of the replica, which the restore commands in each manifest name. */
  replicaBucketName: pulumi.Input<string>;
  /** Its region. */
  replicaRegion: string;
  /**
   * The repository's tiers.
   *
   * @default - one daily tier: 120 days, locked as long
   */
  tiers?: TierArgs[];
  /**
   * The repository's lock mode.
   *
   * @default ObjectLockMode.Governance
   */
  objectLockMode?: ObjectLockMode;
  /**
   * When to back up: `cron(...)` or `rate(...)` of EventBridge Scheduler. A database may have its own.
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
   * Whole minutes by which a start may be late, to spread load; 0 for none.
   *
   * @default 0
   */
  flexibleWindowMinutes?: number;
  /**
   * Whole minutes after which a dump, or a verification, is stopped; at most 1440.
   *
   * @default 240
   */
  timeoutMinutes?: number;
  /**
   * Databases that are backed up at the same time, 1-1000. Above 40, or with a list, each is an execution of its own (Distributed Map).
   * Fargate's own quota of tasks (6 vCPU in a new account) may be lower: tasks beyond it are tried again, three times in all. A list
   * of thousands needs more than the default: each takes minutes, and those whose turn has not come after 24 hours are not backed up.
   *
   * @default 2
   */
  maxConcurrency?: number;
  /**
   * Fargate CPU units of a task.
   *
   * @default 1024
   */
  cpu?: number;
  /**
   * Memory of a task in MiB; must fit `cpu`, and be 512 more than `bufferBudgetMiB`.
   *
   * @default 2048
   */
  memoryMiB?: number;
  /**
   * CPU architecture, for which the image must be built.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * Memory for part buffers in MiB.
   *
   * @default 256
   */
  bufferBudgetMiB?: number;
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
   * SNS topic in this region for alarms and failed tasks.
   *
   * @default - alarms have no action
   */
  alarmTopicArn?: pulumi.Input<string>;
  /**
   * Name of the repository, a metric dimension.
   *
   * @default - the component's name
   */
  repositoryName?: string;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}
