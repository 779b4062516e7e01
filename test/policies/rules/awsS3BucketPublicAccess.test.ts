import { awsS3BucketPublicAccess as rule } from "../../../policies/rules/awsS3BucketPublicAccess";
import { judgeStack, UNKNOWN_TEXT } from "../harness";
import { bucket, part, TYPES } from "../stacks";

const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };

test("lets a bucket with all four settings through, in both spellings", async () => {
  expect(await judgeStack(rule, [bucket(), part(TYPES.publicAccess, all)])).toEqual([]);
  expect(await judgeStack(rule, [bucket({ publicAccessBlockConfiguration: all }, TYPES.native)])).toEqual([]);
});

test.each([
  ["aws.s3.Bucket", TYPES.bucket],
  ["aws.s3.BucketV2", TYPES.bucketV2],
  ["aws-native.s3.Bucket", TYPES.native],
])("fails when %s has no block", async (label, type) => {
  expect(await judgeStack(rule, [bucket({}, type)])).toEqual([
    `${label} "b" has no public access block; add an aws.s3.BucketPublicAccessBlock with all four settings true.`,
  ]);
});

test.each(Object.keys(all))("fails when %s is false or left out", async (setting) => {
  const message = `aws.s3.Bucket "b": its public access block leaves ${setting} off; set all four to true.`;
  for (const value of [false, undefined]) {
    expect(await judgeStack(rule, [bucket(), part(TYPES.publicAccess, { ...all, [setting]: value })])).toEqual([
      message,
    ]);
  }
});

test("names all settings that are off at once", async () => {
  expect(
    await judgeStack(rule, [bucket(), part(TYPES.publicAccess, { blockPublicAcls: true, ignorePublicAcls: true })]),
  ).toEqual([
    'aws.s3.Bucket "b": its public access block leaves blockPublicPolicy, restrictPublicBuckets off; set all four to true.',
  ]);
});

test("a setting not known yet is noted and does not hide one that is off", async () => {
  const props = { ...all, blockPublicAcls: UNKNOWN_TEXT, blockPublicPolicy: false };
  expect(await judgeStack(rule, [bucket(), part(TYPES.publicAccess, props)])).toEqual([
    'aws.s3.Bucket "b": its public access block leaves blockPublicPolicy off; set all four to true.',
    'note: aws.s3.Bucket "b": blockPublicAcls of its public access block is not known yet; judged at the update.',
  ]);
});
