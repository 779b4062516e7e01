import {
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListObjectsV2Command,
  ObjectLockRetentionMode,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { DoctorSide } from "./check";

/** Whose role it is. */
export type RoleKind = "dump" | "verify" | "drill" | "restorer";

/** What an attempt is aimed at. Nothing that exists is written to, hidden or deleted. */
export interface AttackTarget extends DoctorSide {
  tier: string;
  database: string;
  /** Ends the names of what is made up, so that no two attacks meet. */
  random: string;
  /** A version that exists; undefined when there is none. */
  existing: { key: string; versionId: string } | undefined;
  now: Date;
}

type Send = Pick<S3Client, "send">;

/** Something that a role must be denied. */
export interface Attempt {
  id: string;
  /** What it would be good for. */
  what: string;
  action: string;
  kinds: readonly RoleKind[];
  sides: readonly DoctorSide["side"][];
  /** Whether only something that exists shows it: S3 answers 403 for what is not there to whoever may not list. */
  needsObject?: boolean;
  /** What `action` is asked on. */
  resource: (target: AttackTarget) => string;
  /**
   * Makes the call as the role. Settings are read by whoever runs this, and put back as they are: the right is the same, and if it is
   * there, nothing changes.
   */
  attempt: (asRole: Send, target: AttackTarget, asSelf: Send) => Promise<unknown>;
}

const ALL: readonly RoleKind[] = ["dump", "verify", "drill", "restorer"];
const BOTH = ["primary", "replica"] as const;
/** Looks like one of S3's, and is none. */
const NO_VERSION = "doctorProbe00000000000000000000A";
const DAY_MS = 86_400_000;

const probe = ({ tier, database, random }: AttackTarget): string =>
  `dumps/${tier}/${database}/1970/01/01/doctor-${random}`;
const manifestProbe = ({ tier, database, random }: AttackTarget): string =>
  `manifests/${tier}/${database}/1970/01/01/doctor-${random}`;
const existingKey = (at: AttackTarget): string => at.existing?.key ?? manifestProbe(at);
const foreign = ({ tier, random }: AttackTarget): string => `dumps/${tier}/doctor-${random}/1970/01/01/probe`;
const onBucket = ({ bucket }: AttackTarget): string => `arn:aws:s3:::${bucket}`;
const on = (key: (target: AttackTarget) => string) => (target: AttackTarget) => `${onBucket(target)}/${key(target)}`;

function setting(
  id: string,
  what: string,
  action: string,
  attempt: Attempt["attempt"],
  sides: Attempt["sides"] = BOTH,
): Attempt {
  return { id, what, action, kinds: ALL, sides, resource: onBucket, attempt };
}

/** Everything that is tried. */
export const ATTEMPTS: readonly Attempt[] = [
  {
    id: "deleteVersion",
    what: "delete a version",
    action: "s3:DeleteObjectVersion",
    kinds: ALL,
    sides: BOTH,
    resource: on(probe),
    attempt: (role, at) =>
      role.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: probe(at), VersionId: NO_VERSION })),
  },
  {
    id: "hide",
    what: "hide a backup behind a delete marker",
    action: "s3:DeleteObject",
    kinds: ALL,
    sides: BOTH,
    resource: on(probe),
    attempt: (role, at) => role.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: probe(at) })),
  },
  {
    id: "bypassGovernance",
    what: "delete a locked version, bypassing governance",
    action: "s3:BypassGovernanceRetention",
    kinds: ALL,
    sides: BOTH,
    resource: on(probe),
    attempt: (role, at) =>
      role.send(
        new DeleteObjectCommand({
          Bucket: at.bucket,
          Key: probe(at),
          VersionId: NO_VERSION,
          BypassGovernanceRetention: true,
        }),
      ),
  },
  {
    id: "shortenRetention",
    // Without the bypass, S3 refuses to shorten a lock in any case: what is tried can't succeed halfway.
    what: "shorten a lock to one day",
    action: "s3:PutObjectRetention",
    kinds: ALL,
    sides: BOTH,
    needsObject: true,
    resource: on(existingKey),
    attempt: (role, at) =>
      role.send(
        new PutObjectRetentionCommand({
          Bucket: at.bucket,
          Key: existingKey(at),
          VersionId: at.existing?.versionId,
          Retention: { Mode: ObjectLockRetentionMode.GOVERNANCE, RetainUntilDate: new Date(at.now.getTime() + DAY_MS) },
        }),
      ),
  },
  setting(
    "suspendVersioning",
    "set versioning (tried with what it is: enabled)",
    "s3:PutBucketVersioning",
    (role, at) =>
      role.send(new PutBucketVersioningCommand({ Bucket: at.bucket, VersioningConfiguration: { Status: "Enabled" } })),
  ),
  setting(
    "changeDefaultLock",
    "set the default lock (tried with what it is)",
    "s3:PutBucketObjectLockConfiguration",
    async (role, at, self) => {
      const { ObjectLockConfiguration } = await self.send(new GetObjectLockConfigurationCommand({ Bucket: at.bucket }));
      return role.send(new PutObjectLockConfigurationCommand({ Bucket: at.bucket, ObjectLockConfiguration }));
    },
  ),
  setting(
    "changeLifecycle",
    "set lifecycle rules (tried with what they are)",
    "s3:PutLifecycleConfiguration",
    async (role, at, self) => {
      const { Rules } = await self.send(new GetBucketLifecycleConfigurationCommand({ Bucket: at.bucket }));
      return role.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket: at.bucket, LifecycleConfiguration: { Rules } }),
      );
    },
  ),
  setting(
    "changePolicy",
    "set the bucket policy (tried with what it is)",
    "s3:PutBucketPolicy",
    async (role, at, self) => {
      const { Policy } = await self.send(new GetBucketPolicyCommand({ Bucket: at.bucket }));
      return role.send(new PutBucketPolicyCommand({ Bucket: at.bucket, Policy }));
    },
  ),
  setting(
    "stopReplication",
    "set replication (tried with what it is)",
    "s3:PutReplicationConfiguration",
    async (role, at, self) => {
      const { ReplicationConfiguration } = await self.send(new GetBucketReplicationCommand({ Bucket: at.bucket }));
      return role.send(new PutBucketReplicationCommand({ Bucket: at.bucket, ReplicationConfiguration }));
    },
    ["primary"],
  ),
  {
    id: "overwriteManifest",
    what: "write a manifest without asking that there is none",
    action: "s3:PutObject",
    kinds: ALL,
    sides: ["primary"],
    resource: on(manifestProbe),
    attempt: (role, at) =>
      role.send(new PutObjectCommand({ Bucket: at.bucket, Key: manifestProbe(at), Body: "probe of the doctor" })),
  },
  {
    id: "putElsewhere",
    what: "add a dump of a database that is not its own",
    action: "s3:PutObject",
    kinds: ALL,
    sides: BOTH,
    resource: on(foreign),
    attempt: (role, at) =>
      role.send(
        new PutObjectCommand({ Bucket: at.bucket, Key: foreign(at), Body: "probe of the doctor", IfNoneMatch: "*" }),
      ),
  },
  {
    id: "list",
    what: "list backups",
    action: "s3:ListBucket",
    kinds: ["dump"],
    sides: BOTH,
    resource: onBucket,
    attempt: (role, at) => role.send(new ListObjectsV2Command({ Bucket: at.bucket, MaxKeys: 1 })),
  },
  ...(["dump", "drill"] as const).map((kind): Attempt => ({
    id: "read",
    what: "read a backup",
    action: "s3:GetObject",
    kinds: [kind],
    sides: kind === "dump" ? BOTH : ["primary"],
    needsObject: true,
    resource: on(existingKey),
    attempt: (role, at) =>
      role.send(new GetObjectCommand({ Bucket: at.bucket, Key: existingKey(at), Range: "bytes=0-0" })),
  })),
];
