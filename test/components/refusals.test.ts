import { spawnSync } from "node:child_process";
import path from "node:path";
import { ACCOUNT, DEPLOYER, OTHER_DEPLOYER, REGION, REPLICA_REGION } from "./mocks";

const root = path.join(__dirname, "..", "..");
let messages: Record<string, string | null>;

beforeAll(() => {
  const program = path.join(__dirname, "refusalProgram.ts");
  // Its exit code says only that refused promises were left behind, as they must be.
  const run = spawnSync(process.execPath, ["--import", "tsx", program], { cwd: root, encoding: "utf8" });
  if (!run.stdout) throw new Error(run.stderr);
  messages = JSON.parse(run.stdout);
}, 120_000);

const onCall = (account: string): string => `arn:aws:iam::${account}:role/on-call`;

const guarded = (what: string): string =>
  `BackupRepository "orders": a transform changed the protected setting ${what}; versioning, Object Lock, encryption, ` +
  "public access block, lifecycle, keys and deny statements stay as they are: remove that change";

describe("when a value becomes known, BackupRepository", () => {
  it("builds when there is nothing to refuse", () => {
    expect(messages.nothing).toBeNull();
    expect(messages.sameByAnotherWay).toBeNull();
    expect(messages.imageByDigest).toBeNull();
    expect(messages.restorersOfBoth).toBeNull();
    expect(messages.bucketThere).toBeNull();
  });

  it("fails when an image that was made beside it has no digest", () => {
    expect(messages.imageByTag).toContain(
      'BackupRunner "orders": image must be pinned by digest (<repository>@sha256:<64 hex digits>), ' +
        'got "registry.example/backup321:1"; a tag can change under a backup',
    );
  });

  it("fails when the deployer would lock itself out", () => {
    expect(messages.lockOut).toContain(
      `BackupRepository "orders": adminPrincipalArns must match the deploying identity ${DEPLOYER}, got ` +
        "arn:aws:iam::111111111111:role/break-glass; the bucket policy would refuse every later deployment: add it",
    );
  });

  it("fails when the provider's region is the replica's", () => {
    expect(messages.sameRegion).toContain(
      `BackupRepository "orders": replicaRegion must differ from the primary's region, both are ${REPLICA_REGION}; ` +
        "one region's loss would take both copies",
    );
  });

  it("fails when another account's provider reaches the primary's", () => {
    expect(messages.sameAccount).toContain(
      'BackupRepository "orders": replicaProvider and replicaAssumeRole are for a replica in another account, both sides are in ' +
        `${ACCOUNT}; leave them out, replicaRegion alone places the replica`,
    );
  });

  it.each([
    ["replicaLockOut", OTHER_DEPLOYER, DEPLOYER],
    ["replicaLockOutInOneAccount", DEPLOYER, onCall(ACCOUNT)],
  ])("fails when who deploys the replica would lock itself out: %s", (name, deployer, got) => {
    expect(messages[name]).toContain(
      `BackupRepository "orders": replicaAdminPrincipalArns must match the deploying identity ${deployer}, got ${got}; ` +
        "the bucket policy would refuse every later deployment: add it",
    );
  });

  it("fails when a restorer is of neither account", () => {
    expect(messages.strangeRestorer).toContain(
      `BackupRepository "orders": restorerPrincipalArns must name identities of ${ACCOUNT}, got "${onCall("333333333333")}"; ` +
        "the restorer's role is assumed from within its own account: name a role there",
    );
  });

  it.each([
    [
      "bucketElsewhere",
      `BackupRepository "orders": existingPrimaryBucketName "my-backups" must be in ${REGION}, it is in us-east-1; name a bucket of that region`,
    ],
    [
      "replicaBucketElsewhere",
      `BackupRepository "orders": existingReplicaBucketName "my-backups" must be in ${REPLICA_REGION}, it is in ${REGION}; ` +
        "name a bucket of that region",
    ],
  ])("fails when a bucket to adopt is not where it must be: %s", (name, message) => {
    expect(messages[name]).toContain(message);
  });

  it.each([
    ["logPolicy", "policy of orders-primary-logs-policy"],
    ["logging", "targetBucket of orders-primary-logging"],
    ["policy", "policy of orders-primary-policy"],
    ["policyBucket", "bucket of orders-primary-policy"],
    ["encryption", "rules of orders-primary-encryption"],
    ["replication", "rules of orders-replication-rule"],
  ])("fails when a transform changed %s", (name, what) => {
    expect(messages[name]).toContain(guarded(what));
  });
});
