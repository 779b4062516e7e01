import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { channelNames, channelsOf, parseChannels } from "../../../runner/alerts/channelConfig";
import { readChannelSecret } from "../../../runner/alerts/channelSecrets";
import { EnvReader } from "../../../runner/config";
import { failureOf } from "../readFixtures";
import { TOKEN } from "./alertFixtures";

const ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/slack-AbCdEf";
const problemsOf = (value: unknown) =>
  parseChannels(typeof value === "string" ? value : JSON.stringify(value)).problems;

describe("a list of channels", () => {
  it("is read with everything that a channel may have", () => {
    const channels = [
      { kind: "slack", secretArn: ARN },
      { kind: "teams", secretFile: "/etc/backup321/teams" },
      { kind: "pagerDuty", secretArn: ARN, eventsUrl: "https://events.eu.pagerduty.com/v2/enqueue" },
      { kind: "webhook", secretArn: ARN, signingSecretArn: ARN },
      { kind: "webhook", secretFile: "url", signingSecretFile: "key" },
    ];
    expect(parseChannels(JSON.stringify(channels))).toEqual({ channels, problems: [] });
    expect(channelNames(channels as never)).toEqual(["slack", "teams", "pagerDuty", "webhook-1", "webhook-2"]);
  });

  it.each([
    [
      "is no JSON",
      `https://hooks.example/${TOKEN}`,
      ' is no JSON; set it to an array like [{"kind":"slack","secretArn":"arn:..."}]',
    ],
    ["is empty", [], " is empty; name at least one channel"],
    [
      "has two secrets in a channel",
      [{ kind: "slack", secretArn: ARN, secretFile: "f" }],
      "[0] give exactly one of secretArn and secretFile",
    ],
    ["has no secret in a channel", [{ kind: "slack" }], "[0] give exactly one of secretArn and secretFile"],
    [
      "has a URL instead of an ARN",
      [{ kind: "slack", secretArn: `https://hooks.example/${TOKEN}` }],
      "[0].secretArn must be the ARN of a Secrets Manager secret",
    ],
    ["signs for Slack", [{ kind: "slack", secretArn: ARN, signingSecretArn: ARN }], "[0] only a webhook is signed"],
    [
      "has two signing secrets",
      [{ kind: "webhook", secretArn: ARN, signingSecretArn: ARN, signingSecretFile: "f" }],
      "[0] give only one of signingSecretArn and signingSecretFile",
    ],
    [
      "has an eventsUrl for Teams",
      [{ kind: "teams", secretArn: ARN, eventsUrl: "https://x.example/" }],
      "[0] only pagerDuty has an eventsUrl",
    ],
    [
      "has an eventsUrl in the clear",
      [{ kind: "pagerDuty", secretArn: ARN, eventsUrl: "http://x.example/" }],
      "[0].eventsUrl must be an https URL",
    ],
  ])("fails when it %s", (_, value, problem) => {
    expect(problemsOf(value)).toEqual([problem]);
  });

  it("fails when a kind or a key is not known, or there are too many, and names all problems", () => {
    const problems = problemsOf([
      { kind: "pigeon", secretArn: ARN },
      { kind: "slack", secretArn: ARN, url: "x" },
    ]);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain('[0].kind Invalid option: expected one of "slack"|"teams"|"pagerDuty"|"webhook"');
    expect(problems[1]).toContain('[1] Unrecognized key: "url"');
    const many = (count: number) => Array.from({ length: count }, () => ({ kind: "slack", secretArn: ARN }));
    expect(problemsOf(many(20))).toEqual([]);
    expect(problemsOf(many(21))).toHaveLength(1);
  });

  it("never shows what somebody put in a wrong place", () => {
    const wrong = [
      `"${TOKEN}`,
      [TOKEN],
      [{ kind: TOKEN, secretArn: TOKEN, signingSecretArn: TOKEN, eventsUrl: TOKEN }],
    ];
    for (const value of wrong) {
      expect(problemsOf(value)).not.toEqual([]);
      expect(problemsOf(value).join()).not.toContain(TOKEN);
    }
  });

  it("may be absent only where it is not required", () => {
    const reader = new EnvReader({});
    expect([channelsOf(reader, false), reader.problems]).toEqual([[], []]);
    channelsOf(reader, true);
    expect(reader.problems).toEqual([
      'BACKUP321_ALERT_CHANNELS is missing; set it to JSON like [{"kind":"slack","secretArn":"arn:..."}]',
    ]);
    const wrong = new EnvReader({ BACKUP321_ALERT_CHANNELS: "[]" });
    channelsOf(wrong, false);
    expect(wrong.problems).toEqual(["BACKUP321_ALERT_CHANNELS is empty; name at least one channel"]);
  });
});

describe("the secret of a channel in a file", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "backup321-secret-"));
  const file = path.join(folder, "url");
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(file, text);
    return readChannelSecret({ file });
  };

  it("is its text without the line break that editors add", async () => {
    expect(await read(`https://hooks.example/${TOKEN}\n`)).toBe(`https://hooks.example/${TOKEN}`);
  });

  it.each([
    ["is empty", " \n", "is empty"],
    ["holds JSON", `{"url":"${TOKEN}"}`, "holds JSON"],
    ["holds two lines", `${TOKEN}\n${TOKEN}`, "holds blanks, line breaks or characters beyond ASCII"],
  ])("fails when it %s, without showing it", async (_, text, what) => {
    expect((await failureOf(read(text))).message).toBe(
      `alert: secret file ${file} ${what}; store the URL or key alone, as plain text`,
    );
  });

  it("fails when it is not there", async () => {
    const missing = path.join(folder, "missing");
    expect((await failureOf(readChannelSecret({ file: missing }))).message).toBe(
      `alert: secret file ${missing} can't be read: ENOENT; check path and owner`,
    );
  });
});
