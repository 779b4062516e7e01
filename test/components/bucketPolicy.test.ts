import { ObjectLockMode, RepositorySide, Tier } from "../../components";
import { type BucketPolicyInput, bucketPolicyStatements } from "../../components/internal/repository/bucketPolicy";
import { deniedBy, type Request } from "./policyEvaluator";

const BUCKET = "arn:aws:s3:::b";
const KEY = "arn:aws:kms:eu-central-1:111111111111:key/k";
const ADMIN = "arn:aws:iam::111111111111:role/admin";
const INPUT: BucketPolicyInput = {
  side: RepositorySide.Primary,
  bucketArn: BUCKET,
  keyArn: KEY,
  adminPrincipalArns: [ADMIN],
  lockMode: ObjectLockMode.Governance,
  tiers: [
    { name: "daily", tier: Tier.Daily, lockDays: 35, expireDays: 35 },
    { name: "legal", tier: Tier.Monthly, lockDays: 400, expireDays: 400 },
  ],
  evidenceRetentionDays: 400,
};
const PRIMARY = bucketPolicyStatements(INPUT);
const REPLICA = bucketPolicyStatements({ ...INPUT, side: RepositorySide.Replica });

const TLS = {
  "aws:SecureTransport": "true",
  "s3:TlsVersion": "1.3",
  "aws:PrincipalArn": "arn:aws:iam::111111111111:role/dump",
};
const LOCK = { "s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-remaining-retention-days": "35" };
const ONCE = { "s3:if-none-match": "*", "s3:ObjectCreationOperation": "true" };
const PART = { "s3:ObjectCreationOperation": "false" };
const DUMP = `${BUCKET}/dumps/daily/orders/x`;
const MANIFEST = `${BUCKET}/manifests/daily/orders/x.json`;

const on = (statements: typeof PRIMARY, action: string, resource: string, keys: Request["keys"] = {}): string[] =>
  deniedBy(statements, { action: `s3:${action}`, resource, keys: { ...TLS, ...keys } });
const put = (resource: string, keys: Request["keys"]): string[] => on(PRIMARY, "PutObject", resource, keys);

