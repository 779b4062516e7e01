import { humanBytes } from "../humanUnits";
import type { RunbookDatabase, RunbookFacts, RunbookFinding, RunbookSide } from "./facts";
import { command, type Section, text } from "./page";
import { measuredText } from "./words";

function findingText(finding: RunbookFinding | null): string {
  if (finding === null) return "not looked up";
  if ("problem" in finding) return `could not be read: ${finding.problem}`;
  const { point } = finding;
  if (point === null) return "none: there is no recovery point here";
  const left = point.excludedTables.length === 0 ? "" : `; without the rows of ${point.excludedTables.join(", ")}`;
  return `\`${point.id}\` (${point.tier}), ${humanBytes(point.storedBytes)} stored, ${humanBytes(point.rawBytes)} restored, ${point.tables} tables, PostgreSQL ${point.clientMajor}, locked until ${point.lockedUntil.slice(0, 10)}${left}`;
}

function databaseRow(database: RunbookDatabase): string[] {
  const { name, rpoMinutes, newest } = database;
  return [
    `\`${name}\``,
    rpoMinutes === null ? "unknown" : `${rpoMinutes} minutes`,
    findingText(newest.primary),
    findingText(newest.replica),
    measuredText(database),
  ];
}

/** What there was when the page was made. */
export function inventory(facts: RunbookFacts): Section {
  const when =
    facts.generatedAt === null ? "" : ` It was so at ${facts.generatedAt}; the steps above find what is newest now.`;
  return {
    id: "databases",
    title: "Databases and their newest recovery points",
    blocks: [
      text(`Data loss is the age of the newest point.${when}`),
      facts.databases.length === 0
        ? text("This page knows no database by name. Their names are the third part of every key below `manifests/`.")
        : {
            kind: "table",
            head: ["Database", "RPO", "Newest on the primary", "Newest on the replica", "Restore, measured"],
            rows: facts.databases.map(databaseRow),
          },
    ],
  };
}

function sideRows(name: string, side: RunbookSide): string[][] {
  const or = (value: string | null, how: string) => (value === null ? `unknown; ${how}` : `\`${value}\``);
  return [
    [`Bucket of the ${name}`, `\`${side.bucket}\` in ${side.region}`],
    [`Key of the ${name}`, or(side.kmsKeyArn, `\`aws s3api get-bucket-encryption --bucket ${side.bucket}\` names it`)],
    [`Restorer's role, ${name}`, or(side.restorerRoleArn, "`aws iam list-roles` shows it; its name holds `restorer`")],
    [`Alarm topic, ${name}`, or(side.topicArn, `\`aws sns list-topics --region ${side.region}\` shows it`)],
  ];
}

/** Every name that may be needed. */
export function reference(facts: RunbookFacts): Section {
  const machine = facts.stateMachineArn;
  return {
    id: "names",
    title: "Names and tools",
    blocks: [
      {
        kind: "table",
        head: ["What", "Name"],
        rows: [
          ...sideRows("primary", facts.primary),
          ...(facts.replica ? sideRows("replica", facts.replica) : [["Replica", "unknown to this page"]]),
          [
            "State machine of the backups",
            machine === null ? "unknown; `aws stepfunctions list-state-machines` shows it" : `\`${machine}\``,
          ],
          [
            "Dashboard",
            facts.dashboardName === null
              ? "unknown; `aws cloudwatch list-dashboards` shows it"
              : `\`${facts.dashboardName}\``,
          ],
        ],
      },
      text(
        "Tools: `aws` (version 2), `jq`, `zstd`, the client programs of PostgreSQL in at least the major version that the point names, and `age` where points are encrypted. Are they there?",
      ),
      command("aws --version; jq --version; zstd --version; pg_restore --version; age --version"),
      text(
        'Run the commands in one shell (bash or sh), in an empty folder with as much space as the largest object of a point. `"${NAME:?}"` in a command is something this page does not know: the shell stops there until you set it.',
      ),
    ],
  };
}
