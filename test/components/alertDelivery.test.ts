import { AlertChannelKind, AlertDelivery, type AlertDeliveryArgs } from "../../components";
import { alertDeliveryProblems } from "../../components/internal/alerts/alertProblems";
import { ALERT_ENV, ALERT_FUNCTION_TIMEOUT_SECONDS } from "../../runner/alertContract";
import { messageOf } from "./fixtures";
import {
  ACCOUNT,
  byName,
  registered,
  REGION,
  REPLICA_REGION,
  settle,
  startMocks,
  statementsOf,
  valueOf,
} from "./mocks";

const secretOf = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:alerts`;
const FRESHNESS = ["primary", "replica"].map((side) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${side}`);
const SLACK = { kind: AlertChannelKind.Slack, secretArn: secretOf("slack") };
const ARGS: AlertDeliveryArgs = { topicArn: TOPIC, channels: [SLACK] };

async function build(args: Partial<AlertDeliveryArgs> = {}): Promise<AlertDelivery> {
  const delivery = new AlertDelivery("shop-alert", { ...ARGS, ...args });
  await settle();
  return delivery;
}

const variables = () => byName("shop-alert-function").inputs.environment.variables as Record<string, string>;
const policy = () => statementsOf(byName("shop-alert-function-role-policy").inputs.policy);

