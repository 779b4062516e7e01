import { alertsFromMessage } from "../../../runner/alerts/fromMessage";
import { CONTEXT } from "./alertFixtures";

const TOPIC = "arn:aws:sns:eu-central-1:123456789012:shop-alarms";
const RECEIVED = "2026-11-20T03:10:01.000Z";

const alertsOf = (message: unknown, subject?: string) =>
  alertsFromMessage(
    {
      messageId: "m-1",
      topicArn: TOPIC,
      subject,
      message: typeof message === "string" ? message : JSON.stringify(message),
      timestamp: RECEIVED,
    },
    CONTEXT,
  );

/** A change of state as CloudWatch sends it, as far as it is read. */
function alarm(changes: Record<string, unknown> = {}, trigger: Record<string, unknown> = {}) {
  return {
    AlarmName: "shop-replica-healthy-orders",
    AlarmDescription: "orders (replica): its newest recovery point is older than 1560 minutes or not sound",
    AWSAccountId: "123456789012",
    NewStateValue: "ALARM",
    NewStateReason: "Threshold Crossed: 1 datapoint [0.0] was less than the threshold (1.0).",
    StateChangeTime: "2026-11-20T03:10:00.000+0000",
    Region: "EU (Ireland)",
    AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-replica-healthy-orders",
    OldStateValue: "OK",
    Trigger: {
      MetricName: "Healthy",
      Namespace: "Backup321",
      Dimensions: [
        { value: "shop", name: "Repository" },
        { value: "replica", name: "Side" },
        { value: "orders", name: "Database" },
      ],
      ...trigger,
    },
    ...changes,
  };
}

describe("an alarm", () => {
  it("says what is wrong, since when, what is at risk and the next command", () => {
    expect(alertsOf(alarm())).toEqual([
      {
        id: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:shop-replica-healthy-orders",
        state: "problem",
        severity: "critical",
        title: "shop-replica-healthy-orders is in alarm",
        what: [
          "orders (replica): its newest recovery point is older than 1560 minutes or not sound",
          "Threshold Crossed: 1 datapoint [0.0] was less than the threshold (1.0).",
        ],
        since: "2026-11-20T03:10:00.000Z",
        at: "2026-11-20T03:10:00.000Z",
        atRisk: "If the primary's region or account is lost, there is no sound, recent copy elsewhere.",
        nextCommand:
          "backup321 status --side replica --database orders --replica-bucket shop-replica --replica-region eu-west-1",
        source: { repository: "shop", database: "orders", side: "replica", region: "eu-west-1" },
      },
    ]);
  });

  it("that is OK again is a recovery of the same matter", () => {
    const [problem] = alertsOf(alarm());
    const [recovery] = alertsOf(
      alarm({ NewStateValue: "OK", OldStateValue: "ALARM", StateChangeTime: "2026-11-20T09:10:00.000+0200" }),
    );
    expect(recovery).toMatchObject({
      id: problem!.id,
      state: "recovered",
      severity: "info",
      title: "shop-replica-healthy-orders is OK again",
      since: "2026-11-20T07:10:00.000Z",
      atRisk: null,
      nextCommand: null,
    });
    expect(recovery).not.toHaveProperty("isQuiet");
  });

  it("that is new, and OK for the first time, is told to nobody who would read it", () => {
    expect(alertsOf(alarm({ NewStateValue: "OK", OldStateValue: "INSUFFICIENT_DATA" }))).toMatchObject([
      { state: "recovered", isQuiet: true },
    ]);
  });

  it("without data is a problem of its own", () => {
    const [alert] = alertsOf(alarm({ NewStateValue: "INSUFFICIENT_DATA" }));
    expect(alert).toMatchObject({ state: "problem", title: "shop-replica-healthy-orders is without data" });
    expect(alert!.what[0]).toBe("The alarm has no data to judge by.");
  });

  it.each([
    [
      "Backup321",
      "Healthy",
      { Side: "primary", Database: "orders" },
      "critical",
      "backup321 status --side primary --database orders --bucket shop-primary --region eu-central-1",
    ],
    [
      "Backup321",
      "UnhealthyDatabases",
      { Side: "replica" },
      "critical",
      "backup321 status --side replica --replica-bucket shop-replica --replica-region eu-west-1",
    ],
    ["Backup321", "DoctorHealthy", { Side: "replica" }, "critical", "backup321 doctor"],
    [
      "Backup321",
      "DrillAgeMinutes",
      { Database: "orders" },
      "critical",
      "backup321 status --database orders --bucket shop-primary --region eu-central-1 --replica-bucket shop-replica --replica-region eu-west-1",
    ],
    [
      "AWS/S3",
      "OperationsFailedReplication",
      {},
      "warning",
      "backup321 status --side primary --bucket shop-primary --region eu-central-1",
    ],
    [
      "AWS/S3",
      "ReplicationLatency",
      {},
      "warning",
      "backup321 status --side replica --replica-bucket shop-replica --replica-region eu-west-1",
    ],
    [
      "AWS/SQS",
      "ApproximateNumberOfMessagesVisible",
      { QueueName: "dead" },
      "warning",
      'aws sqs receive-message --queue-url "$(aws sqs get-queue-url --queue-name dead --query QueueUrl --output text --region eu-west-1)" --region eu-west-1',
    ],
    [
      "AWS/Lambda",
      "Errors",
      { FunctionName: "f" },
      "warning",
      "aws logs tail /aws/lambda/f --since 1h --region eu-west-1",
    ],
    [
      "Other",
      "Thing",
      {},
      "warning",
      "aws cloudwatch describe-alarm-history --alarm-name shop-replica-healthy-orders --max-items 5 --region eu-west-1",
    ],
  ])("on %s %s of %j is %s and gives a command", (Namespace, MetricName, dimensions, severity, nextCommand) => {
    const Dimensions = Object.entries(dimensions).map(([name, value]) => ({ name, value }));
    expect(alertsOf(alarm({}, { Namespace, MetricName, Dimensions }))).toMatchObject([{ severity, nextCommand }]);
  });

  it("on an expression over executions gives the command for its state machine", () => {
    const machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:shop";
    const metric = {
      MetricName: "ExecutionsFailed",
      Namespace: "AWS/States",
      Dimensions: [{ name: "StateMachineArn", value: machine }],
    };
    const Metrics = [
      { Id: "total", Expression: "SUM(METRICS())" },
      { Id: "m1", MetricStat: { Metric: metric } },
    ];
    const [alert] = alertsOf(alarm({ Trigger: { Metrics } }));
    expect(alert!.nextCommand).toBe(
      `aws stepfunctions list-executions --state-machine-arn ${machine} --max-items 5 --region eu-west-1`,
    );
  });

  it("with quotes in its name does not break the command, nor does one with the least that is needed", () => {
    const bare = { AlarmName: "it's; rm", NewStateValue: "ALARM", StateChangeTime: "never" };
    expect(alertsOf(bare)).toMatchObject([
      {
        id: "alarm/it's; rm",
        since: RECEIVED,
        nextCommand: "aws cloudwatch describe-alarm-history --alarm-name 'it'\\''s; rm' --max-items 5",
        source: { repository: "shop", region: null },
      },
    ]);
  });
});

