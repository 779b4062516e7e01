import { Secret } from "@pulumi/policy";
import { awsS3BackupBucketLock as lock } from "../../policies/rules/awsS3BackupBucketLock";
import { awsS3BucketPublicAccess as publicAccess } from "../../policies/rules/awsS3BucketPublicAccess";
import { awsS3BucketTlsOnly as tlsOnly } from "../../policies/rules/awsS3BucketTlsOnly";
import { judge, remediate, secret, UNKNOWN_TEXT, urnOf, type Written } from "./harness";
import { bucket, namedBackup, part, TYPES } from "./stacks";

const mended = async (
  rule: Parameters<typeof remediate>[0],
  written: Written,
  config: object = {},
): Promise<Written> => {
  const props = await remediate(rule, written, config);
  if (props === undefined) throw new Error("nothing was mended");
  return { ...written, props };
};

describe("aws-s3-bucket-public-access", () => {
  const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  const block = (props: object) => part(TYPES.publicAccess, props);
  const native = (props: object) => bucket(props, TYPES.native);

  test("turns on what is off or not set, keeps the rest, and passes then", async () => {
    const written = block({ blockPublicAcls: false, ignorePublicAcls: true, skipDestroy: true });
    const after = await mended(publicAccess, written);
    expect(after.props).toEqual({ bucket: UNKNOWN_TEXT, skipDestroy: true, ...all });
    expect(await judge(publicAccess, [bucket(), after])).toEqual([]);
    expect(written.props).toEqual({
      bucket: UNKNOWN_TEXT,
      blockPublicAcls: false,
      ignorePublicAcls: true,
      skipDestroy: true,
    });
  });

  test("turns on the argument of the native bucket, and gives it one where it has none", async () => {
    for (const props of [{}, { publicAccessBlockConfiguration: { blockPublicAcls: false } }]) {
      const after = await mended(publicAccess, native({ bucketName: "docs", ...props }));
      expect(after.props).toEqual({ bucketName: "docs", publicAccessBlockConfiguration: all });
      expect(await judge(publicAccess, [after])).toEqual([]);
    }
  });

  test("mends once: what it mended it leaves alone", async () => {
    for (const written of [block({}), native({})]) {
      expect(await remediate(publicAccess, await mended(publicAccess, written))).toBeUndefined();
    }
  });

  test("leaves alone what is unknown, secret, or something else", async () => {
    expect(await remediate(publicAccess, block({ ...all, blockPublicAcls: UNKNOWN_TEXT }))).toBeUndefined();
    expect(await remediate(publicAccess, block({ ...all, blockPublicAcls: secret(true) }))).toBeUndefined();
    expect(await remediate(publicAccess, native({ publicAccessBlockConfiguration: UNKNOWN_TEXT }))).toBeUndefined();
    expect(await remediate(publicAccess, native({ publicAccessBlockConfiguration: secret({}) }))).toBeUndefined();
    expect(await remediate(publicAccess, native({ publicAccessBlockConfiguration: "all" }))).toBeUndefined();
    expect(await remediate(publicAccess, bucket())).toBeUndefined();
    expect(await remediate(publicAccess, part(TYPES.policy, {}))).toBeUndefined();
  });

  test("keeps secrets marked and unknowns in their place", async () => {
    const name = secret("shop-hidden-name");
    const { props } = await mended(publicAccess, block({ bucket: name, blockPublicAcls: UNKNOWN_TEXT }));
    expect((props as { bucket: unknown }).bucket).toBe(name);
    expect(props).toEqual({ ...all, bucket: name, blockPublicAcls: UNKNOWN_TEXT });
  });
});

