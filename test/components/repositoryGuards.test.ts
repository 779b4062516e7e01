import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  BackupRepository,
  type BackupRepositoryArgs,
  type BackupRepositoryOptions,
  ObjectLockMode,
  Tier,
} from "../../components";
import { collecting, messageOf } from "./fixtures";
import { byName, registered, REPLICA_REGION, settle, startMocks, statementsOf } from "./mocks";

const ARGS: BackupRepositoryArgs = { replicaRegion: REPLICA_REGION };
const PROTECTED =
  "versioning, Object Lock, encryption, public access block, lifecycle, keys and deny statements stay as they are: remove that change";
const EVERYTHING_EXPIRES = { id: "mine", status: "Enabled", filter: {}, expiration: { days: 1 } };

async function build(
  args: Partial<BackupRepositoryArgs> = {},
  opts?: BackupRepositoryOptions,
): Promise<BackupRepository> {
  const repository = new BackupRepository("orders", { ...ARGS, ...args }, opts);
  await settle();
  return repository;
}

/** The error that a build ends with, whether it is thrown or arrives when a value is known. */
async function failure(args: Partial<BackupRepositoryArgs>, opts?: BackupRepositoryOptions): Promise<string> {
  try {
    await build(args, opts);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was built");
}

describe("arguments of BackupRepository", () => {
  it.each<[string, Partial<BackupRepositoryArgs>, string]>([
    ["no tier", { tiers: [] }, "tiers must hold at least one tier; a repository that keeps nothing is no backup"],
    [
      "a tier twice",
      { tiers: [Tier.Daily, Tier.Daily].map((tier) => ({ tier, expireDays: 35 })) },
      "tiers: 2 daily tiers have no name; give all but one a name of its own, or merge them",
    ],
    [
      "half a day",
      { tiers: [{ tier: Tier.Daily, expireDays: 1.5 }] },
      "tiers: daily.expireDays must be a whole number from 1 to 36500, got 1.5",
    ],
    [
      "evidence that goes before its lock",
      { evidenceRetentionDays: 90 },
      "evidenceRetentionDays must be at least the shortest tier's lock (120), got 90; evidence is locked that long: raise it or lower lockDays",
    ],
    [
      "a key's alias",
      { primaryKmsKeyArn: "alias/backups" },
      'primaryKmsKeyArn must be an ARN like arn:aws:kms:<region>:<account>:key/<id>, got "alias/backups"',
    ],
    [
      "a bucket's ARN for its name",
      { existingPrimaryBucketName: "arn:aws:s3:::backups" },
      'existingPrimaryBucketName must be the name of a bucket (3-63 characters), not its ARN or URL, got "arn:aws:s3:::backups"',
    ],
    [
      "one bucket for both sides",
      { existingPrimaryBucketName: "backups", existingReplicaBucketName: "backups" },
      'existingReplicaBucketName must be another bucket than existingPrimaryBucketName, both are "backups"; one bucket is one copy',
    ],
    [
      "a topic of the replica that is no ARN",
      { replicaAlarmTopicArn: "alerts" },
      'replicaAlarmTopicArn must be an ARN like arn:aws:sns:<region>:<account>:<name>, of a standard topic, got "alerts"',
    ],
    [
      "a FIFO topic, which S3 refuses",
      { alarmTopicArn: "arn:aws:sns:eu-central-1:111111111111:alerts.fifo" },
      "alarmTopicArn must be an ARN like arn:aws:sns:<region>:<account>:<name>, of a standard topic, " +
        'got "arn:aws:sns:eu-central-1:111111111111:alerts.fifo"',
    ],
    [
      "an administrator of the replica that is no ARN",
      { replicaAdminPrincipalArns: ["admin"] },
      'replicaAdminPrincipalArns must hold ARN patterns like arn:aws:iam::<account>:role/<name>, got "admin"',
    ],
    [
      "a role to assume that is none",
      { replicaAssumeRole: { roleArn: "deployer" } },
      'replicaAssumeRole.roleArn must be an ARN like arn:aws:iam::<account>:role/<name>, got "deployer"; ' +
        "it decides the replica's account, so it can't be an output",
    ],
    [
      "a principal that is no ARN",
      { adminPrincipalArns: ["admin"] },
      'adminPrincipalArns must hold ARN patterns like arn:aws:iam::<account>:role/<name>, got "admin"',
    ],
    [
      "a session in place of its role",
      { adminPrincipalArns: ["arn:aws:sts::111111111111:assumed-role/deployer/me"] },
      'adminPrincipalArns must name roles, not their sessions, got "arn:aws:sts::111111111111:assumed-role/deployer/me"; ' +
        "IAM compares the role's ARN: write arn:aws:iam::<account>:role/<name>",
    ],
    [
      "more people than a trust policy holds",
      { restorerPrincipalArns: Array.from({ length: 40 }, (_, i) => `arn:aws:iam::111111111111:role/restorer-${i}`) },
      "restorerPrincipalArns must be at most 1600 characters together (IAM's trust policies end at 2048), got 1791; use a * in a pattern",
    ],
    [
      "everybody an administrator",
      { adminPrincipalArns: ["arn:aws:iam::111111111111:role/*"] },
      'adminPrincipalArns must name identities, "arn:aws:iam::111111111111:role/*" is every one of them, the runner\'s roles included; ' +
        "nothing would be denied to anybody: write arn:aws:iam::<account>:role/<name>",
    ],
    [
      "no administrator",
      { adminPrincipalArns: [] },
      "adminPrincipalArns must not be empty; leave it out for the deploying identity",
    ],
    [
      "COMPLIANCE by accident",
      { objectLockMode: ObjectLockMode.Compliance },
      "objectLockMode COMPLIANCE needs acknowledgeIrreversible: true; until their locks end nobody can delete the objects or stop " +
        "paying for them, the root user included",
    ],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(await failure(args)).toBe(`BackupRepository "orders": ${problem}`);
    expect(registered).toEqual([]);
  });

  it("says every problem at once", async () => {
    await startMocks();
    const args = { evidenceRetentionDays: 90, existingPrimaryBucketName: "B", replicaAssumeRole: { roleArn: "x" } };
    const message = await failure(args);
    expect(message).toMatch(/^BackupRepository "orders": 3 problems:\n/);
    for (const argument of ["evidenceRetentionDays", "existingPrimaryBucketName", "replicaAssumeRole.roleArn"]) {
      expect(message).toContain(`  - ${argument} must be`);
    }
  });

  it.each([
    ["says once what is allowed but costs or risks more than it looks", 7, 1],
    ["says nothing about tiers that are well chosen", 120, 0],
  ])("%s", async (_, expireDays, times) => {
    await startMocks();
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      const repository = await build({ tiers: [{ tier: Tier.Daily, expireDays }] });
      const warning =
        "tiers: the longest retention is 7 days; what is noticed after a month can't be restored: keep one tier for 30 days or more";
      expect(warn.mock.calls).toEqual(Array.from({ length: times }, () => [warning, repository]));
    } finally {
      warn.mockRestore();
    }
  });
});

