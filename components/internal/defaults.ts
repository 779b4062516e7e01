import { type TierPolicy, METRICS, ObjectLockMode, Tier } from "../../runner/contract";
import { CpuArchitecture, SslMode, type TierArgs } from "../types";

/** Every default value of the components, with the reason or the source of each. */
export const DEFAULTS = {
  /**
   * One daily tier of 120 days: the shortest life in which a dump can stay a month in S3 Standard, readable at once, and then
   * the 90 days that GLACIER charges for in any case.
   */
  tiers: [{ tier: Tier.Daily, expireDays: 120 }] as TierArgs[],
  /** Recoverable by a named administrator; COMPLIANCE is not, by anyone, so it is a decision. */
  objectLockMode: ObjectLockMode.Governance,
  glacierTransitionDays: 30,
  /** A year of proof for an audit, and a month to hold it. */
  evidenceRetentionDays: 400,
  /** Days that an expired version stays recoverable. */
  noncurrentDays: 30,
  /** Longer than the longest allowed run (24 hours), or lifecycle would abort an upload in flight. */
  abortIncompleteUploadDays: 3,
  /** AWS copies 99.99% of objects within 15 minutes; an hour behind is trouble, and leaves hours until an RPO is missed. */
  replicationLatencyMinutes: 60,
  /** What Replication Time Control promises; S3 takes no other value. */
  replicationTimeControlMinutes: 15,
  /** Free to switch on, paid by the GB stored; without them nobody can say who read a backup. */
  accessLogs: true,
  deletionProtection: true,
  scheduleExpression: "cron(0 2 * * ? *)",
  scheduleTimezone: "UTC",
  flexibleWindowMinutes: 0,
  timeoutMinutes: 240,
  maxConcurrency: 2,
  cpu: 1024,
  memoryMiB: 2048,
  /** The same image costs about a fifth less on ARM64. */
  cpuArchitecture: CpuArchitecture.Arm64,
  bufferBudgetMiB: 256,
  databasePort: 5432,
  sslMode: SslMode.Require,
  metricNamespace: METRICS.namespace,
  /** Sunday morning, after the night's backups: nobody works, and Monday finds the verdict. */
  drillScheduleExpression: "cron(0 5 ? * SUN *)",
  /** Monday morning: the week begins with what the last one left. */
  digestScheduleExpression: "cron(0 7 ? * MON *)",
  /** Restoring sorts for every index while COPY fills tables: two cores are kept busy by a small database. */
  drillCpu: 2048,
  drillMemoryMiB: 4096,
  /** Room for a database of some 30 GiB with its indexes and the WAL of its restore. */
  drillScratchGiB: 50,
  /** A finding shows within a day, and ends within one of having been mended. */
  doctorIntervalDays: 1,
  freshnessIntervalMinutes: 15,
  /** A check lists eight times for a database of three tiers; 10,000 of them, four times an hour, would be over 1,000 USD a month. */
  listFreshnessIntervalMinutes: 60,
} as const;

/** Limits of AWS, or of this library, that validation and the documents share. */
export const LIMITS = {
  /**
   * With what is put behind it, it fits every physical name but those of roles and schedules, which `fittedName` cuts where needed:
   * an execution's 80 characters hold it, a schedule's key and a due time.
   */
  nameLength: 41,
  /** The same, when `-fresh-primary` is put behind it for a component inside. */
  frontDoorNameLength: 27,
  /** The state machine's items stay under 256 KiB, and the roles, 541 and 42 for drills, under the 1,000 that an account may have at first. */
  databasesPerRunner: 500,
  /** Every inline policy that names the databases of a group stays under IAM's 10,240 characters per role. */
  databasesPerGroup: 25,
  /** Inline policies of one role together. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  rolePolicyCharacters: 10_240,
  /** Secrets and their keys in an execution role; the rest is for logs and the image. */
  secretCharacters: 9_000,
  /** Abort of incomplete uploads and the bounds of lock days leave room for one day. */
  timeoutMinutes: 1440,
  /** EventBridge Scheduler's widest flexible window. */
  flexibleWindowMinutes: 1440,
  /** A bucket policy. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html */
  bucketPolicyBytes: 20_480,
  /** Tiers of a repository: their statements fit the bucket policy, whatever their names and locks. */
  tiers: 20,
  /** Object Lock's longest retention is 100 years. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
  lockDays: 36500,
  /** Memory beside the part buffers: Node, pg_dump and the compressor. */
  memoryOverheadMiB: 512,
  /** Concurrency of a Map whose items run inside one execution. */
  inlineConcurrency: 40,
  /** Databases of such a Map: 25,000 events of history, some 100 each at worst. */
  inlineDatabases: 200,
  /** Concurrency of a Map whose items are executions; far above it Fargate's quotas are met. */
  mapConcurrency: 1000,
  /** Outbound rules of a security group. @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
  securityGroupRules: 60,
  /** Principals as JSON, in the restorer's trust policy: 2,048 characters in all, by IAM's quota. */
  principalPatternCharacters: 1600,
  /** Public keys that a dump is encrypted to; the runner takes no more. */
  ageRecipients: 20,
  /** Tables without rows, as JSON in a task definition of at most 64 KB, with room for the rest. */
  excludedTableCharacters: 20_000,
  /** Objects dumped at once; each has a session on the server. */
  dumpWorkers: 16,
  /** zstd's highest level that needs no more memory than a task has. */
  compressionLevel: 19,
  /** Above a network's speed a cap means nothing. */
  maxMiBPerSecond: 10_000,
  maxReplayLagSeconds: 86_400,
  /** Channels of one delivery: their ARNs fit the 4 KB of a function's environment. */
  alertChannels: 10,
  /** Days between two drills, or runs of the doctor, that freshness judges. */
  evidenceIntervalDays: 366,
  /** Fargate's disks. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html */
  scratchGiB: { least: 21, most: 200 },
  /** Characters of a database's assertions, in a task definition of at most 64 KB. */
  assertionCharacters: 20_000,
  /** ARNs of one kind in the doctor's role, as characters; more are one pattern by what they have in common. There are six kinds. */
  doctorArnCharacters: 1_300,
  /** Subnets of a task. @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html */
  subnets: 16,
} as const;

/** Tier arguments with defaults applied: the name is the period, lock equals life, in the order given. */
export function tierPolicies(tiers: readonly TierArgs[] = DEFAULTS.tiers): TierPolicy[] {
  return tiers.map(({ tier, name, expireDays, lockDays }) => ({
    name: name ?? tier,
    tier,
    expireDays,
    lockDays: lockDays ?? expireDays,
  }));
}

/** Days of the bucket's default retention: the shortest lock, a floor for whatever is written without lock headers. */
export function floorLockDays(policies: readonly TierPolicy[]): number {
  return Math.min(...policies.map((policy) => policy.lockDays));
}
