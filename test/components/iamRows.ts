/** Keys of a request beside those that every request carries. */
export type Keys = Record<string, string>;

/** Who, action, resource, keys, verdict. The suite resolves the short names of identities and resources. */
export type Row = readonly [who: string, action: string, resource: string, keys: Keys, verdict: string];

/** PutObject, CompleteMultipartUpload, CopyObject. */
export const CREATES: Keys = { "s3:ObjectCreationOperation": "true" };
/** The same, that must not find the key taken. */
export const ONCE: Keys = { ...CREATES, "s3:if-none-match": "*" };
/** CreateMultipartUpload and UploadPart. */
export const PARTLY: Keys = { "s3:ObjectCreationOperation": "false" };
export const locked = (days: number, mode = "GOVERNANCE"): Keys => ({
  "s3:object-lock-mode": mode,
  "s3:object-lock-remaining-retention-days": String(days),
});
const sse = (algorithm: string, keyArn?: string): Keys => ({
  "s3:x-amz-server-side-encryption": algorithm,
  ...(keyArn ? { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn } : {}),
});
/** Use of a key by S3, for one bucket. */
export const forBucket = (region: string, bucket: string): Keys => ({
  "kms:ViaService": `s3.${region}.amazonaws.com`,
  "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::acme-${bucket}-0123456`,
});
const PRIMARY = forBucket("eu-central-1", "primary");
const REPLICA = forBucket("eu-west-1", "replica");
const PRIMARY_KEY = "arn:aws:kms:eu-central-1:111111111111:key/acme-primary-key-0123456";
const FOREIGN_KEY = "arn:aws:kms:eu-central-1:111111111111:key/another";
const DUMP = "primary/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const MANIFEST = "primary/manifests/daily/shop/2026/11/20/20261120T020000Z-k3q7ab.json";
const RECORD = "primary/verifications/shop/2026/11/20/20261120T020000Z-k3q7ab-1.json";
const DRILL = "primary/drills/shop/2026/11/20/d.json";
const COPY = "replica/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";

/** The dump task: adds, within bounds, and nothing else. */
export const DUMP_ROWS: readonly Row[] = [
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(35) }, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, { ...PARTLY, ...locked(35) }, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, PARTLY, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, ONCE, "allowed"],
  ["dump-shop", "s3:AbortMultipartUpload", DUMP, {}, "allowed"],
  ["dump-shop", "s3:PutObjectRetention", DUMP, locked(35), "allowed"],
  ["dump-shop", "s3:PutObject", MANIFEST, { ...ONCE, ...locked(35) }, "allowed"],
  ["dump-shop", "s3:PutObject", "primary/dumps/monthly/shop/x", { ...ONCE, ...locked(370) }, "allowed"],
  ["dump-crm", "s3:PutObject", "primary/dumps/daily/crm/x", { ...ONCE, ...locked(35) }, "allowed"],
  ["dump-shop", "kms:GenerateDataKey", "key primary", PRIMARY, "allowed"],
  ["dump-shop", "kms:Decrypt", "key primary", PRIMARY, "allowed"],
  ["dump-crm", "rds-db:connect", "dbuser db-CRM/backup", {}, "allowed"],

  // Not its own.
  ["dump-shop", "s3:PutObject", "primary/dumps/daily/crm/x", { ...ONCE, ...locked(35) }, "not allowed"],
  ["dump-crm", "s3:PutObject", "primary/dumps/monthly/crm/x", { ...ONCE, ...locked(370) }, "not allowed"],
  ["dump-shop", "s3:PutObject", RECORD, ONCE, "not allowed"],
  ["dump-shop", "s3:PutObject", DRILL, ONCE, "not allowed"],
  ["dump-shop", "s3:GetObject", DUMP, {}, "not allowed"],
  ["dump-shop", "s3:ListBucket", "primary", {}, "not allowed"],
  ["dump-shop", "kms:GenerateDataKey", "key primary", forBucket("eu-central-1", "another"), "not allowed"],
  ["dump-shop", "kms:Decrypt", "key primary", {}, "not allowed"],
  ["dump-shop", "kms:Decrypt", "key replica", REPLICA, "not allowed"],
  ["dump-shop", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],
  ["dump-shop", "rds-db:connect", "dbuser db-CRM/backup", {}, "not allowed"],
  ["dump-crm", "rds-db:connect", "dbuser db-CRM/postgres", {}, "not allowed"],

  // Overwriting, and writing without a lock.
  ["dump-shop", "s3:PutObject", DUMP, { ...CREATES, ...locked(35) }, "denied by DenyOverwrite"],
  ["dump-shop", "s3:PutObject", MANIFEST, { ...CREATES, ...locked(35) }, "denied by DenyOverwrite"],
  ["dump-shop", "s3:PutObject", MANIFEST, ONCE, "denied by DenyUnlockedManifest"],

  // Locks out of bounds.
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(33) }, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(32) }, "denied by DenyShortLock35"],
  ["dump-shop", "s3:PutObject", DUMP, { ...PARTLY, ...locked(32) }, "denied by DenyShortLock35"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(36) }, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(37) }, "denied by DenyLongLock35"],
  [
    "dump-shop",
    "s3:PutObject",
    "primary/dumps/monthly/shop/x",
    { ...ONCE, ...locked(35) },
    "denied by DenyShortLock370",
  ],
  ["dump-shop", "s3:PutObjectRetention", "primary/dumps/monthly/shop/x", locked(372), "denied by DenyLongLock370"],
  ["dump-shop", "s3:PutObjectRetention", DUMP, locked(1), "denied by DenyShortLock35"],
  ["dump-shop", "s3:PutObjectRetention", DUMP, locked(36_500), "denied by DenyLongLock35"],
  ["dump-shop", "s3:PutObjectRetention", DUMP, locked(35, "COMPLIANCE"), "denied by DenyWrongLockMode"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...locked(35, "COMPLIANCE") }, "denied by DenyWrongLockMode"],
  [
    "dump-shop",
    "s3:PutObjectRetention",
    DUMP,
    { ...locked(35), "s3:object-lock-event-hold": "ON" },
    "denied by DenyEventHold",
  ],

  // Encryption and transport.
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...sse("aws:kms", PRIMARY_KEY) }, "allowed"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...sse("aws:kms", FOREIGN_KEY) }, "denied by DenyWrongKey"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...sse("AES256") }, "denied by DenyWrongEncryption"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, ...sse("aws:kms") }, "denied by DenyImplicitAwsManagedKey"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, "aws:SecureTransport": "false" }, "denied by DenyInsecureTransport"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, "s3:TlsVersion": "1.1" }, "denied by DenyOldTls"],
  ["dump-shop", "s3:PutObject", DUMP, { ...ONCE, "s3:TlsVersion": "1.2" }, "allowed"],

  // Destroying, and the other side.
  ["dump-shop", "s3:DeleteObject", DUMP, {}, "denied by DenyDeleteObject"],
  ["dump-shop", "s3:DeleteObjectVersion", DUMP, {}, "denied by DenyRetentionBypass"],
  ["dump-shop", "s3:BypassGovernanceRetention", DUMP, {}, "denied by DenyRetentionBypass"],
  ["dump-shop", "s3:PutObjectLegalHold", DUMP, {}, "denied by DenyRetentionBypass"],
  ["dump-shop", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
];

