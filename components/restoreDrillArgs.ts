import type * as pulumi from "@pulumi/pulumi";
import type { CpuArchitecture } from "./types";

/** One question to a restored database. */
export interface DrillAssertionArgs {
  /** Shown in the record, 1-100 characters. */
  name: string;
  /**
   * One SELECT. It passes when the first column of its first row is true, or a number other than 0. Plain text: it is kept in the task
   * definition, so it must hold no secret.
   */
  sql: string;
}

/** What the drill of one database is told. */
export interface DatabaseDrillArgs {
  /**
   * Recovery time objective in whole minutes: a drill whose restore takes longer has failed.
   *
   * @default - that of the drill
   */
  rtoMinutes?: number;
  /**
   * Questions that the restored database must answer with yes.
   *
   * @default - none
   */
  assertions?: DrillAssertionArgs[];
  /**
   * Image of the throwaway server, pinned by digest; of the database's major version or a newer one.
   *
   * @default - that of the drill
   */
  serverImage?: pulumi.Input<string>;
}

/** One database whose restore is drilled. */
export interface DrilledDatabaseArgs extends DatabaseDrillArgs {
  /** Its name in the repository. */
  name: string;
}

/** Arguments of RestoreDrill. */
export interface RestoreDrillArgs {
  /** The databases to drill, 1-500. */
  databases: DrilledDatabaseArgs[];
  /** Runner image, pinned: `<repository>@sha256:<digest>`. */
  image: pulumi.Input<string>;
  /**
   * Image of the throwaway server beside it, pinned: the official `postgres`, or one made from it with the extensions that your databases
   * need. Its major version must be that of the newest database, or newer.
   */
  serverImage: pulumi.Input<string>;
  /**
   * Image of a second throwaway server, pinned, of a newer major version than the first: each drill restores into it as well, which
   * rehearses the upgrade.
   *
   * @default - none; nothing is rehearsed
   */
  nextMajorServerImage?: pulumi.Input<string>;
  /** VPC of the tasks. */
  vpcId: pulumi.Input<string>;
  /** Private subnets of the tasks, 1-16, with a way to S3 in both regions, to the logs and to the images' registries. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Region of the VPC, in which everything of this drill runs. In the replica's region a drill proves that the primary's can be lost, and
   * no restored byte crosses between regions.
   *
   * @default - the provider's region
   */
  region?: string;
  /** Bucket that the records are written to, in the provider's region. */
  primaryBucketName: pulumi.Input<string>;
  /** ARN of its key. */
  primaryKmsKeyArn: pulumi.Input<string>;
  /** Bucket that is restored from. */
  replicaBucketName: pulumi.Input<string>;
  /** ARN of its key. */
  replicaKmsKeyArn: pulumi.Input<string>;
  /** Its region. */
  replicaRegion: string;
  /**
   * When to drill: `cron(...)` or `rate(...)` of EventBridge Scheduler.
   *
   * @default "cron(0 5 ? * SUN *)"
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of a cron expression.
   *
   * @default "UTC"
   */
  scheduleTimezone?: string;
  /**
   * Recovery time objective in whole minutes, of every database that has none of its own.
   *
   * @default - none: restore times are measured, and judged by nothing
   */
  rtoMinutes?: number;
  /**
   * Whole minutes after which a drill is stopped; at most 1440.
   *
   * @default 240
   */
  timeoutMinutes?: number;
  /**
   * Databases that are drilled at the same time, 1-40.
   *
   * @default 2
   */
  maxConcurrency?: number;
  /**
   * Fargate CPU units of a task, for runner and server together.
   *
   * @default 2048
   */
  cpu?: number;
  /**
   * Memory of a task in MiB, for runner and server together; must fit `cpu`.
   *
   * @default 4096
   */
  memoryMiB?: number;
  /**
   * CPU architecture, for which both images must be built.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * Disk of a task in GiB, 21-200: the restored database with its indexes, the WAL of its restore, and the images.
   *
   * @default 50
   */
  scratchGiB?: number;
  /**
   * Secrets Manager ARN, in the drill's region, of the age identities that open encrypted dumps: the text of the file that age-keygen
   * writes. Give drills a key pair of their own as one more recipient, so that it can be taken away by itself.
   *
   * @default - none; the dumps are not encrypted by age
   */
  identitySecretArn?: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that encrypts that secret.
   *
   * @default - the secret uses the account's aws/secretsmanager key, which needs no grant
   */
  identitySecretKmsKeyArn?: pulumi.Input<string>;
  /**
   * SNS topic in the drill's region for alarms and failed tasks.
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
   * CloudWatch namespace of the metrics.
   *
   * @default "Backup321"
   */
  metricNamespace?: string;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Restore drills of DatabaseBackup. */
export interface DrillArgs {
  /**
   * Image of the throwaway server, pinned: the official `postgres`, or one made from it with the extensions that your databases need. Its
   * major version must be that of the newest database, or newer.
   */
  serverImage: pulumi.Input<string>;
  /**
   * Image of a second throwaway server, pinned, of a newer major version than the first: each drill restores into it as well, which
   * rehearses the upgrade.
   *
   * @default - none; nothing is rehearsed
   */
  nextMajorServerImage?: pulumi.Input<string>;
  /**
   * Names of the databases to drill.
   *
   * @default - all of them
   */
  databases?: string[];
  /**
   * When to drill: `cron(...)` or `rate(...)` of EventBridge Scheduler.
   *
   * @default "cron(0 5 ? * SUN *)"
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of a cron expression.
   *
   * @default "UTC"
   */
  scheduleTimezone?: string;
  /**
   * Recovery time objective in whole minutes, of every database that has none of its own.
   *
   * @default - none: restore times are measured, and judged by nothing
   */
  rtoMinutes?: number;
  /**
   * Drills in the replica's region, which proves that the primary's can be lost, and saves the transfer of every restored byte. Needs
   * `vpcId` and `subnetIds` there, and the replica in the primary's account.
   *
   * @default false
   */
  inReplicaRegion?: boolean;
  /**
   * VPC of the drills.
   *
   * @default - that of the backups
   */
  vpcId?: pulumi.Input<string>;
  /**
   * Private subnets of the drills, 1-16, with a way to S3 in both regions.
   *
   * @default - those of the backups
   */
  subnetIds?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Whole minutes after which a drill is stopped; at most 1440.
   *
   * @default 240
   */
  timeoutMinutes?: number;
  /**
   * Databases that are drilled at the same time, 1-40.
   *
   * @default 2
   */
  maxConcurrency?: number;
  /**
   * Fargate CPU units of a task, for runner and server together.
   *
   * @default 2048
   */
  cpu?: number;
  /**
   * Memory of a task in MiB; must fit `cpu`.
   *
   * @default 4096
   */
  memoryMiB?: number;
  /**
   * Disk of a task in GiB, 21-200: the restored database with its indexes, the WAL of its restore, and the images.
   *
   * @default 50
   */
  scratchGiB?: number;
  /**
   * Secrets Manager ARN, in the drill's region, of the age identities that open encrypted dumps: the text of the file that age-keygen
   * writes. Needed where dumps are encrypted by age. Give drills a key pair of their own as one more recipient.
   *
   * @default - none; the dumps are not encrypted by age
   */
  identitySecretArn?: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that encrypts that secret.
   *
   * @default - the secret uses the account's aws/secretsmanager key, which needs no grant
   */
  identitySecretKmsKeyArn?: pulumi.Input<string>;
}
