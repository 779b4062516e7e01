import { awsS3BucketPublicAccess } from "../../../policies/rules/awsS3BucketPublicAccess";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { bucket, part, TYPES } from "../stacks";

const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const missing = (label = "aws.s3.Bucket") =>
  `${label} "b" has no public access block; add an aws.s3.BucketPublicAccessBlock with all four settings true.`;
const off = (settings: string, label = "aws.s3.Bucket") =>
  `${label} "b": its public access block leaves ${settings} off; set all four to true.`;
const note = (settings: string, label = "aws.s3.Bucket") =>
  `note: ${label} "b": ${settings} of its public access block is not known yet; judged at the update.`;

export const cases: RuleCases = {
  rule: awsS3BucketPublicAccess,
  compliant: [{ name: "passes with all four settings", stack: [bucket(), part(TYPES.publicAccess, all)], expect: [] }],
  violations: [
    { name: "fails without a block", stack: [bucket()], expect: [missing()] },
    ...Object.keys(all).flatMap((setting): RuleCase[] =>
      [false, undefined].map((value) => ({
        name: `fails when ${setting} is ${value}`,
        stack: [bucket(), part(TYPES.publicAccess, { ...all, [setting]: value })],
        expect: [off(setting)],
      })),
    ),
    {
      name: "fails naming all settings that are off at once",
      stack: [bucket(), part(TYPES.publicAccess, { blockPublicAcls: true, ignorePublicAcls: true })],
      expect: [off("blockPublicPolicy, restrictPublicBuckets")],
    },
  ],
  spellings: [
    {
      name: "fails as BucketV2 without a block",
      stack: [bucket({}, TYPES.bucketV2)],
      expect: [missing("aws.s3.BucketV2")],
    },
    {
      name: "fails as a native bucket without a block",
      stack: [bucket({}, TYPES.native)],
      expect: [missing("aws-native.s3.Bucket")],
    },
    {
      name: "passes by the argument of the native bucket",
      stack: [bucket({ publicAccessBlockConfiguration: all }, TYPES.native)],
      expect: [],
    },
    {
      name: "fails by the argument of the native bucket",
      stack: [bucket({ publicAccessBlockConfiguration: { ...all, blockPublicAcls: false } }, TYPES.native)],
      expect: [off("blockPublicAcls", "aws-native.s3.Bucket")],
    },
  ],
  unknowns: [
    {
      name: "notes a setting not known yet, which does not hide one that is off",
      stack: [bucket(), part(TYPES.publicAccess, { ...all, blockPublicAcls: UNKNOWN_TEXT, blockPublicPolicy: false })],
      expect: [off("blockPublicPolicy"), note("blockPublicAcls")],
    },
    {
      name: "notes an argument not known yet",
      stack: [bucket({ publicAccessBlockConfiguration: UNKNOWN_TEXT }, TYPES.native)],
      expect: [note(Object.keys(all).join(", "), "aws-native.s3.Bucket")],
    },
    {
      name: "fails when the provider alone will fill it in",
      stack: [bucket({}, TYPES.native)],
      outputs: [bucket({ publicAccessBlockConfiguration: UNKNOWN_TEXT }, TYPES.native)],
      expect: [missing("aws-native.s3.Bucket")],
    },
  ],
  secrets: [
    {
      name: "fails with a secret name and a secret setting",
      stack: [
        bucket({ bucket: secret("shop-hidden-name") }),
        part(TYPES.publicAccess, { ...all, blockPublicAcls: secret(false) }),
      ],
      expect: [off("blockPublicAcls")],
    },
  ],
};
