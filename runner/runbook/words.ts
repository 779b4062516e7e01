import { humanSeconds } from "../humanUnits";
import type { RunbookDatabase, RunbookFacts, RunbookSide } from "./facts";

/** A value, or a shell variable that stops the command until somebody set it: nothing that only looks real. */
export function known(value: string | null | undefined, variable: string): string {
  return value ?? `"\${${variable}:?}"`;
}

const passed = ({ drills }: RunbookDatabase) => (drills ?? []).filter(({ verdict }) => verdict === "passed");

/** How long restores of a database took in drills. */
export function measuredText(database: RunbookDatabase): string {
  const seconds = passed(database).map(({ restoreSeconds }) => restoreSeconds);
  if (database.drillProblem !== null) return `unknown: ${database.drillProblem}`;
  if (database.drills === null) return "not looked up; `backup321 runbook` reads it from the drills";
  if (seconds.length === 0) return "never measured: no drill has passed; `backup321 drill` measures it";
  const longest = humanSeconds(Math.max(...seconds));
  if (seconds.length === 1) return `${longest}, in the one drill that passed`;
  return `${longest} at worst, ${humanSeconds(seconds[0]!)} last, in ${seconds.length} drills that passed`;
}

/** What a restore takes, for the index: the slowest that was ever measured, over all databases. */
export function longestRestore(facts: RunbookFacts): string {
  const seconds = facts.databases.flatMap((database) => passed(database).map(({ restoreSeconds }) => restoreSeconds));
  if (seconds.length === 0) return "not measured yet";
  return `${humanSeconds(Math.max(...seconds))} in the slowest drill, and your own time`;
}

/** `BUCKET=... REGION=...`, as the commands of this page want it. */
export function placeLine({ bucket, region }: RunbookSide): string {
  return `BUCKET=${bucket} REGION=${region}`;
}

/** Names of databases, in a sentence. */
export function databaseNames({ databases }: RunbookFacts): string {
  return databases.map(({ name }) => `\`${name}\``).join(", ");
}

/** `DATABASE=orders`, to be changed where there are several. */
export function databaseLine({ databases }: RunbookFacts): string {
  return databases.length === 0 ? 'DATABASE="${DATABASE:?}"' : `DATABASE=${databases[0]!.name}`;
}
