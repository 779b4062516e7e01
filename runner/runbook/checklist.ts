import type { RunbookFacts } from "./facts";
import { command, type Section, step, text } from "./page";
import { known } from "./words";

/** Below this prefix people keep what they filled in; no database has a name that begins so. */
export const PEOPLE_PREFIX = "drills/_people/";

const STEPS: readonly (readonly [minutes: number, what: string])[] = [
  [5, "The person on call opens this page without help, and says which scenario is played."],
  [5, "That person signs in as the restorer. Nobody else gives credentials."],
  [10, "A server of the right major version is started, empty."],
  [10, "The newest point on the replica is found and its manifest fetched, with stock tools."],
  [0, "The restore runs to its end (write down start and end)."],
  [10, "Row counts are held against the manifest; one question that the business knows the answer of is asked."],
  [10, "The application, or a copy of it, starts on the restored database."],
  [5, "The alarm mail and chat channel are tested: somebody says when the message came."],
  [5, "A private key of age, where points are encrypted, is fetched from its second place and opens a point."],
  [10, "What was slow, wrong or missing on this page is written below, with a name and a date for each."],
];

/** The quarterly drill by people, to be printed and filled in. */
export function checklist(facts: RunbookFacts): Section {
  const side = facts.replica ?? facts.primary;
  const { bucket, region } = facts.primary;
  return {
    id: "quarterly-drill",
    title: "Quarterly drill by people",
    blocks: [
      text(
        `Scheduled drills prove the backups; this one proves the people. Play \`The region is lost\` from \`${side.bucket}\` with somebody who did not write this page. A step that takes twice its time is a finding.`,
      ),
      {
        kind: "table",
        isForm: true,
        head: ["Date", "Who restored", "Who watched", "Database", "Recovery point"],
        rows: [["", "", "", "", ""]],
      },
      {
        kind: "table",
        isForm: true,
        head: ["Step", "Minutes", "Began", "Ended", "Went well?"],
        rows: STEPS.map(([minutes, what]) => [what, minutes === 0 ? "measured" : String(minutes), "", "", ""]),
      },
      {
        kind: "table",
        isForm: true,
        head: ["Finding", "Who mends it", "Until"],
        rows: [
          ["", "", ""],
          ["", "", ""],
          ["", "", ""],
        ],
      },
      step("Keep the result where nobody can change it. Write it into `drill.json` first; an administrator stores it:"),
      command(
        `{"formatVersion":1,"date":"","restoredBy":"","watchedBy":"","database":"","recoveryPointId":"","minutes":0,"verdict":"passed or failed","findings":[]}`,
      ),
      command(
        `aws s3api put-object --bucket ${bucket} --region ${region} --key "${PEOPLE_PREFIX}$(date -u +%Y/%m/%d)/$(date -u +%Y%m%dT%H%M%SZ)-people.json" --body drill.json --if-none-match '*' --content-type application/json --metadata verdict=${known(null, "VERDICT")}`,
      ),
      text("`backup321 report` shows the last one."),
    ],
  };
}
