import { PREFIXES } from "../../../runner/contract";
import { RepositorySide } from "../../types";
import { evidenceResources, LockBoundForm, lockBounds, type LockBoundsInput, tierResources } from "./bucketLockBounds";
import { sharingStatements, type SharingInput } from "./bucketSharing";
import { LIMITS } from "../defaults";
import { deny, policyJson, secureTransport, type Statement } from "../policyDocument";

/** What a bucket policy is made from. */
export interface BucketPolicyInput extends LockBoundsInput, SharingInput {
  side: RepositorySide;
  keyArn: string;
  /** `aws:PrincipalArn` patterns of those who may change the protection. The deploying identity is among them. */
  adminPrincipalArns: readonly string[];
}

const SSE = "s3:x-amz-server-side-encryption";
const SSE_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/** Transport and encryption. A negated operator is true when its key is missing, hence each is paired with Null. */
function transportAndEncryption({ bucketArn, keyArn }: BucketPolicyInput): Statement[] {
  const objects = `${bucketArn}/*`;
  return [
    ...secureTransport(bucketArn),
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
function destruction({ side, bucketArn, adminPrincipalArns }: BucketPolicyInput): Statement[] {
  const notAdmin = { ArnNotLike: { "aws:PrincipalArn": [...adminPrincipalArns] } };
  // Nothing replicates to the primary. From another bucket it would write, lock and hide past all bounds of the other statements.
  const replicated = side === RepositorySide.Primary ? ["s3:Replicate*"] : [];
  return [
    // A delete without a version id writes a marker that hides a backup, locked or not. Nobody needs one.
    deny("DenyDeleteObject", ["s3:DeleteObject", ...replicated], `${bucketArn}/*`),
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
        "s3:PauseReplication",
        "s3:PutBucketAcl",
        "s3:PutBucketLogging",
        "s3:PutBucketNotification",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketOwnershipControls",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketRequestPayment",
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
      Null: { "s3:object-lock-mode": "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    }),
  ];
}

/**
 * The replica: only replication writes (it is authorised as s3:ReplicateObject, with the source's lock), and it never brings a
 * deletion. Nobody sets a lock here, administrators included: an explicit lock could end before its tier's does, or decades later.
 * Where the primary bounds locks, nothing is left to bound, so tiers don't appear.
 */
function replicaWrites({ bucketArn }: BucketPolicyInput): Statement[] {
  return [
    deny("DenyDirectWrites", ["s3:PutObject", "s3:PutObjectRetention"], `${bucketArn}/*`),
    deny("DenyReplicatedDeletes", "s3:ReplicateDelete", `${bucketArn}/*`),
  ];
}

/**
 * Statements of one bucket's policy. They only deny, except that another account's roles are let in where there are any: what is
 * allowed within an account is each role's own policy. They fit S3's limit for every valid repository.
 */
export function bucketPolicyStatements(input: BucketPolicyInput): Statement[] {
  const common = [...sharingStatements(input), ...transportAndEncryption(input), ...destruction(input)];
  if (input.side === RepositorySide.Replica) return [...common, ...replicaWrites(input)];
  const withBounds = (form: LockBoundForm): Statement[] => [
    ...common,
    ...lockBounds(input, form),
    ...primaryWrites(input),
  ];
  const ranges = withBounds(LockBoundForm.Range);
  return Buffer.byteLength(policyJson(ranges)) <= LIMITS.bucketPolicyBytes ? ranges : withBounds(LockBoundForm.List);
}