describe("the replica's region", () => {
  const replicaRegion = "ap-south-1";
  const problem =
    'BackupRepository "orders": replicaRegion must differ from the primary\'s region, both are ap-south-1; ' +
    "one region's loss would take both copies";
  beforeEach(() => pulumi.runtime.setAllConfig({ "aws:region": replicaRegion }));
  afterEach(() => pulumi.runtime.setAllConfig({}));

  it("fails when it is the default provider's", async () => {
    await startMocks();
    expect(await failure({ replicaRegion })).toBe(problem);
    expect(registered).toEqual([]);
  });

  it("may be the default provider's where another provider is given", async () => {
    await startMocks();
    const provider = new aws.Provider("mine", { region: "eu-central-1" });
    await build({ replicaRegion }, { provider });
    expect(byName("orders-replica").inputs.region).toBe(replicaRegion);
  });
});

describe("transforms of BackupRepository", () => {
  it("may change what protects nothing", async () => {
    await startMocks();
    await build(
      {},
      {
        transform: {
          bucket: (args, _, name) => (args.tags = { side: name }),
          bucketPolicy: (args) => {
            args.policy = pulumi.output(args.policy).apply((json) => {
              const document = JSON.parse(json as string);
              document.Statement.push({
                Sid: "Mine",
                Effect: "Deny",
                Principal: "*",
                Action: "s3:GetObjectTorrent",
                Resource: "*",
              });
              return JSON.stringify(document);
            });
          },
          lifecycle: (_, opts) => (opts.ignoreChanges = ["tags"]),
        },
      },
    );
    expect(byName("orders-replica").inputs.tags).toEqual({ side: "orders-replica" });
    const statements = statementsOf(byName("orders-primary-policy").inputs.policy);
    expect(Object.keys(statements)).toEqual(
      expect.arrayContaining(["Mine", "DenyDeleteObject", "DenyInsecureTransport"]),
    );
  });

  it.each<[string, BackupRepositoryOptions["transform"], string]>([
    [
      "the bucket's lock",
      { bucket: (args) => (args.objectLockEnabled = false) },
      "objectLockEnabled of orders-primary;",
    ],
    ["forced destruction", { bucket: (args) => (args.forceDestroy = true) }, "forceDestroy of orders-primary;"],
    [
      "versioning",
      { versioning: (args) => (args.versioningConfiguration = { status: "Suspended" }) },
      "versioningConfiguration of orders-primary-versioning;",
    ],
    ["the lock rule", { objectLock: (args) => (args.rule = undefined) }, "rule of orders-primary-object-lock;"],
    [
      "public access",
      { publicAccess: (args) => (args.blockPublicAcls = false) },
      "blockPublicAcls of orders-primary-public-access;",
    ],
    [
      "the key's rotation",
      { key: (args) => (args.enableKeyRotation = false) },
      "enableKeyRotation of orders-primary-key;",
    ],
    [
      "forced destruction of logs",
      { logBucket: (args) => (args.forceDestroy = true) },
      "forceDestroy of orders-primary-logs;",
    ],
    [
      "where logs are written",
      { logging: (args) => (args.targetPrefix = "elsewhere/") },
      "targetPrefix of orders-primary-logging;",
    ],
    [
      "updates of the policy",
      { bucketPolicy: (_, opts) => (opts.ignoreChanges = ["policy"]) },
      "policy (ignoreChanges) of orders-primary-policy;",
    ],
    [
      "when backups expire",
      { lifecycle: (args) => (args.rules = [EVERYTHING_EXPIRES]) },
      "rules of orders-primary-lifecycle;",
    ],
    [
      "that settings are retained",
      { objectLock: (_, opts) => (opts.retainOnDelete = false) },
      "retainOnDelete of orders-primary-object-lock;",
    ],
    [
      "the parent, out of sight of the component",
      {
        versioning: (_, opts) => {
          opts.parent = undefined;
          opts.transformations = [
            ({ props, opts: own }) => ({
              props: { ...props, versioningConfiguration: { status: "Suspended" } },
              opts: own,
            }),
          ];
        },
      },
      "versioningConfiguration of orders-primary-versioning;",
    ],
  ])("fails when one changes %s", async (_, transform, what) => {
    await startMocks();
    const message = await failure({}, { transform });
    expect(message).toBe(`BackupRepository "orders": a transform changed the protected setting ${what} ${PROTECTED}`);
    await settle();
  });

  it("fails when Pulumi's own transformations change one", async () => {
    await startMocks();
    const weaken: pulumi.ResourceTransformation = ({ props, opts, type }) =>
      type.endsWith(":BucketPublicAccessBlock")
        ? { props: { ...props, restrictPublicBuckets: false }, opts }
        : undefined;
    const make = () => new BackupRepository("orders", ARGS, { transformations: [weaken] });
    expect(messageOf(make)).toBe(
      `BackupRepository "orders": a transform changed the protected setting restrictPublicBuckets of orders-primary-public-access; ${PROTECTED}`,
    );
    await settle();
  });

  it("fails when those of a component around it change one", async () => {
    await startMocks();
    const suspend: pulumi.ResourceTransformation = ({ props, opts, type }) =>
      type.endsWith(":BucketVersioning")
        ? { props: { ...props, versioningConfiguration: { status: "Suspended" } }, opts }
        : undefined;
    const parent = new pulumi.ComponentResource("mine:index:Platform", "platform", {}, { transformations: [suspend] });
    expect(messageOf(() => new BackupRepository("orders", ARGS, { parent }))).toBe(
      `BackupRepository "orders": a transform changed the protected setting versioningConfiguration of orders-primary-versioning; ${PROTECTED}`,
    );
    await settle();
  });

  it("may add lifecycle rules for what is no backup", async () => {
    await startMocks();
    const rule = { ...EVERYTHING_EXPIRES, filter: { prefix: "legacy/" } };
    await build(
      {},
      {
        transform: { lifecycle: (args) => (args.rules = pulumi.output(args.rules).apply((ours) => [...ours!, rule])) },
      },
    );
    expect(byName("orders-replica-lifecycle").inputs.rules.at(-1)).toEqual(rule);
  });

  it("are no transformations of children, which stay the caller's to watch", async () => {
    await startMocks();
    const children: pulumi.Resource[] = [];
    await build({}, collecting(children));
    expect(children.length).toBe(registered.length);
  });
});
