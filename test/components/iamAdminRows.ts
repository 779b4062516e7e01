import { CREATES, forBucket, locked, ONCE, type Row } from "./iamRows";

const DUMP = "primary/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const COPY = "replica/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const LOG = "primary-logs/2026-11-20-02-00-00-ABC";
const REPLICA = forBucket("eu-west-1", "replica");

/** What Pulumi must still be able to update, and nobody else. */
const PROTECTION = [
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
];
const KEY_LOSS = ["kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];
/** Further settings that Pulumi keeps, which weaken nothing. */
const UPKEEP = ["s3:PutBucketTagging", "s3:GetBucketPolicy", "s3:GetLifecycleConfiguration", "s3:GetBucketVersioning"];

function each(actions: readonly string[], who: string, resources: readonly string[], verdict: string): Row[] {
  return resources.flatMap((resource) => actions.map((action): Row => [who, action, resource, {}, verdict]));
}

const BUCKETS = ["primary", "replica"];

/** The deployer, an administrator of the account who is none of the repository, and somebody from elsewhere. */
export const ADMIN_ROWS: readonly Row[] = [
  ...each(PROTECTION, "deployer", BUCKETS, "allowed"),
  ...each(PROTECTION, "account admin", BUCKETS, "denied by DenyProtectionChanges"),
  ...each(UPKEEP, "deployer", BUCKETS, "allowed"),
  ...each(KEY_LOSS, "deployer", ["key primary", "key replica"], "allowed"),
  ...each(KEY_LOSS, "account admin", ["key primary", "key replica"], "denied by DenyKeyLoss"),
  ["deployer", "kms:TagResource", "key primary", {}, "allowed"],
  ["deployer", "kms:UpdateKeyDescription", "key replica", {}, "allowed"],

  // Nobody deletes but lifecycle; only an administrator breaks the glass of GOVERNANCE.
  ["deployer", "s3:DeleteObject", DUMP, {}, "denied by DenyDeleteObject"],
  ["deployer", "s3:DeleteObject", COPY, {}, "denied by DenyDeleteObject"],
  ["account admin", "s3:DeleteObject", DUMP, {}, "denied by DenyDeleteObject"],
  ["deployer", "s3:DeleteObjectVersion", DUMP, {}, "allowed"],
  ["deployer", "s3:BypassGovernanceRetention", DUMP, {}, "allowed"],
  ...each(
    ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:PutObjectLegalHold", "s3:UpdateObjectEncryption"],
    "account admin",
    [DUMP, COPY],
    "denied by DenyRetentionBypass",
  ),

  // Forging and drowning: bounds hold for everybody, administrators included.
  ["account admin", "s3:PutObject", DUMP, { ...CREATES, ...locked(35) }, "denied by DenyOverwrite"],
  ["deployer", "s3:PutObject", DUMP, { ...CREATES, ...locked(35) }, "denied by DenyOverwrite"],
  ["account admin", "s3:PutObject", "primary/elsewhere/x", ONCE, "denied by DenyUnknownPrefixes"],
  ["account admin", "s3:PutObject", "primary/dumps/yearly/shop/x", ONCE, "denied by DenyUnknownPrefixes"],
  ["account admin", "s3:PutObjectRetention", DUMP, locked(36_500), "denied by DenyLongLock35"],
  ["account admin", "s3:PutObjectRetention", DUMP, locked(2), "denied by DenyShortLock35"],
  ["account admin", "s3:PutObjectRetention", COPY, locked(36_500), "denied by DenyDirectWrites"],
  ["deployer", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
  ["account admin", "s3:PutObject", COPY, { ...ONCE, ...locked(35) }, "denied by DenyDirectWrites"],
  ["account admin", "s3:ReplicateDelete", COPY, {}, "denied by DenyReplicatedDeletes"],
  ["account admin", "s3:ReplicateObject", DUMP, {}, "denied by DenyDeleteObject"],
  ["account admin", "s3:ReplicateDelete", DUMP, {}, "denied by DenyDeleteObject"],
  ["deployer", "s3:ReplicateObject", DUMP, {}, "denied by DenyDeleteObject"],
  ["account admin", "s3:GetObject", DUMP, { "aws:SecureTransport": "false" }, "denied by DenyInsecureTransport"],
  ["account admin", "s3:GetObject", COPY, { "s3:TlsVersion": "1.1" }, "denied by DenyOldTls"],

  // A limit: whoever has every right in the replica's account can replicate into it from a bucket of his own. What that adds lies
  // beside the true version, which is the oldest, and is reported.
  ["account admin", "s3:ReplicateObject", COPY, {}, "allowed"],

  // Access logs.
  [
    "logging.s3.amazonaws.com",
    "s3:PutObject",
    LOG,
    { ...CREATES, "aws:SourceArn": "primary", "aws:SourceAccount": "111111111111" },
    "allowed",
  ],
  [
    "logging.s3.amazonaws.com",
    "s3:PutObject",
    LOG,
    { ...CREATES, "aws:SourceArn": "arn:aws:s3:::another", "aws:SourceAccount": "111111111111" },
    "denied by DenyOtherWriters",
  ],
  ["account admin", "s3:PutObject", LOG, CREATES, "denied by DenyOtherWriters"],
  ["deployer", "s3:PutObject", LOG, CREATES, "denied by DenyOtherWriters"],
  ["account admin", "s3:DeleteObject", LOG, {}, "denied by DenyDeletion"],
  ["account admin", "s3:DeleteObjectVersion", LOG, {}, "denied by DenyDeletion"],
  ["account admin", "s3:PutLifecycleConfiguration", "primary-logs", {}, "denied by DenyProtectionChanges"],
  ["deployer", "s3:PutLifecycleConfiguration", "primary-logs", {}, "allowed"],

  // From elsewhere.
  ["stranger", "s3:GetObject", DUMP, {}, "not allowed"],
  ["stranger", "s3:ListBucket", "replica", {}, "not allowed"],
  ["stranger", "s3:PutObject", DUMP, { ...ONCE, ...locked(35) }, "not allowed"],
  ["stranger", "s3:PutBucketPolicy", "primary", {}, "denied by DenyProtectionChanges"],
  ["stranger", "s3:ReplicateObject", COPY, {}, "not allowed"],
  ["stranger", "kms:Decrypt", "key primary", {}, "not allowed"],

  ["restorer", "s3:GetObjectVersion", COPY, {}, "allowed"],
  ["restorer", "kms:Decrypt", "key replica", REPLICA, "allowed"],
];

/** What holds only where the replica's account is another one: who has one of them does not reach the other side by it. */
export const OTHER_ACCOUNT_ROWS: readonly Row[] = [
  ["replication", "s3:ObjectOwnerOverrideToBucketOwner", COPY, {}, "allowed"],
  ["restorer", "s3:GetObjectVersion", COPY, {}, "not allowed"],
  ["restorer", "kms:Decrypt", "key replica", REPLICA, "not allowed"],
  ["replica-restorer", "s3:ListBucket", "replica", {}, "allowed"],
  ["replica-restorer", "s3:GetObjectVersion", COPY, {}, "allowed"],
  ["replica-restorer", "s3:RestoreObject", COPY, {}, "allowed"],
  ["replica-restorer", "kms:Decrypt", "key replica", REPLICA, "allowed"],
  ["replica-restorer", "s3:GetObject", DUMP, {}, "not allowed"],
  ["replica-restorer", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
  ["other deployer", "sts:AssumeRole", "role replica-restorer", {}, "allowed"],
  ["deployer", "sts:AssumeRole", "role replica-restorer", {}, "not allowed"],
  ["other deployer", "sts:AssumeRole", "role restorer", {}, "not allowed"],
  ["verify-role-1", "s3:ListBucket", "replica", {}, "not allowed"],

  ...each(PROTECTION, "other deployer", ["replica"], "allowed"),
  ...each(PROTECTION, "other account admin", ["replica"], "denied by DenyProtectionChanges"),
  ...each(PROTECTION, "deployer", ["replica"], "denied by DenyProtectionChanges"),
  ...each(PROTECTION, "other deployer", ["primary"], "denied by DenyProtectionChanges"),
  ...each(KEY_LOSS, "other deployer", ["key replica"], "allowed"),
  ...each(KEY_LOSS, "deployer", ["key replica"], "denied by DenyKeyLoss"),
  ...each(KEY_LOSS, "other account admin", ["key replica"], "denied by DenyKeyLoss"),

  // The primary's account is lost: its administrator has every right in it.
  ["account admin", "s3:GetObject", COPY, {}, "not allowed"],
  ["account admin", "s3:ListBucket", "replica", {}, "not allowed"],
  ["account admin", "s3:DeleteObject", COPY, {}, "denied by DenyDeleteObject"],
  ["account admin", "s3:DeleteObjectVersion", COPY, {}, "denied by DenyRetentionBypass"],
  ["deployer", "s3:DeleteObjectVersion", COPY, {}, "denied by DenyRetentionBypass"],
  ["deployer", "s3:BypassGovernanceRetention", COPY, {}, "denied by DenyRetentionBypass"],
  ["account admin", "s3:ReplicateObject", COPY, {}, "not allowed"],
  ["account admin", "kms:Decrypt", "key replica", {}, "not allowed"],
  ["account admin", "kms:CreateGrant", "key replica", {}, "not allowed"],

  // The replica's account is lost.
  ["other account admin", "s3:DeleteObjectVersion", COPY, {}, "denied by DenyRetentionBypass"],
  ["other account admin", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
  ["other account admin", "s3:ReplicateDelete", COPY, {}, "denied by DenyReplicatedDeletes"],
  ["other account admin", "s3:ReplicateObject", COPY, {}, "allowed"],
  ["other account admin", "s3:GetObject", DUMP, {}, "not allowed"],
  ["other deployer", "s3:DeleteObjectVersion", DUMP, {}, "denied by DenyRetentionBypass"],
  ["other account admin", "kms:Decrypt", "key primary", {}, "not allowed"],
];
