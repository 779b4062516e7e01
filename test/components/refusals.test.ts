import { spawnSync } from "node:child_process";
import path from "node:path";
import { DEPLOYER, REPLICA_REGION } from "./mocks";

const root = path.join(__dirname, "..", "..");
let messages: Record<string, string | null>;

beforeAll(() => {
  const program = path.join(__dirname, "refusalProgram.ts");
  // Its exit code says only that refused promises were left behind, as they must be.
  const run = spawnSync(process.execPath, ["--import", "tsx", program], { cwd: root, encoding: "utf8" });
  if (!run.stdout) throw new Error(run.stderr);
  messages = JSON.parse(run.stdout);
}, 120_000);

const guarded = (what: string): string =>
  `BackupRepository "orders": a transform changed the protected setting ${what}; versioning, Object Lock, encryption, ` +
  "public access block, keys and deny statements stay as they are: remove that change";

describe("when a value becomes known, BackupRepository", () => {
  it("builds when there is nothing to refuse", () => {
    expect(messages.nothing).toBeNull();
    expect(messages.sameByAnotherWay).toBeNull();
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

  it.each([
    ["policy", "policy of orders-primary-policy"],
    ["policyBucket", "bucket of orders-primary-policy"],
    ["encryption", "rules of orders-primary-encryption"],
    ["replication", "rules of orders-replication-rule"],
  ])("fails when a transform changed %s", (name, what) => {
    expect(messages[name]).toContain(guarded(what));
  });
});
