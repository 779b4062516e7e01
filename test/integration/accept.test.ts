// needs: pulumi, standin
/** The acceptance run for real accounts, tried on the stand-in: every check must be able to come to its verdict there. */
import { readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  DeleteBucketPolicyCommand,
  DeleteBucketReplicationCommand,
  ListBucketsCommand,
  PutBucketEncryptionCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { accept, exitCodeOf, type Report } from "../accept/accept";
import { CHECKS } from "../accept/checks";
import type { Access, Outputs } from "../accept/ground";
import { startProviderProcess } from "../support/engine/providerProcess";
import { ensurePulumi, pluginPath } from "../support/engine/pulumiCli";
import { withStack } from "../support/engine/runStack";
import { type Bench, startBench } from "../support/standin/fixtures";
import type { Credentials } from "../support/standin/standin";
import { type Ended, startProcess } from "./backupGround";

const REGION = "eu-central-1";
const REPLICA_REGION = "eu-west-1";

jest.setTimeout(300_000);

let bench: Bench;
let deployer: Credentials;

beforeAll(async () => {
  bench = await startBench();
  deployer = await bench.assume(await bench.role("deployer", "ec2.amazonaws.com", [{ Action: "*", Resource: "*" }]));
});
afterAll(async () => {
  await bench?.close();
});

/** Checks that prove nothing on the stand-in, and why. */
const NOT_HERE: Record<string, string> = {
  "source-account": "the role's trust does not ask for it, so nothing relies on it",
  "cross-account": "not tried: needs a second account",
  fargate: "not tried: needs an image",
  "rds-iam": "not tried: needs an RDS instance",
  lifecycle: "not tried: takes days",
  "alarm-warm-up": "not tried: takes hours",
};

describe("npm run accept:aws against the repository as it is", () => {
  let report: Report;
  let ended: Ended;
  const left = () => report.left.map((line) => /^key (arn:aws:kms:([^:]+):\S+): deleted by AWS in 7 days/.exec(line)!);
  beforeAll(async () => {
    const cli = await ensurePulumi();
    const provider = await startProviderProcess(bench.standin.env(deployer));
    const flags = ["--i-accept-costs", "--region", REGION, "--replica-region", REPLICA_REGION, "--json"];
    const path = [dirname(cli.command.command), process.env.PATH, await pluginPath(join(bench.dir, "bin"))];
    ended = await startProcess(require.resolve("tsx/cli"), [join(__dirname, "..", "accept", "main.ts"), ...flags], {
      ...bench.standin.env(deployer),
      PATH: path.join(delimiter),
      TMPDIR: bench.dir,
      PULUMI_HOME: join(bench.dir, "home"),
      PULUMI_DEBUG_PROVIDERS: provider.attachment,
      PULUMI_SKIP_UPDATE_CHECK: "true",
    }).ended;
    await provider.stop();
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining("\nsweeping\n")]);
    report = JSON.parse(ended.stdout) as Report;
  });

  test("proves every claim but those that the stand-in can't show", () => {
    const seen = report.rows.map(({ id, verdict, detail }) => [id, verdict, verdict === "proven" ? "" : detail]);
    expect(seen).toEqual(CHECKS.map(({ id }) => [id, id in NOT_HERE ? "unproven" : "proven", NOT_HERE[id] ?? ""]));
  });

  test("leaves no bucket, no role and no state, and two keys that go by themselves", async () => {
    expect(left().map((match) => match[2])).toEqual([REGION, REPLICA_REGION]);
    for (const [, KeyId, region] of left()) {
      const kms = new KMSClient(bench.as(undefined, region));
      expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata!.KeyState).toBe("PendingDeletion");
    }
    expect((await new S3Client(bench.as()).send(new ListBucketsCommand({}))).Buckets).toEqual([]);
    const { Roles } = await new IAMClient(bench.as()).send(new ListRolesCommand({}));
    expect(Roles!.map((role) => role.RoleName)).toEqual(["deployer"]);
    expect(readdirSync(bench.dir).filter((name) => name.startsWith("backup321-accept-"))).toEqual([]);
  });

  test("names everything of one run alike, and says so first", () => {
    expect(ended.stderr).toMatch(/^everything is called (b321-accept-[0-9a-f]{6}) and tagged backup321:accept=\1\n/m);
  });
});

describe("a run against a repository that somebody stripped", () => {
  /** Takes away policies, default lock, default key and replication. */
  async function strip({ primaryBucketName: Bucket, replicaBucketName }: Outputs): Promise<void> {
    const [here, there] = [new S3Client(bench.as(deployer)), new S3Client(bench.as(deployer, REPLICA_REGION))];
    await here.send(new DeleteBucketPolicyCommand({ Bucket }));
    await there.send(new DeleteBucketPolicyCommand({ Bucket: replicaBucketName }));
    await here.send(new DeleteBucketReplicationCommand({ Bucket }));
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" } as const;
    await here.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }] as const;
    const ServerSideEncryptionConfiguration = { Rules: [...Rules] };
    await here.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
  }

  test("disproves every claim that rests on what is gone, and is swept as well", async () => {
    const name = "b321-accept-bare";
    const stack = await withStack({
      programModule: join(__dirname, "..", "accept", "program.ts"),
      programArgs: { name, replicaRegion: REPLICA_REGION, tags: { "backup321:accept": name } },
      projectName: "accept",
      stackName: "run",
      region: REGION,
      stateDir: join(bench.dir, name),
      awsEnv: bench.standin.env(deployer),
    });
    const deploy = async () => {
      const values = Object.entries((await stack.up()).outputs).map(([key, { value }]) => [key, value]);
      const outputs = Object.fromEntries(values) as unknown as Outputs;
      await strip(outputs);
      return { outputs, destroy: () => stack.destroy() };
    };
    const access: Access = {
      region: REGION,
      replicaRegion: REPLICA_REGION,
      options: (region, credentials) => bench.as(credentials ?? deployer, region),
      patienceMs: 2_000,
    };
    const report = await accept(access, deploy, () => undefined).finally(() => stack.close());
    const verdicts = Object.fromEntries(report.rows.map(({ id, verdict, detail }) => [id, `${verdict}: ${detail}`]));
    const ACCEPTED = "disproven: it was accepted";
    expect(verdicts).toMatchObject({
      "upload-lock": expect.stringMatching(/^proven/),
      "upload-lock-short": ACCEPTED,
      "upload-lock-long": ACCEPTED,
      "upload-lock-mode": ACCEPTED,
      "manifest-unlocked": ACCEPTED,
      "default-retention": "disproven: no lock until never",
      "default-encryption": "disproven: AES256 undefined, bucket key undefined",
      "wrong-key": ACCEPTED,
      "wrong-encryption": ACCEPTED,
      "customer-key": ACCEPTED,
      "head-without-key": ACCEPTED,
      overwrite: ACCEPTED,
      copy: ACCEPTED,
      "delete-marker": ACCEPTED,
      bypass: ACCEPTED,
      protection: ACCEPTED,
      "replica-write": ACCEPTED,
      replication: "disproven: replication is off after the wait",
      "replica-time": "unproven: nothing was copied",
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(report.left).toEqual([expect.stringMatching(/^key /), expect.stringMatching(/^key /)]);
  });
});
