/** Tasks, state machines and waiting for their ends, for tests of the stand-in's running parts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { eventually, script, startBench, type Bench, type Statement } from "./fixtures";

const TASK = `
const [mode] = process.argv.slice(2);
if (mode === "env") console.log(JSON.stringify(process.env));
else if (mode === "sleep") {
  process.on("SIGTERM", () => { console.log("terminated"); process.exit(143); });
  console.log("sleeping as " + process.pid);
  setInterval(() => {}, 1000);
} else if (mode === "deaf") { process.on("SIGTERM", () => {}); console.log("sleeping"); setInterval(() => {}, 1000); }
else process.exit(Number(mode));
`;

/** The running stand-in and root's clients, from the first test on. */
export let bench: Bench;
export let ecs: ECSClient;
export let sfn: SFNClient;
let logs: CloudWatchLogsClient;
let folder: string;

/**
 * Starts a stand-in for the tests of the calling file; images with `test-image` in their name run TASK.
 *
 * @param scripts more images: part of the name to the text of their program
 */
export function useBench(scripts: Record<string, string> = {}): void {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "backup321-task-"));
    const programs = Object.entries({ "test-image": TASK, ...scripts }).map(([image, text]) => [
      image,
      [process.execPath, script(folder, `${image}.js`, text)],
    ]);
    bench = await startBench({ images: Object.fromEntries(programs) });
    ecs = new ECSClient(bench.as());
    sfn = new SFNClient(bench.as());
    logs = new CloudWatchLogsClient(bench.as());
  }, 300_000);
  afterAll(async () => {
    await bench?.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

let number = 0;
/** A name that no other test uses. */
export const next = (kind: string) => `${kind}-${++number}`;

export interface TaskOptions {
  executionRights?: string[];
  secret?: string;
  stopTimeout?: number;
  image?: string;
  /** Port that its containers meet at. */
  port?: number;
}

export async function taskDefinition(
  options: TaskOptions = {},
): Promise<{ arn: string; group: string; roles: string[] }> {
  const group = next("/group");
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  const actions = options.executionRights ?? [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
  ];
  const executionRoleArn = await bench.role(next("execution"), "ecs-tasks.amazonaws.com", [
    { Action: actions, Resource: "*" },
  ]);
  const taskRoleArn = await bench.role(next("task"), "ecs-tasks.amazonaws.com", [
    { Action: "s3:PutObject", Resource: "*" },
  ]);
  const made = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: next("family"),
      taskRoleArn,
      executionRoleArn,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      containerDefinitions: [
        {
          name: "main",
          image: options.image ?? "example/test-image@sha256:0",
          command: options.port === undefined ? ["env"] : ["env", "-c", `port=${options.port}`],
          stopTimeout: options.stopTimeout ?? 30,
          environment: [
            { name: "DECLARED", value: "yes" },
            ...(options.port === undefined ? [] : [{ name: "PORT", value: String(options.port) }]),
          ],
          secrets: options.secret ? [{ name: "SECRET", valueFrom: `${options.secret}:password::` }] : [],
          logConfiguration: {
            logDriver: "awslogs",
            options: { "awslogs-group": group, "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "t" },
          },
        },
      ],
    }),
  );
  return { arn: made.taskDefinition!.taskDefinitionArn!, group, roles: [taskRoleArn, executionRoleArn] };
}

export async function runTask(taskDefinition: string, ...command: string[]): Promise<string> {
  const overrides = command.length > 0 ? { containerOverrides: [{ name: "main", command }] } : undefined;
  const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition, launchType: "FARGATE", overrides }));
  return tasks![0]!.taskArn!;
}
export async function stopped(arn: string): Promise<Task> {
  return eventually("the end of the task", async () => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [arn] }));
    return tasks![0]!.lastStatus === "STOPPED" ? tasks![0] : undefined;
  });
}
export const line = (group: string, part: string) =>
  eventually(`"${part}" in the log`, async () => {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: group }));
    return events!.map((e) => e.message!).find((m) => m.includes(part));
  });

export async function machine(definition: object, statements: Statement[]): Promise<string> {
  const name = next("machine");
  const roleArn = await bench.role(name, "states.amazonaws.com", statements);
  return (await sfn.send(new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) })))
    .stateMachineArn!;
}
export const one = (state: object, more: object = {}) => ({
  StartAt: "Only",
  States: { Only: { End: true, ...state } },
  ...more,
});
export const wait = (Seconds: number, more: object = {}) => one({ Type: "Wait", Seconds }, more);
export async function ended(executionArn: string) {
  return eventually("the end of the execution", async () => {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return found.status === "RUNNING" ? undefined : found;
  });
}
export async function execute(stateMachineArn: string, name?: string, input = "{}") {
  const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  return executionArn!;
}
export const ANYTHING = [{ Action: "*", Resource: "*" }];
