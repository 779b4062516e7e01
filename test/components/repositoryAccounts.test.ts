import * as aws from "@pulumi/aws";
import { BackupRepository, type BackupRepositoryArgs, type BackupRepositoryOptions } from "../../components";
import { keyPolicyStatements } from "../../components/internal/repository/keyPolicy";
import { restorersOf, strangerProblems } from "../../components/internal/repository/restorers";
import {
  ACCOUNT,
  byName,
  DEPLOYER,
  lookUps,
  OTHER_ACCOUNT,
  OTHER_DEPLOYER,
  type Registered,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

const roleArn = `arn:aws:iam::${OTHER_ACCOUNT}:role/replica-deployer`;
const REPLICATION_ROLE = `arn:aws:iam:${REGION}:${ACCOUNT}:role/orders-replication`;
const DRILLS = `arn:aws:iam::${ACCOUNT}:role/orders-drill-role-*`;
const primaryRoot = { AWS: `arn:aws:iam::${ACCOUNT}:root` };

async function build(
  args: Partial<BackupRepositoryArgs> = { replicaAssumeRole: { roleArn, externalId: "backups" } },
  opts?: BackupRepositoryOptions,
): Promise<BackupRepository> {
  const repository = new BackupRepository("orders", { replicaRegion: REPLICA_REGION, ...args }, opts);
  await settle();
  return repository;
}

/** The error that a build ends with, when it is thrown or when a value is known. */
async function failure(args: Partial<BackupRepositoryArgs>, opts?: BackupRepositoryOptions): Promise<string> {
  try {
    await build(args, opts);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it was built");
}

const atReplica = ({ name, type }: Registered): boolean =>
  type.startsWith("aws:") && (/^orders-replica(?:-|$)/.test(name) || name === "orders-replication-latency-alarm");

describe("a replica in another account", () => {
  it("gets one provider, which assumes the role and accepts its account alone", async () => {
    await startMocks();
    await build();
    const providers = registered.filter((r) => r.type === "pulumi:providers:aws");
    expect(providers.map((r) => [r.name, r.inputs])).toEqual([
      [
        "orders-replica-provider",
        {
          region: REPLICA_REGION,
          assumeRoles: JSON.stringify([{ roleArn, externalId: "backups", sessionName: "backup321" }]),
          allowedAccountIds: JSON.stringify([OTHER_ACCOUNT]),
          skipCredentialsValidation: "false",
          skipRegionValidation: "true",
        },
      ],
    ]);
  });

  it.each([false, true])("has every child, look-up and region on its side only (preview: %s)", async (preview) => {
    await startMocks({ preview });
    await build();
    const children = registered.filter((r) => r.type.startsWith("aws:"));
    const there = children.filter(atReplica);
    expect(there.length).toBe(19);
    for (const child of children) {
      expect([child.name, child.provider.includes("::orders-replica-provider::")]).toEqual([
        child.name,
        there.includes(child),
      ]);
    }
    const regional = there.filter((r) => !r.type.startsWith("aws:iam/"));
    expect(regional.map((r) => [r.name, r.inputs.region])).toEqual(regional.map((r) => [r.name, REPLICA_REGION]));
    const asked = (token: string) =>
      lookUps.filter((l) => l.token === token).map((l) => l.provider?.includes("orders-replica-provider") ?? false);
    expect(asked("aws:iam/getSessionContext:getSessionContext").sort()).toEqual([false, true]);
  });

  it("works the same with a provider on the options, and makes none then", async () => {
    await startMocks();
    const mine = new aws.Provider("my-replica-provider", { region: REPLICA_REGION });
    await build({}, { replicaProvider: mine });
    expect(registered.filter((r) => r.type === "pulumi:providers:aws").map((r) => r.name)).toEqual([
      "my-replica-provider",
    ]);
    const there = registered.filter(atReplica);
    expect(there.every((r) => r.provider.includes("::my-replica-provider::"))).toBe(true);
    expect(byName("orders-primary").provider).not.toContain("my-replica-provider");
  });

  it("owns its copies, and lets the primary's account replicate and drill, and nothing else", async () => {
    await startMocks();
    await build();
    const { destination } = byName("orders-replication-rule").inputs.rules[0];
    expect(destination).toMatchObject({
      account: OTHER_ACCOUNT,
      accessControlTranslation: { owner: "Destination" },
      metrics: { status: "Enabled" },
    });
    const role = statementsOf(byName("orders-replication-policy").inputs.policy);
    expect(role.Replicas.Action).toEqual([
      "s3:ReplicateObject",
      "s3:ReplicateTags",
      "s3:ObjectOwnerOverrideToBucketOwner",
    ]);
    const allowed = (json: string) =>
      Object.values(statementsOf(json))
        .filter((s) => s.Effect === "Allow" && s.Principal.AWS === primaryRoot.AWS)
        .map((s) => [s.Action, s.Condition.ArnLike["aws:PrincipalArn"]]);
    expect(allowed(byName("orders-replica-policy").inputs.policy)).toEqual([
      [["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"], [REPLICATION_ROLE]],
      [["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"], [DRILLS]],
      [["s3:ListBucket", "s3:ListBucketVersions"], [DRILLS]],
    ]);
    expect(allowed(byName("orders-replica-key").inputs.policy)).toEqual([
      [["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"], [REPLICATION_ROLE]],
      ["kms:Decrypt", [DRILLS]],
    ]);
    expect(allowed(byName("orders-primary-policy").inputs.policy)).toEqual([]);
  });

  it("is administered by who deploys there, and the primary by who deploys here", async () => {
    await startMocks();
    await build();
    const admins = (side: string) =>
      statementsOf(byName(`orders-${side}-policy`).inputs.policy).DenyProtectionChanges.Condition.ArnNotLike[
        "aws:PrincipalArn"
      ];
    expect([admins("primary"), admins("replica")]).toEqual([[DEPLOYER], [OTHER_DEPLOYER]]);
    expect(admins("replica-logs")).toEqual([OTHER_DEPLOYER]);
    const key = statementsOf(byName("orders-replica-key").inputs.policy);
    expect(key.AccountIdentities.Principal).toEqual({ AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` });
    expect(key.DenyKeyLoss.Condition).toEqual({ ArnNotLike: { "aws:PrincipalArn": [OTHER_DEPLOYER] } });
  });

  it("is restored by a role of its own account, and not by the primary's", async () => {
    await startMocks();
    const repository = await build();
    const reads = (name: string) =>
      Object.values(statementsOf(byName(name, "RolePolicy").inputs.policy)).flatMap((s) => [s.Resource].flat());
    expect(reads("orders-restorer-policy").some((arn) => arn.includes("replica"))).toBe(false);
    expect(reads("orders-replica-restorer-policy").some((arn) => arn.includes("primary"))).toBe(false);
    expect(statementsOf(byName("orders-replica-restorer").inputs.assumeRolePolicy).People).toMatchObject({
      Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
      Condition: { ArnLike: { "aws:PrincipalArn": [OTHER_DEPLOYER] } },
    });
    expect(await valueOf(repository.replicaAccountId)).toBe(OTHER_ACCOUNT);
    expect(await valueOf(repository.restorerRoleArn)).toContain(`${ACCOUNT}:role/orders-restorer`);
    expect(await valueOf(repository.replicaRestorerRoleArn)).toContain(`${OTHER_ACCOUNT}:role/orders-replica-restorer`);
  });

  it("has names that IAM and S3 take, however long the component's is", async () => {
    await startMocks();
    const name = "n".repeat(41);
    new BackupRepository(name, { replicaRegion: REPLICA_REGION, replicaAssumeRole: { roleArn } });
    await settle();
    // Pulumi puts a hyphen and seven characters behind.
    const room: Record<string, number> = { "aws:iam/role:Role": 64 - 8, "aws:s3/bucket:Bucket": 63 - 8 };
    const named = registered.filter(({ type }) => type in room);
    expect(named.map((r) => r.name)).toContain(`${name}-replica-logs`);
    expect(named.filter((r) => r.name.length > room[r.type]!)).toEqual([]);
  });

  it("takes administrators among whom the deployer there is", async () => {
    await startMocks();
    const replicaAdminPrincipalArns = [`arn:aws:iam::${OTHER_ACCOUNT}:role/*deploy*`];
    await build({ replicaAssumeRole: { roleArn }, replicaAdminPrincipalArns });
    expect(statementsOf(byName("orders-replica-policy").inputs.policy).DenyProtectionChanges.Condition).toEqual({
      ArnNotLike: { "aws:PrincipalArn": replicaAdminPrincipalArns },
    });
  });

  it("fails when a transform widens what the provider may reach", async () => {
    await startMocks();
    const anywhere = ({ props, opts, type }: { props: object; opts: object; type: string }) =>
      type === "pulumi:providers:aws" ? { props: { ...props, allowedAccountIds: [] }, opts } : undefined;
    expect(await failure({ replicaAssumeRole: { roleArn } }, { transformations: [anywhere] })).toMatch(
      /^BackupRepository "orders": a transform changed the protected setting allowedAccountIds of orders-replica-provider;/,
    );
    await settle();
  });
});

describe("a replica in the primary's account", () => {
  it("has no provider of its own, one restorer for both sides, and lets nobody else in", async () => {
    await startMocks();
    const repository = await build({});
    expect(registered.filter((r) => r.type === "pulumi:providers:aws")).toEqual([]);
    expect(await valueOf(repository.replicaRestorerRoleArn)).toBe(await valueOf(repository.restorerRoleArn));
    expect(await valueOf(repository.replicaAccountId)).toBe(ACCOUNT);
    const { destination } = byName("orders-replication-rule").inputs.rules[0];
    expect(destination).not.toHaveProperty("account");
    expect(destination).not.toHaveProperty("accessControlTranslation");
    for (const side of ["primary", "replica"]) {
      const statements = Object.values(statementsOf(byName(`orders-${side}-policy`).inputs.policy));
      expect(statements.filter((s) => s.Effect === "Allow")).toEqual([]);
    }
  });

  it("may have administrators of its own, if the deployer is among them", async () => {
    await startMocks();
    const replicaAdminPrincipalArns = [DEPLOYER, `arn:aws:iam::${ACCOUNT}:role/replica-admin`];
    await build({ replicaAdminPrincipalArns });
    expect(statementsOf(byName("orders-replica-key").inputs.policy).DenyKeyLoss.Condition).toEqual({
      ArnNotLike: { "aws:PrincipalArn": replicaAdminPrincipalArns },
    });
  });
});

describe("the key of a replica in another account", () => {
  it("is used by the primary's roles through S3 in its region, for its bucket alone", () => {
    const bucketArn = "arn:aws:s3:::replica";
    const statements = keyPolicyStatements({
      partition: "aws",
      accountId: OTHER_ACCOUNT,
      adminPrincipalArns: [OTHER_DEPLOYER],
      guests: {
        replicationSource: { accountId: ACCOUNT, roleArn: REPLICATION_ROLE },
        readers: { accountId: ACCOUNT, roleArns: [DRILLS] },
        region: REPLICA_REGION,
        bucketArn,
      },
    });
    const StringEquals = {
      "kms:ViaService": `s3.${REPLICA_REGION}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": bucketArn,
    };
    expect(statements.filter((s) => s.Sid !== "AccountIdentities" && s.Effect === "Allow")).toEqual([
      {
        Sid: "AllowReplication",
        Effect: "Allow",
        Principal: primaryRoot,
        Action: ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { ArnLike: { "aws:PrincipalArn": [REPLICATION_ROLE] }, StringEquals },
      },
      {
        Sid: "AllowReaders",
        Effect: "Allow",
        Principal: primaryRoot,
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { ArnLike: { "aws:PrincipalArn": [DRILLS] }, StringEquals },
      },
    ]);
  });
});

describe("restorers", () => {
  const here = `arn:aws:iam::${ACCOUNT}:role/on-call`;
  const there = `arn:aws:iam::${OTHER_ACCOUNT}:role/on-call`;
  const anywhere = "arn:aws:iam::*:role/on-call";

  it.each([
    ["those of its account", [here, there, anywhere], [here, anywhere]],
    ["its administrators when all are of the other", [there], [DEPLOYER]],
    ["its administrators when none is named", undefined, [DEPLOYER]],
  ])("of a side are %s", (_, patterns, expected) => {
    expect(restorersOf(ACCOUNT, patterns, [DEPLOYER])).toEqual(expected);
  });

  it("fails when one is of neither account", () => {
    const stranger = "arn:aws:iam::333333333333:role/on-call";
    const problem = (accounts: string): string =>
      `restorerPrincipalArns must name identities of ${accounts}, got "${stranger}"; ` +
      "the restorer's role is assumed from within its own account: name a role there";
    expect(strangerProblems([ACCOUNT, ACCOUNT], [stranger, here, anywhere])).toEqual([problem(ACCOUNT)]);
    expect(strangerProblems([ACCOUNT, OTHER_ACCOUNT], [stranger])).toEqual([problem(`${ACCOUNT} or ${OTHER_ACCOUNT}`)]);
    expect(strangerProblems([ACCOUNT, OTHER_ACCOUNT], [here, there, anywhere])).toEqual([]);
  });
});
