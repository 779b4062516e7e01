import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ConfirmSubscriptionCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import Table from "cli-table3";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { clientOptions } from "../../support/standin/clients";
import type { Reporter, StepResult } from "../console";
import { type Deployed, PRIMARY_REGION, REPLICA_REGION, type Servers } from "../world";

const HOURS_ON = 30;
const ALARM_LIMIT_MS = 30_000;

interface Judgement {
  database: string;
  side: string;
  healthy: boolean;
  ageMinutes?: number;
  problems: { code: string; message: string }[];
}

/** Where notifications arrive: what mail or a chat would be. */
export interface Listener {
  alarms: { AlarmName: string; NewStateValue: string; Region?: string }[];
  url: string;
  close(): void;
}

async function listen(confirm: (topicArn: string, token: string) => Promise<void>): Promise<Listener> {
  const alarms: Listener["alarms"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      response.end();
      const message = JSON.parse(body) as { Type: string; TopicArn: string; Token: string; Message: string };
      if (message.Type === "SubscriptionConfirmation") void confirm(message.TopicArn, message.Token);
      else if (message.Message.startsWith("{")) alarms.push(JSON.parse(message.Message) as Listener["alarms"][number]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    alarms,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    close: () => void server.close(),
  };
}

function tableOf(judgements: Judgement[]): string[] {
  const table = new Table({ head: ["database", "side", "age", "verdict"], style: { head: [], border: [] } });
  for (const j of judgements) {
    const age =
      j.ageMinutes === undefined
        ? "-"
        : j.ageMinutes < 120
          ? `${Math.round(j.ageMinutes)} min`
          : `${(j.ageMinutes / 60).toFixed(1)} h`;
    table.push([j.database, j.side, age, j.healthy ? "fresh" : j.problems.map((p) => p.code).join(", ")]);
  }
  return table.toString().split("\n");
}

/** 6: the freshness functions where they were provisioned, now and with the clock 30 hours on. */
export async function checkFreshness(
  servers: Servers,
  { outputs }: Deployed,
  report: Reporter,
): Promise<StepResult<void>> {
  const { standin, tls, ground } = servers;
  const options = (region: string) => clientOptions(standin, tls, ground.deployer, region);
  const sides = [
    {
      region: PRIMARY_REGION,
      name: outputs.primaryFreshnessFunctionName,
      topic: outputs.primaryTopicArn,
      alarms: outputs.primaryAlarmNames,
    },
    {
      region: REPLICA_REGION,
      name: outputs.replicaFreshnessFunctionName,
      topic: outputs.replicaTopicArn,
      alarms: outputs.replicaAlarmNames,
    },
  ];
  const judge = async (): Promise<Judgement[]> => {
    const all: Judgement[] = [];
    for (const { region, name } of sides) {
      const answer = await new LambdaClient(options(region)).send(new InvokeCommand({ FunctionName: name }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError) throw new Error(`${name} in ${region} failed: ${text}`);
      all.push(...(JSON.parse(text) as { judgements: Judgement[] }).judgements);
    }
    return all;
  };
  const listener = await listen(async (TopicArn, Token) => {
    const region = TopicArn.split(":")[3]!;
    await new SNSClient(options(region)).send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  });
  try {
    for (const { region, topic } of sides) {
      await new SNSClient(options(region)).send(
        new SubscribeCommand({ TopicArn: topic, Protocol: "http", Endpoint: listener.url }),
      );
    }
    report.now("as it is");
    const now = await judge();
    if (now.length !== 2 || !now.every((j) => j.healthy))
      throw new Error(`the fresh backup was judged: ${JSON.stringify(now, null, 2)}`);
    report.now(`with the clock ${HOURS_ON} hours on`);
    await standin.setClockOffsetHours(HOURS_ON);
    const later = await judge();
    if (!later.every((j) => !j.healthy && j.problems.some((p) => p.code === "stale"))) {
      throw new Error(`the stale backup was judged: ${JSON.stringify(later, null, 2)}`);
    }
    report.now("waiting for the alarms");
    const isFreshness = (name: string) => name.includes("-healthy-");
    const waiting = new Set(sides.map((s) => s.region));
    for (const end = Date.now() + ALARM_LIMIT_MS; waiting.size > 0 && Date.now() < end; await sleep(250)) {
      for (const { region, alarms } of sides.filter((s) => waiting.has(s.region))) {
        const { MetricAlarms = [] } = await new CloudWatchClient(options(region)).send(
          new DescribeAlarmsCommand({ AlarmNames: alarms }),
        );
        const inAlarm = MetricAlarms.filter((a) => a.StateValue === "ALARM" && isFreshness(a.AlarmName!)).map(
          (a) => a.AlarmName,
        );
        if (inAlarm.some((name) => listener.alarms.some((n) => n.AlarmName === name && n.NewStateValue === "ALARM")))
          waiting.delete(region);
      }
    }
    if (waiting.size > 0)
      throw new Error(`no alarm and notification from ${[...waiting].join(", ")} within ${ALARM_LIMIT_MS / 1000} s`);
    const names = [...new Set(listener.alarms.filter((a) => a.NewStateValue === "ALARM").map((a) => a.AlarmName))];
    return {
      value: undefined,
      headline: `fresh on both sides; ${HOURS_ON} hours later stale, alarms off, notifications arrived`,
      details: [
        ...tableOf(now),
        `${HOURS_ON} hours later:`,
        ...tableOf(later),
        ...names.map((name) => `notified: ${name}`),
      ],
    };
  } finally {
    await standin.setClockOffsetHours(0);
    listener.close();
  }
}
