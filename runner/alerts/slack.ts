import type { Alert } from "../alertContract";
import { clip, clipLines, facts, headline } from "./wording";

/** Limits of Block Kit: characters of a header, of a section. https://docs.slack.dev/reference/block-kit/blocks */
const MAX_HEADER = 150;
const MAX_SECTION = 3_000;
/** An escaped character takes up to five. */
const MAX_TEXT = MAX_SECTION / 5 - 20;

/** Slack reads `<!channel>` and links between angle brackets. */
function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
/** Long lists of a digest are several sections. */
function sections(lines: readonly string[]) {
  const kept = clipLines(lines, 4 * MAX_TEXT);
  const blocks: string[][] = [[]];
  for (const line of kept) {
    const last = blocks.at(-1)!;
    if (last.length > 0 && last.join("\n").length + line.length > MAX_TEXT) blocks.push([line]);
    else last.push(line);
  }
  return blocks
    .filter((block) => block.length > 0)
    .map((block) => section(block.map((line) => `• ${escaped(clip(line, MAX_TEXT))}`).join("\n")));
}

/** Message of an incoming webhook. `text` is what notifications and screen readers show. */
export function slackPayload(alert: Alert) {
  return {
    text: escaped(clip(headline(alert), MAX_TEXT)),
    blocks: [
      { type: "header", text: { type: "plain_text", text: clip(headline(alert), MAX_HEADER), emoji: false } },
      ...sections(alert.what),
      {
        type: "section",
        fields: facts(alert).map(([name, value]) => ({
          type: "mrkdwn",
          text: `*${name}*\n${escaped(clip(value, 300))}`,
        })),
      },
      ...(alert.atRisk === null ? [] : [section(`*At risk*\n${escaped(clip(alert.atRisk, MAX_TEXT))}`)]),
      ...(alert.nextCommand === null
        ? []
        : [section(`*Next command*\n\`\`\`${escaped(clip(alert.nextCommand, MAX_TEXT)).replace(/`/g, "'")}\`\`\``)]),
    ],
  };
}
