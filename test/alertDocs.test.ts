import { type Alert, AlertChannelKind } from "../runner/alertContract";
import { pagerDutyPayload } from "../runner/alerts/pagerDuty";
import { slackPayload } from "../runner/alerts/slack";
import { teamsPayload } from "../runner/alerts/teams";
import { signature, webhookPayload } from "../runner/alerts/webhook";
import type { SideCheck } from "../runner/freshnessCheck";
import { gaugesOf } from "../runner/metrics/samples";
import { NOW, PROBLEM, RECOVERY, SIGNING_SECRET } from "./runner/alerts/alertFixtures";
import { textOf } from "./tree";

const page = textOf("docs/alerts.md");
const blocks = (language: string, text = page) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``, "g"))].map((match) => match[1]!);

/** Sample of the page → what the code makes. */
const SAMPLES: Record<string, (alert: Alert) => unknown> = {
  Slack: slackPayload,
  "Microsoft Teams": teamsPayload,
  PagerDuty: (alert) => pagerDutyPayload(alert, "<integration key>"),
  "PagerDuty, when it is over": () => pagerDutyPayload(RECOVERY, "<integration key>"),
  Webhook: webhookPayload,
};

describe("docs/alerts.md", () => {
  it.each(Object.keys(SAMPLES))("shows for %s what the code sends", (name) => {
    const section = page.split(`\n**${name}**\n`)[1];
    const [sample] = blocks("json", section);
    expect(JSON.parse(sample!)).toEqual(JSON.parse(JSON.stringify(SAMPLES[name]!(PROBLEM))));
  });

  it("names every kind of channel and every metric", () => {
    for (const kind of Object.values(AlertChannelKind)) expect(page).toContain(`{"kind":"${kind}","secretArn":`);
    const empty: SideCheck = { side: "primary", judgements: [], failures: [], doctor: null };
    const named = [...page.matchAll(/^\| `(backup321_\w+)`/gm)].map((match) => match[1]);
    expect(named).toEqual(gaugesOf([empty], "shop", NOW).map(({ name }) => name));
  });

  describe("has a check of signatures that", () => {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const isGenuine = new Function("require", `${blocks("js")[0]}; return isGenuine;`)(jest.requireActual) as (
      header: string,
      body: string,
      secret: string,
      nowSeconds?: number,
    ) => boolean;
    const body = JSON.stringify(webhookPayload(PROBLEM));
    const header = signature(body, SIGNING_SECRET, NOW);
    const seconds = NOW.getTime() / 1000;

    it("takes a genuine request for five minutes", () => {
      expect(isGenuine(header, body, SIGNING_SECRET, seconds)).toBe(true);
      expect(isGenuine(header, body, SIGNING_SECRET, seconds + 300)).toBe(true);
    });

    it.each([
      ["another body", header, `${body} `, SIGNING_SECRET, seconds],
      ["another secret", header, body, `${SIGNING_SECRET}x`, seconds],
      ["another time in the header", header.replace(/t=(\d)/, "t=2$1"), body, SIGNING_SECRET, seconds + 2e10],
      ["an old request", header, body, SIGNING_SECRET, seconds + 301],
      ["a request from the future", header, body, SIGNING_SECRET, seconds - 301],
      ["no signature", "", body, SIGNING_SECRET, seconds],
    ])("refuses %s", (_, given, text, secret, now) => {
      expect(isGenuine(given, text, secret, now)).toBe(false);
    });
  });
});
