import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOptions } from "../../support/standin/clients";
import { megabytes, type Reporter, type StepResult } from "../console";
import type { Deployed, Servers } from "../world";

const DUMP_LIMIT_MS = 120_000;
const LOG_LIMIT_MS = 10_000;

/** The runner's last line. */
export interface Verdict {
  verdict: string;
  recoveryPointId: string;
  rawBytes: number;
  storedBytes: number;
  tables: number;
  lockedUntil: string;
}

async function waitUntil(at: Date, report: Reporter): Promise<void> {
  const startedAt = Date.now();
  const total = at.getTime() - startedAt;
  for (let left = total; left > 0; left = at.getTime() - Date.now()) {
    report.progress(total - left, total, `the schedule fires in ${Math.ceil(left / 1000)} s`);
    await sleep(Math.min(left, 250));
  }
}

/** Output of a task's containers, from its own log group. */
export async function taskLog(servers: Servers, taskDefinition: string): Promise<string[]> {
  const options = clientOptions(servers.standin, servers.tls, servers.ground.deployer);
  const { taskDefinition: definition } = await new ECSClient(options).send(
    new DescribeTaskDefinitionCommand({ taskDefinition }),
  );
  const log = definition!.containerDefinitions![0]!.logConfiguration!.options!;
  const { events = [] } = await new CloudWatchLogsClient(options).send(
    new FilterLogEventsCommand({
      logGroupName: log["awslogs-group"],
      logStreamNamePrefix: log["awslogs-stream-prefix"],
    }),
  );
  return events.map((e) => e.message ?? "");
}

/** The last line of a task's log that begins with `start`; logs arrive a little after the task has stopped. */
export async function logLine(servers: Servers, taskDefinition: string, start: string): Promise<string> {
  let lines: string[] = [];
  for (let waited = 0; waited < LOG_LIMIT_MS; waited += 200) {
    lines = await taskLog(servers, taskDefinition);
    const line = lines.reverse().find((l) => l.startsWith(start));
    if (line !== undefined) return line;
    await sleep(200);
  }
  throw new Error(`the task wrote no line that begins with ${start}; its log:\n${lines.join("\n") || "(empty)"}`);
}

async function finished(sfn: SFNClient, machine: string, report: Reporter): Promise<string> {
  const end = Date.now() + DUMP_LIMIT_MS;
  let seen = "";
  while (Date.now() < end) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
    const [execution] = executions;
    if (execution) {
      if (execution.status === "SUCCEEDED") return execution.executionArn!;
      if (execution.status !== "RUNNING") throw new Error(`the execution ${execution.name} ended ${execution.status}`);
      const { events = [] } = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn: execution.executionArn, reverseOrder: true, maxResults: 20 }),
      );
      const state = events.find((e) => e.stateEnteredEventDetails)?.stateEnteredEventDetails?.name;
      if (state && state !== seen) report.now(`state machine: ${(seen = state)}`);
    }
    await sleep(250);
  }
  throw new Error(`the state machine did not finish within ${DUMP_LIMIT_MS / 1000} s after its schedule`);
}

/** 4: the provisioned schedule fires; nothing is called behind the stack's back. */
export async function awaitDump(servers: Servers, deployed: Deployed, report: Reporter): Promise<StepResult<Verdict>> {
  const { outputs } = deployed;
  const sfn = new SFNClient(clientOptions(servers.standin, servers.tls, servers.ground.deployer));
  await waitUntil(deployed.firesAt, report);
  report.now("scheduler: starting");
  try {
    const execution = await finished(sfn, outputs.stateMachineArn, report);
    const line = await logLine(servers, outputs.dumpTaskDefinitionArns[0]!, '{"verdict":');
    const verdict = JSON.parse(line) as Verdict;
    const ratio = (verdict.rawBytes / verdict.storedBytes).toFixed(1);
    return {
      value: verdict,
      headline: `${verdict.tables} tables, ${megabytes(verdict.rawBytes)} dumped, ${megabytes(verdict.storedBytes)} stored (${ratio} x smaller)`,
      details: [
        `schedule ${outputs.scheduleNames[0]} -> starter -> execution ${execution.split(":").pop()}: Plan, Dump, Verify`,
        `recovery point ${verdict.recoveryPointId}, locked until ${verdict.lockedUntil}`,
      ],
    };
  } catch (error) {
    const log = await taskLog(servers, outputs.dumpTaskDefinitionArns[0]!).catch(() => []);
    throw new Error(
      `${(error as Error).message}\nthe dump task said:\n${log.join("\n") || "(nothing)"}\nthe stand-in said:\n${servers.standin.logTail()}`,
      { cause: error },
    );
  }
}
