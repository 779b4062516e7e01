// needs: pulumi, standin
/** The doctor at a deployed stack: what the components make is as it wants it, and what somebody changes it finds. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { DisableAlarmActionsCommand } from "@aws-sdk/client-cloudwatch";
import { GetRolePolicyCommand, ListRolePoliciesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import {
  DeleteBucketReplicationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { buildSync } from "esbuild";
import bundleOptions from "../../scripts/bundleOptions";
import { STACK_KEYS } from "../../runner/stackSettings";
import type { CheckResult } from "../../runner/doctor/check";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";
import { makeSettings } from "./componentsGround";

const REGION = "eu-central-1";
const ROOT = path.join(__dirname, "../..");
jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let stack: RunningStack;
let outputs: Record<string, any>;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-doctor-"));
  const entries = { backup321: "main", doctorRun: "doctorRun" };
  for (const [out, entry] of Object.entries(entries)) {
    const entryPoints = [path.join(ROOT, "runner/cli", `${entry}.ts`)];
    buildSync({ entryPoints, outfile: path.join(dir, `${out}.js`), ...bundleOptions });
  }
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  const settings = await makeSettings(here, "not used here");
  stack = await withStack({
    programModule: path.join(ROOT, "examples/minimal/index.ts"),
    projectName: "shop",
    stackName: "dev",
    region: REGION,
    stateDir: path.join(dir, "stack"),
    awsEnv: bench.standin.env(),
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`shop:${key}`, { value }])),
  });
  await stack.up();
  const { deployment } = (await stack.export()) as { deployment: { resources: { type: string; outputs?: object }[] } };
  outputs = deployment.resources.find(({ type }) => type.endsWith(":DatabaseBackup"))?.outputs ?? {};
  const settings321 = Object.entries(outputs).filter(([key]) => STACK_KEYS.includes(key as never));
  writeFileSync(path.join(dir, "backup321.json"), JSON.stringify(Object.fromEntries(settings321)));
}, 600_000);

afterAll(async () => {
  await stack?.close();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs the command line where the configuration file is. */
async function doctor(...args: string[]) {
  const env = { PATH: process.env.PATH, HOME: dir, ...bench.standin.env() };
  const command = [path.join(dir, "backup321.js"), "doctor", "--json", ...args];
  const ended = await promisify(execFile)(process.execPath, command, { cwd: dir, env, maxBuffer: 1 << 24 }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
  const { results = [], record = null } = ended.stdout === "" ? {} : JSON.parse(ended.stdout);
  const wrong = (results as CheckResult[]).filter(({ status }) => status !== "ok");
  return {
    ...ended,
    results: results as CheckResult[],
    record,
    wrong: wrong.map(({ id, detail }) => `${id}: ${detail}`),
  };
}

/** Of a stack that was made this minute, outside of ECR, to whose topics nobody subscribed. */
const NEW = [
  // The runner's, and that of the drill's server.
  "image: only images in ECR can be looked up; pull it where a task would",
  "image: only images in ECR can be looked up; pull it where a task would",
  "function.freshness: nobody called it within a day; look at its schedule",
  "function.freshness: nobody called it within a day; look at its schedule",
  "topic: nobody hears of it: no subscription is confirmed",
  "topic: nobody hears of it: no subscription is confirmed",
];

test("what the components make is as the doctor wants it, and the evidence says so", async () => {
  const { code, wrong, results, record, stderr } = await doctor("--record", "--by", "the test");
  expect(wrong).toEqual(NEW);
  expect([code, stderr.trim()]).toEqual([
    8,
    `doctor: ${NEW.length} of ${results.length} checks are not as they should be`,
  ]);
  const bucket = outputs["primaryBucketName"] as string;
  const head = await here.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: record }));
  expect([record, head.Metadata?.["verdict"]]).toEqual([expect.stringMatching(/^drills\/_doctor\/\d{4}\//), "failed"]);
  expect((await doctor("--allow-unchecked")).stderr).toContain(`doctor: ${NEW.length - 2} of `);
});

/** Calls a deployed function, as its schedule would; fails when it failed. */
async function called(name: string): Promise<any> {
  const { FunctionError, Payload } = await here.lambda.send(new InvokeCommand({ FunctionName: name }));
  const text = Payload?.transformToString() ?? "";
  if (FunctionError) throw new Error(text);
  return JSON.parse(text);
}

describe("the function that the stack schedules", () => {
  /** Its record of a run now; what could not be looked at, without what S3 says of that. */
  async function examined() {
    const result = await called(outputs["doctorFunctionName"]);
    const Bucket = outputs["primaryBucketName"] as string;
    const { Body, Metadata } = await here.s3.send(new GetObjectCommand({ Bucket, Key: result.record }));
    const { ranBy, results } = JSON.parse(await Body!.transformToString()) as { ranBy: string; results: CheckResult[] };
    const unseen = results.filter(({ status }) => status === "notChecked").map(({ id, detail }) => `${id}: ${detail}`);
    return { result, ranBy, results, unseen, Metadata };
  }

  /** Its role's own policy, changed for as long as `meanwhile` takes. */
  async function withStatements(change: (all: { Sid: string }[]) => object[], meanwhile: () => Promise<void>) {
    const FunctionName = outputs["doctorFunctionName"] as string;
    const { Role } = await here.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const RoleName = Role!.split("/").pop()!;
    const { PolicyNames } = await here.iam.send(new ListRolePoliciesCommand({ RoleName }));
    const PolicyName = PolicyNames![0]!;
    const { PolicyDocument } = await here.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const text = decodeURIComponent(PolicyDocument!);
    const put = (document: string) =>
      here.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: document }));
    const policy = JSON.parse(text) as { Statement: { Sid: string }[] };
    await put(JSON.stringify({ ...policy, Statement: change(policy.Statement) }));
    await meanwhile().finally(() => put(text));
  }

  test("examines all of it with no right but its role's, and freshness judges its record", async () => {
    const { result, ranBy, unseen, results, Metadata } = await examined();
    const own = "alarm: the function can't know the name of the alarm that watches it; backup321 doctor looks at it";
    expect(unseen).toEqual([NEW[0], NEW[1], own]);
    expect(results.filter(({ status }) => status === "finding").map(({ id }) => id)).toEqual(
      expect.arrayContaining(["topic", "topic"]),
    );
    expect(result).toMatchObject({ verdict: "failed", notChecked: 3, ok: results.length - 3 - result.findings });
    expect(ranBy).toContain(`:function:${outputs["doctorFunctionName"]}`);
    expect(Metadata).toMatchObject({ verdict: "failed", unchecked: "3" });
    const { doctor: judged } = await called(outputs["primaryFreshnessFunctionName"]);
    expect(judged.problems).toEqual([
      { code: "doctorFailed", message: expect.stringContaining(`read ${result.record}, `) },
    ]);
  });

  test("can look at nothing without the reads of its role, and says so of each", async () => {
    const before = await examined();
    const keep = ["Logs", "AddRecord", "EncryptRecord"];
    await withStatements(
      (all) => all.filter(({ Sid }) => keep.includes(Sid)),
      async () => {
        const { results, unseen } = await examined();
        expect(unseen).toHaveLength(results.length);
        // What a task names can't be known without it.
        const named = ["image", "secret"];
        const ids = (of: CheckResult[]) => [...new Set(of.map(({ id }) => id))].filter((id) => !named.includes(id));
        expect(ids(results)).toEqual(ids(before.results));
        expect(unseen.filter((line) => !/AccessDenied|not authorized/.test(line))).toHaveLength(1);
      },
    );
  });

  test.each(["AddRecord", "EncryptRecord"])(
    "fails when its role lacks %s, rather than look as if all were well",
    async (lacking) => {
      await withStatements(
        (all) => all.filter(({ Sid }) => Sid !== lacking),
        async () =>
          expect(await examined().catch(({ message }: Error) => message)).toMatch(/drills\/_doctor\/.*(denied|Denied)/),
      );
    },
  );
});

