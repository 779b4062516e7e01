import { awsKmsKeyDeletionWindow } from "../../../policies/rules/awsKmsKeyDeletionWindow";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { RESOURCE_TYPES } from "../../../policies/resourceTypes";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const KEY = "aws:kms/key:Key";
const refused = (got: number, label = 'aws.kms.Key "k"', least = 30): string =>
  `${label} encrypts backups: its deletion window must be ${least} days or more, got ${got}; remove it, or set it to 30.`;
const key = (props: object, type = KEY): Written => ({ type, name: "k", props });
const encryption = (type: string = TYPES.encryption): Written => {
  const written = part(type, { rules: [{ applyServerSideEncryptionByDefault: { kmsMasterKeyId: UNKNOWN_TEXT } }] });
  return { ...written, dependsOn: { ...written.dependsOn, rules: ["k"] } };
};
const encrypted = (one: Written): Written[] => [backupBucket(), one, encryption()];
const inline = (argument: string, type: string): Written[] => [
  { ...backupBucket({ [argument]: [{}], bucketName: "shop-backups" }, type), dependsOn: { [argument]: ["k"] } },
  key({ deletionWindowInDays: 7 }),
];
const spelled: Record<string, string> = {
  "aws:kms/key:Key": "aws.kms.Key",
  "aws-native:kms:Key": "aws-native.kms.Key",
  "aws:kms/replicaKey:ReplicaKey": "aws.kms.ReplicaKey",
  "aws-native:kms:ReplicaKey": "aws-native.kms.ReplicaKey",
  "aws:kms/externalKey:ExternalKey": "aws.kms.ExternalKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey": "aws.kms.ReplicaExternalKey",
};

export const cases: RuleCases = {
  rule: awsKmsKeyDeletionWindow,
  compliant: [
    { name: "30 days pass", stack: encrypted(key({ deletionWindowInDays: 30 })), expect: [] },
    { name: "nothing, which is 30 days, passes", stack: encrypted(key({})), expect: [] },
    {
      name: "the key of a bucket without backups passes",
      stack: [bucket(), key({ deletionWindowInDays: 7 }), encryption()],
      expect: [],
    },
    {
      name: "the key of something else passes",
      stack: [backupBucket(), key({ deletionWindowInDays: 7 })],
      expect: [],
    },
  ],
  violations: [
    { name: "fails with 7 days", stack: encrypted(key({ deletionWindowInDays: 7 })), expect: [refused(7)] },
    { name: "fails with 29 days", stack: encrypted(key({ deletionWindowInDays: 29 })), expect: [refused(29)] },
  ],
  spellings: [
    ...[...RESOURCE_TYPES.kmsKey, ...RESOURCE_TYPES.kmsOtherKey].map((type): RuleCase => {
      const argument = type.startsWith("aws-native") ? "pendingWindowInDays" : "deletionWindowInDays";
      return {
        name: `fails as ${type}`,
        stack: encrypted(key({ [argument]: 14 }, type)),
        expect: [refused(14, `${spelled[type]!} "k"`)],
      };
    }),
    {
      name: "fails through the V2 twin of the encryption",
      stack: [backupBucket(), key({ deletionWindowInDays: 7 }), encryption(TYPES.encryptionV2)],
      expect: [refused(7)],
    },
    {
      name: "fails through the argument of aws.s3.Bucket",
      stack: inline("serverSideEncryptionConfiguration", TYPES.bucket),
      expect: [refused(7)],
    },
    {
      name: "fails through the argument of aws.s3.BucketV2",
      stack: inline("serverSideEncryptionConfigurations", TYPES.bucketV2),
      expect: [refused(7)],
    },
    {
      name: "fails through the argument of aws-native.s3.Bucket",
      stack: inline("bucketEncryption", TYPES.native),
      expect: [refused(7)],
    },
  ],
  unknowns: [
    {
      name: "days that are not known are noted",
      stack: encrypted(key({ deletionWindowInDays: UNKNOWN_TEXT })),
      expect: ['note: aws.kms.Key "k": its deletion window is not known yet; it is judged at the update.'],
    },
    {
      name: "nothing passes, whatever the provider fills in",
      stack: encrypted(key({})),
      outputs: encrypted(key({ deletionWindowInDays: UNKNOWN_TEXT })),
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with a policy that is secret",
      stack: encrypted(key({ deletionWindowInDays: 7, policy: secret("known-to-few") })),
      expect: [refused(7)],
    },
  ],
  others: [
    {
      name: "the option sets the least days",
      stack: encrypted(key({ deletionWindowInDays: 14 })),
      config: { minDays: 14 },
      expect: [],
    },
    {
      name: "fails below the option's least days",
      stack: encrypted(key({ deletionWindowInDays: 10 })),
      config: { minDays: 14 },
      expect: [refused(10, undefined, 14)],
    },
  ],
};