describe("AlertDelivery", () => {
  it("is called for every message of its topic, by nobody else, and keeps what it fails on", async () => {
    await startMocks();
    const delivery = await build();
    const { arn } = { arn: await valueOf(delivery.functionArn) };
    expect(byName("shop-alert-subscription").inputs).toMatchObject({ topic: TOPIC, protocol: "lambda", endpoint: arn });
    expect(byName("shop-alert-permission").inputs).toMatchObject({
      function: "shop-alert-function-0123456",
      action: "lambda:InvokeFunction",
      principal: "sns.amazonaws.com",
      sourceArn: TOPIC,
    });
    const queue = `arn:aws:sqs:${REGION}:${ACCOUNT}:queue/shop-alert-dead-letters`;
    expect(byName("shop-alert-function").inputs).toMatchObject({
      timeout: ALERT_FUNCTION_TIMEOUT_SECONDS,
      deadLetterConfig: { targetArn: queue },
    });
    expect(policy().DeadLetter).toMatchObject({ Action: "sqs:SendMessage", Resource: queue });
    expect(byName("shop-alert-dead-letters-alarm").inputs).toMatchObject({ alarmActions: [TOPIC], threshold: 0 });
    expect(await valueOf(delivery.alarmNames)).toEqual(["shop-alert-dead-letters-alarm-0123456"]);
  });

  it("tells its function whom to write to, by the contract's names, and lets it read exactly their secrets", async () => {
    await startMocks();
    const webhook = {
      kind: AlertChannelKind.Webhook,
      secretArn: secretOf("hook"),
      signingSecretArn: secretOf("signing"),
    };
    const pagerDuty = {
      kind: AlertChannelKind.PagerDuty,
      secretArn: secretOf("pager"),
      eventsUrl: "https://events.eu.pagerduty.com/v2/enqueue",
    };
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/alerts`;
    await build({ channels: [SLACK, webhook, pagerDuty], secretKmsKeyArns: [key] });
    expect(JSON.parse(variables()[ALERT_ENV.channels]!)).toEqual([SLACK, webhook, pagerDuty]);
    expect(policy().ReadSecrets).toMatchObject({
      Action: "secretsmanager:GetSecretValue",
      Resource: ["slack", "hook", "signing", "pager"].map(secretOf),
    });
    expect(policy().DecryptSecrets).toMatchObject({ Action: "kms:Decrypt", Resource: [key] });
  });

  it("can do no more than that when it is told no more", async () => {
    await startMocks();
    await build();
    expect(Object.keys(policy())).toEqual(["Logs", "ReadSecrets", "DeadLetter"]);
    expect(Object.keys(variables()).sort()).toEqual([ALERT_ENV.channels, "BACKUP321_REPOSITORY"]);
    expect(registered.filter((r) => r.type.endsWith(":Schedule"))).toEqual([]);
  });

  it("tells its function where the repository is, for the commands that alerts give", async () => {
    await startMocks();
    await build({
      repositoryName: "shop",
      primaryBucketName: "p",
      replicaBucketName: "r",
      replicaRegion: REPLICA_REGION,
    });
    expect(variables()).toMatchObject({
      BACKUP321_REPOSITORY: "shop",
      BACKUP321_BUCKET: "p",
      BACKUP321_REGION: REGION,
      BACKUP321_REPLICA_BUCKET: "r",
      BACKUP321_REPLICA_REGION: REPLICA_REGION,
    });
  });

  it("sends a digest on Monday mornings from the freshness functions that it may ask, unless told another time", async () => {
    await startMocks();
    await build({ freshnessFunctionArns: FRESHNESS });
    expect(variables()[ALERT_ENV.freshnessFunctionArns]).toBe(FRESHNESS.join(","));
    expect(policy().AskFreshness).toMatchObject({ Action: "lambda:InvokeFunction", Resource: FRESHNESS });
    expect(byName("shop-alert-schedule", "Schedule").inputs).toMatchObject({
      scheduleExpression: "cron(0 7 ? * MON *)",
      target: { input: '{"digest":true}' },
    });
    const schedule = statementsOf(byName("shop-alert-schedule-role-policy").inputs.policy);
    expect(schedule.Invoke.Resource).toMatch(/function\/shop-alert-function$/);
    await startMocks();
    await build({ freshnessFunctionArns: FRESHNESS, digestScheduleExpression: "rate(1 day)" });
    expect(byName("shop-alert-schedule", "Schedule").inputs.scheduleExpression).toBe("rate(1 day)");
  });

  it("has every regional child in its region", async () => {
    await startMocks();
    await build({ region: REPLICA_REGION, freshnessFunctionArns: FRESHNESS });
    const regional = registered.filter((r) => r.type.startsWith("aws:") && !r.type.startsWith("aws:iam/"));
    expect(regional.filter((r) => r.inputs.region !== REPLICA_REGION).map((r) => r.name)).toEqual([]);
  });

  it.each<[string, Partial<AlertDeliveryArgs>, string]>([
    ["no channel", { channels: [] }, "channels must hold 1 to 10 channels, got 0"],
    ["one too many", { channels: Array(11).fill(SLACK) }, "channels must hold 1 to 10 channels, got 11"],
    [
      "no such kind",
      { channels: [{ ...SLACK, kind: "fax" as AlertChannelKind }] },
      'channels[0].kind must be one of slack, teams, pagerDuty, webhook, got "fax"',
    ],
    [
      "a URL in place of its secret",
      { channels: [{ ...SLACK, secretArn: `https://hooks.example/${"x".repeat(20)}` }] },
      "channels[0].secretArn must be an ARN like arn:aws:secretsmanager:<region>:<account>:secret:<name>, got 42 other characters",
    ],
    [
      "a signature where nobody looks for one",
      { channels: [{ ...SLACK, signingSecretArn: secretOf("signing") }] },
      "channels[0].signingSecretArn is for a webhook alone, got kind slack; remove it",
    ],
    [
      "an address of PagerDuty for somebody else",
      { channels: [{ ...SLACK, eventsUrl: "https://events.example/v2" }] },
      "channels[0].eventsUrl is for pagerDuty alone, got kind slack; remove it",
    ],
    [
      "an address in the clear",
      {
        channels: [{ kind: AlertChannelKind.PagerDuty, secretArn: secretOf("p"), eventsUrl: "http://events.example/" }],
      },
      'channels[0].eventsUrl must be an https URL, got "http://events.example/"',
    ],
    [
      "a topic that is none",
      { topicArn: "alerts" },
      'topicArn must be an ARN like arn:aws:sns:<region>:<account>:<name>, of a standard topic, got "alerts"',
    ],
    [
      "a third side",
      { freshnessFunctionArns: [...FRESHNESS, "arn:third"] },
      "freshnessFunctionArns must hold at most 2 functions, one of each side, got 3",
    ],
    [
      "a digest at no time",
      { digestScheduleExpression: "mondays" },
      'digestScheduleExpression must be rate(<n> <unit>) or cron(<six fields>), got "mondays"',
    ],
    [
      "an alias for a key",
      { secretKmsKeyArns: ["alias/alerts"] },
      'secretKmsKeyArns[0] must be an ARN like arn:aws:kms:<region>:<account>:key/<id>, got "alias/alerts"',
    ],
    ["no such region", { region: "ireland" }, 'region must be an AWS region like eu-west-1, got "ireland"'],
  ])("fails when there is %s", async (_, args, problem) => {
    await startMocks();
    expect(messageOf(() => new AlertDelivery("shop-alert", { ...ARGS, ...args }))).toBe(
      `AlertDelivery "shop-alert": ${problem}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("takes each limit itself", () => {
    expect(
      alertDeliveryProblems({ ...ARGS, channels: Array(10).fill(SLACK), freshnessFunctionArns: FRESHNESS }),
    ).toEqual([]);
  });
});
