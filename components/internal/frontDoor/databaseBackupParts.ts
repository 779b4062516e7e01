import type { BackupRepositoryArgs } from "../../backupRepositoryArgs";
import type { BackupRunnerArgs } from "../../backupRunnerArgs";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { FreshnessCheckArgs } from "../../freshnessCheck";
import { type DatabaseArgs, RepositorySide } from "../../types";
import { drillIntervalDays } from "../drill/drillAlarms";
import { type RunTiming, defaultRpoMinutes } from "../runTiming";
import { doctorIntervalDaysOf } from "./doctorInterval";
import { drilledDatabases } from "./drillParts";

/** When a database is backed up: its own schedule, else that of all. */
export function timingOf(
  args: DatabaseBackupArgs,
  database?: Pick<DatabaseArgs, "scheduleExpression" | "scheduleTimezone">,
): RunTiming {
  return {
    scheduleExpression: database?.scheduleExpression ?? args.scheduleExpression,
    scheduleTimezone: database?.scheduleTimezone ?? args.scheduleTimezone,
    flexibleWindowMinutes: args.flexibleWindowMinutes,
    timeoutMinutes: args.timeoutMinutes,
  };
}

/** Largest tolerable age: the database's own, else that of all, else what its schedule can keep. */
export function rpoMinutesOf(args: DatabaseBackupArgs, database?: DatabaseArgs): number {
  return database?.rpoMinutes ?? args.rpoMinutes ?? defaultRpoMinutes(timingOf(args, database));
}

/** What the repository is told. The replica's provider goes by the options, made once for all parts. */
export function repositoryArgs(
  args: DatabaseBackupArgs,
  topics: Pick<BackupRepositoryArgs, "alarmTopicArn" | "replicaAlarmTopicArn">,
): BackupRepositoryArgs {
  return {
    replicaRegion: args.replicaRegion,
    tiers: args.tiers,
    objectLockMode: args.objectLockMode,
    acknowledgeIrreversible: args.acknowledgeIrreversible,
    replicationTimeControl: args.replicationTimeControl,
    accessLogs: args.accessLogs,
    evidenceRetentionDays: args.evidenceRetentionDays,
    primaryKmsKeyArn: args.primaryKmsKeyArn,
    replicaKmsKeyArn: args.replicaKmsKeyArn,
    existingPrimaryBucketName: args.existingPrimaryBucketName,
    existingReplicaBucketName: args.existingReplicaBucketName,
    adminPrincipalArns: args.adminPrincipalArns,
    replicaAdminPrincipalArns: args.replicaAdminPrincipalArns,
    restorerPrincipalArns: args.restorerPrincipalArns,
    deletionProtection: args.deletionProtection,
    tags: args.tags,
    ...topics,
  };
}

/** What the runner is told. */
export function runnerArgs(
  args: DatabaseBackupArgs,
  wiring: Pick<BackupRunnerArgs, "primaryBucketName" | "primaryKmsKeyArn" | "replicaBucketName" | "alarmTopicArn">,
): BackupRunnerArgs {
  return {
    databases: args.databases,
    databaseList: args.databaseList,
    image: args.image,
    vpcId: args.vpcId,
    subnetIds: args.subnetIds,
    replicaRegion: args.replicaRegion,
    tiers: args.tiers,
    objectLockMode: args.objectLockMode,
    scheduleExpression: args.scheduleExpression,
    scheduleTimezone: args.scheduleTimezone,
    flexibleWindowMinutes: args.flexibleWindowMinutes,
    timeoutMinutes: args.timeoutMinutes,
    maxConcurrency: args.maxConcurrency,
    cpu: args.cpu,
    memoryMiB: args.memoryMiB,
    cpuArchitecture: args.cpuArchitecture,
    bufferBudgetMiB: args.bufferBudgetMiB,
    dump: args.dump,
    vpcEndpoints: args.vpcEndpoints,
    tags: args.tags,
    ...wiring,
  };
}

/** What the freshness check of one side is told. */
export function freshnessArgs(
  args: DatabaseBackupArgs,
  wiring: Pick<FreshnessCheckArgs, "side" | "region" | "bucketName" | "alarmTopicArn" | "repositoryName">,
): FreshnessCheckArgs {
  const { alerts } = args;
  const drilled = drilledDatabases(args);
  const pingSecretArn = wiring.side === RepositorySide.Primary ? alerts?.pingSecretArn : alerts?.replicaPingSecretArn;
  return {
    databases: args.databases?.map((database) => ({
      name: database.name,
      rpoMinutes: rpoMinutesOf(args, database),
      tiers: database.tiers,
      ...database.freshness,
      drillIntervalDays: drilled.includes(database) ? drillIntervalDays(args.drill!) : undefined,
    })),
    databaseList: args.databaseList,
    rpoMinutes: rpoMinutesOf(args),
    timeoutMinutes: args.timeoutMinutes,
    tiers: args.tiers,
    objectLockMode: args.objectLockMode,
    pingSecretArn,
    pingSecretKmsKeyArns: pingSecretArn === undefined ? undefined : alerts?.secretKmsKeyArns,
    doctorIntervalDays: doctorIntervalDaysOf(args),
    tags: args.tags,
    ...wiring,
  };
}
