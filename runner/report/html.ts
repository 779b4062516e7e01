import type { DrillRecord } from "../drillContract";
import { humanBytes } from "../humanUnits";
import { restoreChart } from "./chart";
import type { DatabaseEvidence, Evidence } from "./evidence";
import { STYLE } from "./style";
import {
  callerOf,
  type DatabaseSummary,
  failuresOf,
  headline,
  lastTestedText,
  minuteOf,
  newestPointText,
  READING,
  summariesOf,
  timeOf,
} from "./summary";

const MOST_ROWS = 52;
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const text = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
const tag = (name: string, content: string, attributes = ""): string => `<${name}${attributes}>${content}</${name}>`;
const cells = (contents: readonly string[]): string =>
  tag("tr", contents.map((content) => tag("td", content)).join(""));
const table = (head: readonly string[], rows: readonly string[], kind: string): string =>
  tag(
    "div",
    tag(
      "table",
      tag("thead", tag("tr", head.map((name) => tag("th", name)).join(""))) + tag("tbody", rows.join("\n")),
      ` class="${kind}"`,
    ),
    ' class="scroll"',
  );
const badge = (word: string): string => tag("span", word, ` class="badge ${word}"`);
const list = (items: readonly string[]): string => tag("ul", items.map((item) => tag("li", text(item))).join("\n"));
const small = (content: string) => tag("small", content);

const copyOf = ({ source }: DrillRecord) =>
  `${source.side}<br>${small(`${text(source.bucket)}<br>${text(source.region)}`)}`;
function byWhom(record: DrillRecord): string {
  const { who, detail } = callerOf(record);
  return detail === "" ? text(who) : `${text(who)}<br>${small(text(detail))}`;
}
const failuresText = (record: DrillRecord) =>
  failuresOf(record)
    .map(({ name, detail }) => `${tag("strong", text(name))}: ${text(detail)}`)
    .join("<br>");

function answer(summary: DatabaseSummary): string {
  const { database, state, lastDrill, unreadableLast, lastPassed, notTested } = summary;
  // Of a drill whose record can't be read nobody knows more than when it began.
  const last = unreadableLast === null ? lastDrill : undefined;
  const link = tag("a", text(database), ` href="#${text(database)}"`);
  const gaps =
    notTested.length === 0 ? "none" : `${notTested.length}: ${text(notTested[0]!)}${notTested.length > 1 ? ", …" : ""}`;
  return cells([
    tag("strong", link),
    badge(state),
    lastTestedText(summary),
    last ? copyOf(last) : "",
    last ? byWhom(last) : "",
    last ? timeOf(last) : "",
    lastPassed ? minuteOf(lastPassed.startedAt) : "none in the period",
    small(gaps),
  ]);
}

function drillRow(record: DrillRecord): string {
  const point = record.recoveryPoint;
  return cells([
    `${minuteOf(record.startedAt)}<br>${small(text(record.drillId))}`,
    badge(record.verdict),
    point
      ? `${text(point.id)}<br>${small(`${text(point.tier)}, ${humanBytes(point.storedBytes)} stored, ${point.tables} tables`)}`
      : "none",
    copyOf(record),
    byWhom(record),
    text(record.versions.server ?? "none"),
    record.rows === null ? "" : record.rows.toLocaleString("en"),
    timeOf(record),
    record.verdict === "failed" ? failuresText(record) : `${record.checks.length} checks held`,
  ]);
}

function alarm({ lastDrill, unreadableLast }: DatabaseSummary): string {
  const content =
    unreadableLast === null
      ? tag("h3", "The last drill failed") + failuresText(lastDrill!)
      : tag("h3", "The last drill left a record that can't be read") + text(unreadableLast.problem);
  return tag("div", content, ' class="alarm"');
}

const HEAD = [
  "When",
  "Verdict",
  "Recovery point",
  "Copy",
  "By whom",
  "PostgreSQL",
  "Rows",
  "Recovery time",
  "What was found",
];

function section(summary: DatabaseSummary, { drills, remarks, newestPointAt }: DatabaseEvidence): string {
  const { database, state, verified, notTested, lastByPerson, passed, failed } = summary;
  const newest = verified.newestAt === null ? "" : `, the newest ${minuteOf(verified.newestAt)}`;
  const person = lastByPerson
    ? `The last drill by a person: ${minuteOf(lastByPerson.startedAt)}, ${byWhom(lastByPerson)}, ${lastByPerson.verdict}, ${timeOf(lastByPerson)}.`
    : "No drill by a person in the period.";
  const older = drills.length - MOST_ROWS;
  return tag(
    "section",
    [
      tag("h2", `${text(database)} ${badge(state)}`),
      state === "failing" ? alarm(summary) : "",
      tag(
        "p",
        `Drills: ${passed} passed, ${failed} failed. Verifications of every byte: ${verified.count}, ${verified.unhealthy} of them unhealthy${newest}.<br>${person}<br>${newestPointText(newestPointAt)}`,
      ),
      notTested.length > 0 ? tag("div", tag("h3", "What was not tested") + list(notTested), ' class="gaps"') : "",
      summary.times.length > 0 ? tag("h3", "Restore times") + restoreChart(summary) : "",
      drills.length > 0
        ? tag("h3", "Drills, newest first") + table(HEAD, drills.slice(0, MOST_ROWS).map(drillRow), "drills")
        : "",
      older > 0 ? tag("p", `${older} older ones are in the JSON report.`) : "",
      remarks.length > 0 ? tag("h3", "About this report") + list(remarks) : "",
    ].join("\n"),
    ` id="${text(database)}"`,
  );
}

const ANSWERS = [
  "Database",
  "State",
  "Last tested",
  "From which copy",
  "By whom",
  "Recovery time / objective",
  "Last passed",
  "Not tested",
];

/** The report as one HTML file that needs nothing else: no script, no font, no image. */
export function htmlReport(evidence: Evidence): string {
  const { createdAt, since, side, bucket, region, toolVersion, databases } = evidence;
  const summaries = summariesOf(evidence);
  const byName = new Map(databases.map((one) => [one.database, one]));
  const title = `Restore evidence of ${minuteOf(createdAt)}`;
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    tag("title", title),
    tag("style", STYLE),
    "</head><body>",
    tag("h1", title),
    tag("p", `${headline(summaries)}.`, ' class="headline"'),
    tag(
      "p",
      `Period: ${minuteOf(since)} to ${minuteOf(createdAt)}. Read from the ${side}, bucket ${text(bucket)} (${text(region)}), by pulumi-backup321 ${text(toolVersion)}.`,
    ),
    table(ANSWERS, summaries.map(answer), "answers"),
    ...summaries.map((summary) => section(summary, byName.get(summary.database)!)),
    tag(
      "section",
      [
        tag("h2", "How to read this"),
        tag("dl", READING.map(([word, meaning]) => tag("dt", word) + tag("dd", `${meaning}.`)).join("\n")),
        tag(
          "p",
          `Each line is a record that was written once and is locked. To read one: <code>aws s3 ls --recursive s3://${text(bucket)}/drills/</code>, then <code>aws s3 cp s3://${text(bucket)}/&lt;key&gt; -</code>.`,
        ),
      ].join("\n"),
    ),
    "</body></html>",
    "",
  ].join("\n");
}
