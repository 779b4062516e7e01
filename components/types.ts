import type * as pulumi from "@pulumi/pulumi";
import { ObjectLockMode, Tier } from "../runner/contract";
import type { DatabaseFreshnessArgs, FreshnessThresholdsArgs } from "./freshnessArgs";
import type { DumpArgs } from "./dumpArgs";
import type { DatabaseDrillArgs } from "./restoreDrillArgs";
import type { CostEstimate, CostLine, TierPoints } from "../runner/cost/estimate";

export { ObjectLockMode, Tier };
export type { CostEstimate, CostLine, TierPoints };

/** CPU architecture of the Fargate tasks. The image must be built for it; a mismatch shows only when the task starts. */
export enum CpuArchitecture {
  Arm64 = "ARM64",
  X86_64 = "X86_64",
}

/** libpq's `sslmode`, without the ones that allow a connection in the clear. */
export enum SslMode {
  /** Encrypted; the server's certificate is not checked. */
  Require = "require",
  /** Encrypted; the certificate must be signed by a known authority. */
  VerifyCa = "verify-ca",
  /** Encrypted; the certificate must be signed by a known authority and name the host. */
  VerifyFull = "verify-full",
}

/** Ready-made schedules, tiers and task sizes of DatabaseBackup. Every argument that is given wins over its preset. */
export enum Preset {
  /** Every four hours; at worst 7 hours old on either side; kept 14, 35, 120 and 400 days; 2 vCPU. */
  Critical = "critical",
  /** Every day; at worst 29 hours old on either side; kept 35, 120 and 400 days; 1 vCPU. */
  Standard = "standard",
  /** Every week; at worst 173 hours old on either side; kept 35 days; half a vCPU. */
  Development = "development",
}

/** A copy of the repository. */
export enum RepositorySide {
  Primary = "primary",
  Replica = "replica",
}

/** Storage classes that data may move to, in the only order that S3 allows. STANDARD is where it starts. */
export enum StorageClass {
  /** Readable at once; billed for at least 30 days. */
  StandardIa = "STANDARD_IA",
  /** Readable at once; billed for at least 90 days. */
  GlacierInstantRetrieval = "GLACIER_IR",
  /** Readable hours after a restore request; billed for at least 90 days. */
  Glacier = "GLACIER",
  /** Readable up to two days after a restore request; billed for at least 180 days. */
  DeepArchive = "DEEP_ARCHIVE",
}

/** When the data of a tier moves to another storage class. */
export interface TransitionArgs {
  /** Where to. */
  storageClass: StorageClass;
  /** Whole days after it was written. */
  days: number;
}

/** What one retention tier keeps. */
export interface TierArgs {
  /** Its period: a point is stored under the highest period of which the database has none yet. */
  tier: Tier;
  /**
   * Its name, a segment of every key: 1-20 characters of a-z, 0-9 and inner hyphens. Several tiers of one period need different names.
   *
   * @default - the period
   */
  name?: string;
  /** Whole days until lifecycle expires an object of this tier, 1 or more. */
  expireDays: number;
  /**
   * Whole days an object of this tier is locked from the moment its upload is created; at most `expireDays`.
   *
   * @default - `expireDays`
   */
  lockDays?: number;
  /**
   * When its data moves to cheaper storage, on both sides; empty for never. Manifests never move.
   *
   * @default - GLACIER after 30 days, in tiers that live at least 120
   */
  transitions?: TransitionArgs[];
}

/** A role in another account, as data that every language can write. */
export interface AssumeRoleArgs {
  /** ARN of the role that Pulumi assumes to provision the replica; its account is the replica's. */
  roleArn: string;
  /**
   * External id that the role's trust policy asks for.
   *
   * @default - none
   */
  externalId?: string;
}

/** Signing in to RDS or Aurora by IAM instead of by a password. */
export interface RdsIamAuthArgs {
  /** Endpoint of the instance, cluster or proxy. */
  host: pulumi.Input<string>;
  /** Resource id that `rds-db:connect` is granted on: `db-...`, `cluster-...` or `prx-...`; not the instance's name. */
  resourceId: pulumi.Input<string>;
  /** Database user, a member of `rds_iam`. */
  username: string;
  /** Database to dump. */
  databaseName: string;
}

