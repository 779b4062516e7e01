import { awsS3BucketVersioning as rule } from "../../../policies/rules/awsS3BucketVersioning";
import { judgeStack, UNKNOWN_TEXT } from "../harness";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const status = (value: unknown) => ({ versioningConfiguration: { status: value } });
const violation = (got: string) =>
  `aws.s3.Bucket "b" has Object Lock: versioning must be "Enabled", got ${got}; add an aws.s3.BucketVersioning with status "Enabled".`;

test.each([
  ["BucketVersioning", [backupBucket(), part(TYPES.versioning, status("Enabled"))]],
  ["BucketVersioningV2", [backupBucket(), part(TYPES.versioningV2, status("Enabled"))]],
  ["the argument of Bucket", [backupBucket({ versioning: { enabled: true } })]],
  ["the argument of BucketV2", [backupBucket({ versionings: [{ enabled: true }] }, TYPES.bucketV2)]],
  ["the argument of the native bucket", [backupBucket(status("Enabled"), TYPES.native)]],
])("lets a backup bucket versioned by %s through", async (_how, stack) => {
  expect(await judgeStack(rule, stack)).toEqual([]);
});

test("fails when a backup bucket is not versioned", async () => {
  expect(await judgeStack(rule, [backupBucket()])).toEqual([violation("nothing")]);
  expect(await judgeStack(rule, [backupBucket({ versioning: { enabled: false } })])).toEqual([violation("nothing")]);
  expect(await judgeStack(rule, [backupBucket(), part(TYPES.versioning, status("Suspended"))])).toEqual([
    violation('"Suspended"'),
  ]);
});

test("leaves buckets without Object Lock alone", async () => {
  expect(await judgeStack(rule, [bucket()])).toEqual([]);
});

test("a status not known yet is noted", async () => {
  expect(await judgeStack(rule, [backupBucket(), part(TYPES.versioning, status(UNKNOWN_TEXT))])).toEqual([
    'note: aws.s3.Bucket "b": its versioning status is not known yet; it is judged at the update.',
  ]);
});
