// needs: standin
// tests only: test/support
/** The patches of the stand-in's Scheduler, CloudWatch and SNS; each test fails without its patch. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { delimiter } from "node:path";
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateScheduleCommand, CreateScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { cacheDir } from "../support/cache";
import { run } from "../support/processes";
import { eventually, refusal, type Statement } from "../support/standin/fixtures";
import { ensureMinistack, PYTHON_DIR } from "../support/standin/ministack";
import { bench, ended, machine, next, sfn, useBench, wait } from "../support/standin/runtimeFixtures";

useBench();

describe("Scheduler", () => {
  const soon = (seconds: number) => `at(${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)})`;

  async function schedule(expression: string, target: string, rights: Statement[], queue?: string, zone = "UTC") {
    const RoleArn = await bench.role(next("schedule"), "scheduler.amazonaws.com", rights);
    const Input = JSON.stringify({
      at: "<aws.scheduler.scheduled-time>",
      by: "<aws.scheduler.schedule-arn>",
      id: "<aws.scheduler.execution-id>",
      n: "<aws.scheduler.attempt-number>",
    });
    const DeadLetterConfig = queue === undefined ? undefined : { Arn: queue };
    return new SchedulerClient(bench.as()).send(
      new CreateScheduleCommand({
        Name: next("schedule"),
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: zone,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: target, RoleArn, Input, DeadLetterConfig },
      }),
    );
  }
  const firstInput = (stateMachineArn: string) =>
    eventually("an execution", async () => {
      const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
      return executions![0] && JSON.parse((await ended(executions![0].executionArn!)).input!);
    });

  test("at() in a time zone starts the machine with its role and fills in the context", async () => {
    const target = await machine(wait(0), []);
    const moment = Date.now() + 2000;
    // 14 hours ahead of UTC all year round, so a zone taken for UTC would not fire for half a day.
    const local = `at(${new Date(moment + 14 * 3_600_000).toISOString().slice(0, 19)})`;
    const { ScheduleArn } = await schedule(
      local,
      target,
      [{ Action: "states:StartExecution", Resource: target }],
      undefined,
      "Pacific/Kiritimati",
    );
    const scheduled = `${new Date(moment).toISOString().slice(0, 19)}Z`;
    expect(await firstInput(target)).toEqual({
      at: scheduled,
      by: ScheduleArn,
      id: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
      n: "1",
    });
  });

  test("fails when the schedule's role may not start the machine, and says so in the dead-letter queue", async () => {
    const sqs = new SQSClient(bench.as());
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: next("queue") }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
    const target = await machine(wait(0), []);
    await schedule(soon(1), target, [], Attributes!.QueueArn);
    const message = await eventually("a dead letter", async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }));
      return Messages?.[0];
    });
    expect(message.MessageAttributes!.ERROR_MESSAGE!.StringValue).toMatch(
      /is not authorized to perform: states:StartExecution/,
    );
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn: target }))).executions).toEqual([]);
  });
});

describe("a schedule's role", () => {
  const trust = (group: string) => ({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "scheduler.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:scheduler:*:*:schedule-group/${group}` } },
    },
  });

  test("is assumed for the schedule's group, so one that trusts another group starts nothing", async () => {
    const client = new SchedulerClient(bench.as());
    const [own, other] = [next("group"), next("group")];
    await client.send(new CreateScheduleGroupCommand({ Name: own }));
    const started = async (trusted: string) => {
      const Arn = await machine(wait(0), []);
      const RoleName = next("schedule");
      const rights = [{ Action: "states:StartExecution", Resource: Arn }];
      const RoleArn = await bench.role(RoleName, "scheduler.amazonaws.com", rights);
      const PolicyDocument = JSON.stringify(trust(trusted));
      await new IAMClient(bench.as()).send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      await client.send(
        new CreateScheduleCommand({
          Name: next("schedule"),
          GroupName: own,
          ScheduleExpression: `at(${new Date(Date.now() + 1000).toISOString().slice(0, 19)})`,
          FlexibleTimeWindow: { Mode: "OFF" },
          Target: { Arn, RoleArn, Input: "{}" },
        }),
      );
      return Arn;
    };
    const executions = async (stateMachineArn: string) =>
      (await sfn.send(new ListExecutionsCommand({ stateMachineArn }))).executions!;
    const refused = await started(other);
    const trusting = await started(own);
    await eventually("the start", async () => ((await executions(trusting)).length > 0 ? true : undefined));
    expect(await executions(refused)).toEqual([]);
  });
});

describe("when a schedule is due", () => {
  /** Asks the patch itself, without waiting for a minute to pass. */
  async function due(ScheduleExpression: string, after: string, zone = "UTC"): Promise<string | null> {
    const { python, pythonPath } = await ensureMinistack();
    const schedule = {
      ScheduleExpression,
      ScheduleExpressionTimezone: zone,
      CreationDate: Date.parse("2026-03-01T00:00:30Z") / 1000,
    };
    const code =
      "import json,sys; from scheduler_firing import next_due; s,a=json.loads(sys.argv[1]); print(json.dumps(next_due(s,a)))";
    const argument = JSON.stringify([schedule, Date.parse(after) / 1000]);
    const env = {
      PATH: process.env.PATH,
      PYTHONPATH: [PYTHON_DIR, pythonPath].join(delimiter),
      PYTHONPYCACHEPREFIX: cacheDir("pycache"),
    };
    const seconds = JSON.parse(run("python", python, ["-c", code, argument], { env })) as number | null;
    return seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, 19);
  }

  test.each([
    ["rate(15 minutes)", "2026-03-01T00:00:31Z", "UTC", "2026-03-01T00:15:30"],
    ["rate(15 minutes)", "2026-03-01T00:15:31Z", "UTC", "2026-03-01T00:30:30"],
    ["cron(0 2 * * ? *)", "2026-03-01T02:00:00Z", "UTC", "2026-03-02T02:00:00"],
    ["cron(0 2 * * ? *)", "2026-03-01T00:30:00Z", "Europe/Berlin", "2026-03-01T01:00:00"],
    ["cron(0 2 * * ? *)", "2026-07-01T00:30:00Z", "Europe/Berlin", "2026-07-02T00:00:00"],
    ["at(2026-03-05T10:00:00)", "2026-03-01T00:00:00Z", "America/New_York", "2026-03-05T15:00:00"],
    ["at(2026-03-05T10:00:00)", "2026-03-06T00:00:00Z", "America/New_York", null],
  ])("%s after %s in %s", async (expression, after, zone, expected) => {
    expect(await due(expression, after, zone)).toBe(expected);
  });
});

