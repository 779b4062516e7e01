export { AlertDelivery, type AlertDeliveryOptions } from "./alertDelivery";
export { type AlertChannelArgs, AlertChannelKind, type AlertDeliveryArgs, type AlertsArgs } from "./alertArgs";
export { Alerting, type AlertingArgs, type AlertingOptions } from "./alerting";
export { BackupRepository, type BackupRepositoryArgs, type BackupRepositoryOptions } from "./backupRepository";
export { BackupRunner, type BackupRunnerArgs, type BackupRunnerOptions } from "./backupRunner";
export { DatabaseBackup, type DatabaseBackupOptions, type DatabaseBackupTransforms } from "./databaseBackup";
export type { DatabaseBackupArgs } from "./databaseBackupArgs";
export type { DatabaseFreshnessArgs, FreshnessThresholdsArgs } from "./freshnessArgs";
export { FreshnessCheck, type FreshnessCheckArgs, type FreshnessCheckOptions } from "./freshnessCheck";
export { type DumpArgs, DumpShape } from "./dumpArgs";
export { RestoreDrill, type RestoreDrillOptions } from "./restoreDrill";
export type {
  DatabaseDrillArgs,
  DrillArgs,
  DrillAssertionArgs,
  DrilledDatabaseArgs,
  RestoreDrillArgs,
} from "./restoreDrillArgs";
export {
  type AssumeRoleArgs,
  type CostEstimate,
  type CostLine,
  CpuArchitecture,
  type DatabaseArgs,
  type DatabaseListArgs,
  type DatabaseObjectives,
  type FreshnessDatabaseArgs,
  ObjectLockMode,
  Preset,
  type RdsIamAuthArgs,
  RepositorySide,
  SslMode,
  StorageClass,
  Tier,
  type TierArgs,
  type TierObjectives,
  type TierPoints,
  type Transform,
  type TransitionArgs,
  type VpcEndpointsArgs,
} from "./types";