test("a role that can be become is denied everything, and the others are simulated, which is said", async () => {
  const { results } = await doctor("--attack", "--yes");
  const attacks = results.filter(({ id }) => id.startsWith("attack."));
  const restorer = (outputs["restorerRoleArn"] as string).split("/").pop();
  const tried = attacks.filter(({ subject }) => subject === restorer);
  expect(tried.length).toBeGreaterThan(10);
  expect(tried.filter(({ detail }) => detail.includes("simulated"))).toEqual([]);
  const notDenied = tried.filter(({ status }) => status !== "ok").map(({ detail }) => detail);
  expect(notDenied).toEqual(
    ["primary", "replica"].map(
      (side) => `shorten a lock to one day on the ${side}: there is no recovery point to try it on`,
    ),
  );
  const others = attacks.filter(({ subject }) => subject !== restorer);
  const roles = ["dumpRoleArns", "verifyRoleArns", "drillRoleArns"].flatMap((key) => outputs[key] as string[]);
  expect(new Set(others.map(({ subject }) => subject))).toEqual(new Set(roles.map((arn) => arn.split("/").pop())));
  expect(others.filter(({ detail }) => !detail.includes("(simulated)"))).toEqual([]);
});

test("what somebody changed afterwards is found, by reading and by trying", async () => {
  const Bucket = outputs["primaryBucketName"] as string;
  const [alarm] = outputs["primaryAlarmNames"] as string[];
  await here.cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: [alarm!] }));
  await here.s3.send(new DeleteBucketReplicationCommand({ Bucket }));
  const { Policy } = await here.s3.send(new GetBucketPolicyCommand({ Bucket }));
  const policy = JSON.parse(Policy!) as { Statement: { Sid: string }[] };
  policy.Statement = policy.Statement.filter(({ Sid }) => !["DenyDeleteObject", "DenyProtectionChanges"].includes(Sid));
  await here.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
  const RoleName = (outputs["restorerRoleArn"] as string).split("/").pop();
  const Statement = [{ Effect: "Allow", Action: ["s3:PutBucketVersioning", "s3:DeleteObject"], Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await here.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "more", PolicyDocument }));

  const { wrong } = await doctor("--attack", "--yes");
  const found = wrong.filter((line) => !NEW.includes(line) && !line.includes("there is no recovery point"));
  expect(found.filter((line) => !line.startsWith("attack."))).toEqual([
    expect.stringMatching(/^bucket\.policy: s3:DeleteObject is not denied: .*s3:PutBucketPolicy is not denied: /),
    "bucket.replication: it is not there (ReplicationConfigurationNotFoundError)",
    `alarm: ${alarm}: its actions are switched off`,
  ]);
  expect(found).toEqual(
    expect.arrayContaining([
      "attack.hide: it may hide a backup behind a delete marker on the primary (s3:DeleteObject): deny it",
      "attack.suspendVersioning: it may set versioning (tried with what it is: enabled) on the primary (s3:PutBucketVersioning): deny it",
    ]),
  );
});
