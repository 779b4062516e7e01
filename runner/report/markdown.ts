import type { DrillRecord } from "../drillContract";
import type { DatabaseEvidence, Evidence } from "./evidence";
import {
  callerOf,
  type DatabaseSummary,
  failuresOf,
  headline,
  lastTestedText,
  minuteOf,
  newestPointText,
  READING,
  secondsOf,
  summariesOf,
  timeOf,
} from "./summary";

const BAR_COLUMNS = 30;
const MOST_BARS = 26;
const MOST_ROWS = 52;

/** Text that can't end a cell, or be taken for markup. */
const cell = (text: string): string => text.replace(/[\\`*_<>|[\]]/g, "\\$&").replace(/\s*[\r\n]+\s*/g, " ");
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => "---")),
  ...rows.map(row),
];
const copyOf = ({ source }: DrillRecord) => cell(`${source.side} ${source.bucket} (${source.region})`);
function byWhom(record: DrillRecord): string {
  const { who, detail } = callerOf(record);
  return cell(detail === "" ? who : `${who} ${detail}`);
}

function answer(summary: DatabaseSummary): string[] {
  const { database, state, lastDrill, unreadableLast, lastPassed, notTested } = summary;
  // Of a drill whose record can't be read nobody knows more than when it began.
  const last = unreadableLast === null ? lastDrill : undefined;
  return [
    cell(database),
    `**${state}**`,
    lastTestedText(summary),
    last ? copyOf(last) : "",
    last ? byWhom(last) : "",
    last ? timeOf(last) : "",
    lastPassed ? minuteOf(lastPassed.startedAt) : "none in the period",
    String(notTested.length),
  ];
}

/** A bar for each restore; a longer one took longer. */
function bars({ times }: DatabaseSummary): string[] {
  const shown = times.slice(-MOST_BARS);
  if (shown.length === 0) return [];
  const longest = Math.max(...shown.map(({ seconds }) => seconds ?? 0));
  const width = (seconds: number) => Math.max(1, Math.round((seconds / (longest || 1)) * BAR_COLUMNS));
  return [
    `Restore times${shown.length < times.length ? ` (the newest ${shown.length} of ${times.length})` : ""}:`,
    "",
    ...table(
      ["Drill", "Recovery time", "", "Verdict"],
      shown.map(({ startedAt, seconds, passed }) => [
        minuteOf(startedAt),
        seconds === null ? "not restored" : secondsOf(seconds),
        seconds === null ? "" : "█".repeat(width(seconds)),
        passed ? "passed" : "failed",
      ]),
    ),
    "",
  ];
}

const failuresText = (record: DrillRecord) =>
  cell(
    failuresOf(record)
      .map(({ name, detail }) => `${name}: ${detail}`)
      .join("; "),
  );

function drillRow(record: DrillRecord): string[] {
  return [
    minuteOf(record.startedAt),
    record.verdict,
    cell(record.recoveryPoint?.id ?? "none"),
    copyOf(record),
    byWhom(record),
    cell(record.versions.server ?? "none"),
    record.rows === null ? "" : String(record.rows),
    timeOf(record),
    failuresText(record),
  ];
}

function alarm({ lastDrill, unreadableLast }: DatabaseSummary): string {
  return unreadableLast === null
    ? `**The last drill failed.** ${failuresText(lastDrill!)}`
    : `**The last drill left a record that can't be read.** ${cell(unreadableLast.problem)}`;
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
  "What failed",
];

function section(summary: DatabaseSummary, { drills, remarks, newestPointAt }: DatabaseEvidence): string[] {
  const { database, state, verified, notTested, lastByPerson, passed, failed } = summary;
  const newest = verified.newestAt === null ? "" : `, the newest ${minuteOf(verified.newestAt)}`;
  const list = (items: readonly string[]) => items.map((item) => `- ${cell(item)}`);
  return [
    `## ${cell(database)}: ${state}`,
    "",
    ...(state === "failing" ? [alarm(summary), ""] : []),
    `${passed} drills passed, ${failed} failed. Verifications: ${verified.count}, ${verified.unhealthy} of them unhealthy${newest}.`,
    lastByPerson
      ? `The last drill by a person: ${minuteOf(lastByPerson.startedAt)}, ${byWhom(lastByPerson)}, ${lastByPerson.verdict}, ${timeOf(lastByPerson)}.`
      : "No drill by a person in the period.",
    newestPointText(newestPointAt),
    "",
    ...(notTested.length > 0 ? ["What was not tested:", "", ...list(notTested), ""] : []),
    ...bars(summary),
    ...(drills.length > 0
      ? ["Drills, newest first:", "", ...table(HEAD, drills.slice(0, MOST_ROWS).map(drillRow)), ""]
      : []),
    ...(drills.length > MOST_ROWS ? [`${drills.length - MOST_ROWS} older ones are in the JSON report.`, ""] : []),
    ...(remarks.length > 0 ? ["About this report:", "", ...list(remarks), ""] : []),
  ];
}

/** The report as Markdown. */
export function markdownReport(evidence: Evidence): string {
  const { createdAt, since, side, bucket, region, toolVersion, databases } = evidence;
  const summaries = summariesOf(evidence);
  const byName = new Map(databases.map((one) => [one.database, one]));
  return [
    `# Restore evidence of ${minuteOf(createdAt)}`,
    "",
    `**${headline(summaries)}.** Period: ${minuteOf(since)} to ${minuteOf(createdAt)}. Read from the ${side}, bucket ${cell(bucket)} (${region}), by pulumi-backup321 ${toolVersion}.`,
    "",
    ...table(
      [
        "Database",
        "State",
        "Last tested",
        "From which copy",
        "By whom",
        "Recovery time / objective",
        "Last passed",
        "Gaps",
      ],
      summaries.map(answer),
    ),
    "",
    ...summaries.flatMap((summary) => section(summary, byName.get(summary.database)!)),
    "## How to read this",
    "",
    ...READING.map(([word, meaning]) => `- **${word}**: ${meaning}.`),
    `- Each line is a record that was written once, below \`drills/\` in bucket ${cell(bucket)}, and is locked there.`,
    "",
  ].join("\n");
}
