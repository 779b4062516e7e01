import type { Rule } from "../definition";
import { anyResourceHardcodedCredential } from "./anyResourceHardcodedCredential";
import { awsCloudwatchBackupFreshnessAlarm } from "./awsCloudwatchBackupFreshnessAlarm";
import { awsCloudwatchBackupReplicaAlarm } from "./awsCloudwatchBackupReplicaAlarm";
import { awsCloudwatchLogGroupRetention } from "./awsCloudwatchLogGroupRetention";
import { awsEcsBackupTaskImageDigest } from "./awsEcsBackupTaskImageDigest";
import { awsEnvironmentPlaintextSecret } from "./awsEnvironmentPlaintextSecret";
import { awsIamAccessKeyForbidden } from "./awsIamAccessKeyForbidden";
import { awsIamBackupRoleNoDelete } from "./awsIamBackupRoleNoDelete";
import { awsKmsKeyDeletionWindow } from "./awsKmsKeyDeletionWindow";
import { awsKmsKeyRotation } from "./awsKmsKeyRotation";
import { awsRdsDatabaseBackedUp } from "./awsRdsDatabaseBackedUp";
import { awsRdsDatabaseDeletionProtection } from "./awsRdsDatabaseDeletionProtection";
import { awsRdsDatabaseEncryption } from "./awsRdsDatabaseEncryption";
import { awsRdsDatabaseFinalSnapshot } from "./awsRdsDatabaseFinalSnapshot";
import { awsS3BackupBucketForceDestroy } from "./awsS3BackupBucketForceDestroy";
import { awsS3BackupBucketLifecycle } from "./awsS3BackupBucketLifecycle";
import { awsS3BackupBucketLock } from "./awsS3BackupBucketLock";
import { awsS3BackupBucketReplication } from "./awsS3BackupBucketReplication";
import { awsS3BucketEncryption } from "./awsS3BucketEncryption";
import { awsS3BucketOwnerEnforced } from "./awsS3BucketOwnerEnforced";
import { awsS3BucketPublicAccess } from "./awsS3BucketPublicAccess";
import { awsS3BucketTlsOnly } from "./awsS3BucketTlsOnly";
import { awsS3BucketVersioning } from "./awsS3BucketVersioning";
import { awsS3BucketWildcardPrincipal } from "./awsS3BucketWildcardPrincipal";
import { awsSchedulerBackupScheduleRpo } from "./awsSchedulerBackupScheduleRpo";
import { awsSfnBackupStateMachineRetry } from "./awsSfnBackupStateMachineRetry";
import { backupRestoreDrillExists } from "./backupRestoreDrillExists";

/** No credentials in programs: the pack `policies/credentials`. */
export const credentialsRules: readonly Rule[] = [
  anyResourceHardcodedCredential,
  awsEnvironmentPlaintextSecret,
  awsIamAccessKeyForbidden,
];

/** No unencrypted or unprotected buckets: the pack `policies/storage`. */
export const storageRules: readonly Rule[] = [
  awsS3BucketEncryption,
  awsS3BucketPublicAccess,
  awsS3BucketTlsOnly,
  awsS3BucketOwnerEnforced,
  awsS3BucketWildcardPrincipal,
  awsS3BucketVersioning,
  awsS3BackupBucketLock,
  awsS3BackupBucketForceDestroy,
  awsS3BackupBucketLifecycle,
  awsS3BackupBucketReplication,
];

/** Databases that are backed up, by backups that are watched, tried and out of reach: the pack `policies/backup`. */
export const backupRules: readonly Rule[] = [
  awsRdsDatabaseBackedUp,
  awsRdsDatabaseDeletionProtection,
  awsRdsDatabaseEncryption,
  awsRdsDatabaseFinalSnapshot,
  awsIamBackupRoleNoDelete,
  awsEcsBackupTaskImageDigest,
  awsSchedulerBackupScheduleRpo,
  awsSfnBackupStateMachineRetry,
  awsCloudwatchBackupFreshnessAlarm,
  awsCloudwatchBackupReplicaAlarm,
  backupRestoreDrillExists,
  awsCloudwatchLogGroupRetention,
  awsKmsKeyRotation,
  awsKmsKeyDeletionWindow,
];

/** Every pack with its rules. A new rule is one file and one line above. */
export const PACKS = { credentials: credentialsRules, storage: storageRules, backup: backupRules } as const;

/** Every rule, in the order of the packs: the pack `policies/all`. */
export const allRules: readonly Rule[] = Object.values(PACKS).flat();