describe("the primary's bucket policy", () => {
  it("lets through what a backup does", () => {
    expect({
      createUpload: put(DUMP, { ...PART, ...LOCK }),
      uploadPart: put(DUMP, PART),
      complete: put(DUMP, ONCE),
      manifest: put(MANIFEST, { ...ONCE, ...LOCK }),
      record: put(`${BUCKET}/verifications/orders/x-1.json`, ONCE),
      abort: on(PRIMARY, "AbortMultipartUpload", DUMP),
      read: on(PRIMARY, "GetObjectVersion", DUMP),
      list: on(PRIMARY, "ListBucket", BUCKET),
    }).toEqual({
      createUpload: [],
      uploadPart: [],
      complete: [],
      manifest: [],
      record: [],
      abort: [],
      read: [],
      list: [],
    });
  });

  it.each(["dumps/daily/orders/x", "manifests/daily/orders/x.json", "verifications/orders/x", "drills/orders/x"])(
    "refuses to write %s twice",
    (key) => {
      const withoutCondition = { ...LOCK, "s3:ObjectCreationOperation": "true" };
      expect(put(`${BUCKET}/${key}`, withoutCondition)).toContain("DenyOverwrite");
      expect(put(`${BUCKET}/${key}`, { ...LOCK, ...ONCE })).toEqual([]);
    },
  );

  it("refuses a manifest without its own lock, and an upload of one in parts", () => {
    expect(put(MANIFEST, ONCE)).toEqual(["DenyUnlockedManifest"]);
  });

  it.each([
    ["daily", "32", ["DenyShortLock35"]],
    ["daily", "33", []],
    ["daily", "36", []],
    ["daily", "37", ["DenyLongLock35"]],
    ["legal", "35", ["DenyShortLock400"]],
    ["legal", "400", []],
    ["legal", "402", ["DenyLongLock400"]],
  ])("bounds a lock below dumps/%s/ and manifests/%s/ of %s days", (tier, days, expected) => {
    const lock = { ...LOCK, "s3:object-lock-remaining-retention-days": days };
    for (const resource of [`${BUCKET}/dumps/${tier}/orders/x`, `${BUCKET}/manifests/${tier}/orders/x.json`]) {
      expect(put(resource, { ...PART, ...lock })).toEqual(expected);
      expect(on(PRIMARY, "PutObjectRetention", resource, lock)).toEqual(expected);
    }
  });

  it("has no lower bound where the slack would make it nothing", () => {
    const sids = (lockDays: number) =>
      bucketPolicyStatements({ ...INPUT, tiers: [{ name: "x", tier: Tier.Hourly, lockDays, expireDays: lockDays }] })
        .map((s) => s.Sid)
        .filter((sid) => sid.endsWith(`Lock${lockDays}`));
    expect(sids(2)).toEqual(["DenyLongLock2"]);
    expect(sids(3)).toEqual(["DenyLongLock3", "DenyShortLock3"]);
  });

  it("bounds tiers of one lock together", () => {
    const tiers = ["a", "b"].map((name) => ({ ...INPUT.tiers[0]!, name }));
    const statements = bucketPolicyStatements({ ...INPUT, tiers });
    expect(statements.filter((s) => s.Sid.endsWith("Lock35"))).toHaveLength(2);
    const lock = { ...PART, ...LOCK, "s3:object-lock-remaining-retention-days": "37" };
    for (const { name } of tiers) {
      expect(on(statements, "PutObject", `${BUCKET}/dumps/${name}/orders/x`, lock)).toEqual(["DenyLongLock35"]);
    }
  });

  it("refuses an event hold, which has no end", () => {
    const hold = (state: string) => ({ ...LOCK, "s3:object-lock-event-hold": state });
    expect(put(DUMP, { ...PART, ...hold("ON") })).toEqual(["DenyEventHold"]);
    expect(on(PRIMARY, "PutObjectRetention", DUMP, hold("ON"))).toEqual(["DenyEventHold"]);
    expect(put(DUMP, { ...PART, ...hold("OFF") })).toEqual([]);
  });

  it("bounds evidence from above", () => {
    const record = `${BUCKET}/verifications/orders/x-1.json`;
    const days = (n: string) => ({ ...ONCE, ...LOCK, "s3:object-lock-remaining-retention-days": n });
    expect(put(record, days("400"))).toEqual([]);
    expect(put(record, days("401"))).toEqual(["DenyLongLockEvidence"]);
  });

  it("refuses another lock mode than its own", () => {
    expect(put(DUMP, { ...PART, ...LOCK, "s3:object-lock-mode": "COMPLIANCE" })).toEqual(["DenyWrongLockMode"]);
  });

  it("refuses keys that no lifecycle rule and no reader knows", () => {
    expect(put(`${BUCKET}/dumps/hourly/orders/x`, { ...PART })).toEqual(["DenyUnknownPrefixes"]);
    expect(put(`${BUCKET}/notes.txt`, ONCE)).toEqual(["DenyUnknownPrefixes"]);
  });

  it.each([
    ["no header", {}, []],
    [
      "the key itself",
      { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": KEY },
      [],
    ],
    ["AES256", { "s3:x-amz-server-side-encryption": "AES256" }, ["DenyWrongEncryption"]],
    ["aws:kms without a key", { "s3:x-amz-server-side-encryption": "aws:kms" }, ["DenyImplicitAwsManagedKey"]],
    [
      "another key",
      { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": `${KEY}2` },
      ["DenyWrongKey"],
    ],
  ])("judges an encryption header: %s", (_, header, expected) => {
    expect(put(DUMP, { ...PART, ...header })).toEqual(expected);
  });
});

describe.each([
  ["primary", PRIMARY],
  ["replica", REPLICA],
])("the %s's bucket policy", (_, statements) => {
  it("refuses plain HTTP and old TLS for everything", () => {
    expect(on(statements, "GetObject", DUMP, { "aws:SecureTransport": "false" })).toEqual(["DenyInsecureTransport"]);
    expect(on(statements, "ListBucket", BUCKET, { "s3:TlsVersion": "1.1" })).toEqual(["DenyOldTls"]);
    expect(on(statements, "GetObject", DUMP, { "s3:TlsVersion": "1.2" })).toEqual([]);
  });

  it("refuses a delete to everyone, administrators too", () => {
    expect(on(statements, "DeleteObject", DUMP)).toEqual(["DenyDeleteObject"]);
    expect(on(statements, "DeleteObject", DUMP, { "aws:PrincipalArn": ADMIN })).toEqual(["DenyDeleteObject"]);
  });

  it.each(["BypassGovernanceRetention", "DeleteObjectVersion", "PutObjectLegalHold", "UpdateObjectEncryption"])(
    "keeps %s to administrators",
    (action) => {
      expect(on(statements, action, DUMP)).toEqual(["DenyRetentionBypass"]);
      expect(on(statements, action, DUMP, { "aws:PrincipalArn": ADMIN })).toEqual([]);
    },
  );

  it.each([
    "DeleteBucket",
    "DeleteBucketPolicy",
    "PutBucketObjectLockConfiguration",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketVersioning",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
    "PutReplicationConfiguration",
  ])("keeps %s to administrators", (action) => {
    expect(on(statements, action, BUCKET)).toEqual(["DenyProtectionChanges"]);
    expect(on(statements, action, BUCKET, { "aws:PrincipalArn": ADMIN })).toEqual([]);
  });
});

describe("the replica's bucket policy", () => {
  it("refuses to be written to, even by administrators, except by replication", () => {
    expect(on(REPLICA, "PutObject", DUMP, { ...ONCE, ...LOCK, "aws:PrincipalArn": ADMIN })).toEqual([
      "DenyDirectWrites",
    ]);
    expect(on(REPLICA, "ReplicateObject", DUMP, { ...LOCK, "s3:object-lock-remaining-retention-days": "3" })).toEqual(
      [],
    );
  });

  it("refuses to change a lock that was copied, even to administrators", () => {
    expect(on(REPLICA, "PutObjectRetention", DUMP, LOCK)).toEqual(["DenyDirectWrites"]);
    expect(on(REPLICA, "PutObjectRetention", DUMP, { ...LOCK, "aws:PrincipalArn": ADMIN })).toEqual([
      "DenyDirectWrites",
    ]);
  });

  it("refuses replicated deletions, as the primary does, which nothing replicates to", () => {
    expect(on(REPLICA, "ReplicateDelete", DUMP)).toEqual(["DenyReplicatedDeletes"]);
    expect(on(PRIMARY, "ReplicateDelete", DUMP)).toEqual(["DenyDeleteObject"]);
  });
});
