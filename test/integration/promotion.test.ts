// needs: postgres, standin, pulumi
/**
 * Three days of a database that is backed up daily: by the schedule's own event, the plan function, the runner's command line as the
 * task, and a real server. The clock of functions and tasks is moved; the bucket has no policy, since storage's own clock stays.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetScheduleCommand, ListSchedulesCommand } from "@aws-sdk/client-scheduler";
import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { type ThrowawayPostgres, throwawayPostgres, withClient } from "../support/postgres";
import { type AwsClients, createAwsClients } from "../support/provider/awsClients";
import { bench, ended, execute, sfn, useBench } from "../support/standin/runtimeFixtures";
import { bundle } from "./backupGround";
import { makeSettings } from "./componentsGround";

const REGION = "eu-central-1";
const HOUR_MS = 3_600_000;
const dir = mkdtempSync(join(tmpdir(), "backup321-promotion-"));
const clockFile = join(dir, "clock");
writeFileSync(clockFile, "0");

// A task's environment is what its definition says, so the clock comes with the program.
useBench({
  "backup321-runner": `
process.env.BACKUP321_CLOCK_FILE = ${JSON.stringify(clockFile)};
require(${JSON.stringify(require.resolve("../support/standin/clockPreload.js"))});
require(${JSON.stringify(join(dir, "backup321.js"))});
`,
});
jest.setTimeout(300_000);

let here: AwsClients;
let server: ThrowawayPostgres;
let stack: RunningStack;
let secretArn: string;
let made: Record<"stateMachineArn" | "starterArn" | "scheduleGroupName" | "bucketName", string>;

async function setPassword(password: string): Promise<void> {
  const { host, port, user: username, database: dbname } = server.settings;
  const SecretString = JSON.stringify({ engine: "postgres", host, port, username, password, dbname });
  await here.secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString }));
}

beforeAll(async () => {
  bundle(dir);
  here = createAwsClients(REGION, bench.as());
  server = await throwawayPostgres({ dir: join(dir, "postgres"), tls: bench.tls });
  await withClient(server.settings, (client) =>
    client.query("CREATE TABLE orders AS SELECT generate_series(1, 9) AS id"),
  );
  const settings = await makeSettings(here, "unused");
  secretArn = settings.secretArn!;
  stack = await withStack({
    programModule: join(__dirname, "programs", "runner.ts"),
    projectName: "runner",
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, "stack"),
    awsEnv: bench.standin.env(),
  });
  const { outputs } = await stack.up({
    programArgs: {
      vpcId: settings.vpcId!,
      subnetIds: JSON.parse(settings.subnetIds!) as string[],
      databases: [{ name: "shop", secretArn }],
    },
  });
  made = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as typeof made;
}, 900_000);
afterAll(async () => {
  await stack?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Days from the next Monday on, so that the week of all of them is the same. */
function dueOn(day: number): Date {
  const now = new Date();
  const toMonday = 7 - ((now.getUTCDay() + 6) % 7);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + toMonday + day, 2));
}

/** Moves the clock to where the schedule is due, delivers its event twice, and waits for what that started. */
async function scheduleFiresTwice(due: Date) {
  const offsetHours = (due.getTime() - Date.now()) / HOUR_MS;
  writeFileSync(clockFile, String(offsetHours));
  await bench.standin.setClockOffsetHours(offsetHours);
  const GroupName = made.scheduleGroupName;
  const { Schedules } = await here.scheduler.send(new ListSchedulesCommand({ GroupName }));
  const { Target } = await here.scheduler.send(new GetScheduleCommand({ Name: Schedules![0]!.Name, GroupName }));
  const event = Target!.Input!.replace("<aws.scheduler.scheduled-time>", due.toISOString().replace(".000", ""));
  const starts = await Promise.all([1, 2].map(() => execute(made.starterArn, undefined, event)));
  expect((await Promise.all(starts.map(ended))).map(({ status }) => status)).toEqual(["SUCCEEDED", "SUCCEEDED"]);
  const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: made.stateMachineArn }));
  const day = due.toISOString().slice(0, 10);
  const own = executions!.filter(({ name }) => name!.includes(day));
  expect(own).toHaveLength(1);
  return ended(own[0]!.executionArn!);
}

/** Tier and day of every committed point. */
async function points(): Promise<string[]> {
  const { Contents = [] } = await here.s3.send(
    new ListObjectsV2Command({ Bucket: made.bucketName, Prefix: "manifests/" }),
  );
  return Contents.map(({ Key }) => /^manifests\/(\w+)\/shop\/(\d{4}\/\d{2}\/\d{2})\//.exec(Key!)!.slice(1).join(" "));
}
const point = (tier: string, due: Date) => `${tier} ${due.toISOString().slice(0, 10).replace(/-/g, "/")}`;

test("a weekly run that fails is made up for by the next daily one, and each event gives one dump however often it comes", async () => {
  const [monday, tuesday, wednesday] = [dueOn(0), dueOn(1), dueOn(2)];
  await setPassword("wrong");
  expect((await scheduleFiresTwice(monday)).error).toBe("BackupFailed");
  expect(await points()).toEqual([]);

  await setPassword(server.settings.password);
  expect((await scheduleFiresTwice(tuesday)).status).toBe("SUCCEEDED");
  expect(await points()).toEqual([point("weekly", tuesday)]);

  expect((await scheduleFiresTwice(wednesday)).status).toBe("SUCCEEDED");
  expect(await points()).toEqual([point("daily", wednesday), point("weekly", tuesday)]);
});
