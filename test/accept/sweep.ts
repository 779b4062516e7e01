/** Takes away what a run made: as an administrator, bypassing GOVERNANCE. */
import { KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { setTimeout as sleep } from "node:timers/promises";
import type { Access, Outputs } from "./ground";

const ROUNDS = 5;
const KEY_DAYS = 7;

/** A run stores less than one page of a listing. */
async function remove(s3: S3Client, Bucket: string): Promise<void> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads) await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

/** A copy may still arrive in the replica, so all of it is tried again. */
async function insist(work: () => Promise<void>, pauseMs: number): Promise<void> {
  for (let round = 1; round < ROUNDS; round += 1) {
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone) return;
    await sleep(pauseMs);
  }
  await work();
}

/** Tries everything, whatever fails; returns what is left, in sentences. */
export async function sweep(access: Access, outputs: Outputs, destroy: () => Promise<void>): Promise<string[]> {
  const { region, replicaRegion, options, patienceMs } = access;
  const left: string[] = [];
  const attempt = (what: string, work: () => Promise<void>) =>
    work().catch((error: Error) => void left.push(`${what}: ${error.name}: ${error.message}`));
  // First the stack, which retains buckets and keys: without their role copies come to an end.
  await attempt("the stack", destroy);
  for (const [inRegion, bucket, KeyId] of [
    [region, outputs.primaryBucketName, outputs.primaryKmsKeyArn],
    [replicaRegion, outputs.replicaBucketName, outputs.replicaKmsKeyArn],
  ] as const) {
    const s3 = new S3Client(options(inRegion));
    await attempt(`bucket ${bucket} in ${inRegion}`, () =>
      insist(() => remove(s3, bucket), Math.min(30_000, patienceMs / 10)),
    );
    await attempt(`key ${KeyId}`, async () => {
      const kms = new KMSClient(options(inRegion));
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: KEY_DAYS }));
      left.push(`key ${KeyId}: deleted by AWS in ${KEY_DAYS} days, free of charge until then`);
    });
  }
  return left;
}
