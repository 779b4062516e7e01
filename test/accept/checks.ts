/** The table of claims: what the project takes for granted of AWS, and has seen on a stand-in at most. */
import { TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { randomBytes } from "node:crypto";
import { CLUSTER_ARN, EVENTS, failedTaskPattern } from "./eventPattern";
import * as to from "./ground";
import { accepted, check, type Check, disproven, type Ground, proven, refused, unproven, when } from "./ground";

const once = { IfNoneMatch: "*" };
const manifestKey = (name: string) => to.dumpKey("daily", name).replace(/^dumps/, "manifests");
const put = (client: S3Client, Bucket: string, Key: string, more: object) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: "x", ...more }));
const start = ({ writer, outputs }: Ground, tier: string, name: string, lock: object) =>
  to.startUpload(writer, outputs.primaryBucketName, to.dumpKey(tier, name), lock);
/** A put that is right, but for what `more` changes. */
const putDump = ({ writer, outputs }: Pick<Ground, "writer" | "outputs">, name: string, more: object) =>
  put(writer, outputs.primaryBucketName, to.dumpKey("daily", name), { ...once, ...to.lockFor(1), ...more });
const putManifest = ({ writer, outputs }: Ground, name: string, more: object) =>
  put(writer, outputs.primaryBucketName, manifestKey(name), { ...once, ...more });

/** The stored object's version, as commands name it. */
async function version({ outputs, point }: Ground, Bucket = outputs.primaryBucketName) {
  const { key: Key, versionId: VersionId } = await point();
  return { Bucket, Key, VersionId };
}
const headPoint = async (ground: Ground, client = ground.admin) =>
  client.send(new HeadObjectCommand(await version(ground)));
const lockOf = (found: HeadObjectCommandOutput) =>
  `${found.ObjectLockMode ?? "no lock"} until ${found.ObjectLockRetainUntilDate?.toISOString() ?? "never"}`;

/** Waits until S3 has copied the object; undefined when it has given up, or time is up. */
async function replicated(ground: Ground): Promise<HeadObjectCommandOutput | undefined> {
  const isOver = ({ ReplicationStatus: s }: HeadObjectCommandOutput) => s === "COMPLETED" || s === "FAILED";
  const found = await to.patiently(ground.access.patienceMs, () => headPoint(ground), isOver);
  if (found.ReplicationStatus !== "COMPLETED") return undefined;
  return ground.adminThere.send(new HeadObjectCommand(await version(ground, ground.outputs.replicaBucketName)));
}

const LOCKS: Check[] = [
  check(
    "upload-lock",
    "an upload in parts keeps the lock it was created with; put rights and the key are enough for it",
    async (ground) => {
      const stored = await accepted(ground.point(), "");
      if (stored.verdict !== "proven") return stored;
      const { retainUntil } = await ground.point();
      const found = await headPoint(ground);
      const isKept = found.ObjectLockRetainUntilDate?.getTime() === retainUntil.getTime();
      return when(isKept && found.ObjectLockMode === "GOVERNANCE", lockOf(found));
    },
  ),
  check(
    "upload-lock-exact",
    "a tier's own lock is within its bounds, however S3 rounds the days that remain",
    (ground) => accepted(start(ground, "monthly", "exact", to.lockFor(30)), "30 days in a tier of 30"),
  ),
  check("upload-lock-short", "an upload with a lock shorter than its tier's is refused", (ground) =>
    refused(start(ground, "monthly", "short", to.lockFor(1))),
  ),
  check("upload-lock-long", "an upload with a lock longer than its tier's is refused", (ground) =>
    refused(start(ground, "daily", "long", to.lockFor(10))),
  ),
  check("upload-lock-mode", "an upload with a lock of the other mode is refused", (ground) =>
    refused(start(ground, "daily", "mode", to.lockFor(1, "COMPLIANCE"))),
  ),
  check("manifest-lock", "a manifest with its lock is accepted", (ground) =>
    accepted(putManifest(ground, "locked.json", to.lockFor(1)), "stored"),
  ),
  check(
    "manifest-unlocked",
    "a manifest without lock headers is refused: the bucket's default does not fill the lock keys",
    (ground) => refused(putManifest(ground, "unlocked.json", {})),
  ),
  check(
    "default-retention",
    "an object without lock headers gets the bucket's default, the shortest tier's lock",
    async ({ admin, writer, outputs: { primaryBucketName: Bucket } }) => {
      const Key = to.dumpKey("daily", "default");
      const before = Date.now();
      const { VersionId } = await put(writer, Bucket, Key, once);
      const found = await admin.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
      const days = ((found.ObjectLockRetainUntilDate?.getTime() ?? 0) - before) / 86_400_000;
      return when(found.ObjectLockMode === "GOVERNANCE" && days > 0.9 && days < 1.1, lockOf(found));
    },
  ),
];

