import { awsS3BackupBucketForceDestroy } from "../../../policies/rules/awsS3BackupBucketForceDestroy";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const REFUSED = 'aws.s3.Bucket "b" holds backups: forceDestroy must not be set, got true; remove it.';

export const cases: RuleCases = {
  rule: awsS3BackupBucketForceDestroy,
  compliant: [
    { name: "passes without the argument", stack: [backupBucket()], expect: [] },
    { name: "passes with false", stack: [backupBucket({ forceDestroy: false })], expect: [] },
    { name: "leaves a bucket that holds no backups alone", stack: [bucket({ forceDestroy: true })], expect: [] },
  ],
  violations: [
    { name: "fails with Object Lock", stack: [backupBucket({ forceDestroy: true })], expect: [REFUSED] },
    { name: "fails by the bucket's name", stack: [namedBackup({ forceDestroy: true })], expect: [REFUSED] },
    {
      name: "fails by the bucket's tag",
      stack: [bucket({ forceDestroy: true, tags: { Purpose: "Database backups" } })],
      expect: [REFUSED],
    },
    {
      name: "fails with a lock that is a resource of its own",
      stack: [bucket({ forceDestroy: true }), part(TYPES.lock, {})],
      expect: [REFUSED],
    },
  ],
  spellings: [
    {
      name: "fails as BucketV2",
      stack: [backupBucket({ forceDestroy: true }, TYPES.bucketV2), part(TYPES.lockV2, {})],
      expect: [REFUSED.replace("Bucket ", "BucketV2 ")],
    },
    {
      name: "passes as a native bucket, which has no such argument",
      stack: [backupBucket({}, TYPES.native)],
      expect: [],
    },
  ],
  unknowns: [
    {
      name: "notes a value not known yet",
      stack: [backupBucket({ forceDestroy: UNKNOWN_TEXT })],
      expect: ['note: aws.s3.Bucket "b": forceDestroy is not known yet; it is judged at the update.'],
    },
  ],
  secrets: [
    {
      name: "fails with a name that is secret",
      stack: [backupBucket({ bucket: secret("shop-hidden-name"), forceDestroy: secret(true) })],
      expect: [REFUSED],
    },
  ],
};
