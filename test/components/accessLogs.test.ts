import type * as pulumi from "@pulumi/pulumi";
import { BackupRepository, type BackupRepositoryArgs } from "../../components";
import { accessLogPolicyStatements } from "../../components/internal/repository/accessLogPolicy";
import { storageRules } from "../../policies";
import { judge, type Written } from "../policies/harness";
import { ACCOUNT, byName, DEPLOYER, registered, REPLICA_REGION, settle, startMocks, valueOf } from "./mocks";
import { deniedBy } from "./policyEvaluator";

const LOGS = "arn:aws:s3:::logs";
const SOURCE = "arn:aws:s3:::backups";
const statements = accessLogPolicyStatements({
  logBucketArn: LOGS,
  sourceBucketArn: SOURCE,
  accountId: ACCOUNT,
  adminPrincipalArns: [DEPLOYER],
});
const object = `${LOGS}/requests/one`;
const secure = { "aws:SecureTransport": "true", "s3:TlsVersion": "1.3" };
const admin = { ...secure, "aws:PrincipalArn": DEPLOYER };
const other = { ...secure, "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/other` };
const delivery = { ...secure, "aws:SourceArn": SOURCE, "aws:SourceAccount": ACCOUNT };

async function build(args: Partial<BackupRepositoryArgs> = {}, opts?: pulumi.ComponentResourceOptions) {
  await startMocks();
  const repository = new BackupRepository("orders", { replicaRegion: REPLICA_REGION, ...args }, opts);
  await settle();
  return repository;
}

describe("the policy of a bucket for access logs", () => {
  it.each<[string, string, string, Record<string, string>, string[]]>([
    ["a log of its bucket", "s3:PutObject", object, delivery, []],
    [
      "a log of another bucket",
      "s3:PutObject",
      object,
      { ...delivery, "aws:SourceArn": `${SOURCE}-2` },
      ["DenyOtherWriters"],
    ],
    ["a forged log by an administrator", "s3:PutObject", object, admin, ["DenyOtherWriters"]],
    ["a forged log by anyone", "s3:PutObject", object, other, ["DenyOtherWriters"]],
    ["reading by who may", "s3:GetObject", object, other, []],
    [
      "reading in the clear",
      "s3:GetObject",
      object,
      { ...other, "aws:SecureTransport": "false" },
      ["DenyInsecureTransport"],
    ],
    ["reading by old TLS", "s3:GetObject", object, { ...other, "s3:TlsVersion": "1.1" }, ["DenyOldTls"]],
    ["deletion", "s3:DeleteObject", object, other, ["DenyDeletion"]],
    ["deletion of a version", "s3:DeleteObjectVersion", object, other, ["DenyDeletion"]],
    ["deletion by an administrator", "s3:DeleteObject", object, admin, []],
    ["a shorter life", "s3:PutLifecycleConfiguration", LOGS, other, ["DenyProtectionChanges"]],
    ["another policy", "s3:PutBucketPolicy", LOGS, other, ["DenyProtectionChanges"]],
    ["no policy", "s3:DeleteBucketPolicy", LOGS, other, ["DenyProtectionChanges"]],
    ["another encryption", "s3:PutEncryptionConfiguration", LOGS, other, ["DenyProtectionChanges"]],
    ["a change by who deploys", "s3:PutLifecycleConfiguration", LOGS, admin, []],
    ["a look at it", "s3:GetBucketPolicy", LOGS, other, []],
  ])("judges %s", (_, action, resource, keys, sids) => {
    expect(deniedBy(statements, { action, resource, keys })).toEqual(sids);
  });

  it("lets S3's log delivery in, for its bucket and account alone", () => {
    expect(statements.filter((s) => s.Effect === "Allow")).toEqual([
      {
        Sid: "LogDelivery",
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${LOGS}/*`,
        Condition: { ArnLike: { "aws:SourceArn": SOURCE }, StringEquals: { "aws:SourceAccount": ACCOUNT } },
      },
    ]);
  });
});

describe("access logs", () => {
  it.each([
    ["primary", undefined],
    ["replica", REPLICA_REGION],
  ])("of the %s are kept in a bucket of their own beside it", async (side, region) => {
    const repository = await build();
    expect(byName(`orders-${side}-logging`).inputs).toEqual({
      ...(region ? { region } : {}),
      bucket: `orders-${side}-0123456`,
      targetBucket: `orders-${side}-logs-0123456`,
      targetPrefix: "requests/",
      targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: "EventTime" } },
    });
    const bucket = byName(`orders-${side}-logs`).inputs;
    // Neither of the two may be a target's: logs would not arrive.
    expect(bucket).toEqual({ ...(region ? { region } : {}), forceDestroy: false });
    expect(byName(`orders-${side}-logs-encryption`).inputs.rules).toEqual([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, blockedEncryptionTypes: ["SSE-C"] },
    ]);
    expect(byName(`orders-${side}-logs-ownership`).inputs.rule).toEqual({ objectOwnership: "BucketOwnerEnforced" });
    expect(byName(`orders-${side}-logs-public-access`).inputs).toMatchObject({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(JSON.parse(byName(`orders-${side}-logs-policy`).inputs.policy).Statement).toEqual(
      accessLogPolicyStatements({
        logBucketArn: `arn:aws:s3:::orders-${side}-logs-0123456`,
        sourceBucketArn: `arn:aws:s3:::orders-${side}-0123456`,
        accountId: ACCOUNT,
        adminPrincipalArns: [DEPLOYER],
      }),
    );
    const name = side === "primary" ? repository.primaryLogBucketName : repository.replicaLogBucketName;
    expect(await valueOf(name)).toBe(`orders-${side}-logs-0123456`);
  });

  it.each([
    [undefined, 400],
    [731, 731],
  ])("are kept as long as evidence (%s)", async (evidenceRetentionDays, days) => {
    await build({ evidenceRetentionDays });
    for (const side of ["primary", "replica"]) {
      expect(byName(`orders-${side}-logs-lifecycle`).inputs.rules).toMatchObject([{ expiration: { days } }]);
    }
  });

  it.each([true, false])("are protected and retained like the backups, if asked: %s", async (deletionProtection) => {
    const seen = new Map<string, unknown[]>();
    const watch: pulumi.ResourceTransformation = ({ name, opts }) => {
      seen.set(name, [opts.protect, (opts as pulumi.CustomResourceOptions).retainOnDelete]);
      return undefined;
    };
    await build({ deletionProtection }, { transformations: [watch] });
    for (const role of ["logs", "logs-encryption", "logs-policy", "logs-lifecycle", "logging"]) {
      expect([role, seen.get(`orders-primary-${role}`)]).toEqual([role, [deletionProtection, true]]);
    }
  });

  it("are not switched on before their bucket takes them", async () => {
    const dependencies: string[] = [];
    const watch: pulumi.ResourceTransformation = ({ name, opts }) => {
      if (name !== "orders-primary-logging") return undefined;
      dependencies.push(...([opts.dependsOn].flat() as pulumi.Resource[]).map((r) => (r as any).__name));
      return undefined;
    };
    await build({}, { transformations: [watch] });
    expect(dependencies).toEqual(["orders-primary-logs-policy", "orders-primary-logs-ownership"]);
  });

  /** The stack as it is after an update, for a policy pack; without the resources of these names. */
  const stateWithout = (...names: string[]): Written[] =>
    registered
      .filter((r) => r.type.startsWith("aws:") && !names.includes(r.name))
      .map(({ type, name, inputs }) => ({
        type,
        name,
        props: type === "aws:s3/bucket:Bucket" ? { ...inputs, bucket: `${name}-0123456` } : inputs,
      }));
  const findings = async (state: Written[]): Promise<string[]> => {
    const found: string[] = [];
    for (const rule of storageRules) found.push(...(await judge(rule, state)));
    return found;
  };

  it("pass the rules for storage, as long as their bucket is closed and encrypted", async () => {
    await build();
    expect(await findings(stateWithout())).toEqual([]);
    expect(await findings(stateWithout("orders-replica-logs-encryption"))).toEqual([
      expect.stringMatching(/^aws\.s3\.Bucket "orders-replica-logs" has no encryption configuration/),
    ]);
    expect(await findings(stateWithout("orders-primary-logs-public-access"))).toEqual([
      expect.stringMatching(/^aws\.s3\.Bucket "orders-primary-logs" /),
    ]);
  });

  it("may be left out", async () => {
    const repository = await build({ accessLogs: false });
    expect(registered.filter((r) => /-log(s|ging)\b/.test(r.name))).toEqual([]);
    expect(await valueOf(repository.primaryLogBucketName)).toBe("");
  });

  it("have names that fit S3 for the longest name of a repository", async () => {
    const longest = "a".repeat(41);
    await startMocks();
    new BackupRepository(longest, { replicaRegion: REPLICA_REGION });
    await settle();
    const buckets = registered.filter((r) => r.type === "aws:s3/bucket:Bucket").map((r) => r.name);
    expect(buckets.length).toBe(4);
    // Pulumi puts a hyphen and 7 characters behind.
    expect(Math.max(...buckets.map((name) => name.length + 8))).toBeLessThanOrEqual(63);
  });
});
