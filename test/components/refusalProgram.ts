/**
 * Refusals that come only when a value is known. Pulumi reports them as rejections that nobody can await, which would end a test
 * runner; here they end a case. Prints one JSON object: case → first message, or null when it was built.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  BackupRepository,
  type BackupRepositoryArgs,
  type BackupRepositoryOptions,
  BackupRunner,
} from "../../components";
import { RUNNER_ARGS } from "./fixtures";
import { ACCOUNT, DEPLOYER, IMAGE, OTHER_ACCOUNT, REGION, REPLICA_REGION, settle, startMocks } from "./mocks";

interface Case {
  mocks?: Parameters<typeof startMocks>[0];
  args?: Partial<BackupRepositoryArgs>;
  transform?: BackupRepositoryOptions["transform"];
  /** Builds something else than a repository. */
  build?: () => unknown;
}

const runnerOf = (image: string) => (): unknown =>
  new BackupRunner("orders", { ...RUNNER_ARGS, image: pulumi.output(Promise.resolve(image)) });

const elsewhere = { replicaAssumeRole: { roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/replica-deployer` } };
const onCall = (account: string): string => `arn:aws:iam::${account}:role/on-call`;

const CASES: Record<string, Case> = {
  nothing: {},
  lockOut: { args: { adminPrincipalArns: [`arn:aws:iam::${ACCOUNT}:role/break-glass`] } },
  sameRegion: { mocks: { region: REPLICA_REGION } },
  sameAccount: { mocks: { otherAccount: ACCOUNT }, args: elsewhere },
  replicaLockOut: { args: { ...elsewhere, replicaAdminPrincipalArns: [DEPLOYER] } },
  replicaLockOutInOneAccount: { args: { replicaAdminPrincipalArns: [onCall(ACCOUNT)] } },
  strangeRestorer: { args: { restorerPrincipalArns: [onCall("333333333333"), onCall(ACCOUNT)] } },
  restorersOfBoth: { args: { ...elsewhere, restorerPrincipalArns: [onCall(ACCOUNT), onCall(OTHER_ACCOUNT)] } },
  bucketElsewhere: {
    mocks: { existingBuckets: { "my-backups": "us-east-1" } },
    args: { existingPrimaryBucketName: "my-backups" },
  },
  replicaBucketElsewhere: {
    mocks: { existingBuckets: { "my-backups": REGION } },
    args: { existingReplicaBucketName: "my-backups" },
  },
  bucketThere: {
    mocks: { existingBuckets: { "my-backups": REGION, "my-copies": REPLICA_REGION } },
    args: { existingPrimaryBucketName: "my-backups", existingReplicaBucketName: "my-copies" },
  },
  logPolicy: { transform: { logBucketPolicy: (args) => void (args.policy = '{"Statement":[]}') } },
  logging: { transform: { logging: (args) => void (args.targetBucket = "other") } },
  policy: { transform: { bucketPolicy: (args) => void (args.policy = '{"Statement":[]}') } },
  policyBucket: { transform: { bucketPolicy: (args) => void (args.bucket = "other") } },
  encryption: { transform: { encryption: (args) => void (args.rules = []) } },
  replication: { transform: { replication: (args) => void (args.rules = []) } },
  imageByTag: { build: runnerOf("registry.example/backup321:1") },
  imageByDigest: { build: runnerOf(IMAGE) },
  sameByAnotherWay: {
    transform: {
      bucketPolicy: (args) => void (args.policy = pulumi.output(args.policy).apply((json) => json as string)),
    },
  },
};

let refused: (message: string) => void = () => undefined;
process.on("unhandledRejection", (error: Error) => refused(error.message));

void (async () => {
  const messages: Record<string, string | null> = {};
  for (const [name, { mocks, args, transform, build }] of Object.entries(CASES)) {
    await startMocks(mocks);
    const refusal = new Promise<string>((resolve) => (refused = resolve));
    if (build) build();
    else new BackupRepository("orders", { replicaRegion: REPLICA_REGION, ...args }, { transform });
    // A refused build never settles.
    const settled = settle().then(
      // Rejections are told about some turns of the event loop later.
      () => new Promise<null>((resolve) => setTimeout(() => resolve(null), 300)),
      (error: Error) => error.message,
    );
    messages[name] = await Promise.race([refusal, settled]);
  }
  process.stdout.write(JSON.stringify(messages));
  process.exit(0);
})();
