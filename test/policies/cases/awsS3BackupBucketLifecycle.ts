import { awsS3BackupBucketLifecycle } from "../../../policies/rules/awsS3BackupBucketLifecycle";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const lock = (defaultRetention: unknown, type: string = TYPES.lock) =>
  part(type, { rule: { defaultRetention } }, "lock");
const month = lock({ mode: "GOVERNANCE", days: 30 });
const lifecycle = (rules: unknown, type: string = TYPES.lifecycle) => part(type, { rules }, "lifecycle");
const expiring = (expiration: unknown, more: object = {}) => ({ id: "x", status: "Enabled", expiration, ...more });
const locked = (...rules: unknown[]) => [backupBucket(), month, lifecycle(rules)];
/** A bucket locked for 30 days by its own argument. */
const inline = (props: object, type?: string): Written =>
  backupBucket(
    { objectLockConfiguration: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } }, ...props },
    type,
  );

const short = (days: number, { rule = 1, lockDays = 30, label = "aws.s3.Bucket" } = {}) =>
  `${label} "b": lifecycle rule ${rule} expires objects after ${days} days, while they are locked for ${lockDays}: S3 would hide them behind delete markers; set expiration.days to ${lockDays} or more.`;
const byDate = (rule = 1) =>
  `aws.s3.Bucket "b": lifecycle rule ${rule} expires objects by date, from then on those written the day before too; use expiration.days, not shorter than the default retention.`;
const NOTE =
  'note: aws.s3.Bucket "b": whether its lifecycle rules are shorter than its default retention is not known yet; it is judged at the update.';

