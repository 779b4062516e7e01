import { createHmac } from "node:crypto";
import { type Alert, type AlertChannel, AlertChannelKind } from "../../../runner/alertContract";
import { deliver, failuresOf } from "../../../runner/alerts/deliver";
import { pagerDutyPayload } from "../../../runner/alerts/pagerDuty";
import { slackPayload } from "../../../runner/alerts/slack";
import { teamsPayload } from "../../../runner/alerts/teams";
import { deliveryId } from "../../../runner/alerts/webhook";
import { type HttpReceiver, startHttpReceiver } from "../../support/httpReceiver";
import { dependenciesOf, NOW, PATHS, PROBLEM, RECOVERY, ROUTING_KEY, SIGNING_SECRET, TOKEN } from "./alertFixtures";

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver();
});
afterEach(() => receiver.close());

const SECRETS = {
  slack: `https://hooks.slack.example${PATHS.slack}`,
  teams: `https://teams.example${PATHS.teams}`,
  pagerDuty: ROUTING_KEY,
  webhook: `https://ops.example${PATHS.webhook}`,
  signing: SIGNING_SECRET,
};
const channel = (kind: AlertChannelKind): AlertChannel => ({ kind, secretFile: kind });
const CHANNELS: AlertChannel[] = [
  channel(AlertChannelKind.Slack),
  channel(AlertChannelKind.Teams),
  channel(AlertChannelKind.PagerDuty),
  { ...channel(AlertChannelKind.Webhook), signingSecretFile: "signing" },
];
const DIGEST: Alert = { ...RECOVERY, id: "digest/shop", state: "digest", title: "All backups of shop are sound" };

async function sent(alert: Alert, channels = CHANNELS, secrets: Record<string, string> = SECRETS) {
  const dependencies = dependenciesOf(receiver, secrets);
  const deliveries = await deliver(alert, channels, dependencies);
  const requests = [...receiver.requests].sort((a, b) => a.path.localeCompare(b.path));
  return { deliveries, requests, hosts: dependencies.hosts };
}

const bodyTo = (requests: { path: string; body: string }[], path: string) =>
  JSON.parse(requests.find((request) => request.path === path)!.body);

describe("each channel", () => {
  it("gets a problem in the form of its service, at the place that its secret names", async () => {
    const { deliveries, requests, hosts } = await sent(PROBLEM);
    expect(failuresOf(deliveries)).toEqual([]);
    expect(requests.map(({ method, path }) => [method, path])).toEqual([
      ["POST", PATHS.webhook],
      ["POST", PATHS.slack],
      ["POST", "/v2/enqueue"],
      ["POST", PATHS.teams],
    ]);
    expect(hosts.sort()).toEqual(["events.pagerduty.com", "hooks.slack.example", "ops.example", "teams.example"]);
    expect(bodyTo(requests, PATHS.slack)).toEqual(slackPayload(PROBLEM));
    expect(bodyTo(requests, PATHS.teams)).toEqual(teamsPayload(PROBLEM));
    expect(bodyTo(requests, "/v2/enqueue")).toEqual(pagerDutyPayload(PROBLEM, ROUTING_KEY));
    expect(bodyTo(requests, PATHS.webhook)).toEqual({
      version: 1,
      delivery: deliveryId(PROBLEM),
      ...PROBLEM,
      isQuiet: false,
    });
  });

  it("that is signed can be checked by who has the secret, and only with the body it came with", async () => {
    const { requests } = await sent(PROBLEM, CHANNELS.slice(3));
    const { headers, body } = requests[0]!;
    const seconds = NOW.getTime() / 1_000;
    const expected = createHmac("sha256", SIGNING_SECRET).update(`${seconds}.${body}`).digest("hex");
    expect(headers["x-backup321-signature"]).toBe(`t=${seconds},v1=${expected}`);
    expect(headers["x-backup321-delivery"]).toBe(deliveryId(PROBLEM));
  });

  it("that is not signed has no signature", async () => {
    const { requests } = await sent(PROBLEM, [channel(AlertChannelKind.Webhook)]);
    expect(requests[0]!.headers).not.toHaveProperty("x-backup321-signature");
  });

  it("of PagerDuty resolves by the key that triggered, and opens nothing for a digest", async () => {
    const resolved = await sent(RECOVERY, [channel(AlertChannelKind.PagerDuty)]);
    expect(JSON.parse(resolved.requests[0]!.body)).toEqual({
      routing_key: ROUTING_KEY,
      dedup_key: PROBLEM.id,
      event_action: "resolve",
    });
    const digest = await sent(DIGEST);
    expect(failuresOf(digest.deliveries)).toEqual([]);
    expect(digest.requests.map(({ path }) => path).filter((path) => path === "/v2/enqueue")).toHaveLength(1);
  });

  it("of PagerDuty goes to the place that the channel names", async () => {
    const eventsUrl = "https://events.eu.pagerduty.example/v2/enqueue";
    const { hosts } = await sent(PROBLEM, [{ ...channel(AlertChannelKind.PagerDuty), eventsUrl }]);
    expect(hosts).toEqual(["events.eu.pagerduty.example"]);
  });

  it("hears of a quiet recovery only where it keeps problems open", async () => {
    const { requests } = await sent({ ...RECOVERY, isQuiet: true });
    expect(requests.map(({ path }) => path)).toEqual([PATHS.webhook, "/v2/enqueue"]);
    expect(bodyTo(requests, PATHS.webhook)).toMatchObject({ isQuiet: true });
  });

  it("is left out where it is not wanted", async () => {
    await deliver(PROBLEM, CHANNELS, dependenciesOf(receiver, SECRETS), (name) => name === "teams");
    expect(receiver.requests.map(({ path }) => path)).toEqual([PATHS.teams]);
  });
});

