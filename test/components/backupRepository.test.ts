import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  BackupRepository,
  type BackupRepositoryArgs,
  type BackupRepositoryOptions,
  ObjectLockMode,
  Tier,
} from "../../components";
import { arnMatches } from "../../components/internal/account";
import { collecting } from "./fixtures";
import {
  byName,
  DEPLOYER,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

const ARGS: BackupRepositoryArgs = { replicaRegion: REPLICA_REGION };
async function build(
  args: Partial<BackupRepositoryArgs> = {},
  opts?: BackupRepositoryOptions,
): Promise<BackupRepository> {
  const repository = new BackupRepository("orders", { ...ARGS, ...args }, opts);
  await settle();
  return repository;
}

describe("BackupRepository", () => {
  it.each(["primary", "replica"])("locks, versions, encrypts and closes the %s", async (side) => {
    await startMocks();
    await build();
    expect(byName(`orders-${side}`).inputs).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
    expect(byName(`orders-${side}-versioning`).inputs.versioningConfiguration).toEqual({ status: "Enabled" });
    expect(byName(`orders-${side}-object-lock`).inputs.rule).toEqual({
      defaultRetention: { mode: "GOVERNANCE", days: 120 },
    });
    expect(byName(`orders-${side}-encryption`).inputs.rules).toEqual([
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: `arn:aws:kms:${side === "primary" ? REGION : REPLICA_REGION}:111111111111:key/orders-${side}-key`,
        },
        bucketKeyEnabled: true,
        blockedEncryptionTypes: ["SSE-C"],
      },
    ]);
    expect(byName(`orders-${side}-key`).inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect(byName(`orders-${side}-ownership`).inputs.rule).toEqual({ objectOwnership: "BucketOwnerEnforced" });
    const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } = byName(
      `orders-${side}-public-access`,
    ).inputs;
    expect([blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(byName(`orders-${side}-lifecycle`).inputs.rules[0]).toMatchObject({
      id: "dumps-daily",
      transitions: [{ storageClass: "GLACIER", days: 30 }],
      expiration: { days: 120 },
    });
  });

  it("replicates everything with its lock and never a deletion", async () => {
    await startMocks();
    await build();
    expect(byName("orders-replication-rule").inputs.rules).toEqual([
      {
        id: "primary-to-replica",
        priority: 1,
        status: "Enabled",
        filter: { prefix: "" },
        deleteMarkerReplication: { status: "Disabled" },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
        destination: {
          bucket: "arn:aws:s3:::orders-replica-0123456",
          encryptionConfiguration: {
            replicaKmsKeyId: `arn:aws:kms:${REPLICA_REGION}:111111111111:key/orders-replica-key`,
          },
          metrics: { status: "Enabled" },
        },
      },
    ]);
    const statements = statementsOf(byName("orders-replication-policy").inputs.policy);
    expect(Object.values(statements).flatMap((s) => s.Action)).toEqual([
      "s3:GetReplicationConfiguration",
      "s3:ListBucket",
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionAcl",
      "s3:GetObjectVersionTagging",
      "s3:GetObjectRetention",
      "s3:GetObjectLegalHold",
      "s3:ReplicateObject",
      "s3:ReplicateTags",
      "kms:Decrypt",
      "kms:Encrypt",
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]);
    expect(statements.EncryptReplica.Condition.StringEquals).toEqual({
      "kms:ViaService": `s3.${REPLICA_REGION}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::orders-replica-0123456",
    });
  });

  it("lets restorers read both sides, and do nothing else", async () => {
    await startMocks();
    await build();
    const statements = statementsOf(byName("orders-restorer-policy").inputs.policy);
    expect([...new Set(Object.values(statements).flatMap((s) => s.Action))].sort()).toEqual([
      "kms:Decrypt",
      "s3:GetObject",
      "s3:GetObjectRetention",
      "s3:GetObjectVersion",
      "s3:ListBucket",
      "s3:ListBucketVersions",
      "s3:RestoreObject",
    ]);
    const trust = statementsOf(byName("orders-restorer").inputs.assumeRolePolicy);
    expect(trust.People.Condition).toEqual({ ArnLike: { "aws:PrincipalArn": [DEPLOYER] } });
  });

  it("protects buckets and keys from deletion by Pulumi, unless told, and retains them in any case", async () => {
    for (const deletionProtection of [undefined, false]) {
      await startMocks();
      const seen: [string, unknown, unknown][] = [];
      const watch: pulumi.ResourceTransformation = ({ name, opts }) => {
        seen.push([name, opts.protect, (opts as pulumi.CustomResourceOptions).retainOnDelete]);
        return undefined;
      };
      await build({ deletionProtection }, { transformations: [watch] });
      const of = (name: string) => seen.find(([n]) => n === name)?.slice(1);
      expect(of("orders-primary")).toEqual([deletionProtection ?? true, true]);
      expect(of("orders-replica-key")).toEqual([deletionProtection ?? true, true]);
      expect(of("orders-replica-policy")?.[1]).toBe(true);
    }
  });

  it("waits with replication until both sides are protected", async () => {
    await startMocks();
    let dependencies: string[] = [];
    const watch: pulumi.ResourceTransformation = ({ name, opts }) => {
      if (name === "orders-replication-rule") {
        dependencies = ([opts.dependsOn].flat() as pulumi.Resource[]).map((r) => (r as any).__name);
      }
      return undefined;
    };
    await build({}, { transformations: [watch] });
    const needed = ["versioning", "object-lock", "encryption", "policy"].flatMap((role) => [
      `orders-primary-${role}`,
      `orders-replica-${role}`,
    ]);
    expect(dependencies).toEqual(expect.arrayContaining([...needed, "orders-replication-policy"]));
  });

  it("uses the caller's keys and then makes none", async () => {
    await startMocks();
    const primaryKmsKeyArn = `arn:aws:kms:${REGION}:111111111111:key/mine`;
    const repository = await build({ primaryKmsKeyArn, replicaKmsKeyArn: pulumi.output(primaryKmsKeyArn) });
    expect(registered.filter((r) => r.type === "aws:kms/key:Key")).toEqual([]);
    expect(await valueOf(repository.primaryKmsKeyArn)).toBe(primaryKmsKeyArn);
  });

  it("tells the topic of failed replication, if there is one", async () => {
    await startMocks();
    const alarmTopicArn = `arn:aws:sns:${REGION}:111111111111:alerts`;
    await build({ alarmTopicArn });
    expect(byName("orders-primary-notification").inputs).toMatchObject({
      eventbridge: true,
      topics: [{ topicArn: alarmTopicArn, events: ["s3:Replication:OperationFailedReplication"] }],
    });
    await startMocks();
    await build();
    expect(byName("orders-primary-notification").inputs).not.toHaveProperty("topics");
  });

  it("takes the shortest tier's lock as the floor, and COMPLIANCE when acknowledged", async () => {
    await startMocks();
    const tiers = [
      { tier: Tier.Monthly, expireDays: 400 },
      { tier: Tier.Daily, expireDays: 35, lockDays: 14 },
    ];
    await build({ tiers, objectLockMode: ObjectLockMode.Compliance, acknowledgeIrreversible: true });
    expect(byName("orders-replica-object-lock").inputs.rule).toEqual({
      defaultRetention: { mode: "COMPLIANCE", days: 14 },
    });
  });
});

describe("the primary's name", () => {
  it("is known only once replication stands: what is written earlier would never be copied", async () => {
    await startMocks();
    const children: pulumi.Resource[] = [];
    const repository = await build({}, collecting(children));
    const rule = children.find((child) => child instanceof aws.s3.BucketReplicationConfig)!;
    const waitsFor = (output: pulumi.Output<string>) =>
      (output as unknown as { allResources(): Promise<Set<pulumi.Resource>> }).allResources();
    expect(await waitsFor(repository.primaryBucketName)).toContain(rule);
    expect(await waitsFor(repository.primaryBucketArn)).toContain(rule);
    expect(await waitsFor(repository.replicaBucketName)).not.toContain(rule);
  });
});

describe("administrators", () => {
  const admins = () =>
    statementsOf(byName("orders-primary-policy").inputs.policy).DenyProtectionChanges.Condition.ArnNotLike[
      "aws:PrincipalArn"
    ];

  it("are the deployer's role, not its session, by default", async () => {
    await startMocks();
    await build();
    expect(admins()).toEqual([DEPLOYER]);
  });

  it("are who is named, when the deployer is among them", async () => {
    await startMocks();
    const adminPrincipalArns = ["arn:aws:iam::111111111111:role/deploy*", "arn:aws:iam::111111111111:role/break-glass"];
    await build({ adminPrincipalArns });
    expect(admins()).toEqual(adminPrincipalArns);
  });

  it.each([
    ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", true],
    ["arn:aws:iam::1:role/*", "arn:aws:iam::1:role/path/a", true],
    ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/ab", false],
    ["arn:aws:iam::?:role/a", "arn:aws:iam::1:role/a", true],
    ["arn:aws:iam::1:role/a.b", "arn:aws:iam::1:role/axb", false],
  ])("match like IAM's patterns: %s and %s", (pattern, arn, expected) => {
    expect(arnMatches(pattern, arn)).toBe(expected);
  });
});
