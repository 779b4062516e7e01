import type { Alert } from "../../../runner/alertContract";
import { dedupKey, pagerDutyPayload } from "../../../runner/alerts/pagerDuty";
import { slackPayload } from "../../../runner/alerts/slack";
import { teamsPayload } from "../../../runner/alerts/teams";
import { deliveryId } from "../../../runner/alerts/webhook";
import { PROBLEM, RECOVERY } from "./alertFixtures";

/** A digest of more databases than any message takes. */
const LONG: Alert = {
  ...PROBLEM,
  title: "t".repeat(2_000),
  what: Array.from({ length: 500 }, (_, n) => `database-${n}: ${"<&>".repeat(40)}`),
  atRisk: "r".repeat(9_000),
  nextCommand: "c".repeat(9_000),
};

describe("a message for Slack", () => {
  const texts = (alert: Alert) =>
    slackPayload(alert).blocks.flatMap((block) =>
      ("fields" in block ? block.fields! : [block.text]).map(({ text }) => text),
    );

  it("says what is wrong, since when, where, what is at risk, and the next command", () => {
    expect(texts(PROBLEM)).toEqual([
      "Problem: Database orders on the replica has problems: stale",
      `• ${PROBLEM.what[0]}`,
      "*Since*\n2026-11-20 03:10:00 UTC",
      "*Repository*\nshop",
      "*Database*\norders",
      "*Side*\nreplica",
      "*Region*\neu-west-1",
      `*At risk*\n${PROBLEM.atRisk}`,
      `*Next command*\n\`\`\`${PROBLEM.nextCommand}\`\`\``,
    ]);
  });

  it("of a recovery says when, and leaves out what no longer is", () => {
    expect(texts(RECOVERY)).toEqual([
      "Recovered: Database orders on the replica is sound again",
      `• ${RECOVERY.what[0]}`,
      "*At*\n2026-11-20 07:00:00 UTC",
      "*Repository*\nshop",
      "*Database*\norders",
      "*Side*\nreplica",
      "*Region*\neu-west-1",
    ]);
  });

  it("calls nobody and links nowhere by a text of others", () => {
    const message = JSON.stringify(slackPayload({ ...PROBLEM, what: ["<!channel> & <https://evil.example|click>"] }));
    expect(message).toContain("&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;");
  });

  it("stays within the limits of Slack, and says how much is left out", () => {
    const { blocks, text } = slackPayload(LONG);
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(text.length).toBeLessThanOrEqual(3_000);
    for (const block of blocks) {
      const [most, shown] =
        block.type === "header" ? [150, [block.text!]] : [3_000, "fields" in block ? block.fields! : [block.text]];
      for (const { text } of shown) expect(text.length).toBeLessThanOrEqual(most);
    }
    expect(texts(LONG).join("\n")).toMatch(/• and \d+ more$/m);
  });
});

describe("a card for Teams", () => {
  it("is one Adaptive Card in a message", () => {
    const { type, attachments } = teamsPayload(PROBLEM);
    expect(type).toBe("message");
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({
      contentType: "application/vnd.microsoft.card.adaptive",
      content: { type: "AdaptiveCard", version: "1.4" },
    });
  });

  it("says everything in text runs, which read no Markdown", () => {
    const { body } = teamsPayload(PROBLEM).attachments[0]!.content;
    const shown = body.map((element) => ("inlines" in element ? element.inlines[0]!.text : element.facts));
    expect(shown).toEqual([
      "Problem: Database orders on the replica has problems: stale",
      PROBLEM.what[0],
      [
        { title: "Since", value: "2026-11-20 03:10:00 UTC" },
        { title: "Repository", value: "shop" },
        { title: "Database", value: "orders" },
        { title: "Side", value: "replica" },
        { title: "Region", value: "eu-west-1" },
      ],
      "At risk",
      PROBLEM.atRisk,
      "Next command",
      PROBLEM.nextCommand,
    ]);
    expect(body.map(({ type }) => type).filter((type) => type === "TextBlock")).toEqual([]);
  });

  it("stays below the 28 KB that Teams takes", () => {
    expect(Buffer.byteLength(JSON.stringify(teamsPayload(LONG)))).toBeLessThan(28_000);
  });
});

describe("an event for PagerDuty", () => {
  it("triggers with everything a person on call needs", () => {
    expect(pagerDutyPayload(PROBLEM, "key")).toEqual({
      routing_key: "key",
      dedup_key: PROBLEM.id,
      event_action: "trigger",
      client: "backup321",
      payload: {
        summary: PROBLEM.title,
        source: "shop replica eu-west-1",
        severity: "critical",
        timestamp: PROBLEM.since,
        component: "orders",
        group: "shop",
        custom_details: {
          what: PROBLEM.what,
          since: PROBLEM.since,
          at_risk: PROBLEM.atRisk,
          next_command: PROBLEM.nextCommand,
        },
      },
    });
  });

  it("keeps summary and key within their limits", () => {
    const { payload } = pagerDutyPayload(LONG, "key") as { payload: { summary: string } };
    expect(payload.summary).toHaveLength(1_024);
    expect(dedupKey("x".repeat(255))).toBe("x".repeat(255));
    expect(dedupKey("x".repeat(256))).toMatch(/^[0-9a-f]{64}$/);
    expect(dedupKey("x".repeat(256))).not.toBe(dedupKey("x".repeat(257)));
  });
});

describe("the id of a delivery", () => {
  it("is the same for one notice and another for the next", () => {
    const reworded = { ...PROBLEM, title: "in other words" };
    expect(deliveryId(PROBLEM)).toBe(deliveryId(reworded));
    const others = [
      { ...PROBLEM, id: "x" },
      { ...PROBLEM, state: "recovered" as const },
      { ...PROBLEM, at: RECOVERY.at },
    ];
    expect(new Set([PROBLEM, ...others].map((alert) => deliveryId(alert))).size).toBe(4);
  });
});