describe("alarms", () => {
  let listener: Server;
  let topic: string;
  const received: { Type: string; Message: string; SubscribeURL?: string }[] = [];
  const cloudwatch = () => new CloudWatchClient(bench.as());

  beforeAll(async () => {
    listener = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        received.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const sns = new SNSClient(bench.as());
    topic = (await sns.send(new CreateTopicCommand({ Name: next("topic") }))).TopicArn!;
    const Endpoint = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
    await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: "http", Endpoint }));
  });
  afterAll(() => new Promise((resolve) => listener.close(resolve)));

  test("the confirmation link of an HTTP subscription works", async () => {
    const asked = await eventually("the confirmation", () =>
      received.find((m) => m.Type === "SubscriptionConfirmation"),
    );
    const status = await new Promise((resolve) => {
      request(asked.SubscribeURL!, { ca: readFileSync(bench.tls.caFile) }, (response) =>
        resolve(response.statusCode),
      ).end();
    });
    expect(status).toBe(200);
  });

  async function alarm(more: Partial<PutMetricAlarmCommandInput>): Promise<string> {
    const AlarmName = next("alarm");
    const age = {
      Namespace: "Test",
      MetricName: "Age",
      Statistic: "Maximum" as const,
      Threshold: 10,
      ComparisonOperator: "GreaterThanThreshold" as const,
    };
    await cloudwatch().send(
      new PutMetricAlarmCommand({
        AlarmName,
        ...age,
        Period: 60,
        EvaluationPeriods: 1,
        AlarmActions: [topic],
        ...more,
      }),
    );
    return AlarmName;
  }
  const state = async (name: string) =>
    (await cloudwatch().send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms![0]!.StateValue;
  const reaches = (name: string, wanted: string) =>
    eventually(`${wanted} of ${name}`, async () => ((await state(name)) === wanted ? true : undefined));

  test("missing data goes off when it breaches, and the notification arrives over HTTP", async () => {
    const breaching = await alarm({ TreatMissingData: "breaching" });
    const other = await alarm({ TreatMissingData: "notBreaching" });
    await reaches(breaching, "ALARM");
    await reaches(other, "OK");
    const note = await eventually("the notification", () =>
      received.find((m) => m.Type === "Notification" && m.Message.includes(breaching)),
    );
    expect(JSON.parse(note.Message)).toMatchObject({ AlarmName: breaching, NewStateValue: "ALARM" });
  });

  test("an alarm looks at its own dimensions only", async () => {
    const of = (Value: string) => [{ Name: "Database", Value }];
    const stale = await alarm({ Dimensions: of("stale") });
    const fresh = await alarm({ Dimensions: of("fresh") });
    const MetricData = [
      { MetricName: "Age", Value: 99, Dimensions: of("stale") },
      { MetricName: "Age", Value: 1, Dimensions: of("fresh") },
    ];
    await cloudwatch().send(new PutMetricDataCommand({ Namespace: "Test", MetricData }));
    await reaches(stale, "ALARM");
    await reaches(fresh, "OK");
  });

  describe("on metric math", () => {
    const of = (name: string) => [{ Name: "Machine", Value: name }];
    const math = (Expression: string, machines: string[]) => ({
      Namespace: undefined,
      MetricName: undefined,
      Statistic: undefined,
      Period: undefined,
      Threshold: 0,
      TreatMissingData: "notBreaching",
      Metrics: [
        { Id: "total", Expression, ReturnData: true },
        ...machines.map((name, i) => ({
          Id: `m${i}`,
          ReturnData: false,
          MetricStat: {
            Metric: { Namespace: "Test", MetricName: "Failed", Dimensions: of(name) },
            Period: 60,
            Stat: "Sum",
          },
        })),
      ],
    });
    const failed = (name: string, Value: number) =>
      cloudwatch().send(
        new PutMetricDataCommand({
          Namespace: "Test",
          MetricData: [{ MetricName: "Failed", Value, Dimensions: of(name) }],
        }),
      );

    test("goes off when one of its metrics does, whatever the others lack", async () => {
      const [bad, good, silent] = [next("machine"), next("machine"), next("machine")];
      const expression = "SUM(FILL(METRICS(), 0))";
      const off = await alarm(math(expression, [silent, bad, good]));
      const on = await alarm(math(expression, [silent, good]));
      await failed(bad, 1);
      await failed(good, 0);
      await reaches(off, "ALARM");
      await reaches(on, "OK");
    });

    test("takes the sum of what there is, and fails when the expression is one that it does not know", async () => {
      const [one, other] = [next("machine"), next("machine")];
      const sum = await alarm({ ...math("SUM(METRICS())", [one, other, next("silent")]), Threshold: 4 });
      await failed(one, 2);
      await failed(other, 3);
      await reaches(sum, "ALARM");
      expect(await refusal(alarm(math("AVG(METRICS())", [one])))).toMatch(/knows SUM\(METRICS\(\)\)/);
    });
  });
});
