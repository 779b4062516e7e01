/**
 * Refusals that come only when a value is known. Pulumi reports them as rejections that nobody can await, which would end a test
 * runner; here they end a case. Prints one JSON object: case → first message, or null when it was built.
 */
import * as pulumi from "@pulumi/pulumi";
import { BackupRepository, type BackupRepositoryArgs, type BackupRepositoryOptions } from "../../components";
import { ACCOUNT, REPLICA_REGION, settle, startMocks } from "./mocks";

interface Case {
  region?: string;
  args?: Partial<BackupRepositoryArgs>;
  transform?: BackupRepositoryOptions["transform"];
}

const CASES: Record<string, Case> = {
  nothing: {},
  lockOut: { args: { adminPrincipalArns: [`arn:aws:iam::${ACCOUNT}:role/break-glass`] } },
  sameRegion: { region: REPLICA_REGION },
  policy: { transform: { bucketPolicy: (args) => void (args.policy = '{"Statement":[]}') } },
  policyBucket: { transform: { bucketPolicy: (args) => void (args.bucket = "other") } },
  encryption: { transform: { encryption: (args) => void (args.rules = []) } },
  replication: { transform: { replication: (args) => void (args.rules = []) } },
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
  for (const [name, { region, args, transform }] of Object.entries(CASES)) {
    await startMocks({ region });
    const refusal = new Promise<string>((resolve) => (refused = resolve));
    new BackupRepository("orders", { replicaRegion: REPLICA_REGION, ...args }, { transform });
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
