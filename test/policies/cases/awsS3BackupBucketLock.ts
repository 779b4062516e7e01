import { awsS3BackupBucketLock } from "../../../policies/rules/awsS3BackupBucketLock";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const retention = (defaultRetention: unknown) => ({ rule: { defaultRetention } });
const governed = { mode: "GOVERNANCE", days: 7 };
const locked = (written: unknown) => [backupBucket(), part(TYPES.lock, retention(written))];
const UNLOCKED =
  'aws.s3.Bucket "b" holds backups but has no Object Lock; set objectLockEnabled where the bucket is new, or add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention.';
const MISSING =
  'aws.s3.Bucket "b" has Object Lock but no default retention; add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention.';
const MODE = (got: string) =>
  `aws.s3.Bucket "b": defaultRetention.mode must be "GOVERNANCE" or "COMPLIANCE", got ${got}.`;
const LENGTH = 'aws.s3.Bucket "b": defaultRetention must last 1 day or more; set days or years.';
const NOTE = 'note: aws.s3.Bucket "b": its default retention is not known yet; it is judged at the update.';

export const cases: RuleCases = {
  rule: awsS3BackupBucketLock,
  compliant: [
    { name: "passes with days", stack: locked(governed), expect: [] },
    { name: "passes with years", stack: locked({ mode: "COMPLIANCE", years: 1 }), expect: [] },
    {
      name: "passes with a retention on a bucket that was there before",
      stack: [namedBackup(), part(TYPES.lock, retention(governed))],
      expect: [],
    },
    {
      name: "leaves buckets that hold no backups alone",
      stack: [bucket(), { ...bucket({ objectLockEnabled: false }), name: "c" }],
      expect: [],
    },
  ],
  violations: [
    { name: "fails when a bucket called a backup has no Object Lock", stack: [namedBackup()], expect: [UNLOCKED] },
    {
      name: "fails when it is turned off",
      stack: [namedBackup({ objectLockEnabled: false })],
      expect: [UNLOCKED],
    },
    {
      name: "fails when there is a retention but the lock that it belongs to is off",
      stack: [namedBackup({ objectLockConfiguration: retention(governed) })],
      expect: [UNLOCKED],
    },
    { name: "fails without a default retention", stack: [backupBucket()], expect: [MISSING] },
    {
      name: "fails with a lock resource without a rule",
      stack: [bucket(), part(TYPES.lock, {})],
      expect: [MISSING],
    },
    {
      name: "fails with an argument without a rule",
      stack: [bucket({ objectLockConfiguration: { objectLockEnabled: "Enabled" } })],
      expect: [MISSING],
    },
    { name: "fails with a mode that is none", stack: locked({ mode: "SOFT", days: 7 }), expect: [MODE('"SOFT"')] },
    { name: "fails without a mode", stack: locked({ days: 7 }), expect: [MODE("nothing")] },
    { name: "fails without a length", stack: locked({ mode: "GOVERNANCE" }), expect: [LENGTH] },
    { name: "fails with 0 days", stack: locked({ mode: "GOVERNANCE", days: 0 }), expect: [LENGTH] },
    { name: "fails with days that are a text", stack: locked({ mode: "GOVERNANCE", days: "30" }), expect: [LENGTH] },
    { name: "fails with both wrong, saying both", stack: locked({ mode: "SOFT" }), expect: [MODE('"SOFT"'), LENGTH] },
  ],
  spellings: [
    {
      name: "passes by BucketObjectLockConfigurationV2",
      stack: [backupBucket(), part(TYPES.lockV2, retention(governed))],
      expect: [],
    },
    { name: "fails by BucketObjectLockConfigurationV2", stack: [bucket(), part(TYPES.lockV2, {})], expect: [MISSING] },
    {
      name: "passes by the argument of Bucket",
      stack: [bucket({ objectLockConfiguration: { objectLockEnabled: "Enabled", ...retention(governed) } })],
      expect: [],
    },
    {
      name: "passes by the argument of BucketV2",
      stack: [
        backupBucket({ objectLockConfiguration: { rules: [{ defaultRetentions: [governed] }] } }, TYPES.bucketV2),
      ],
      expect: [],
    },
    {
      name: "fails by the argument of BucketV2",
      stack: [
        backupBucket({ objectLockConfiguration: { rules: [{ defaultRetentions: [{ days: 7 }] }] } }, TYPES.bucketV2),
      ],
      expect: [MODE("nothing").replace("Bucket ", "BucketV2 ")],
    },
    {
      name: "passes by the argument of the native bucket",
      stack: [backupBucket({ objectLockConfiguration: retention(governed) }, TYPES.native)],
      expect: [],
    },
    {
      name: "fails as a native bucket without a lock",
      stack: [namedBackup({}, TYPES.native)],
      expect: [UNLOCKED.replace("aws.s3.Bucket ", "aws-native.s3.Bucket ")],
    },
  ],
  unknowns: [
    { name: "notes a mode not known yet", stack: locked({ mode: UNKNOWN_TEXT, days: 7 }), expect: [NOTE] },
    { name: "notes days not known yet", stack: locked({ mode: "GOVERNANCE", days: UNKNOWN_TEXT }), expect: [NOTE] },
    { name: "notes a retention not known yet", stack: locked(UNKNOWN_TEXT), expect: [NOTE] },
    {
      name: "notes a rule not known yet",
      stack: [backupBucket(), part(TYPES.lock, { rule: UNKNOWN_TEXT })],
      expect: [NOTE],
    },
    {
      name: "notes an argument not known yet",
      stack: [backupBucket({ objectLockConfiguration: UNKNOWN_TEXT })],
      expect: [NOTE],
    },
    {
      name: "fails when days are wrong whatever the mode will be",
      stack: locked({ mode: UNKNOWN_TEXT, days: 0 }),
      expect: [LENGTH],
    },
    {
      name: "fails when the mode is wrong whatever the days will be",
      stack: locked({ mode: "SOFT", days: UNKNOWN_TEXT }),
      expect: [MODE('"SOFT"')],
    },
    {
      name: "notes a bucket called a backup that may be locked",
      stack: [
        namedBackup({ objectLockEnabled: UNKNOWN_TEXT }),
        { ...namedBackup({ objectLockConfiguration: UNKNOWN_TEXT }), name: "c" },
      ],
      expect: ["b", "c"].map(
        (name) =>
          `note: aws.s3.Bucket "${name}": whether it has Object Lock is not known yet; it is judged at the update.`,
      ),
    },
    {
      name: "leaves alone a bucket whose lock the provider will read back",
      stack: [bucket()],
      outputs: [bucket({ objectLockEnabled: UNKNOWN_TEXT, objectLockConfiguration: UNKNOWN_TEXT })],
      expect: [],
    },
    {
      name: "fails on a bucket called a backup whose lock the provider will read back",
      stack: [namedBackup()],
      outputs: [namedBackup({ objectLockEnabled: UNKNOWN_TEXT, objectLockConfiguration: UNKNOWN_TEXT })],
      expect: [UNLOCKED],
    },
  ],
  secrets: [
    {
      name: "fails with a retention in a secret rule, and a secret name",
      stack: [
        backupBucket({ bucket: secret("shop-hidden-name") }),
        part(TYPES.lock, { rule: secret({ defaultRetention: { mode: "GOVERNANCE" } }) }),
      ],
      expect: [LENGTH],
    },
  ],
  others: [
    {
      name: "fails when the retention is only what the provider read back",
      stack: [backupBucket()],
      outputs: [
        backupBucket({
          objectLockConfiguration: { objectLockEnabled: "Enabled", rule: { defaultRetention: governed } },
        }),
      ],
      expect: [MISSING],
    },
    {
      name: "says what is wrong once where the provider reads the resource back into the bucket",
      stack: locked({ mode: "GOVERNANCE" }),
      outputs: [
        backupBucket({ objectLockConfiguration: retention({ mode: "GOVERNANCE" }) }),
        part(TYPES.lock, retention({ mode: "GOVERNANCE" })),
      ],
      expect: [LENGTH],
    },
  ],
};
