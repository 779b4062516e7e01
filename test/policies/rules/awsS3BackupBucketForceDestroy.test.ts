import { awsS3BackupBucketForceDestroy as rule } from "../../../policies/rules/awsS3BackupBucketForceDestroy";
import { judgeStack, UNKNOWN_TEXT } from "../harness";
import { backupBucket, bucket, part, TYPES } from "../stacks";

test("fails when a backup bucket sets forceDestroy", async () => {
  const message = 'aws.s3.Bucket "b" has Object Lock: forceDestroy must not be set, got true; remove it.';
  expect(await judgeStack(rule, [backupBucket({ forceDestroy: true })])).toEqual([message]);
  expect(await judgeStack(rule, [bucket({ forceDestroy: true }), part(TYPES.lock, {})])).toEqual([message]);
  expect(await judgeStack(rule, [backupBucket({ forceDestroy: true }, TYPES.bucketV2)])).toEqual([
    message.replace("Bucket ", "BucketV2 "),
  ]);
});

test("lets backup buckets without it, and other buckets with it, through", async () => {
  expect(await judgeStack(rule, [backupBucket()])).toEqual([]);
  expect(await judgeStack(rule, [backupBucket({ forceDestroy: false })])).toEqual([]);
  expect(await judgeStack(rule, [bucket({ forceDestroy: true })])).toEqual([]);
});

test("a value not known yet is noted", async () => {
  expect(await judgeStack(rule, [backupBucket({ forceDestroy: UNKNOWN_TEXT })])).toEqual([
    'note: aws.s3.Bucket "b": forceDestroy is not known yet; it is judged at the update.',
  ]);
});
