import type { Alert } from "../alertContract";
import { type AlertContext, statusCommand } from "./alertContext";

/** An alert that says it is a test, and a quiet end of it for receivers that would keep it open. */
export function testAlerts(context: AlertContext, now: Date): Alert[] {
  const at = now.toISOString();
  const test: Alert = {
    id: `test/${context.repository ?? ""}/${at}`,
    state: "problem",
    severity: "info",
    title: "Test of backup321's alerts; nothing is wrong",
    what: ["Somebody ran `backup321 alert --test`. A real alert looks like this one."],
    since: at,
    at,
    atRisk: "Nothing: here stands what would be lost.",
    nextCommand: statusCommand(context, {}),
    source: { repository: context.repository, region: context.primary?.region ?? null },
  };
  return [test, { ...test, state: "recovered", nextCommand: null, atRisk: null, isQuiet: true }];
}
