import { awsS3BackupBucketLock as rule } from "../../../policies/rules/awsS3BackupBucketLock";
import { judgeStack, UNKNOWN_TEXT } from "../harness";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const retention = (defaultRetention: unknown) => ({ rule: { defaultRetention } });
const governed = { mode: "GOVERNANCE", days: 7 };
const MISSING =
  'aws.s3.Bucket "b" has Object Lock but no default retention; add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention.';

test.each([
  ["BucketObjectLockConfiguration", [backupBucket(), part(TYPES.lock, retention(governed))]],
  [
    "BucketObjectLockConfigurationV2",
    [backupBucket(), part(TYPES.lockV2, retention({ mode: "COMPLIANCE", years: 1 }))],
  ],
  [
    "the argument of Bucket",
    [bucket({ objectLockConfiguration: { objectLockEnabled: "Enabled", ...retention(governed) } })],
  ],
  [
    "the argument of BucketV2",
    [backupBucket({ objectLockConfiguration: { rules: [{ defaultRetentions: [governed] }] } }, TYPES.bucketV2)],
  ],
  ["the argument of the native bucket", [backupBucket({ objectLockConfiguration: retention(governed) }, TYPES.native)]],
])("lets a backup bucket locked by %s through", async (_how, stack) => {
  expect(await judgeStack(rule, stack)).toEqual([]);
});

test("fails when Object Lock is on without a default retention", async () => {
  expect(await judgeStack(rule, [backupBucket()])).toEqual([MISSING]);
  expect(await judgeStack(rule, [bucket(), part(TYPES.lock, {})])).toEqual([MISSING]);
  expect(await judgeStack(rule, [bucket({ objectLockConfiguration: { objectLockEnabled: "Enabled" } })])).toEqual([
    MISSING,
  ]);
});

test.each([
  [{ mode: "SOFT", days: 7 }, 'defaultRetention.mode must be "GOVERNANCE" or "COMPLIANCE", got "SOFT"'],
  [{ days: 7 }, 'defaultRetention.mode must be "GOVERNANCE" or "COMPLIANCE", got nothing'],
  [{ mode: "GOVERNANCE" }, "defaultRetention must last 1 day or more; set days or years"],
  [{ mode: "GOVERNANCE", days: 0 }, "defaultRetention must last 1 day or more; set days or years"],
  [{ mode: UNKNOWN_TEXT, days: 0 }, "defaultRetention must last 1 day or more; set days or years"],
])("fails when the default retention is %j", async (written, problem) => {
  expect(await judgeStack(rule, [backupBucket(), part(TYPES.lock, retention(written))])).toEqual([
    `aws.s3.Bucket "b": ${problem}.`,
  ]);
});

test("leaves buckets without Object Lock alone", async () => {
  expect(await judgeStack(rule, [bucket(), bucket({ objectLockEnabled: false })])).toEqual([]);
  expect(
    await judgeStack(rule, [bucket({ objectLockEnabled: UNKNOWN_TEXT, objectLockConfiguration: UNKNOWN_TEXT })]),
  ).toEqual([]);
});

test.each([
  ["the mode", retention({ mode: UNKNOWN_TEXT, days: 7 })],
  ["the days", retention({ mode: "GOVERNANCE", days: UNKNOWN_TEXT })],
  ["the retention", retention(UNKNOWN_TEXT)],
  ["the rule", { rule: UNKNOWN_TEXT }],
])("%s not known yet is noted", async (_what, props) => {
  expect(await judgeStack(rule, [backupBucket(), part(TYPES.lock, props)])).toEqual([
    'note: aws.s3.Bucket "b": its default retention is not known yet; it is judged at the update.',
  ]);
});