const ENCRYPTION: Check[] = [
  check(
    "default-encryption",
    "an upload without encryption headers takes the repository's key, with a bucket key",
    async (ground) => {
      const { ServerSideEncryption: how, SSEKMSKeyId: key, BucketKeyEnabled: has } = await headPoint(ground);
      const isRight = how === "aws:kms" && key === ground.outputs.primaryKmsKeyArn && has === true;
      return when(isRight, `${how} ${key}, bucket key ${has}`);
    },
  ),
  check("wrong-key", "a put naming another key is refused, although its writer may use it", ({ outsider, outputs }) => {
    const more = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: outputs.replicaKmsKeyArn };
    return refused(putDump({ writer: outsider, outputs }, "wrong-key", more));
  }),
  check("implicit-key", "a put asking for KMS without naming a key is refused", (ground) =>
    refused(putDump(ground, "implicit-key", { ServerSideEncryption: "aws:kms" })),
  ),
  check("wrong-encryption", "a put asking for SSE-S3 is refused", (ground) =>
    refused(putDump(ground, "wrong-encryption", { ServerSideEncryption: "AES256" })),
  ),
  check("customer-key", "a put with a key of the customer's own (SSE-C) is refused", (ground) => {
    const own = { SSECustomerAlgorithm: "AES256", SSECustomerKey: randomBytes(32) };
    return refused(putDump(ground, "customer-key", own), ({ name }) => name === "AccessDenied");
  }),
  check(
    "head-without-key",
    "HEAD shows metadata and lock of an encrypted object to who may not use its key, and GET is refused",
    async (ground) => {
      const found = await headPoint(ground, ground.reader);
      if (!found.ObjectLockRetainUntilDate) return disproven("HEAD shows no lock");
      const get = ground.reader.send(new GetObjectCommand(await version(ground)));
      return refused(get, ({ name, message }) => name === "AccessDenied" && message.includes("kms:Decrypt"));
    },
  ),
];

const ATTACKS: Check[] = [
  check("overwrite", "no key is written twice, with If-None-Match or without", async (ground) => {
    const without = await refused(putDump(ground, "point", { IfNoneMatch: undefined }));
    if (without.verdict !== "proven") return without;
    return refused(putDump(ground, "point", {}), ({ name }) => name === "PreconditionFailed");
  }),
  check("copy", "nothing is copied into the repository", async (ground) => {
    const { Bucket, Key } = await version(ground);
    const copy = { Bucket, Key: to.dumpKey("daily", "copy"), CopySource: `${Bucket}/${Key}`, ...to.lockFor(1) };
    return refused(ground.admin.send(new CopyObjectCommand(copy)));
  }),
  check("delete-marker", "nobody hides an object behind a delete marker, no administrator either", async (ground) => {
    const { Bucket, Key } = await version(ground);
    return refused(ground.admin.send(new DeleteObjectCommand({ Bucket, Key })));
  }),
  check("delete-locked", "no locked version is deleted without bypass, by an administrator either", async (ground) => {
    const isLock = ({ name, message }: Error) => name === "AccessDenied" && /object lock/i.test(message);
    return refused(ground.admin.send(new DeleteObjectCommand(await version(ground))), isLock);
  }),
  check("bypass", "every right in IAM is not enough to bypass governance", async (ground) => {
    const { VersionId } = await putDump(ground, "bypass", {});
    const at = { Bucket: ground.outputs.primaryBucketName, Key: to.dumpKey("daily", "bypass"), VersionId };
    return refused(ground.outsider.send(new DeleteObjectCommand({ ...at, BypassGovernanceRetention: true })));
  }),
  check("protection", "every right in IAM is not enough to change the protection", (ground) => {
    const change = {
      Bucket: ground.outputs.primaryBucketName,
      VersioningConfiguration: { Status: "Enabled" },
    } as const;
    return refused(ground.outsider.send(new PutBucketVersioningCommand(change)));
  }),
  check("replica-write", "nobody writes to the replica directly", ({ adminThere, outputs }) =>
    refused(put(adminThere, outputs.replicaBucketName, to.dumpKey("daily", "direct"), { ...once, ...to.lockFor(1) })),
  ),
];