describe("aws-s3-bucket-tls-only", () => {
  const ARN = "arn:aws:s3:::shop-docs";
  const own = {
    Sid: "Read",
    Effect: "Allow",
    Principal: { AWS: "123456789012" },
    Action: "s3:GetObject",
    Resource: `${ARN}/*`,
  };
  const statement = (arn: string) => ({
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  });
  const document = (...statements: unknown[]) => ({ Version: "2012-10-17", Id: "mine", Statement: statements });
  const text = (...statements: unknown[]) => JSON.stringify(document(...statements));
  const policy = (props: object) => part(TYPES.policy, props);
  const policyOf = ({ props }: Written) => (props as { policy: unknown }).policy;

  test("adds the statement to a text and to an object, keeps the rest, and passes then", async () => {
    const after = await mended(tlsOnly, policy({ bucket: "shop-docs", policy: text(own) }));
    expect(policyOf(after)).toBe(text(own, statement(ARN)));
    expect(await judge(tlsOnly, [bucket({ bucket: "shop-docs" }), after])).toEqual([]);

    const object = await mended(tlsOnly, policy({ policy: document(own) }));
    expect(policyOf(object)).toEqual(document(own, statement(ARN)));
    expect(await judge(tlsOnly, [bucket(), object])).toEqual([]);
  });

  test.each([
    ["a single statement", { Statement: own }, ARN],
    ["a statement on the bucket itself", document({ ...own, Resource: ARN }), ARN],
    [
      "a statement beside one on everything",
      document({ Effect: "Deny", Action: "s3:PutObject", Resource: "*" }, own),
      ARN,
    ],
    ["a statement on all but some objects", document({ Effect: "Deny", NotResource: [`${ARN}/public/*`] }), ARN],
    ["another partition", document({ ...own, Resource: "arn:aws-cn:s3:::shop-docs/*" }), "arn:aws-cn:s3:::shop-docs"],
  ])("finds the bucket in %s", async (_how, written, arn) => {
    const after = await mended(tlsOnly, policy({ policy: JSON.stringify(written) }));
    const { Statement } = JSON.parse(policyOf(after) as string) as { Statement: unknown[] };
    expect(Statement).toEqual([...[written.Statement].flat(), statement(arn)]);
  });

  test("adds it to the native policy", async () => {
    const written = part(TYPES.nativePolicy, { bucket: ARN, policyDocument: document(own) });
    const after = await mended(tlsOnly, written);
    expect(after.props).toEqual({ bucket: ARN, policyDocument: document(own, statement(ARN)) });
  });

  test("mends once: what it mended it leaves alone", async () => {
    const once = await mended(tlsOnly, policy({ policy: text(own) }));
    expect(await remediate(tlsOnly, once)).toBeUndefined();
  });

  test.each([
    ["not known yet", { policy: UNKNOWN_TEXT }],
    ["secret", { policy: secret(text(own)) }],
    ["a secret object", { policy: secret(document(own)) }],
    ["an object with secret statements", { policy: { Statement: secret([own]) } }],
    ["not JSON", { policy: "{ not json" }],
    ["JSON that is no object", { policy: "7" }],
    ["not set", {}],
    ["about no bucket", { policy: text({ ...own, Resource: "*" }) }],
    ["about buckets by a pattern", { policy: text({ ...own, Resource: "arn:aws:s3:::shop-*" }) }],
    ["about two buckets", { policy: text(own, { ...own, Resource: "arn:aws:s3:::shop-images/*" }) }],
    ["about another bucket", { bucket: "shop-images", policy: text(own) }],
    ["about a bucket about to be created", { policy: document({ ...own, Resource: [UNKNOWN_TEXT] }) }],
  ])("leaves a policy alone that is %s", async (_why, props) => {
    expect(await remediate(tlsOnly, policy(props))).toBeUndefined();
  });

  test("does not fail on a policy that cannot be read", () => {
    for (const written of [UNKNOWN_TEXT, undefined, text({ ...own, Resource: "*" })].map((p) =>
      policy({ policy: p }),
    )) {
      const props = written.props as Record<string, unknown>;
      expect(tlsOnly.remediate?.({ ...written, urn: urnOf(written), props }, {})).toBeUndefined();
    }
  });

  test("leaves a policy alone that would grow past S3's 20 KiB, and mends one that just fits", async () => {
    const room = 20 * 1024 - Buffer.byteLength(text({ ...own, Sid: "" }, statement(ARN)));
    const filled = (bytes: number) => policy({ policy: text({ ...own, Sid: "x".repeat(bytes) }) });
    expect(await remediate(tlsOnly, filled(room))).toBeDefined();
    expect(await remediate(tlsOnly, filled(room + 1))).toBeUndefined();
  });

  test("leaves other resources alone", async () => {
    expect(await remediate(tlsOnly, bucket({ bucket: "shop-docs", policy: text(own) }))).toBeUndefined();
  });

  test("keeps secrets marked and unknowns in their place", async () => {
    const account = secret("210987654321");
    const principal = { AWS: [account, UNKNOWN_TEXT] };
    const after = await mended(tlsOnly, policy({ policy: document({ ...own, Principal: principal }) }));
    const [first] = (policyOf(after) as { Statement: { Principal: { AWS: unknown[] } }[] }).Statement;
    expect(first!.Principal.AWS[0]).toBe(account);
    expect(first!.Principal.AWS[0]).toBeInstanceOf(Secret);
    expect(first!.Principal.AWS[1]).toBe(UNKNOWN_TEXT);
    expect((after.props as { bucket: unknown }).bucket).toBe(UNKNOWN_TEXT);
  });
});