export const cases: RuleCases = {
  rule: awsS3BackupBucketLifecycle,
  compliant: [
    { name: "passes without rules", stack: [backupBucket(), month], expect: [] },
    {
      name: "passes as long as the lock, and longer",
      stack: locked(expiring({ days: 30 }), expiring({ days: 31 })),
      expect: [],
    },
    {
      name: "passes a year after a lock of a year",
      stack: [backupBucket(), lock({ mode: "COMPLIANCE", years: 1 }), lifecycle([expiring({ days: 365 })])],
      expect: [],
    },
    {
      name: "passes with what hides nothing: non-current versions, transitions, uploads, markers",
      stack: locked(
        expiring(undefined, { noncurrentVersionExpiration: { noncurrentDays: 1 } }),
        expiring(undefined, { transitions: [{ days: 1, storageClass: "GLACIER_IR" }] }),
        expiring(undefined, { abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } }),
        expiring({ expiredObjectDeleteMarker: true }),
        expiring({ days: 0, expiredObjectDeleteMarker: true }),
      ),
      expect: [],
    },
    {
      name: "passes with a short rule that is off",
      stack: locked(expiring({ days: 7 }, { status: "Disabled" })),
      expect: [],
    },
    {
      name: "leaves buckets that hold no backups alone",
      stack: [bucket(), lifecycle([expiring({ days: 1 })])],
      expect: [],
    },
    {
      name: "leaves a bucket without a default retention to the rule about locks",
      stack: [backupBucket(), lifecycle([expiring({ days: 1 }), expiring({ date: "2030-01-01T00:00:00Z" })])],
      expect: [],
    },
    ...[{}, { days: 0 }, { years: 0 }].map((length) => ({
      name: `leaves a default retention that lasts no day to it, too: ${JSON.stringify(length)}`,
      stack: [
        backupBucket(),
        lock({ mode: "GOVERNANCE", ...length }),
        lifecycle([expiring({ days: 1 }), expiring({ date: "2030-01-01T00:00:00Z" })]),
      ],
      expect: [],
    })),
  ],
  violations: [
    { name: "fails when it is shorter than the lock", stack: locked(expiring({ days: 29 })), expect: [short(29)] },
    {
      name: "fails when it is shorter than a lock of a year",
      stack: [backupBucket(), lock({ mode: "COMPLIANCE", years: 2 }), lifecycle([expiring({ days: 729 })])],
      expect: [short(729, { lockDays: 730 })],
    },
    {
      name: "fails for a prefix, and for each rule that is short",
      stack: locked(
        expiring({ days: 7 }, { filter: { prefix: "tmp/" } }),
        expiring({ days: 90 }),
        expiring({ days: 1 }, { filter: { tag: { key: "keep", value: "no" } } }),
      ),
      expect: [short(7), short(1, { rule: 3 })],
    },
    { name: "fails with a date", stack: locked(expiring({ date: "2030-01-01T00:00:00Z" })), expect: [byDate()] },
    {
      name: "fails with a short rule after one that is off",
      stack: locked(expiring({ days: 7 }, { status: "Disabled" }), expiring({ days: 8 })),
      expect: [short(8, { rule: 2 })],
    },
  ],
  spellings: [
    {
      name: "passes by the V2 resources",
      stack: [
        backupBucket({}, TYPES.bucketV2),
        lock({ mode: "GOVERNANCE", days: 30 }, TYPES.lockV2),
        lifecycle([expiring({ days: 30 })], TYPES.lifecycleV2),
      ],
      expect: [],
    },
    {
      name: "fails by the V2 resources",
      stack: [
        backupBucket({}, TYPES.bucketV2),
        lock({ mode: "GOVERNANCE", days: 30 }, TYPES.lockV2),
        lifecycle([expiring({ days: 7 })], TYPES.lifecycleV2),
      ],
      expect: [short(7, { label: "aws.s3.BucketV2" })],
    },
    ...[
      { type: TYPES.bucket, label: "aws.s3.Bucket", rule: { enabled: true, expiration: { days: 7 } } },
      { type: TYPES.bucketV2, label: "aws.s3.BucketV2", rule: { enabled: true, expirations: [{ days: 7 }] } },
    ].flatMap(({ type, label, rule }): RuleCase[] => [
      {
        name: `fails by the argument of ${label}`,
        stack: [inline({ lifecycleRules: [rule] }, type)],
        expect: [short(7, { label })],
      },
      {
        name: `passes by the argument of ${label} when it is off`,
        stack: [inline({ lifecycleRules: [{ ...rule, enabled: false }] }, type)],
        expect: [],
      },
    ]),
    {
      name: "fails by the argument of the native bucket",
      stack: [
        inline({ lifecycleConfiguration: { rules: [{ status: "Enabled", expirationInDays: 7 }] } }, TYPES.native),
      ],
      expect: [short(7, { label: "aws-native.s3.Bucket" })],
    },
    {
      name: "fails by the date of the native bucket",
      stack: [
        inline(
          { lifecycleConfiguration: { rules: [{ status: "Enabled", expirationDate: "2030-01-01" }] } },
          TYPES.native,
        ),
      ],
      expect: [byDate().replace("aws.s3.", "aws-native.s3.")],
    },
  ],
  unknowns: [
    { name: "notes rules not known yet", stack: [backupBucket(), month, lifecycle(UNKNOWN_TEXT)], expect: [NOTE] },
    { name: "notes an argument not known yet", stack: [inline({ lifecycleRules: UNKNOWN_TEXT })], expect: [NOTE] },
    ...[UNKNOWN_TEXT, { days: UNKNOWN_TEXT }, { date: UNKNOWN_TEXT }].map((expiration, index) => ({
      name: `notes an expiration not known yet (${index + 1})`,
      stack: locked(expiring(expiration)),
      expect: [NOTE],
    })),
    {
      name: "notes a short rule that may be off",
      stack: locked(expiring({ days: 7 }, { status: UNKNOWN_TEXT })),
      expect: [NOTE],
    },
    {
      name: "notes a short argument that may be off",
      stack: [inline({ lifecycleRules: [{ enabled: UNKNOWN_TEXT, expiration: { days: 7 } }] })],
      expect: [NOTE],
    },
    {
      name: "notes a lock not known yet",
      stack: [backupBucket(), lock({ mode: "GOVERNANCE", days: UNKNOWN_TEXT }), lifecycle([expiring({ days: 7 })])],
      expect: [NOTE],
    },
    {
      name: "fails with a date whatever the lock will be, and with a short rule whatever the others will be",
      stack: [
        backupBucket(),
        lock({ mode: "GOVERNANCE", years: UNKNOWN_TEXT }),
        lifecycle([expiring({ date: "2030-01-01T00:00:00Z" }), expiring({ days: 7 })]),
      ],
      expect: [byDate(), NOTE],
    },
    {
      name: "passes when the provider alone will fill in rules",
      stack: [inline({})],
      outputs: [inline({ lifecycleRules: UNKNOWN_TEXT })],
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with rules that are secret",
      stack: [
        backupBucket({ bucket: secret("shop-hidden-name") }),
        month,
        lifecycle(secret([expiring({ days: 7 }, { id: "hidden-id" })])),
      ],
      expect: [short(7)],
    },
  ],
  others: [
    {
      name: "fails once where the provider reads the rules back into the bucket",
      stack: [backupBucket(), month, lifecycle([expiring({ days: 7 })])],
      outputs: [
        backupBucket({ lifecycleRules: [{ enabled: true, expiration: { days: 7 } }] }),
        month,
        lifecycle([expiring({ days: 7 })]),
      ],
      expect: [short(7)],
    },
  ],
};
