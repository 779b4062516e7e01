import { awsS3BucketEncryption } from "../../../policies/rules/awsS3BucketEncryption";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const FIX = 'add an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms" and the ARN of a key.';
const missing = (label = "aws.s3.Bucket", name = "b") =>
  `${label} "${name}" has no encryption configuration of its own; ${FIX}`;
const wantsKms = (label = "aws.s3.Bucket") =>
  `${label} "b" holds backups: sseAlgorithm must be "aws:kms" or "aws:kms:dsse", got "AES256"; ${FIX}`;
const wantsKey = (got: string) =>
  `aws.s3.Bucket "b" holds backups: kmsMasterKeyId must be a key of your own, got ${got}; ${FIX}`;
const algorithm = (got: string) =>
  `aws.s3.Bucket "b": sseAlgorithm must be "aws:kms", "aws:kms:dsse" or "AES256", got ${got}; ${FIX}`;
const NO_RULE = `aws.s3.Bucket "b": its encryption configuration has no default rule; ${FIX}`;
const RULES_UNKNOWN = 'note: aws.s3.Bucket "b": its encryption rules are not known yet; they are judged at the update.';
const ALGORITHM_UNKNOWN = 'note: aws.s3.Bucket "b": sseAlgorithm is not known yet; it is judged at the update.';

const rules = (sseAlgorithm?: unknown, kmsMasterKeyId?: unknown) => ({
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } }],
});
const encrypted = (sseAlgorithm?: unknown, kmsMasterKeyId?: unknown, type: string = TYPES.encryption) =>
  part(type, rules(sseAlgorithm, kmsMasterKeyId), "sse");
const named = (name: string): Written => ({
  type: TYPES.encryption,
  name: "sse",
  props: { bucket: name, ...rules("AES256") },
});

/** Each inline spelling: its label, its type, and how it is written. */
const INLINE: [string, string, (sseAlgorithm: unknown, kmsMasterKeyId?: unknown) => object][] = [
  [
    "aws.s3.Bucket",
    TYPES.bucket,
    (sseAlgorithm, kmsMasterKeyId) => ({
      serverSideEncryptionConfiguration: {
        rule: { applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } },
      },
    }),
  ],
  [
    "aws.s3.BucketV2",
    TYPES.bucketV2,
    (sseAlgorithm, kmsMasterKeyId) => ({
      serverSideEncryptionConfigurations: [
        { rules: [{ applyServerSideEncryptionByDefaults: [{ sseAlgorithm, kmsMasterKeyId }] }] },
      ],
    }),
  ],
  [
    "aws-native.s3.Bucket",
    TYPES.native,
    (sseAlgorithm, kmsMasterKeyId) => ({
      bucketEncryption: {
        serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } }],
      },
    }),
  ],
];

const inlineCases = INLINE.flatMap(([label, type, write]): RuleCase[] => [
  { name: `passes by the argument of ${label}`, stack: [bucket(write("AES256"), type)], expect: [] },
  {
    name: `passes by the argument of ${label} with a customer key`,
    stack: [backupBucket(write("aws:kms", KEY), type)],
    expect: [],
  },
  {
    name: `fails by the argument of ${label} without a customer key`,
    stack: [backupBucket(write("AES256"), type)],
    expect: [wantsKms(label)],
  },
  { name: `fails as ${label} without any`, stack: [bucket({}, type)], expect: [missing(label)] },
]);

const filledIn = bucket(INLINE[0]![2]("AES256"));

