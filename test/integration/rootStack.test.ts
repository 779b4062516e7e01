// needs: pulumi, standin
/** `pulumi preview` and `pulumi up` in the root of this repository, with nothing but a stack's configuration. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DescribeStateMachineCommand } from "@aws-sdk/client-sfn";
import { GetBucketLifecycleConfigurationCommand } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { ensurePulumi } from "../support/engine/pulumiCli";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";
import { makeSettings } from "./componentsGround";

const ROOT = join(__dirname, "..", "..");
const REGION = "eu-central-1";

jest.setTimeout(300_000);

let bench: Bench;
let dir: string;
let here: AwsClients;
let stack: RunningStack;
let configFile: string;

/** The command line in the root, as a user types it. */
async function pulumi(...args: string[]): Promise<string> {
  const { command } = await ensurePulumi();
  const all = [...args, "--stack", "prod", "--non-interactive"];
  const { stdout } = await promisify(execFile)(command.command, all, {
    cwd: ROOT,
    env: { ...process.env, ...stack.env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** The configuration lies elsewhere, so that nothing is left behind in the root. */
const configured = (): string[] => ["--config-file", configFile];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-root-"));
  bench = await startBench();
  here = createAwsClients(REGION, bench.as());
  // Opens the backend and the provider; the project of the same name is the root's own.
  stack = await withStack({
    program: () => Promise.resolve({}),
    projectName: "backup321",
    stackName: "prod",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
  const settings = await makeSettings(here, "not used here");
  configFile = join(dir, "Pulumi.prod.yaml");
  // The example that the repository gives, with the network and the secret that exist.
  const example = readFileSync(join(ROOT, "examples", "stack", "Pulumi.example.yaml"), "utf8");
  const filled = example
    .replace(/vpc-\w+/, settings["vpcId"]!)
    .replace(/\[subnet-.*\]/, settings["subnetIds"]!)
    .replace(/arn:aws:secretsmanager:\S+/g, settings["secretArn"]!);
  writeFileSync(configFile, filled);
});

afterAll(async () => {
  await stack?.close();
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("`pulumi up` provisions two databases with different schedules and tiers", async () => {
  expect(await pulumi("preview", ...configured())).toMatch(/\+ \d{2,} to create/);
  await pulumi("up", "--yes", "--skip-preview", ...configured());
  const outputs = JSON.parse(await pulumi("stack", "output", "--json")) as Record<string, any>;

  const { Schedules } = await here.scheduler.send(new ListSchedulesCommand({ NamePrefix: "records-schedule" }));
  const schedules = await Promise.all(
    Schedules!.map(({ Name, GroupName }) => here.scheduler.send(new GetScheduleCommand({ Name, GroupName }))),
  );
  const expressions = schedules.map((s) => `${s.ScheduleExpression} ${s.ScheduleExpressionTimezone}`).sort();
  expect(expressions).toEqual(["cron(0 3 ? * SUN *) Europe/Berlin", "rate(4 hours) UTC"]);

  const stateMachineArn = outputs["stateMachineArn"] as string;
  const { definition } = await here.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  expect(definition).toContain('"orders"');
  expect(definition).toContain('"ledger"');
  expect(outputs["objectives"]).toEqual([
    expect.objectContaining({ database: "orders", rpoMinutes: 540 }),
    expect.objectContaining({ database: "ledger", rpoMinutes: 10500 }),
  ]);

  const Bucket = outputs["primaryBucketName"] as string;
  const { Rules } = await here.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  const ids = Rules!.map((rule) => rule.ID);
  expect(ids).toEqual(expect.arrayContaining(["dumps-hourly", "dumps-daily", "dumps-weekly"]));
});

test("a second `pulumi up` changes nothing", async () => {
  expect(await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", ...configured())).toMatch(
    /\d+ unchanged/,
  );
});