/** Everybody who reads, and the records they add. */
export const READER_ROWS: readonly Row[] = [
  ["verify-role-1", "s3:ListBucket", "primary", {}, "allowed"],
  ["verify-role-1", "s3:ListBucketVersions", "primary", {}, "allowed"],
  ["verify-role-1", "s3:GetObjectVersion", DUMP, {}, "allowed"],
  ["verify-role-1", "s3:GetObject", MANIFEST, {}, "allowed"],
  ["verify-role-1", "s3:GetObjectRetention", DUMP, {}, "allowed"],
  ["verify-role-1", "s3:PutObject", RECORD, ONCE, "allowed"],
  ["verify-role-1", "kms:Decrypt", "key primary", PRIMARY, "allowed"],
  ["verify-role-1", "kms:GenerateDataKey", "key primary", PRIMARY, "allowed"],
  ["verify-role-1", "s3:PutObject", RECORD, CREATES, "denied by DenyOverwrite"],
  ["verify-role-1", "s3:PutObject", RECORD, { ...ONCE, ...locked(400) }, "allowed"],
  ["verify-role-1", "s3:PutObject", RECORD, { ...ONCE, ...locked(401) }, "denied by DenyLongLockEvidence"],
  ["verify-role-1", "s3:PutObject", DUMP, { ...ONCE, ...locked(35) }, "not allowed"],
  ["verify-role-1", "s3:PutObject", MANIFEST, { ...ONCE, ...locked(35) }, "not allowed"],
  ["verify-role-1", "s3:PutObject", "primary/verifications/billing/x", ONCE, "not allowed"],
  ["verify-role-1", "s3:PutObjectRetention", DUMP, locked(35), "not allowed"],
  ["verify-role-1", "s3:GetObject", "primary/dumps/daily/billing/x", {}, "not allowed"],
  ["verify-role-1", "s3:GetObject", COPY, {}, "not allowed"],
  ["verify-role-1", "s3:DeleteObject", RECORD, {}, "denied by DenyDeleteObject"],
  ["verify-role-1", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],

  ["plan-role", "s3:ListBucket", "primary", {}, "allowed"],
  ["plan-role", "s3:GetObject", MANIFEST, {}, "allowed"],
  ["plan-role", "s3:GetObject", DUMP, {}, "not allowed"],
  ["plan-role", "kms:Decrypt", "key primary", PRIMARY, "not allowed"],
  ["plan-role", "s3:PutObject", MANIFEST, { ...ONCE, ...locked(35) }, "not allowed"],

  ["fresh-primary-function-role", "s3:ListBucketVersions", "primary", {}, "allowed"],
  ["fresh-primary-function-role", "s3:GetObject", MANIFEST, {}, "allowed"],
  ["fresh-primary-function-role", "s3:GetObjectVersion", DUMP, {}, "allowed"],
  ["fresh-primary-function-role", "s3:GetObject", COPY, {}, "not allowed"],
  ["fresh-primary-function-role", "kms:Decrypt", "key primary", PRIMARY, "not allowed"],
  ["fresh-primary-function-role", "s3:PutObject", RECORD, ONCE, "not allowed"],
  ["fresh-primary-function-role", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "Backup321" }, "allowed"],
  ["fresh-primary-function-role", "cloudwatch:PutMetricData", "*", { "cloudwatch:namespace": "Other" }, "not allowed"],
  ["fresh-replica-function-role", "s3:ListBucket", "replica", {}, "allowed"],
  ["fresh-replica-function-role", "s3:GetObject", COPY, {}, "allowed"],
  ["fresh-replica-function-role", "s3:GetObject", DUMP, {}, "not allowed"],
  ["fresh-replica-function-role", "kms:Decrypt", "key replica", REPLICA, "not allowed"],

  ["restorer", "s3:ListBucket", "primary", {}, "allowed"],
  ["restorer", "s3:GetObjectVersion", DUMP, {}, "allowed"],
  ["restorer", "s3:RestoreObject", DUMP, {}, "allowed"],
  ["restorer", "kms:Decrypt", "key primary", PRIMARY, "allowed"],
  ["restorer", "kms:GenerateDataKey", "key primary", PRIMARY, "not allowed"],
  ["restorer", "s3:PutObject", DUMP, { ...ONCE, ...locked(35) }, "not allowed"],
  ["restorer", "s3:DeleteObjectVersion", DUMP, {}, "denied by DenyRetentionBypass"],
  ["restorer", "s3:PutObjectRetention", DUMP, locked(35), "not allowed"],

  ["drill-role-1", "s3:ListBucket", "replica", {}, "allowed"],
  ["drill-role-1", "s3:GetObjectVersion", COPY, {}, "allowed"],
  ["drill-role-1", "kms:Decrypt", "key replica", REPLICA, "allowed"],
  ["drill-role-1", "s3:PutObject", DRILL, ONCE, "allowed"],
  ["drill-role-1", "kms:GenerateDataKey", "key primary", PRIMARY, "allowed"],
  ["drill-role-1", "s3:PutObject", DRILL, CREATES, "denied by DenyOverwrite"],
  ["drill-role-1", "s3:PutObject", "primary/drills/billing/x", ONCE, "not allowed"],
  ["drill-role-1", "s3:PutObject", DUMP, { ...ONCE, ...locked(35) }, "not allowed"],
  ["drill-role-1", "s3:GetObject", DUMP, {}, "not allowed"],
  ["drill-role-1", "s3:ListBucket", "primary", {}, "not allowed"],
  ["drill-role-1", "s3:GetObject", "replica/dumps/daily/billing/x", {}, "not allowed"],
  ["drill-role-1", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
  ["drill-role-1", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],
  ["drill-role-1", "rds-db:connect", "dbuser db-CRM/backup", {}, "not allowed"],

  ["replication", "s3:GetReplicationConfiguration", "primary", {}, "allowed"],
  ["replication", "s3:ListBucket", "primary", {}, "allowed"],
  ["replication", "s3:GetObjectVersionForReplication", DUMP, {}, "allowed"],
  ["replication", "s3:GetObjectVersionAcl", DUMP, {}, "allowed"],
  ["replication", "s3:GetObjectVersionTagging", DUMP, {}, "allowed"],
  ["replication", "s3:GetObjectRetention", DUMP, {}, "allowed"],
  ["replication", "s3:GetObjectLegalHold", DUMP, {}, "allowed"],
  ["replication", "s3:ReplicateObject", COPY, {}, "allowed"],
  ["replication", "s3:ReplicateTags", COPY, {}, "allowed"],
  ["replication", "kms:Decrypt", "key primary", PRIMARY, "allowed"],
  ["replication", "kms:Encrypt", "key replica", REPLICA, "allowed"],
  ["replication", "kms:Decrypt", "key replica", REPLICA, "allowed"],
  ["replication", "kms:Encrypt", "key replica", forBucket("eu-west-1", "another"), "not allowed"],
  ["replication", "s3:ReplicateDelete", COPY, {}, "denied by DenyReplicatedDeletes"],
  ["replication", "s3:GetObject", DUMP, {}, "not allowed"],
  ["replication", "s3:PutObject", COPY, ONCE, "denied by DenyDirectWrites"],
];
