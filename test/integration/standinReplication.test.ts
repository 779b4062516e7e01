// needs: standin
/** The patches of the stand-in's KMS under S3 and of its replication; each test fails without its patch. */
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketReplicationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { refusal } from "../support/standin/fixtures";
import {
  bench,
  bucket,
  client,
  encrypted,
  head,
  locked,
  multipart,
  next,
  put,
  root,
  useBench,
} from "../support/standin/s3Fixtures";

useBench();

describe("KMS", () => {
  test("fails when a put meets a disabled key, and passes when it is enabled again", async () => {
    const Bucket = await bucket();
    const KeyId = await encrypted(Bucket);
    const kms = new KMSClient(bench.as());
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await refusal(put(root, Bucket))).toBe(`KMS.DisabledException: ${KeyId} is Disabled.`);
    await kms.send(new EnableKeyCommand({ KeyId }));
    await put(root, Bucket);
  });

  test("a put needs kms:GenerateDataKey, a get kms:Decrypt, a HEAD neither", async () => {
    const Bucket = await bucket();
    const key = await encrypted(Bucket);
    const s3 = { Action: "s3:*", Resource: "*" };
    const Condition = {
      StringEquals: {
        "kms:ViaService": "s3.eu-central-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${Bucket}`,
      },
    };
    const without = await client(s3);
    const writer = await client(s3, { Action: "kms:GenerateDataKey", Resource: key, Condition });
    const reader = await client(s3, { Action: "kms:Decrypt", Resource: key });
    const get = new GetObjectCommand({ Bucket, Key: "key" });
    expect(await refusal(put(without, Bucket))).toMatch(/^AccessDenied: .*kms:GenerateDataKey/);
    await put(writer, Bucket);
    await head(Bucket, "key", without);
    expect(await refusal(writer.send(get))).toMatch(/^AccessDenied: .*kms:Decrypt/);
    await reader.send(get);
  });
});

describe("encryption of a bucket", () => {
  const own = { SSECustomerAlgorithm: "AES256", SSECustomerKey: Buffer.alloc(32, 1) };

  test("fails when a put brings its own key and the bucket blocks that, and passes where it does not", async () => {
    const [open, blocking] = [await bucket(), await bucket()];
    const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: "AES256" as const };
    const BlockedEncryptionTypes = { EncryptionType: ["SSE-C" as const] };
    const ServerSideEncryptionConfiguration = {
      Rules: [{ ApplyServerSideEncryptionByDefault, BlockedEncryptionTypes }],
    };
    await root.send(new PutBucketEncryptionCommand({ Bucket: blocking, ServerSideEncryptionConfiguration }));
    expect(await refusal(put(root, blocking, own))).toBe("AccessDenied: Access Denied");
    await put(root, blocking);
    await put(root, open, own);
  });

  test("a HEAD says whether the object is under a bucket key", async () => {
    const [plain, keyed] = [await bucket(), await bucket()];
    await encrypted(keyed);
    for (const Bucket of [plain, keyed]) await put(root, Bucket);
    expect([(await head(plain)).BucketKeyEnabled, (await head(keyed)).BucketKeyEnabled]).toEqual([undefined, true]);
  });
});

describe("replication", () => {
  const rights = (source: string, replica: string) => [
    { Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: `arn:aws:s3:::${source}` },
    {
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: `arn:aws:s3:::${source}/*`,
    },
    { Action: "s3:ReplicateObject", Resource: `arn:aws:s3:::${replica}/*` },
    { Action: ["kms:Decrypt", "kms:Encrypt"], Resource: "*" },
  ];

  async function pair(options: { replicaLock?: boolean; without?: string } = {}) {
    const source = await bucket();
    const replica = await bucket({ region: "eu-west-1", lock: options.replicaLock ?? true });
    const sourceKey = await encrypted(source);
    const replicaKey = await encrypted(replica, "eu-west-1");
    const statements = rights(source, replica).map((s) => ({
      ...s,
      Action: [s.Action].flat().filter((a) => a !== options.without),
    }));
    const Role = await bench.role(
      next("replication"),
      "s3.amazonaws.com",
      statements.filter((s) => s.Action.length > 0),
    );
    const Destination = { Bucket: `arn:aws:s3:::${replica}`, EncryptionConfiguration: { ReplicaKmsKeyID: replicaKey } };
    const SourceSelectionCriteria = { SseKmsEncryptedObjects: { Status: "Enabled" as const } };
    const rule = {
      ID: "all",
      Priority: 1,
      Status: "Enabled" as const,
      Filter: { Prefix: "" },
      DeleteMarkerReplication: { Status: "Disabled" as const },
    };
    const ReplicationConfiguration = { Role, Rules: [{ ...rule, Destination, SourceSelectionCriteria }] };
    await root.send(new PutBucketReplicationCommand({ Bucket: source, ReplicationConfiguration }));
    return { source, replica, sourceKey, replicaKey };
  }
  const there = () => new S3Client(bench.as(undefined, "eu-west-1"));

  test("a replica has the source's version id and lock, and the key of the rule", async () => {
    const { source, replica, sourceKey, replicaKey } = await pair();
    const lock = locked(5);
    const VersionId = await multipart(root, source, "key", lock);
    const primary = await head(source);
    expect([primary.ReplicationStatus, primary.SSEKMSKeyId]).toEqual(["COMPLETED", sourceKey]);
    const copy = await head(replica, "key", there());
    expect(copy).toMatchObject({
      ReplicationStatus: "REPLICA",
      VersionId,
      SSEKMSKeyId: replicaKey,
      ObjectLockMode: "GOVERNANCE",
    });
    expect(copy.ObjectLockRetainUntilDate).toEqual(lock.ObjectLockRetainUntilDate);
    expect(await refusal(there().send(new DeleteObjectCommand({ Bucket: replica, Key: "key", VersionId })))).toMatch(
      /^AccessDenied: .*object lock/,
    );
  });

  test("fails when the replica has no Object Lock", async () => {
    const { source } = await pair({ replicaLock: false });
    await put(root, source, locked(1));
    expect((await head(source)).ReplicationStatus).toBe("FAILED");
  });

  test.each([
    "s3:GetObjectRetention",
    "s3:GetObjectVersionForReplication",
    "s3:ReplicateObject",
    "kms:Decrypt",
    "kms:Encrypt",
  ])("fails when the role lacks %s", async (without) => {
    const { source, replica } = await pair({ without });
    await put(root, source);
    expect((await head(source)).ReplicationStatus).toBe("FAILED");
    expect(await refusal(head(replica, "key", there()))).toMatch(/^NotFound: /);
  });
});