describe("aws-s3-backup-bucket-lock", () => {
  const retention = { objectLockConfiguration: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 7 } } } };
  const config = { newBuckets: ["b"] };

  test.each([TYPES.bucket, TYPES.bucketV2, TYPES.native])(
    "turns the lock on for a new %s, and passes then",
    async (type) => {
      const written = namedBackup(
        type === TYPES.bucketV2
          ? { objectLockConfiguration: { rules: [{ defaultRetentions: [{ mode: "GOVERNANCE", days: 7 }] }] } }
          : retention,
        type,
      );
      expect(await judge(lock, [written])).toHaveLength(1);
      const after = await mended(lock, written, config);
      expect(after.props).toEqual({ ...written.props, objectLockEnabled: true });
      expect(await judge(lock, [after])).toEqual([]);
      expect(await remediate(lock, after, config)).toBeUndefined();
    },
  );

  test("knows a bucket by its name, its type and name, or its URN", async () => {
    for (const named of ["b", `${TYPES.bucket}::b`, urnOf(namedBackup())]) {
      expect(await remediate(lock, namedBackup({ objectLockEnabled: false }), { newBuckets: ["c", named] })).toEqual({
        bucket: "shop-backups",
        objectLockEnabled: true,
      });
    }
  });

  test("leaves alone what nobody named: a bucket that exists would be replaced", async () => {
    for (const newBuckets of [undefined, [], ["c"], ["shop-backups"], "b", [7]]) {
      expect(await remediate(lock, namedBackup(), newBuckets === undefined ? {} : { newBuckets })).toBeUndefined();
    }
  });

  test("takes a missing option for an empty one", () => {
    const written = namedBackup();
    const resource = { ...written, urn: urnOf(written), props: written.props as Record<string, unknown> };
    expect(lock.remediate?.(resource, {})).toBeUndefined();
    expect(lock.remediate?.(resource, config)).toEqual({ bucket: "shop-backups", objectLockEnabled: true });
  });

  test("leaves alone what is locked, not known yet, or no bucket", async () => {
    expect(await remediate(lock, namedBackup({ objectLockEnabled: true }), config)).toBeUndefined();
    expect(await remediate(lock, namedBackup({ objectLockEnabled: secret(true) }), config)).toBeUndefined();
    expect(await remediate(lock, namedBackup({ objectLockEnabled: UNKNOWN_TEXT }), config)).toBeUndefined();
    expect(await remediate(lock, part(TYPES.versioning, {}, "b"), config)).toBeUndefined();
  });

  test("keeps secrets marked and unknowns in their place", async () => {
    const name = secret("shop-hidden-backups");
    const after = await mended(lock, bucket({ bucket: name, tags: { Of: UNKNOWN_TEXT } }), config);
    expect((after.props as { bucket: unknown }).bucket).toBe(name);
    expect(after.props).toEqual({ bucket: name, tags: { Of: UNKNOWN_TEXT }, objectLockEnabled: true });
  });
});
