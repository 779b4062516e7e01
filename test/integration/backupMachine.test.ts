// needs: pulumi, standin
/** A runner from its schedules to its tasks, deployed on the stand-in with exactly the rights that the component gives its roles. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { ListExecutionsCommand, ListMapRunsCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { eventually } from "../support/standin/fixtures";
import { bench, ended, execute, next, sfn, useBench } from "../support/standin/runtimeFixtures";
import { makeSettings } from "./componentsGround";
import type { RunnerProgramArgs } from "./programs/runner";

// What a dump or a verification leaves: one line with what it was told. Databases called bad-... can't be dumped, and the dump of
// slow-... runs until it is stopped.
const RUNNER = `
const [command] = process.argv.slice(2);
const { BACKUP321_DATABASE: database, BACKUP321_TIER: tier, BACKUP321_SECRET_ARN: secret } = process.env;
console.log([command, database, tier, secret].filter(Boolean).join(" "));
if (command === "backup" && database.startsWith("slow-")) setInterval(() => {}, 1000);
else process.exit(command === "backup" && database.startsWith("bad-") ? 5 : 0);
`;
const REGION = "eu-central-1";
const HOURLY = "rate(1 hour)";
const DAILY = "cron(0 2 * * ? *)";

useBench({ "backup321-runner": RUNNER });
jest.setTimeout(300_000);

let dir: string;
let here: AwsClients;
let stack: RunningStack;
let network: Pick<RunnerProgramArgs, "vpcId" | "subnetIds">;
let secretArn: string;
let made: Record<"stateMachineArn" | "starterArn" | "scheduleGroupName" | "logGroupName", string>;
let readFrom: number;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-machine-"));
  here = createAwsClients(REGION, bench.as());
  const settings = await makeSettings(here, "unused");
  network = { vpcId: settings.vpcId!, subnetIds: JSON.parse(settings.subnetIds!) as string[] };
  secretArn = settings.secretArn!;
  await here.s3.send(new CreateBucketCommand({ Bucket: "lists" }));
  stack = await withStack({
    programModule: join(__dirname, "programs", "runner.ts"),
    projectName: "runner",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
}, 300_000);
afterAll(async () => {
  await stack?.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  readFrom = Date.now();
});

async function deploy(args: Partial<RunnerProgramArgs>): Promise<void> {
  const { outputs } = await stack.up({ programArgs: { ...network, ...args } });
  made = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as typeof made;
}

/** What the schedule with this expression hands to the starter when it is due at that time. */
async function eventOf(expression: string, due: string): Promise<string> {
  const GroupName = made.scheduleGroupName;
  const { Schedules } = await here.scheduler.send(new ListSchedulesCommand({ GroupName }));
  const all = await Promise.all(
    Schedules!.map(({ Name }) => here.scheduler.send(new GetScheduleCommand({ Name, GroupName }))),
  );
  const { Input } = all.find((schedule) => schedule.ScheduleExpression === expression)!.Target!;
  return Input!.replace("<aws.scheduler.scheduled-time>", due);
}

/** Runs the starter; gives the backup execution once it has ended. */
async function start(event: string) {
  expect((await ended(await execute(made.starterArn, undefined, event))).status).toBe("SUCCEEDED");
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: made.stateMachineArn }));
  const { scheduledTime, schedule } = JSON.parse(event) as { scheduledTime: string; schedule: string };
  const name = `run-${schedule}-${scheduledTime.replace(/:/g, "-")}`;
  return ended(executions!.find((execution) => execution.name === name)!.executionArn!);
}

/** Lines that tasks have left since the test began, sorted. */
async function lines(): Promise<string[]> {
  const logs = new CloudWatchLogsClient(bench.as());
  const { events } = await logs.send(
    new FilterLogEventsCommand({ logGroupName: made.logGroupName, startTime: readFrom }),
  );
  return events!.map((event) => event.message!).sort();
}

const points = (name: string, tier: string, secret = "") => [
  ["backup", name, tier, secret].filter(Boolean).join(" "),
  `verify ${name}`,
];
/** What is left by every run of the daily schedule: a dump that fails, and two siblings that do not. */
const DAILY_LINES = ["backup bad-one weekly", ...points("shop", "weekly"), ...points("users", "daily")].sort();

function databases() {
  return [
    { name: "shop", secretArn },
    { name: "bad-one", secretArn },
    { name: "users", secretArn, tiers: ["daily"] },
    { name: "orders", secretArn, scheduleExpression: HOURLY },
  ];
}

