import { AlertChannelKind } from "../../../runner/alertContract";
import { relay, type RelayDependencies } from "../../../runner/alerts/relay";
import { type HttpReceiver, startHttpReceiver } from "../../support/httpReceiver";
import { failureOf } from "../readFixtures";
import { dependenciesOf, PATHS, ROUTING_KEY, TOKEN } from "./alertFixtures";

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver();
});
afterEach(() => receiver.close());

const arn = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}`;
const ENVIRONMENT = {
  BACKUP321_ALERT_CHANNELS: JSON.stringify([
    { kind: AlertChannelKind.Slack, secretArn: arn("slack") },
    { kind: AlertChannelKind.PagerDuty, secretArn: arn("pager") },
  ]),
  BACKUP321_REPOSITORY: "shop",
};
const FUNCTIONS = ["primary", "replica"].map((side) => `arn:aws:lambda:eu-central-1:123456789012:function:${side}`);
const SECRETS = { [arn("slack")]: `https://hooks.slack.example${PATHS.slack}`, [arn("pager")]: ROUTING_KEY };

function dependencies(changes: Partial<RelayDependencies> = {}): RelayDependencies {
  return {
    ...dependenciesOf(receiver, SECRETS),
    invoke: () => Promise.reject(new Error("nobody asked for a digest")),
    delivered: new Set(),
    ...changes,
  };
}

function delivery(message: unknown, id = "m-1") {
  const Sns = {
    MessageId: id,
    TopicArn: "arn:aws:sns:eu-central-1:123456789012:alarms",
    Subject: null,
    Message: JSON.stringify(message),
    Timestamp: "2026-11-20T03:10:01.000Z",
  };
  return { Records: [{ EventSource: "aws:sns", Sns }] };
}

const ALARM = {
  AlarmName: "healthy-orders",
  AlarmArn: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:healthy-orders",
  NewStateValue: "ALARM",
  StateChangeTime: "2026-11-20T03:10:00.000+0000",
};
const paths = () => receiver.requests.map(({ path }) => path).sort();

describe("the alert function", () => {
  it("sends a topic's message to every channel", async () => {
    expect(await relay(delivery(ALARM), ENVIRONMENT, dependencies())).toEqual({ alerts: 1 });
    expect(paths()).toEqual([PATHS.slack, "/v2/enqueue"]);
  });

  it("sends nothing for S3's test of a topic", async () => {
    expect(await relay(delivery({ Service: "Amazon S3", Event: "s3:TestEvent" }), ENVIRONMENT, dependencies())).toEqual(
      {
        alerts: 0,
      },
    );
    expect(paths()).toEqual([]);
  });

  it("fails when one channel fails, after the other was served; when repeated it serves only the one that failed", async () => {
    const delivered = new Set<string>();
    const broken = { ...SECRETS, [arn("slack")]: `http://hooks.slack.example${PATHS.slack}` };
    const first = dependencies({ ...dependenciesOf(receiver, broken), delivered });
    const { message, exit } = await failureOf(relay(delivery(ALARM), ENVIRONMENT, first));
    expect([message, exit]).toEqual([
      "alert: slack: its secret is no https URL; store the URL that the service shows",
      "undelivered",
    ]);
    expect(paths()).toEqual(["/v2/enqueue"]);
    await relay(delivery(ALARM), ENVIRONMENT, dependencies({ delivered }));
    expect(paths()).toEqual([PATHS.slack, "/v2/enqueue"]);
    const later = { ...ALARM, StateChangeTime: "2026-11-20T04:10:00.000+0000" };
    await relay(delivery(later), ENVIRONMENT, dependencies({ delivered }));
    expect(receiver.requests).toHaveLength(4);
  });

  it("forgets old deliveries, so that its memory is bounded", async () => {
    const delivered = new Set(Array.from({ length: 1_500 }, (_, n) => `old/${n}`));
    await relay(delivery(ALARM), ENVIRONMENT, dependencies({ delivered }));
    expect(delivered.size).toBe(1_000);
    expect([...delivered].at(-1)).toMatch(/^[0-9a-f]{32}\/pagerDuty$/);
  });

  it("fails when event and configuration are wrong, and says all of it", async () => {
    const { message, exit } = await failureOf(relay({ hello: TOKEN }, {}, dependencies()));
    expect([message, exit]).toEqual([
      'alert: 2 problems:\n  - BACKUP321_ALERT_CHANNELS is missing; set it to JSON like [{"kind":"slack","secretArn":"arn:..."}]\n' +
        '  - the event is neither a delivery of SNS nor {"digest":true}; subscribe this function to a topic',
      "usage",
    ]);
  });
});

