import { checklist } from "./checklist";
import type { RunbookFacts } from "./facts";
import { htmlOf } from "./html";
import { markdownOf } from "./markdown";
import { list, type Page, text } from "./page";
import { inventory, reference } from "./reference";
import { compromisedAccount } from "./scenarios/account";
import { lostDatabase } from "./scenarios/database";
import { lostKey } from "./scenarios/key";
import { lostRegion } from "./scenarios/region";
import { droppedTable } from "./scenarios/table";

/** Formats of a runbook. */
export const RUNBOOK_FORMATS = ["md", "html"] as const;

/** The runbook as data. Pure: the same facts give the same page. */
export function runbookPage(facts: RunbookFacts): Page {
  const made = facts.generatedAt === null ? "Made by the deployment of the stack." : `Made ${facts.generatedAt}.`;
  return {
    title: `Restore runbook: ${facts.title}`,
    intro: [
      list(
        "Breathe. Locked backups can't be deleted by mistake, and no step here touches an existing database unless it says so.",
        "Choose the line above that fits, and go through its steps in order. Each box is one command: copy, run, read.",
        "A command that fails stops the step. Read its message; don't go on.",
      ),
      text(
        `${made} It needs no tool of ours: only \`aws\`, \`jq\`, \`zstd\` and PostgreSQL's own programs. Keep a printed copy, and one outside of this account.`,
      ),
    ],
    sections: [
      droppedTable(facts),
      lostDatabase(facts),
      lostRegion(facts),
      compromisedAccount(facts),
      lostKey(facts),
      inventory(facts),
      reference(facts),
      checklist(facts),
    ],
  };
}

/** The runbook of one stack, for people in an emergency. */
export function renderRunbook(facts: RunbookFacts, format: (typeof RUNBOOK_FORMATS)[number] = "md"): string {
  const page = runbookPage(facts);
  return format === "html" ? htmlOf(page) : markdownOf(page);
}