/** One database that is backed up. */
export interface DatabaseArgs {
  /** Its name in the repository, a segment of every key: 1-63 characters of a-z, 0-9 and inner hyphens. */
  name: string;
  /**
   * Secrets Manager ARN of its credentials, a JSON object with host, port, username, password and dbname (the shape of RDS's
   * rotation templates). Without a key or version suffix; never the value.
   *
   * @default - none; `rdsIamAuth` is needed then
   */
  secretArn?: pulumi.Input<string>;
  /**
   * ARN of the customer managed key that encrypts the secret.
   *
   * @default - the secret uses the account's aws/secretsmanager key, which needs no grant
   */
  secretKmsKeyArn?: pulumi.Input<string>;
  /**
   * Signs in by IAM, without a password. Needs an image with RDS's certificate authorities for `verify-full`.
   *
   * @default - by the secret
   */
  rdsIamAuth?: RdsIamAuthArgs;
  /**
   * Security group of the database, to which the tasks may connect. Its own ingress rule from `securityGroupId` stays yours.
   * Give databases behind one group the same string, or the same output: EC2 refuses one rule twice.
   *
   * @default - the tasks may connect to any address, on the database's port alone
   */
  securityGroupId?: pulumi.Input<string>;
  /**
   * TCP port, as in the secret; decides the egress rule.
   *
   * @default 5432
   */
  port?: number;
  /**
   * How the connection is encrypted.
   *
   * @default SslMode.Require
   */
  sslMode?: SslMode;
  /**
   * Path in the image of the certificate authorities that `verify-ca` and `verify-full` trust, or `system`.
   *
   * @default - none; required for verify-ca and verify-full
   */
  sslRootCertPath?: string;
  /**
   * Names of the repository's tiers that it uses, each of another period.
   *
   * @default - all of them
   */
  tiers?: string[];
  /**
   * When to back it up: `cron(...)` or `rate(...)` of EventBridge Scheduler.
   *
   * @default - the schedule of the component
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of its cron expression.
   *
   * @default - the time zone of the component
   */
  scheduleTimezone?: string;
  /**
   * Recovery point objective in whole minutes: its newest point may never be older.
   *
   * @default - that of the component
   */
  rpoMinutes?: number;
  /**
   * How it is dumped; what is not given here is that of the component.
   *
   * @default - as the component says
   */
  dump?: DumpArgs;
  /**
   * What its restore drill is told beside what holds for all; used where drills are provisioned.
   *
   * @default - as the drill says
   */
  drill?: DatabaseDrillArgs;
  /**
   * What freshness holds it against besides its RPO.
   *
   * @default - the defaults of each setting
   */
  freshness?: DatabaseFreshnessArgs;
  /**
   * Size of one dump as stored, in GiB; the cost estimate goes by it, and a drill whose disk is smaller is refused.
   *
   * @default - the estimate assumes 10, and says so
   */
  estimatedDumpGiB?: number;
}

/** One database whose freshness is checked. */
export interface FreshnessDatabaseArgs {
  /** Its name in the repository. */
  name: string;
  /**
   * Largest tolerable age of its newest recovery point, in whole minutes.
   *
   * @default - that of the check
   */
  rpoMinutes?: number;
  /**
   * Names of the repository's tiers that it uses, each of another period.
   *
   * @default - all of them
   */
  tiers?: string[];
  /**
   * Least bytes that its newest point may have stored.
   *
   * @default 0: only a point that holds nothing is too small
   */
  minStoredBytes?: number;
  /**
   * How far its newest point may be from those before it, each threshold by itself.
   *
   * @default - the default of each
   */
  thresholds?: FreshnessThresholdsArgs;
  /**
   * Days between two restore drills of it, 1-366: one and a half of them may pass.
   *
   * @default - that of the check
   */
  drillIntervalDays?: number;
}

/** What one tier holds of a database. */
export interface TierObjectives {
  /** Its name. */
  name: string;
  /** Its period. */
  tier: Tier;
  /** Days until a point of it expires. */
  expireDays: number;
  /** Points of it that exist on average once it is full. Each point is stored in one tier, and counts for those of shorter periods. */
  recoveryPoints: number;
}

/** What is promised for one database. Calculated from the arguments; freshness checks measure it. */
export interface DatabaseObjectives {
  /** Its name; `*` for those of a list, whose own entries may say otherwise. */
  database: string;
  /** Age in minutes of its newest recovery point at which an alarm goes off. */
  rpoMinutes: number;
  /** Age in minutes that its newest recovery point reaches while every run succeeds, at its latest: interval, window and time-out. */
  worstCaseAgeMinutes: number;
  /** Age in days of the oldest recovery point, once its tiers are full. */
  retentionDays: number;
  /** The tiers that it uses. */
  tiers: TierObjectives[];
}

/**
 * A list of databases in S3, for thousands of them. Read at each run, so it changes without a deployment. All listen on port 5432,
 * and all connections are encrypted without a check of the certificate (`sslMode` `require`).
 */
export interface DatabaseListArgs {
  /**
   * Bucket that holds the list, in the runner's account and region; not the repository's, where nothing may be overwritten. Encrypted
   * with S3's own keys or the account's aws/s3: the role that reads it may use no other.
   */
  bucketName: pulumi.Input<string>;
  /** Key of a JSON array of objects with name, secretArn, and optionally tiers and rpoMinutes. */
  key: string;
  /** Start of the names of all the secrets; the tasks may read no others. At least 3 characters. */
  secretNamePrefix: string;
}

/** Private endpoints for tasks in subnets without a way out. */
export interface VpcEndpointsArgs {
  /** Route tables of the tasks' subnets, into which the route to S3 is put. */
  routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
}

/** Changes the arguments and options of one child before it is registered. Protected settings are checked again afterwards. */
export type Transform<A> = (args: A, opts: pulumi.CustomResourceOptions, name: string) => void;
