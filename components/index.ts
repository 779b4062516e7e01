export { Alerting, type AlertingArgs } from "./alerting";
export { BackupRepository, type BackupRepositoryArgs, type BackupRepositoryOptions } from "./backupRepository";
export { BackupRunner, type BackupRunnerArgs, type BackupRunnerOptions } from "./backupRunner";
export { DatabaseBackup, type DatabaseBackupArgs, type DatabaseBackupOptions } from "./databaseBackup";
export { FreshnessCheck, type FreshnessCheckArgs, type FreshnessCheckOptions } from "./freshnessCheck";
export {
  CpuArchitecture,
  type DatabaseArgs,
  ObjectLockMode,
  RepositorySide,
  SslMode,
  Tier,
  type TierArgs,
  type Transform,
} from "./types";