const event = (type: string, detail: Record<string, unknown>) => ({
  version: "0",
  source: "aws.ecs",
  "detail-type": type,
  time: "2026-11-20T02:30:00Z",
  region: "eu-central-1",
  detail,
});

describe("an event", () => {
  const TASK = "arn:aws:ecs:eu-central-1:123456789012:task/shop/0123";

  it("of a failed task names database, exit code and reason", () => {
    const detail = {
      taskArn: TASK,
      stoppedReason: "Essential container in task exited",
      stoppedAt: "2026-11-20T02:29:59.500Z",
      containers: [
        { name: "runner", exitCode: 5 },
        { name: "beside", exitCode: 0 },
      ],
      overrides: { containerOverrides: [{ environment: [{ name: "BACKUP321_DATABASE", value: "orders" }] }] },
    };
    expect(alertsOf(event("ECS Task State Change", detail))).toEqual([
      {
        id: TASK,
        state: "problem",
        severity: "warning",
        title: "A task of database orders failed or never started",
        what: [
          "Container runner ended with exit code 5 (dump).",
          "Essential container in task exited",
          `Task ${TASK}.`,
        ],
        since: "2026-11-20T02:29:59.500Z",
        at: "2026-11-20T02:29:59.500Z",
        atRisk: "This run may have left no recovery point, or proved none; the next one runs as planned.",
        nextCommand:
          "backup321 status --database orders --bucket shop-primary --region eu-central-1 --replica-bucket shop-replica --replica-region eu-west-1",
        source: { repository: "shop", database: "orders", region: "eu-central-1" },
      },
    ]);
  });

  it("of a task that never started says why", () => {
    const detail = {
      taskArn: TASK,
      containers: [{ name: "runner", reason: "CannotPullContainerError: no such image" }],
    };
    expect(alertsOf(event("ECS Task State Change", detail))).toMatchObject([
      {
        title: "A task failed or never started",
        what: ["Container runner: CannotPullContainerError: no such image", `Task ${TASK}.`],
        since: "2026-11-20T02:30:00.000Z",
      },
    ]);
  });

  it.each([
    ["TIMED_OUT", "problem", "timed out"],
    ["FAILED", "problem", "failed"],
    ["SUCCEEDED", "digest", "succeeded"],
  ])("of an execution that is %s is a %s", (status, state, said) => {
    const executionArn = "arn:aws:states:eu-central-1:123456789012:execution:shop:daily";
    const stateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:shop";
    const detail = { executionArn, stateMachineArn, status, stopDate: Date.parse("2026-11-20T02:29:00Z") };
    expect(alertsOf(event("Step Functions Execution Status Change", detail))).toMatchObject([
      { id: executionArn, state, title: `An execution of shop is ${said}`, since: "2026-11-20T02:29:00.000Z" },
    ]);
  });
});