export const cases: RuleCases = {
  rule: awsS3BucketEncryption,
  compliant: [
    ...["AES256", "aws:kms", "aws:kms:dsse"].map((value) => ({
      name: `passes with ${value}`,
      stack: [bucket(), encrypted(value)],
      expect: [],
    })),
    ...[KEY, "alias/backups"].map((key) => ({
      name: `passes on a backup bucket with ${key}`,
      stack: [backupBucket(), encrypted("aws:kms", key)],
      expect: [],
    })),
    {
      name: "passes on a backup bucket with a key about to be created",
      stack: [backupBucket(), encrypted("aws:kms:dsse", UNKNOWN_TEXT)],
      expect: [],
    },
  ],
  violations: [
    { name: "fails without any configuration", stack: [bucket()], expect: [missing()] },
    {
      name: "fails with an algorithm that is none",
      stack: [bucket(), encrypted("none")],
      expect: [algorithm('"none"')],
    },
    { name: "fails without an algorithm", stack: [bucket(), encrypted()], expect: [algorithm("nothing")] },
    ...[{}, { rules: [] }, { rules: [{ bucketKeyEnabled: true }] }].map((props) => ({
      name: `fails when its configuration has no default rule: ${JSON.stringify(props)}`,
      stack: [bucket(), part(TYPES.encryption, props)],
      expect: [NO_RULE],
    })),
    {
      name: "fails on a backup bucket with AES256",
      stack: [backupBucket(), encrypted("AES256")],
      expect: [wantsKms()],
    },
    {
      name: "fails by the bucket's name with AES256",
      stack: [namedBackup(), encrypted("AES256")],
      expect: [wantsKms()],
    },
    {
      name: "fails with AES256 on a bucket that its lock resource makes a backup bucket",
      stack: [bucket(), encrypted("AES256"), part(TYPES.lock, {}, "lock")],
      expect: [wantsKms()],
    },
    { name: "fails without a key", stack: [backupBucket(), encrypted("aws:kms")], expect: [wantsKey("nothing")] },
    { name: "fails with an empty key", stack: [backupBucket(), encrypted("aws:kms", "")], expect: [wantsKey('""')] },
    {
      name: "fails with a key that is no text",
      stack: [backupBucket(), encrypted("aws:kms", 7)],
      expect: [wantsKey("7")],
    },
    {
      name: "fails with AWS's own key",
      stack: [backupBucket(), encrypted("aws:kms", "alias/aws/s3")],
      expect: [wantsKey('"alias/aws/s3"')],
    },
  ],
  spellings: [
    {
      name: "passes by the V2 resource",
      stack: [bucket(), encrypted("AES256", undefined, TYPES.encryptionV2)],
      expect: [],
    },
    {
      name: "fails by the V2 resources",
      stack: [bucket(), encrypted("AES256", undefined, TYPES.encryptionV2), part(TYPES.lockV2, {}, "lock")],
      expect: [wantsKms()],
    },
    ...inlineCases,
  ],
  unknowns: [
    {
      name: "notes rules not known yet",
      stack: [bucket(), part(TYPES.encryption, { rules: UNKNOWN_TEXT })],
      expect: [RULES_UNKNOWN],
    },
    ...[
      { serverSideEncryptionConfiguration: UNKNOWN_TEXT },
      { serverSideEncryptionConfigurations: UNKNOWN_TEXT },
      { bucketEncryption: UNKNOWN_TEXT },
    ].map((props) => ({
      name: `notes ${Object.keys(props)[0]} not known yet`,
      stack: [bucket(props)],
      expect: [RULES_UNKNOWN],
    })),
    {
      name: "notes a default not known yet",
      stack: [bucket(), part(TYPES.encryption, { rules: [{ applyServerSideEncryptionByDefault: UNKNOWN_TEXT }] })],
      expect: [ALGORITHM_UNKNOWN],
    },
    {
      name: "notes an algorithm not known yet, and another bucket's violation is still one",
      stack: [bucket(), encrypted(UNKNOWN_TEXT), { ...bucket(), name: "c" }],
      expect: [ALGORITHM_UNKNOWN, missing("aws.s3.Bucket", "c")],
    },
    {
      name: "fails when the provider alone will fill it in",
      stack: [bucket()],
      outputs: [bucket({ serverSideEncryptionConfiguration: UNKNOWN_TEXT })],
      expect: [missing()],
    },
  ],
  secrets: [
    {
      name: "passes with a key that is secret",
      stack: [backupBucket(), encrypted("aws:kms", secret(KEY))],
      expect: [],
    },
    {
      name: "fails with rules that are secret",
      stack: [
        backupBucket({ bucket: secret("shop-hidden-name") }),
        part(TYPES.encryption, { rules: secret([{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]) }),
      ],
      expect: [wantsKms()],
    },
  ],
  others: [
    { name: "joins by name", stack: [bucket({ bucket: "shop-docs" }), named("shop-docs")], expect: [] },
    {
      name: "fails when the name is another bucket's",
      stack: [bucket({ bucket: "shop-docs" }), named("shop-images")],
      expect: [missing()],
    },
    {
      name: "follows a chain of configuration resources",
      stack: [bucket(), part(TYPES.versioning, {}, "v"), { ...encrypted("AES256"), dependsOn: { bucket: ["v"] } }],
      expect: [],
    },
    {
      name: "fails when another argument than the bucket comes from it",
      stack: [bucket(), { ...encrypted("AES256"), dependsOn: { expectedBucketOwner: ["b"] } }],
      expect: [missing()],
    },
    {
      name: "covers that bucket and no other",
      stack: [bucket(), { ...bucket(), name: "c" }, encrypted("AES256")],
      expect: [missing("aws.s3.Bucket", "c")],
    },
    {
      name: "does not hang on a circle of dependencies",
      stack: [
        bucket(),
        { ...part(TYPES.encryption, rules("AES256"), "one"), dependsOn: { bucket: ["two"] } },
        { ...part(TYPES.encryption, rules("AES256"), "two"), dependsOn: { bucket: ["one"] } },
      ],
      expect: [missing()],
    },
    {
      name: "fails when the configuration is only what the provider filled in",
      stack: [bucket()],
      outputs: [filledIn],
      expect: [missing()],
    },
    { name: "passes with what the program configured", stack: [filledIn], outputs: [filledIn], expect: [] },
  ],
};
