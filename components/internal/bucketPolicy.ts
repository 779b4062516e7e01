import { type ObjectLockMode, type TierPolicy, PREFIXES } from "../../runner/contract";
import { RepositorySide } from "../types";
import type { Statement } from "./policyDocument";

/** What a bucket policy is made from. */
export interface BucketPolicyInput {
  side: RepositorySide;
  bucketArn: string;
  keyArn: string;
  /** `aws:PrincipalArn` patterns of those who may change the protection. The deploying identity is among them. */
  adminPrincipalArns: readonly string[];
  lockMode: ObjectLockMode;
  tiers: readonly TierPolicy[];
  /** Longest explicit lock of evidence. */
  evidenceRetentionDays: number;
}

/** A lock may end this much earlier than its tier's: a manifest, up to a day after the upload began, carries the same date. */
const EARLY_SLACK_DAYS = 2;
/** And this much later: it is not documented how S3 rounds the days that remain. */
const LATE_SLACK_DAYS = 1;

const SSE = "s3:x-amz-server-side-encryption";
const SSE_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";
const LOCK_MODE = "s3:object-lock-mode";
const REMAINING_DAYS = "s3:object-lock-remaining-retention-days";

function deny(
  Sid: string,
  Action: string | string[],
  Resource: string | string[],
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Deny", Principal: "*", Action, Resource, ...(Condition ? { Condition } : {}) };
}

function tierResources(bucketArn: string, { tier }: TierPolicy): string[] {
  return [`${bucketArn}/${PREFIXES.dumps}${tier}/*`, `${bucketArn}/${PREFIXES.manifests}${tier}/*`];
}

function evidenceResources(bucketArn: string): string[] {
  return [`${bucketArn}/${PREFIXES.verifications}*`, `${bucketArn}/${PREFIXES.drills}*`];
}

