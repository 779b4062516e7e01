/** Buckets, roles and uploads for tests of the stand-in's S3. */
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { startBench, type Bench, type Statement } from "./fixtures";

const DAY_MS = 86_400_000;

/** The running stand-in and root's client, from the first test on. */
export let bench: Bench;
export let root: S3Client;

/** Starts a stand-in for the tests of the calling file. */
export function useBench(): void {
  beforeAll(async () => {
    bench = await startBench();
    root = new S3Client(bench.as());
  }, 300_000);
  afterAll(() => bench?.close());
}

let number = 0;
/** A name that no other test uses. */
export const next = (kind: string) => `${kind}-${++number}`;
export const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
export const locked = (days: number) =>
  ({ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: inDays(days) }) as const;

/** A versioned bucket; with Object Lock unless told otherwise, and a policy of `statements` on its objects. */
export async function bucket(
  options: { lock?: boolean; region?: string; statements?: (Statement & { Principal?: unknown })[] } = {},
): Promise<string> {
  const Bucket = next("bucket");
  const region = options.region ?? "eu-central-1";
  const client = new S3Client(bench.as(undefined, region));
  const CreateBucketConfiguration = { LocationConstraint: region as "eu-central-1" };
  await client.send(
    new CreateBucketCommand({ Bucket, CreateBucketConfiguration, ObjectLockEnabledForBucket: options.lock ?? true }),
  );
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  if (options.statements) {
    const Statement = options.statements.map((s) => ({ Principal: "*", ...s, Resource: `arn:aws:s3:::${Bucket}/*` }));
    await client.send(
      new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
    );
  }
  return Bucket;
}

/** Client of a new role that may do `statements`. */
export async function client(...statements: Statement[]): Promise<S3Client> {
  const arn = await bench.role(next("role"), "ecs-tasks.amazonaws.com", statements);
  return new S3Client(bench.as(await bench.assume(arn)));
}

/** A whole multipart upload of one part; returns its version id. */
export async function multipart(
  s3: S3Client,
  Bucket: string,
  Key: string,
  create: object = {},
  complete: object = {},
): Promise<string> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...create }));
  const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "part" }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  const done = await s3.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, ...complete }),
  );
  return done.VersionId!;
}

export const put = (s3: S3Client, Bucket: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "body", ...more }));
export const head = (Bucket: string, Key = "key", s3 = root) => s3.send(new HeadObjectCommand({ Bucket, Key }));

/** Gives the bucket a KMS key of its own as default encryption, with a Bucket Key. */
export async function encrypted(Bucket: string, region = "eu-central-1"): Promise<string> {
  const { KeyMetadata } = await new KMSClient(bench.as(undefined, region)).send(new CreateKeyCommand({}));
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: KeyMetadata!.Arn! };
  const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }] };
  await new S3Client(bench.as(undefined, region)).send(
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  );
  return KeyMetadata!.Arn!;
}