describe("a channel that fails", () => {
  it("keeps no other from its alert, and is named", async () => {
    const { teams, pagerDuty, webhook } = SECRETS;
    const others = { teams, pagerDuty, webhook, signing: SIGNING_SECRET };
    const { deliveries, requests } = await sent(PROBLEM, CHANNELS, others);
    expect(deliveries).toEqual([
      { channel: "slack", failure: "slack: secret slack can't be read: AccessDenied" },
      { channel: "teams" },
      { channel: "pagerDuty" },
      { channel: "webhook" },
    ]);
    expect(requests).toHaveLength(3);
  });

  it("is named by number where there are several of its kind", async () => {
    const two = [channel(AlertChannelKind.Slack), channel(AlertChannelKind.Slack)];
    const { deliveries } = await sent(PROBLEM, two);
    expect(deliveries.map((delivery) => delivery.channel)).toEqual(["slack-1", "slack-2"]);
  });

  it.each([
    [
      AlertChannelKind.Slack,
      `http://hooks.slack.example${PATHS.slack}`,
      "slack: its secret is no https URL; store the URL that the service shows",
    ],
    [AlertChannelKind.Teams, TOKEN, "teams: its secret is no https URL; store the URL that the service shows"],
    [
      AlertChannelKind.PagerDuty,
      `https://events.example/${TOKEN}`,
      "pagerDuty: its secret is a URL; store the integration key, and the URL as eventsUrl",
    ],
    [
      AlertChannelKind.Webhook,
      TOKEN,
      "webhook: its secret is no http or https URL without user and password; store the URL",
    ],
  ])("fails when the secret of %s is of another kind, without showing it", async (kind, secret, message) => {
    const { deliveries, requests } = await sent(PROBLEM, [channel(kind)], { [kind]: secret });
    expect(deliveries).toEqual([{ channel: kind, failure: message }]);
    expect(requests).toEqual([]);
  });

  it("fails when the signing secret is short; 16 characters will do", async () => {
    const short = await sent(PROBLEM, CHANNELS.slice(3), { ...SECRETS, signing: "x".repeat(15) });
    expect(failuresOf(short.deliveries)).toEqual([
      "webhook: its signing secret has 15 characters, at least 16 are needed; make a longer one",
    ]);
    const enough = await sent(PROBLEM, CHANNELS.slice(3), { ...SECRETS, signing: "x".repeat(16) });
    expect(failuresOf(enough.deliveries)).toEqual([]);
  });

  it("shows nothing of any secret, whatever the services answer", async () => {
    const all = Object.values(SECRETS).join(" ");
    for (let n = 0; n < 4; n += 1) receiver.answers.push({ status: 400, body: `no such hook: ${all} ${TOKEN}` });
    const { deliveries } = await sent(PROBLEM);
    const failures = failuresOf(deliveries).join("\n");
    expect(failures.match(/answered 400: no such hook:/g)).toHaveLength(4);
    // Each service could repeat its own alone: the others' are not known to it.
    const own = [
      ["slack", PATHS.slack],
      ["teams", TOKEN],
      ["pagerDuty", ROUTING_KEY],
      ["webhook", SIGNING_SECRET],
    ] as const;
    for (const [name, secret] of own) {
      expect(failuresOf(deliveries.filter((delivery) => delivery.channel === name)).join()).not.toContain(secret);
    }
  });
});