/** Transport and encryption. A negated operator is true when its key is missing, hence each is paired with Null. */
function transportAndEncryption({ bucketArn, keyArn }: BucketPolicyInput): Statement[] {
  const objects = `${bucketArn}/*`;
  const all = [bucketArn, objects];
  return [
    deny("DenyInsecureTransport", "s3:*", all, { Bool: { "aws:SecureTransport": "false" } }),
    deny("DenyOldTls", "s3:*", all, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
    // Absent headers mean the bucket's default encryption, which is right; only wrong ones are refused.
    deny("DenyWrongEncryption", "s3:PutObject", objects, {
      Null: { [SSE]: "false" },
      StringNotEquals: { [SSE]: "aws:kms" },
    }),
    deny("DenyWrongKey", "s3:PutObject", objects, {
      Null: { [SSE_KEY]: "false" },
      StringNotEquals: { [SSE_KEY]: keyArn },
    }),
    // aws:kms without a key id would choose the AWS managed key aws/s3, outside of this repository's key policy.
    deny("DenyImplicitAwsManagedKey", "s3:PutObject", objects, {
      StringEquals: { [SSE]: "aws:kms" },
      Null: { [SSE_KEY]: "true" },
    }),
  ];
}

/** Deletion and changes of the protection itself. Lifecycle is S3's own and not subject to a bucket policy: it alone deletes. */
function destruction({ bucketArn, adminPrincipalArns }: BucketPolicyInput): Statement[] {
  const notAdmin = { ArnNotLike: { "aws:PrincipalArn": [...adminPrincipalArns] } };
  return [
    // A delete without a version id writes a marker that hides a backup, locked or not. Nobody needs one.
    deny("DenyDeleteObject", "s3:DeleteObject", `${bucketArn}/*`),
    deny(
      "DenyRetentionBypass",
      [
        "s3:BypassGovernanceRetention",
        "s3:DeleteObjectVersion",
        "s3:PutObjectLegalHold",
        // S3 refuses it while a lock holds; later it could put a backup under a key that is then thrown away.
        "s3:UpdateObjectEncryption",
      ],
      `${bucketArn}/*`,
      notAdmin,
    ),
    deny(
      "DenyProtectionChanges",
      [
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketNotification",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
      ],
      bucketArn,
      notAdmin,
    ),
  ];
}

/**
 * Bounds of explicit locks, per tier, wherever a request carries them: PutObject and CreateMultipartUpload (both authorised as
 * s3:PutObject) and PutObjectRetention. They stop a lock that is too short, and one so long that it becomes an attack on the bill.
 * A missing key makes these positive operators false, so requests without lock headers pass here. Replication is not
 * bounded: it copies the source's lock, and a late copy rightly has fewer days left.
 * Unproven on AWS: that CreateMultipartUpload fills the lock keys like PutObject, and how the remaining days are rounded.
 */
function lockBounds({ bucketArn, lockMode, tiers, evidenceRetentionDays }: BucketPolicyInput): Statement[] {
  const actions = ["s3:PutObject", "s3:PutObjectRetention"];
  const bounded = tiers.flatMap((policy) => {
    const resources = tierResources(bucketArn, policy);
    const least = policy.lockDays - EARLY_SLACK_DAYS;
    const most = policy.lockDays + LATE_SLACK_DAYS;
    const sid = `${policy.tier[0]!.toUpperCase()}${policy.tier.slice(1)}`;
    return [
      deny(`DenyLongLock${sid}`, actions, resources, { NumericGreaterThan: { [REMAINING_DAYS]: String(most) } }),
      ...(least < 1
        ? []
        : [deny(`DenyShortLock${sid}`, actions, resources, { NumericLessThan: { [REMAINING_DAYS]: String(least) } })]),
    ];
  });
  return [
    deny("DenyWrongLockMode", actions, `${bucketArn}/*`, {
      Null: { [LOCK_MODE]: "false" },
      StringNotEquals: { [LOCK_MODE]: lockMode },
    }),
    ...bounded,
    deny("DenyLongLockEvidence", actions, evidenceResources(bucketArn), {
      NumericGreaterThan: { [REMAINING_DAYS]: String(evidenceRetentionDays) },
    }),
  ];
}

/**
 * The primary: every key is written once, below a known prefix, and a manifest never without its lock.
 *
 * `s3:ObjectCreationOperation` is true for PutObject, CompleteMultipartUpload and CopyObject, and false for
 * CreateMultipartUpload, UploadPart and UploadPartCopy. If-None-Match is carried by PutObject and CompleteMultipartUpload
 * (CopyObject can't, so copying into the repository is refused).
 *
 * Lock headers are carried by PutObject and CreateMultipartUpload only, never by UploadPart or CompleteMultipartUpload, and no
 * key tells CreateMultipartUpload from UploadPart, nor PutObject from CompleteMultipartUpload. "No lock header, no write" can
 * therefore be said only where uploads in parts are not wanted: below manifests/, which also makes multipart impossible there
 * (its completion carries none). Below dumps/ it would refuse every upload in parts. There, a write without headers falls
 * to the bucket's default retention, the shortest tier's lock: with one tier that is the same lock; with several it is a floor,
 * and verify and freshness report the object as locked too briefly.
 * Unproven on AWS: that the lock keys stay absent when only the bucket's default retention applies.
 */
function primaryWrites({ bucketArn, tiers }: BucketPolicyInput): Statement[] {
  const writable = [...tiers.flatMap((policy) => tierResources(bucketArn, policy)), ...evidenceResources(bucketArn)];
  return [
    {
      Sid: "DenyUnknownPrefixes",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:PutObject", "s3:PutObjectRetention"],
      NotResource: [bucketArn, ...writable],
    },
    deny("DenyOverwrite", "s3:PutObject", `${bucketArn}/*`, {
      Null: { "s3:if-none-match": "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    }),
    deny("DenyUnlockedManifest", "s3:PutObject", `${bucketArn}/${PREFIXES.manifests}*`, {
      Null: { [LOCK_MODE]: "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    }),
  ];
}

/** The replica: only replication writes (it is authorised as s3:ReplicateObject), and it never brings a deletion. */
function replicaWrites({ bucketArn }: BucketPolicyInput): Statement[] {
  return [
    deny("DenyDirectWrites", "s3:PutObject", `${bucketArn}/*`),
    deny("DenyReplicatedDeletes", "s3:ReplicateDelete", `${bucketArn}/*`),
  ];
}

/** Statements of one bucket's policy. They only deny: what is allowed is each role's own policy. */
export function bucketPolicyStatements(input: BucketPolicyInput): Statement[] {
  return [
    ...transportAndEncryption(input),
    ...destruction(input),
    ...lockBounds(input),
    ...(input.side === RepositorySide.Primary ? primaryWrites(input) : replicaWrites(input)),
  ];
}
