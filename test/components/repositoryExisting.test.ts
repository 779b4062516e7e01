import type * as pulumi from "@pulumi/pulumi";
import { BackupRepository, type BackupRepositoryArgs } from "../../components";
import { existingBucketProblems } from "../../components/internal/repository/existingBucket";
import {
  byName,
  lookUps,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

const EXISTING = { "my-backups": REGION, "my-copies": REPLICA_REGION };
const NAMES = { existingPrimaryBucketName: "my-backups", existingReplicaBucketName: "my-copies" };

/** Name → protect, retainOnDelete and parent's name of every child. */
async function build(args: Partial<BackupRepositoryArgs>, preview = false) {
  await startMocks({ preview, existingBuckets: EXISTING });
  const options = new Map<string, { protect?: boolean; retainOnDelete?: boolean; parent?: string }>();
  const watch: pulumi.ResourceTransformation = ({ name, opts }) => {
    const { protect, retainOnDelete, parent } = opts as pulumi.CustomResourceOptions;
    options.set(name, { protect, retainOnDelete, parent: (parent as any)?.__name });
    return undefined;
  };
  const repository = new BackupRepository(
    "orders",
    { replicaRegion: REPLICA_REGION, ...args },
    { transformations: [watch] },
  );
  await settle();
  return { repository, options };
}

const settings = (side: string): string[] =>
  ["versioning", "object-lock", "encryption", "ownership", "public-access", "policy", "lifecycle"].map(
    (role) => `orders-${side}-${role}`,
  );

describe("a bucket that is there already", () => {
  it.each([false, true])(
    "is locked, versioned and closed like a new one, and none is made (preview: %s)",
    async (p) => {
      await build(NAMES, p);
      expect(registered.filter((r) => r.type === "aws:s3/bucket:Bucket").map((r) => r.name)).toEqual([
        "orders-primary-logs",
        "orders-replica-logs",
      ]);
      for (const [side, bucket] of [
        ["primary", "my-backups"],
        ["replica", "my-copies"],
      ]) {
        for (const name of [...settings(side!), `orders-${side}-logging`]) {
          expect([name, byName(name).inputs.bucket]).toEqual([name, bucket]);
        }
      }
      expect(byName("orders-replication-rule").inputs).toMatchObject({
        bucket: "my-backups",
        rules: [{ destination: { bucket: "arn:aws:s3:::my-copies" } }],
      });
      expect(byName("orders-primary-notification").inputs.bucket).toBe("my-backups");
    },
  );

  it("is what the policies speak of", async () => {
    await build(NAMES);
    const changes = statementsOf(byName("orders-primary-policy").inputs.policy).DenyProtectionChanges;
    expect(changes.Resource).toBe("arn:aws:s3:::my-backups");
    const copies = statementsOf(byName("orders-replication-policy").inputs.policy).Replicas;
    expect(copies.Resource).toBe("arn:aws:s3:::my-copies/*");
  });

  it("comes out under its own name", async () => {
    const { repository } = await build(NAMES);
    expect(await valueOf(repository.primaryBucketName)).toBe("my-backups");
    expect(await valueOf(repository.replicaBucketArn)).toBe("arn:aws:s3:::my-copies");
  });

  it.each([true, false])("has settings that are protected by themselves, if asked: %s", async (deletionProtection) => {
    const { options } = await build({ ...NAMES, deletionProtection });
    for (const name of [...settings("primary"), ...settings("replica"), "orders-replication-rule"]) {
      expect([name, options.get(name)]).toEqual([
        name,
        { protect: deletionProtection, retainOnDelete: true, parent: "orders" },
      ]);
    }
  });

  it("may be on one side only", async () => {
    const { options } = await build({ existingReplicaBucketName: "my-copies" });
    expect(byName("orders-primary", "Bucket").inputs.objectLockEnabled).toBe(true);
    expect(options.get("orders-primary-policy")?.parent).toBe("orders-primary");
    expect(options.get("orders-replica-policy")?.parent).toBe("orders");
  });

  it("is looked up through the component, and only where there is one", async () => {
    const asked = () => lookUps.filter((l) => l.token === "aws:s3/getBucket:getBucket").length;
    await build(NAMES);
    expect(asked()).toBe(2);
    await build({});
    expect(asked()).toBe(0);
  });
});

describe("the name of a bucket that is there already", () => {
  it.each(["abc", "my.backups-2026", "a".repeat(63)])("may be %s", (name) => {
    expect(existingBucketProblems({ existingPrimaryBucketName: name })).toEqual([]);
  });

  it.each(["ab", "a".repeat(64), "My-Backups", "s3://backups", "arn:aws:s3:::backups", "10.0.0.1", "backups-"])(
    "fails when it is %s",
    (name) => {
      expect(existingBucketProblems({ existingReplicaBucketName: name })).toEqual([
        `existingReplicaBucketName must be the name of a bucket (3-63 characters), not its ARN or URL, got "${name}"`,
      ]);
    },
  );
});
