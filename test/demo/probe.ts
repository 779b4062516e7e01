/** Runs probe.js as a Fargate task with the runner's own role: the only way to that role's credentials is a task. */
import { DescribeTasksCommand, ECSClient, RegisterTaskDefinitionCommand, RunTaskCommand } from "@aws-sdk/client-ecs";
import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOptions } from "../support/standin/clients";
import { logLine } from "./steps/dump";
import type { Provisioned, Servers } from "./world";

/** Image name that the stand-in runs as probe.js. */
export const PROBE_IMAGE = "backup321-probe";

export interface ProbeInput {
  bucket: string;
  own: string;
  other: string;
  lockMode: string;
  retainUntil: string;
  /** With it the attacks are tried, without it the everyday rights. */
  manifest?: { key: string; versionId: string };
}

/** Attempt → "done", or the name of the error that refused it. */
export async function probeRunnerRole(
  servers: Servers,
  outputs: Provisioned,
  input: ProbeInput,
): Promise<Record<string, string>> {
  const ecs = new ECSClient(clientOptions(servers.standin, servers.tls, servers.ground.deployer));
  const { taskDefinition: runner } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: outputs.dumpTaskDefinitionArns[0]! }),
  );
  const container = runner!.containerDefinitions![0]!;
  const id = randomUUID();
  const logOptions = { ...container.logConfiguration!.options, "awslogs-stream-prefix": `probe-${id}` };
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "demo-probe",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      taskRoleArn: runner!.taskRoleArn,
      executionRoleArn: runner!.executionRoleArn,
      containerDefinitions: [
        {
          name: "probe",
          image: PROBE_IMAGE,
          essential: true,
          environment: [{ name: "PROBE", value: JSON.stringify({ id, ...input }) }],
          logConfiguration: { logDriver: "awslogs", options: logOptions },
        },
      ],
    }),
  );
  const definition = taskDefinition!.taskDefinitionArn!;
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster: outputs.clusterArn,
      taskDefinition: definition,
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [servers.ground.subnetId], securityGroups: [outputs.securityGroupId] },
      },
    }),
  );
  const task = tasks![0]!.taskArn!;
  for (let waited = 0; waited < 30_000; waited += 100) {
    const { tasks: now } = await ecs.send(new DescribeTasksCommand({ cluster: outputs.clusterArn, tasks: [task] }));
    if (now?.[0]?.lastStatus === "STOPPED") break;
    await sleep(100);
  }
  const line = await logLine(servers, definition, `{"probe":"${id}"`);
  return (JSON.parse(line) as { results: Record<string, string> }).results;
}

/** Throws unless exactly the named attempts succeeded. */
export function expectRefused(who: string, results: Record<string, string>, allowed: readonly string[] = []): string[] {
  const wrong = Object.entries(results).filter(([name, result]) => (result === "done") !== allowed.includes(name));
  if (wrong.length > 0)
    throw new Error(`${who}: ${wrong.map(([name, result]) => `"${name}" gave ${result}`).join(", ")}`);
  return Object.entries(results).map(
    ([name, result]) => `${who}: ${name}: ${result === "done" ? "works" : `refused (${result})`}`,
  );
}
