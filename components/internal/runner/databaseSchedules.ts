import { createHash } from "node:crypto";
import type { DatabaseArgs } from "../../types";
import { DEFAULTS } from "../defaults";

/** What decides when databases are backed up, unless they say so themselves. */
export interface ScheduleDefaults {
  scheduleExpression?: string | undefined;
  scheduleTimezone?: string | undefined;
}

/** One schedule, and whom it backs up. */
export interface DatabaseSchedule {
  /** From its text alone, so that another database changes neither names nor executions. 8 hex digits. */
  key: string;
  expression: string;
  timezone: string;
  /** Names of its databases, in the order given; empty for a list in S3. */
  databases: string[];
}

/** Key of a schedule. */
export function scheduleKey(expression: string, timezone: string): string {
  return createHash("sha256").update(`${expression} ${timezone}`).digest("hex").slice(0, 8);
}

/** One schedule per distinct expression and time zone, in the order in which databases first use it. */
export function databaseSchedules(
  databases: readonly DatabaseArgs[] | undefined,
  defaults: ScheduleDefaults,
): DatabaseSchedule[] {
  const schedules = new Map<string, DatabaseSchedule>();
  const scheduleOf = (own: ScheduleDefaults): DatabaseSchedule => {
    const expression = own.scheduleExpression ?? defaults.scheduleExpression ?? DEFAULTS.scheduleExpression;
    const timezone = own.scheduleTimezone ?? defaults.scheduleTimezone ?? DEFAULTS.scheduleTimezone;
    const key = scheduleKey(expression, timezone);
    const schedule = schedules.get(key) ?? { key, expression, timezone, databases: [] };
    schedules.set(key, schedule);
    return schedule;
  };
  if (databases === undefined) scheduleOf({});
  else for (const database of databases) scheduleOf(database).databases.push(database.name);
  return [...schedules.values()];
}