const REPLICATION: Check[] = [
  check(
    "replication",
    "a locked, encrypted object is copied without s3:ReplicateDelete and beside the deny of direct writes, with its lock, under the replica's key",
    async (ground) => {
      const found = await replicated(ground);
      if (!found)
        return disproven(`replication is ${(await headPoint(ground)).ReplicationStatus ?? "off"} after the wait`);
      const isLocked = found.ObjectLockRetainUntilDate?.getTime() === (await ground.point()).retainUntil.getTime();
      const isRight = isLocked && found.SSEKMSKeyId === ground.outputs.replicaKmsKeyArn;
      return when(isRight, `${found.ReplicationStatus}, ${lockOf(found)}, key ${found.SSEKMSKeyId}`);
    },
  ),
  check(
    "replica-time",
    "a copy shows its original's LastModified, so that a late one is not taken for a forged time",
    async (ground) => {
      const copy = (await replicated(ground))?.LastModified;
      if (!copy) return unproven("nothing was copied");
      const original = (await headPoint(ground)).LastModified!;
      return when(original.getTime() === copy.getTime(), `${original.toISOString()}, ${copy.toISOString()}`);
    },
  ),
  check("plain-metrics", "replication metrics stand without Replication Time Control", async ({ admin, outputs }) => {
    const answer = await admin.send(new GetBucketReplicationCommand({ Bucket: outputs.primaryBucketName }));
    const { Metrics, ReplicationTime } = answer.ReplicationConfiguration!.Rules![0]!.Destination!;
    const shown = `metrics ${Metrics?.Status}, time control ${ReplicationTime?.Status ?? "absent"}`;
    return when(Metrics?.Status === "Enabled" && ReplicationTime?.Status !== "Enabled", shown);
  }),
  check("source-account", "S3 sends aws:SourceAccount when it assumes the replication role", async (ground) => {
    const RoleName = ground.outputs.replicationRoleArn.split("/").pop()!;
    const { Role } = await ground.iam.send(new GetRoleCommand({ RoleName }));
    if (!decodeURIComponent(Role!.AssumeRolePolicyDocument!).includes("aws:SourceAccount")) {
      return unproven("the role's trust does not ask for it, so nothing relies on it");
    }
    return (await replicated(ground)) ? proven("asked for, and copied") : disproven("asked for, and nothing is copied");
  }),
];

const EVENT_PATTERN = check(
  "event-pattern",
  "the failed-task rule hears of failed tasks alone: $or, and conditions on one element of an array",
  async ({ events }) => {
    const wrong: string[] = [];
    for (const { what, event, isFailure } of EVENTS) {
      const ask = { EventPattern: failedTaskPattern(CLUSTER_ARN), Event: event };
      if ((await events.send(new TestEventPatternCommand(ask))).Result !== isFailure) wrong.push(what);
    }
    return when(wrong.length === 0, wrong.length > 0 ? `wrong when ${wrong.join(", ")}` : `${EVENTS.length} events`);
  },
);

/** What a run of minutes, in one account and without a task, can't show. */
const BEYOND: Check[] = (
  [
    ["cross-account", "replication into a second account, and where its metrics appear", "needs a second account"],
    ["fargate", "image pull, read-only root, stop time-out and exit codes on Fargate", "needs an image"],
    ["rds-iam", "sign-in to RDS by IAM", "needs an RDS instance"],
    ["lifecycle", "transitions and expirations happen", "takes days"],
    ["alarm-warm-up", "freshness alarms at creation", "takes hours"],
  ] as const
).map(([id, what, reason]) => check(id, what, () => Promise.resolve(unproven(`not tried: ${reason}`))));

/** Every claim, in the order it is tried: what waits longest comes last. */
export const CHECKS: readonly Check[] = [...LOCKS, ...ENCRYPTION, ...ATTACKS, EVENT_PATTERN, ...REPLICATION, ...BEYOND];
