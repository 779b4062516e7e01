/** What the checks stand on: clients of the people involved, one stored object, and how an answer becomes a verdict. */
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { setTimeout as sleep } from "node:timers/promises";

export type Verdict = "proven" | "disproven" | "unproven";

/** What one check found. */
export interface Finding {
  verdict: Verdict;
  detail: string;
}

/** One claim about AWS on which the project relies. */
export interface Check {
  id: string;
  whatItProves: string;
  /** Whatever it throws is no verdict on the claim: it stays unproven. */
  run: (ground: Ground) => Promise<Finding>;
}
export const check = (id: string, whatItProves: string, run: Check["run"]): Check => ({ id, whatItProves, run });

/** Names and ARNs that the program gives. */
export interface Outputs {
  primaryBucketName: string;
  replicaBucketName: string;
  primaryKmsKeyArn: string;
  replicaKmsKeyArn: string;
  replicationRoleArn: string;
  writerRoleArn: string;
  readerRoleArn: string;
  outsiderRoleArn: string;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** How a run reaches AWS. */
export interface Access {
  region: string;
  replicaRegion: string;
  /** Options of any SDK client; the deploying identity's where no credentials are given. */
  options: (region: string, credentials?: Credentials) => object;
  /** Longest wait for anything that AWS does later, in ms: new roles, replication. */
  patienceMs: number;
}

/** An object that is stored as a dump is. */
export interface Point {
  key: string;
  versionId: string;
  retainUntil: Date;
}

export interface Ground {
  access: Access;
  outputs: Outputs;
  /** The deploying identity, an administrator of the repository, in either region. */
  admin: S3Client;
  adminThere: S3Client;
  writer: S3Client;
  reader: S3Client;
  outsider: S3Client;
  events: EventBridgeClient;
  iam: IAMClient;
  /** The one object that most checks look at, stored by the writer at the first call. */
  point: () => Promise<Point>;
}

const DAY_MS = 86_400_000;
/** Longest that new roles usually take. */
const SETTLE_MS = 60_000;
export const DATABASE = "accept";
export const dumpKey = (tier: string, name: string) => `dumps/${tier}/${DATABASE}/${name}`;

/** Lock headers. */
export const lockFor = (days: number, mode: "GOVERNANCE" | "COMPLIANCE" = "GOVERNANCE") => ({
  ObjectLockMode: mode,
  ObjectLockRetainUntilDate: new Date(Math.floor((Date.now() + days * DAY_MS) / 1000) * 1000),
});

/** Repeats `call` until `isDone` likes its answer, or time is up: then gives the last answer, or throws the last error. */
export async function patiently<T>(patienceMs: number, call: () => Promise<T>, isDone: (answer: T) => boolean) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await call().then(
      (value) => ({ value }),
      (error: Error) => ({ error }),
    );
    if ("value" in answer && isDone(answer.value)) return answer.value;
    if ("error" in answer && isDenied(answer.error)) throw answer.error;
    if (Date.now() > end) {
      if ("error" in answer) throw answer.error;
      return answer.value;
    }
    await sleep(Math.min(5_000, patienceMs / 10));
  }
}

/** Whether a bucket policy said no. A role that is too new is refused for want of an allow, which proves nothing. */
function isDenied(error: Error): boolean {
  return error.name === "AccessDenied" && error.message.includes("explicit deny in a resource-based policy");
}

export const proven = (detail: string): Finding => ({ verdict: "proven", detail });
export const disproven = (detail: string): Finding => ({ verdict: "disproven", detail });
export const unproven = (detail: string): Finding => ({ verdict: "unproven", detail });
/** Proven or not, by what was seen. */
export const when = (isSo: boolean, detail: string): Finding => (isSo ? proven(detail) : disproven(detail));

/** Proven when a call is refused in the way that `isRight` knows; refused for another reason, nothing is known. */
export async function refused(call: Promise<unknown>, isRight: (error: Error) => boolean = isDenied): Promise<Finding> {
  try {
    await call;
  } catch (error) {
    const { name, message } = error as Error;
    return (isRight(error as Error) ? proven : unproven)(`refused: ${name}: ${message}`);
  }
  return disproven("it was accepted");
}

/** Proven when a call is accepted, disproven when the bucket policy refuses it. */
export async function accepted(call: Promise<unknown>, detail: string): Promise<Finding> {
  try {
    await call;
    return proven(detail);
  } catch (error) {
    if (isDenied(error as Error)) return disproven((error as Error).message);
    throw error;
  }
}

/** Starts an upload in parts and leaves it: what was never completed holds no lock, and the sweep aborts it. */
export function startUpload(client: S3Client, Bucket: string, Key: string, more: object) {
  return client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
}

async function storePoint(client: S3Client, Bucket: string): Promise<Point> {
  const key = dumpKey("daily", "point");
  const to = { Bucket, Key: key };
  const lock = lockFor(1);
  const sum = { ChecksumAlgorithm: "SHA256" } as const;
  const { UploadId } = await startUpload(client, Bucket, key, { ...lock, ...sum });
  const Body = Buffer.from("a dump");
  const part = await client.send(new UploadPartCommand({ ...to, ...sum, UploadId, PartNumber: 1, Body }));
  const Parts = [{ PartNumber: 1, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 }];
  const done = await client.send(
    new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts }, IfNoneMatch: "*" }),
  );
  return { key, versionId: done.VersionId!, retainUntil: lock.ObjectLockRetainUntilDate };
}

/** Waits for the roles and makes everybody's clients. */
export async function openGround(access: Access, outputs: Outputs): Promise<Ground> {
  const { region, replicaRegion, options } = access;
  // Roles and their rights reach STS and S3 some seconds after they were made.
  const soon = <T>(call: () => Promise<T>) => patiently(Math.min(access.patienceMs, SETTLE_MS), call, () => true);
  const sts = new STSClient(options(region));
  const as = async (RoleArn: string) => {
    const { Credentials: c } = await soon(() =>
      sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: DATABASE })),
    );
    const credentials = { accessKeyId: c!.AccessKeyId!, secretAccessKey: c!.SecretAccessKey! };
    return new S3Client(options(region, { ...credentials, sessionToken: c!.SessionToken! }));
  };
  const [writer, reader, outsider] = await Promise.all([
    as(outputs.writerRoleArn),
    as(outputs.readerRoleArn),
    as(outputs.outsiderRoleArn),
  ]);
  await soon(() => outsider.send(new HeadBucketCommand({ Bucket: outputs.primaryBucketName })));
  await soon(() => reader.send(new HeadBucketCommand({ Bucket: outputs.primaryBucketName })));
  let point: Promise<Point> | undefined;
  return {
    access,
    outputs,
    admin: new S3Client(options(region)),
    adminThere: new S3Client(options(replicaRegion)),
    writer,
    reader,
    outsider,
    events: new EventBridgeClient(options(region)),
    iam: new IAMClient(options(region)),
    point: () => (point ??= soon(() => storePoint(writer, outputs.primaryBucketName))),
  };
}