describe("the digest of the alert function", () => {
  const ENV_OF_DIGEST = { ...ENVIRONMENT, BACKUP321_FRESHNESS_FUNCTION_ARNS: FUNCTIONS.join(",") };
  const judgement = (problems: string[] = []) => ({
    database: "orders",
    healthy: problems.length === 0,
    ageMinutes: 125,
    problems: problems.map((message) => ({ code: "stale", message })),
  });
  const results = (replica: unknown) => async (functionArn: string) =>
    functionArn.endsWith("primary") ? { side: "primary", judgements: [judgement()], doctor: null } : replica;
  const slackText = () => JSON.parse(receiver.requests.find(({ path }) => path === PATHS.slack)!.body).text as string;

  it("asks the freshness functions of both sides and says that all is well", async () => {
    const invoke = results({ side: "replica", databases: 3, unhealthyDatabases: 0, unhealthy: [], doctorProblems: [] });
    await relay({ digest: true }, ENV_OF_DIGEST, dependencies({ invoke }));
    expect(paths()).toEqual([PATHS.slack]);
    expect(slackText()).toBe("Digest: All backups of shop are sound");
    expect(receiver.requests[0]!.body).toContain(
      "primary: 1 of 1 databases are sound; the oldest of the newest recovery points is 2 hours 5 minutes old.",
    );
    expect(receiver.requests[0]!.body).toContain("replica: 3 of 3 databases are sound.");
  });

  it("names what is ill", async () => {
    const invoke = results({ side: "replica", judgements: [judgement(["it is old"])] });
    await relay({ digest: true }, ENV_OF_DIGEST, dependencies({ invoke }));
    expect(slackText()).toBe("Digest: Backups of shop need a look");
    expect(receiver.requests[0]!.body).toContain("orders (replica): it is old");
  });

  it.each([
    ["could not be run", async () => Promise.reject(new Error("AccessDenied")), "AccessDenied"],
    [
      "gives back nothing of the kind",
      async () => ({ statusCode: 200 }),
      `freshness function ${FUNCTIONS[1]} gave back no judgements; look at its log`,
    ],
  ])("does not look as if all were well when a function %s", async (_, ill, problem) => {
    const invoke = (functionArn: string) => (functionArn.endsWith("primary") ? results(undefined)(functionArn) : ill());
    expect(await relay({ digest: true }, ENV_OF_DIGEST, dependencies({ invoke }))).toEqual({ alerts: 1 });
    expect(slackText()).toBe("Digest: The digest is not complete");
    expect(receiver.requests[0]!.body).toContain(`Not looked at: ${problem}`);
  });

  it("goes out once an hour to a channel that has it, however often it is asked for", async () => {
    const shared = dependencies({ invoke: results(undefined), delivered: new Set() });
    await relay({ digest: true }, ENV_OF_DIGEST, shared);
    await relay({ digest: true }, ENV_OF_DIGEST, { ...shared, clock: () => new Date("2026-11-20T06:59:59.000Z") });
    expect(receiver.requests).toHaveLength(1);
    await relay({ digest: true }, ENV_OF_DIGEST, { ...shared, clock: () => new Date("2026-11-20T07:00:00.000Z") });
    expect(receiver.requests).toHaveLength(2);
  });

  it("fails when it does not know whom to ask", async () => {
    const { message } = await failureOf(relay({ digest: true }, ENVIRONMENT, dependencies()));
    expect(message).toBe(
      "alert: BACKUP321_FRESHNESS_FUNCTION_ARNS is missing; set it to the ARNs of the freshness functions, separated by commas",
    );
  });
});