describe("a runner of named databases", () => {
  beforeAll(() => deploy({ databases: databases() }));

  test("backs up its schedule's databases, each in its tiers, and a failing one stops none of its siblings", async () => {
    const done = await start(await eventOf(DAILY, "2026-11-20T02:00:00Z"));
    expect([done.status, done.error]).toEqual(["FAILED", "BackupFailed"]);
    expect(await lines()).toEqual(DAILY_LINES);
  });

  test("gives one backup for an event that comes twice, and another schedule at the same time its own", async () => {
    const due = "2026-11-21T02:00:00Z";
    const [hourly, daily] = [await eventOf(HOURLY, due), await eventOf(DAILY, due)];
    const first = await start(hourly);
    const again = await start(hourly);
    expect([first.status, again.executionArn]).toEqual(["SUCCEEDED", first.executionArn]);
    expect(JSON.parse(first.output!)).toEqual({
      results: [{ failed: 0 }],
      count: 1,
      recorded: 1,
      expected: 1,
      anyFailed: false,
    });
    expect(await lines()).toEqual(points("orders", "weekly"));
    expect((await start(daily)).executionArn).not.toBe(first.executionArn);
    expect(await lines()).toEqual([...points("orders", "weekly"), ...DAILY_LINES].sort());
  });

  test("started by hand without a schedule it backs up every database", async () => {
    expect((await ended(await execute(made.stateMachineArn))).error).toBe("BackupFailed");
    expect(await lines()).toEqual([...points("orders", "weekly"), ...DAILY_LINES].sort());
  });

  test("fails when the input names a schedule that it does not have, and starts nothing", async () => {
    const done = await ended(await execute(made.stateMachineArn, undefined, '{"schedule":"cccc3333"}'));
    expect([done.status, done.error]).toEqual(["FAILED", "UnknownSchedule"]);
    expect(await lines()).toEqual([]);
  });
});

describe("a runner of more than 40 databases at a time", () => {
  beforeAll(() => deploy({ databases: databases(), maxConcurrency: 41 }));

  test("backs up as before, each database in an execution of its own", async () => {
    const done = await start(await eventOf(DAILY, "2026-11-22T02:00:00Z"));
    expect(done.error).toBe("BackupFailed");
    expect(await lines()).toEqual(DAILY_LINES);
    const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn: done.executionArn }));
    expect(mapRuns).toHaveLength(1);
  });

  test("fails when the execution of one database is stopped, although no record says so", async () => {
    await deploy({
      databases: [
        { name: "shop", secretArn },
        { name: "slow-one", secretArn },
      ],
      maxConcurrency: 41,
    });
    const executionArn = await execute(made.stateMachineArn);
    // Siblings first: what runs then is the slow one.
    const slow = await eventually("the slow dump alone", async () => {
      if (!(await lines()).includes("verify shop")) return undefined;
      const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn }));
      const { executions } = await sfn.send(new ListExecutionsCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
      const running = executions!.filter(({ status }) => status === "RUNNING");
      return running.length === 1 ? running[0] : undefined;
    });
    await sfn.send(new StopExecutionCommand({ executionArn: slow.executionArn }));
    const done = await ended(executionArn);
    expect([done.status, done.error]).toEqual(["FAILED", "BackupFailed"]);
  });
});

describe("a runner of a list in S3", () => {
  const listKey = "databases.json";
  const put = (entries: unknown) =>
    here.s3.send(new PutObjectCommand({ Bucket: "lists", Key: listKey, Body: JSON.stringify(entries) }));
  beforeAll(() => deploy({ listKey }));

  test("backs up each entry with its own secret and tiers, whatever is wrong with others", async () => {
    await put([
      { name: "shop", secretArn: "secret-1", tiers: ["daily"] },
      { name: "bad-one", secretArn: "secret-2" },
      { name: "no-secret" },
      "no entry",
      { name: "No Name", secretArn: "secret-3" },
      { name: "users", secretArn: "secret-4", rpoMinutes: 60 },
    ]);
    const done = await start(await eventOf(DAILY, "2026-11-23T02:00:00Z"));
    expect([done.status, done.error]).toEqual(["FAILED", "BackupFailed"]);
    expect(await lines()).toEqual(
      [
        "backup bad-one weekly secret-2",
        ...points("shop", "daily", "secret-1"),
        ...points("users", "weekly", "secret-4"),
      ].sort(),
    );
  });

  test("succeeds when every entry does", async () => {
    await put([{ name: next("listed"), secretArn: "secret-1" }]);
    const done = await ended(await execute(made.stateMachineArn));
    expect([done.status, JSON.parse(done.output!).results]).toEqual(["SUCCEEDED", [{ failed: 0 }]]);
  });

  test("fails when the list is empty, or is no list", async () => {
    await put([]);
    expect((await ended(await execute(made.stateMachineArn))).error).toBe("NoDatabase");
    await put({ databases: [] });
    expect((await ended(await execute(made.stateMachineArn))).error).toBe("States.ItemReaderFailed");
    expect(await lines()).toEqual([]);
  });
});