describe("a notification of S3", () => {
  const record = (key: string) => ({
    eventSource: "aws:s3",
    eventName: "Replication:OperationFailedReplication",
    eventTime: "2026-11-20T02:40:00.000Z",
    awsRegion: "eu-central-1",
    s3: { bucket: { name: "shop-primary" }, object: { key, versionId: "v1" } },
    replicationEventData: { destinationBucket: "arn:aws:s3:::shop-replica", failureReason: "DstKmsKeyNotFound" },
  });
  const folder = "dumps/daily/orders/2026/11/20/20261120T020000Z-cccccc";

  it("of objects that could not be copied is one alert for each recovery point", () => {
    const keys = [`${folder}/tables-0001.zst`, `${folder}/tables%2B0002.zst`, folder.replace("orders", "bills")];
    const alerts = alertsOf({ Records: keys.map(record) });
    expect(alerts.map(({ source }) => source.database)).toEqual(["orders"]);
    expect(alerts[0]).toEqual({
      id: "s3/shop-primary/Replication:OperationFailedReplication/20261120T020000Z-cccccc",
      state: "problem",
      severity: "warning",
      title: "S3 could not copy an object of shop-primary to the replica",
      what: [
        `Object s3://shop-primary/${folder}/tables-0001.zst, version v1.`,
        "S3 says why: DstKmsKeyNotFound.",
        "S3 does not try again by itself: mend the cause, then replicate it by S3 Batch Replication.",
      ],
      since: "2026-11-20T02:40:00.000Z",
      at: "2026-11-20T02:40:00.000Z",
      atRisk: "If the primary's region is lost, what was not copied is lost with it.",
      nextCommand: "backup321 status --side primary --database orders --bucket shop-primary --region eu-central-1",
      source: { repository: "shop", database: "orders", side: "primary", region: "eu-central-1" },
    });
  });

  it("of a foreign object names the object", () => {
    const [alert] = alertsOf({ Records: [record("some+where%2Felse")] });
    expect(alert!.id).toBe("s3/shop-primary/Replication:OperationFailedReplication/some where/else");
    expect(alert!.source).not.toHaveProperty("database");
  });

  it("that only tests the topic is no alert", () => {
    expect(alertsOf({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "shop-primary" })).toEqual([]);
  });
});

describe("a message of another kind", () => {
  it("is told as it is, rather than dropped", () => {
    expect(alertsOf("The disk is full\nreally", "Note")).toEqual([
      {
        id: `${TOPIC}/m-1`,
        state: "problem",
        severity: "warning",
        title: "Note",
        what: ["A message of a kind that is not known here came to the alarm topic:", "The disk is full\nreally"],
        since: RECEIVED,
        at: RECEIVED,
        atRisk: null,
        nextCommand: null,
        source: { repository: "shop", region: "eu-central-1" },
      },
    ]);
    expect(alertsOf("The disk is full\nreally")).toMatchObject([{ title: "The disk is full" }]);
  });

  it.each([
    ["JSON of nobody here", { hello: "world" }],
    ["an event that is not known", event("Something Else", {})],
    ["a task event without a task", event("ECS Task State Change", {})],
    ["an execution event without an execution", event("Step Functions Execution Status Change", {})],
    ["an alarm in a state that does not exist", alarm({ NewStateValue: "PANIC" })],
    ["nothing", ""],
  ])("is told too when it is %s", (_, message) => {
    expect(alertsOf(message)).toMatchObject([{ state: "problem", title: "A message on the alarm topic" }]);
  });

  it("is cut when it is long", () => {
    expect(alertsOf("x".repeat(100_000))[0]!.what[1]).toHaveLength(1_500);
  });
});
