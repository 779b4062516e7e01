import { awsS3BucketEncryption } from "../../../policies/rules/awsS3BucketEncryption";
import { judgeStack, UNKNOWN_TEXT, type Written } from "../harness";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const FIX = 'add an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms" and the ARN of a key.';
const MISSING = `aws.s3.Bucket "b" has no encryption configuration of its own; ${FIX}`;

const rules = (sseAlgorithm?: unknown, kmsMasterKeyId?: unknown) => ({
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } }],
});
const judge = (...stack: Written[]) => judgeStack(awsS3BucketEncryption(), stack);

describe("a bucket", () => {
  test.each([TYPES.encryption, TYPES.encryptionV2])("with %s passes", async (type) => {
    for (const algorithm of ["AES256", "aws:kms", "aws:kms:dsse"]) {
      expect(await judge(bucket(), part(type, rules(algorithm)))).toEqual([]);
    }
  });

  test.each([
    ["aws.s3.Bucket", TYPES.bucket],
    ["aws.s3.BucketV2", TYPES.bucketV2],
    ["aws-native.s3.Bucket", TYPES.native],
  ])("fails without any configuration, as %s", async (label, type) => {
    expect(await judge(bucket({}, type))).toEqual([MISSING.replace("aws.s3.Bucket ", `${label} `)]);
  });

  const inline: [string, string, (algorithm: string, key?: string) => object][] = [
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
  test.each(inline)(
    "configured inline as %s passes, and its key is judged on a backup bucket",
    async (label, type, write) => {
      expect(await judge(bucket(write("AES256"), type))).toEqual([]);
      expect(await judge(backupBucket(write("aws:kms", KEY), type))).toEqual([]);
      expect(await judge(backupBucket(write("AES256"), type))).toEqual([
        `${label} "b" has Object Lock: sseAlgorithm must be "aws:kms" or "aws:kms:dsse", got "AES256"; ${FIX}`,
      ]);
    },
  );

  test("fails with an algorithm that is none", async () => {
    const got = (value: string) =>
      `aws.s3.Bucket "b": sseAlgorithm must be "aws:kms", "aws:kms:dsse" or "AES256", got ${value}; ${FIX}`;
    expect(await judge(bucket(), part(TYPES.encryption, rules("none")))).toEqual([got('"none"')]);
    expect(await judge(bucket(), part(TYPES.encryption, rules()))).toEqual([got("nothing")]);
  });

  test("fails when its configuration has no default rule", async () => {
    for (const props of [{}, { rules: [] }, { rules: [{ bucketKeyEnabled: true }] }]) {
      expect(await judge(bucket(), part(TYPES.encryption, props))).toEqual([
        `aws.s3.Bucket "b": its encryption configuration has no default rule; ${FIX}`,
      ]);
    }
  });
});

describe("a backup bucket", () => {
  test("with a customer key passes, one about to be created too", async () => {
    for (const key of [KEY, UNKNOWN_TEXT, "alias/backups"]) {
      expect(await judge(backupBucket(), part(TYPES.encryption, rules("aws:kms", key)))).toEqual([]);
    }
  });

  test("fails with AWS's own key", async () => {
    const got = (value: string) =>
      `aws.s3.Bucket "b" has Object Lock: kmsMasterKeyId must be a key of your own, got ${value}; ${FIX}`;
    expect(await judge(backupBucket(), part(TYPES.encryption, rules("aws:kms")))).toEqual([got("nothing")]);
    expect(await judge(backupBucket(), part(TYPES.encryption, rules("aws:kms", "")))).toEqual([got('""')]);
    expect(await judge(backupBucket(), part(TYPES.encryption, rules("aws:kms", "alias/aws/s3")))).toEqual([
      got('"alias/aws/s3"'),
    ]);
  });

  test("is told by its lock resource as well", async () => {
    const stack = [bucket(), part(TYPES.encryption, rules("AES256"), "sse"), part(TYPES.lock, {}, "lock")];
    expect(await judge(...stack)).toEqual([
      `aws.s3.Bucket "b" has Object Lock: sseAlgorithm must be "aws:kms" or "aws:kms:dsse", got "AES256"; ${FIX}`,
    ]);
  });
});

describe("the join of bucket and configuration", () => {
  const named = (name: string): Written => ({
    type: TYPES.encryption,
    name: "sse",
    props: { bucket: name, ...rules("AES256") },
  });

  test("is by name where names are known", async () => {
    expect(await judge(bucket({ bucket: "shop-docs" }), named("shop-docs"))).toEqual([]);
    expect(await judge(bucket({ bucket: "shop-docs" }), named("shop-logs"))).toEqual([MISSING]);
  });

  test("follows a chain of configuration resources", async () => {
    const versioning = part(TYPES.versioning, {}, "v");
    const sse = { ...part(TYPES.encryption, rules("AES256"), "sse"), dependsOn: { bucket: ["v"] } };
    expect(await judge(bucket(), versioning, sse)).toEqual([]);
  });

  test("goes by the bucket argument alone", async () => {
    const other = { ...part(TYPES.encryption, rules("AES256")), dependsOn: { expectedBucketOwner: ["b"] } };
    expect(await judge(bucket(), other)).toEqual([MISSING]);
  });

  test("covers that bucket and no other", async () => {
    const second = { ...bucket(), name: "c" };
    expect(await judge(bucket(), second, part(TYPES.encryption, rules("AES256")))).toEqual([
      MISSING.replace('"b"', '"c"'),
    ]);
  });

  test("does not hang on a circle of dependencies", async () => {
    const one = { ...part(TYPES.encryption, rules("AES256"), "one"), dependsOn: { bucket: ["two"] } };
    const two = { ...part(TYPES.encryption, rules("AES256"), "two"), dependsOn: { bucket: ["one"] } };
    expect(await judge(bucket(), one, two)).toEqual([MISSING]);
  });
});

describe("what the provider fills in", () => {
  const filledIn = bucket({
    serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } } },
  });

  test("does not count as configured", async () => {
    expect(await judgeStack(awsS3BucketEncryption(), [bucket()], [filledIn])).toEqual([MISSING]);
  });

  test("does not turn a missing configuration into an unknown one", async () => {
    const preview = bucket({ serverSideEncryptionConfiguration: UNKNOWN_TEXT });
    expect(await judgeStack(awsS3BucketEncryption(), [bucket()], [preview])).toEqual([MISSING]);
  });

  test("does not take away what the program configured", async () => {
    expect(await judgeStack(awsS3BucketEncryption(), [filledIn], [filledIn])).toEqual([]);
  });
});

describe("unknown values", () => {
  test("of the whole configuration are noted", async () => {
    expect(await judge(bucket(), part(TYPES.encryption, { rules: UNKNOWN_TEXT }))).toEqual([
      'note: aws.s3.Bucket "b": its encryption rules are not known yet; they are judged at the update.',
    ]);
  });

  test("of the algorithm are noted, and another bucket's violation is still one", async () => {
    const bare = { ...bucket(), name: "c" };
    expect(await judge(bucket(), part(TYPES.encryption, rules(UNKNOWN_TEXT)), bare)).toEqual([
      'note: aws.s3.Bucket "b": sseAlgorithm is not known yet; it is judged at the update.',
      MISSING.replace('"b"', '"c"'),
    ]);
  });
});
