import type { Rule } from "../rule";
import { anyResourceHardcodedCredential } from "./anyResourceHardcodedCredential";
import { awsEnvironmentPlaintextSecret } from "./awsEnvironmentPlaintextSecret";
import { awsIamAccessKeyForbidden } from "./awsIamAccessKeyForbidden";
import { awsS3BackupBucketForceDestroy } from "./awsS3BackupBucketForceDestroy";
import { awsS3BackupBucketLock } from "./awsS3BackupBucketLock";
import { awsS3BucketEncryption } from "./awsS3BucketEncryption";
import { awsS3BucketPublicAccess } from "./awsS3BucketPublicAccess";
import { awsS3BucketTlsOnly } from "./awsS3BucketTlsOnly";
import { awsS3BucketVersioning } from "./awsS3BucketVersioning";

/** No credentials in programs: the pack `policies/credentials`. */
export const credentialsRules: readonly Rule[] = [
  anyResourceHardcodedCredential,
  awsEnvironmentPlaintextSecret,
  awsIamAccessKeyForbidden,
];

/** No unencrypted or unprotected buckets: the pack `policies/storage`. */
export const storageRules: readonly Rule[] = [
  awsS3BucketEncryption(),
  awsS3BucketPublicAccess,
  awsS3BucketTlsOnly,
  awsS3BucketVersioning,
  awsS3BackupBucketLock,
  awsS3BackupBucketForceDestroy,
];

/** Every pack with its rules. A new rule is one file and one line above. */
export const PACKS = { credentials: credentialsRules, storage: storageRules } as const;

/** Every rule, in the order of the packs. */
export const allRules: readonly Rule[] = Object.values(PACKS).flat();
