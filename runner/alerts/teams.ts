import type { Alert } from "../alertContract";
import { clip, clipLines, facts, headline } from "./wording";

/** A message of Teams takes 28 KB. */
const MAX_WHAT = 6_000;
const MAX_TEXT = 1_000;

/** A text run is shown as it is; a text block would read Markdown, and links, into texts of others. */
function line(text: string, style: Record<string, unknown> = {}) {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", text, ...style }] };
}

const COLOURS = { problem: "Attention", recovered: "Good", digest: "Default" } as const;

/** Message for a workflow "when a Teams webhook request is received": one Adaptive Card. */
export function teamsPayload(alert: Alert) {
  const body = [
    line(clip(headline(alert), 300), { size: "Large", weight: "Bolder", color: COLOURS[alert.state] }),
    ...clipLines(alert.what, MAX_WHAT).map((what) => line(clip(what, MAX_TEXT))),
    { type: "FactSet", facts: facts(alert).map(([title, value]) => ({ title, value: clip(value, 300) })) },
    ...(alert.atRisk === null ? [] : [line("At risk", { weight: "Bolder" }), line(clip(alert.atRisk, MAX_TEXT))]),
    ...(alert.nextCommand === null
      ? []
      : [
          line("Next command", { weight: "Bolder" }),
          line(clip(alert.nextCommand, MAX_TEXT), { fontType: "Monospace" }),
        ]),
  ];
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body,
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}
