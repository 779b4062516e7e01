/** The library for programs: `import { restorePoint } from "pulumi-backup321/runner"`. Resources are the package's main entry. */
export { type PointLocation, Tier } from "./contract";
export { type ExitName, StageError } from "./errors";
export type { Manifest, ManifestObject, ManifestTable } from "./manifestFormat";
export { findClientProgram } from "./postgres/clientPrograms";
export { type PostgresSettings, postgresSettings } from "./postgres/connection";
export {
  findRecoveryPoint,
  listRecoveryPoints,
  newestRecoveryPoint,
  readManifest,
  type RecoveryPoint,
  recoveryPointAsOf,
} from "./recoveryPoints";
export { planRehydration, rehydratePoint, type RehydrateRequest, type RehydrationPlan } from "./rehydrate";
export type { Repository } from "./repository/repository";
export { S3Repository, type S3RepositoryOptions } from "./repository/s3Repository";
export {
  type RestoreDependencies,
  type RestoreEvent,
  restorePoint,
  type RestoreRequest,
  type RestoreResult,
} from "./restore";
export { restoreDependencies } from "./restoreDefaults";
export { previewRestore, type RestorePreview } from "./restorePreview";
export { restoreRows, type RowsRequest, type RowsResult } from "./restoreRows";
export { readIdentityFile } from "./stream/ageKeys";
export { recordVerification, type Verification, type VerifyDependencies, verifyPoint } from "./verify";
