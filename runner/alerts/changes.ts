import type { Alert } from "../alertContract";
import { isDatabaseName } from "../contract";
import { DOCTOR, isAllGood, type SideCheck } from "../freshnessCheck";
import type { Side } from "../freshnessFacts";
import { type AlertContext, statusCommand } from "./alertContext";
import { riskOf } from "./fromAlarm";
import type { AlertMemory, MemoryEntry } from "./memory";

/** What is the matter with one database on one side, with a whole side, or with the doctor's records. */
interface Finding {
  /** Its name, `*` or DOCTOR: neither can be a database's name. */
  database: string;
  side: Side;
  /** Code and message of each problem. */
  problems: { code: string; message: string }[];
}

/** Code of what could not be looked at. */
const NOT_JUDGED = "notJudged";
const WHOLE_SIDE = "*";

function findingsOf({ side, judgements, failures, doctor }: SideCheck): Finding[] {
  const failed = failures.map(({ database, message }) => ({
    database,
    side,
    problems: [{ code: NOT_JUDGED, message }],
  }));
  const isSideJudged = failures.every(({ database }) => database !== WHOLE_SIDE);
  return [
    ...judgements.map(({ database, problems }) => ({ database, side, problems })),
    ...(doctor === null ? [] : [{ database: DOCTOR, side, problems: doctor.problems }]),
    ...failed,
    ...(isSideJudged ? [{ database: WHOLE_SIDE, side, problems: [] }] : []),
  ];
}

function idOf(context: AlertContext, { database, side }: Pick<Finding, "database" | "side">): string {
  return `freshness/${context.repository ?? context[side]?.bucket ?? ""}/${database}/${side}`;
}

function nameOf({ database, side }: Pick<Finding, "database" | "side">): string {
  if (database === WHOLE_SIDE) return `The ${side}`;
  return database === DOCTOR ? `What the doctor says on the ${side}` : `Database ${database} on the ${side}`;
}

function alertOf(
  context: AlertContext,
  { database, side, problems }: Finding,
  state: { what: string[]; title: string; since: string; at: string; isRecovered: boolean },
): Alert {
  const about = { ...(isDatabaseName(database) && { database }), side };
  const isUnseen = problems.every(({ code }) => code === NOT_JUDGED);
  return {
    id: idOf(context, { database, side }),
    state: state.isRecovered ? "recovered" : "problem",
    severity: state.isRecovered ? "info" : isUnseen ? "warning" : "critical",
    title: state.title,
    what: state.what,
    since: state.since,
    at: state.at,
    atRisk: state.isRecovered ? null : riskOf(side),
    nextCommand: state.isRecovered ? null : statusCommand(context, about),
    source: { repository: context.repository, ...about, region: context[side]?.region ?? null },
  };
}

/** When and how often to tell. */
export interface ChangeOptions {
  now: Date;
  /** Hours after which a problem that lasts is told again. */
  remindHours: number;
}

/**
 * What is new since the last run: problems that appeared, changed their codes, or have lasted so long that a reminder is due; and
 * recoveries. What this run could not see stays as it was.
 */
export function changesSince(
  memory: AlertMemory,
  checks: readonly SideCheck[],
  context: AlertContext,
  { now, remindHours }: ChangeOptions,
): { alerts: Alert[]; entries: AlertMemory["entries"] } {
  const at = now.toISOString();
  const alerts: Alert[] = [];
  const entries: AlertMemory["entries"] = {};
  for (const finding of checks.flatMap(findingsOf)) {
    const { database, side, problems } = finding;
    const id = idOf(context, finding);
    const known = memory.entries[id];
    const codes = [...new Set(problems.map(({ code }) => code))].sort();
    const name = nameOf(finding);
    if (codes.length === 0) {
      entries[id] = { database, side, codes, since: null, toldAt: null };
      if (!known || known.codes.length === 0) continue;
      const what = [`It had: ${known.codes.join(", ")}; first seen ${known.since ?? "at an unknown time"}.`];
      const title = database === WHOLE_SIDE ? `${name} can be looked at again` : `${name} is sound again`;
      alerts.push(alertOf(context, finding, { what, title, since: at, at, isRecovered: true }));
      continue;
    }
    const since = known?.since ?? at;
    const isSame = known?.codes.join() === codes.join();
    const isDue = known?.toldAt == null || now.getTime() - Date.parse(known.toldAt) >= remindHours * 3_600_000;
    const isTold = isSame && !isDue;
    entries[id] = { database, side, codes, since, toldAt: isTold ? known.toldAt : at };
    if (isTold) continue;
    const what = problems.map(({ code, message }) => `${code}: ${message}`);
    const isUnseen = codes.join() === NOT_JUDGED;
    const title = `${name} ${isUnseen ? "could not be judged" : `has problems: ${codes.join(", ")}`}`;
    alerts.push(alertOf(context, finding, { what, title, since, at, isRecovered: false }));
  }
  return { alerts, entries: { ...unseen(memory, checks, entries), ...entries } };
}

/** Entries of a side that could not be looked at at all, or was not asked for: nobody knows more of them than before. */
function unseen(
  memory: AlertMemory,
  checks: readonly SideCheck[],
  seen: AlertMemory["entries"],
): Record<string, MemoryEntry> {
  const judged = checks.filter(({ failures }) => failures.every(({ database }) => database !== WHOLE_SIDE));
  const left = Object.entries(memory.entries).filter(([id, { side }]) => {
    return !(id in seen) && judged.every((check) => check.side !== side);
  });
  return Object.fromEntries(left);
}

/** Quiet ends of problems that are watched no longer, since other databases are named now: no receiver may keep them open for ever. */
export function endsOfUnwatched(
  memory: AlertMemory,
  entries: AlertMemory["entries"],
  context: AlertContext,
  now: Date,
): Alert[] {
  const at = now.toISOString();
  const gone = Object.entries(memory.entries).filter(([id, { codes }]) => !(id in entries) && codes.length > 0);
  return gone.map(([id, { database, side }]) => {
    const title = `${nameOf({ database, side })} is watched no longer`;
    const state = { what: [], title, since: at, at, isRecovered: true };
    return { ...alertOf(context, { database, side, problems: [] }, state), id, isQuiet: true as const };
  });
}

/** Whether every database of every side was judged good, and there was one: only then all is well. */
export function isAllWell(checks: readonly SideCheck[]): boolean {
  return checks.some(({ judgements }) => judgements.length > 0) && checks.every(isAllGood);
}
