import type { DrillRecord } from "../drillContract";
import { hasRestored, recoverySeconds } from "../drill/record";
import { humanSeconds, humanTime } from "../humanUnits";
import type { DatabaseEvidence, Evidence, VerificationEvidence } from "./evidence";

/** `proven`: the last drill passed. `failing`: it did not, or its record can't be read. `untested`: there was none in the period. */
export type ProofState = "proven" | "failing" | "untested";

/** Unhealthy points that are named. */
const MOST_UNHEALTHY = 10;

/** How long the restore of one drill took. */
export interface RestoreTime {
  /** ISO 8601 UTC. */
  startedAt: string;
  /** Null where nothing was restored. */
  seconds: number | null;
  passed: boolean;
  rtoSeconds: number | null;
}

/** What an auditor asks about one database, answered. */
export interface DatabaseSummary {
  database: string;
  state: ProofState;
  /** The last one whose record can be read. */
  lastDrill: DrillRecord | undefined;
  /** What is known of a later one, whose record can't be. */
  unreadableLast: DatabaseEvidence["unreadableLast"];
  lastPassed: DrillRecord | undefined;
  /** The last one that no task ran. */
  lastByPerson: DrillRecord | undefined;
  passed: number;
  failed: number;
  /** Oldest first. */
  times: RestoreTime[];
  /** Verifications of the period. */
  verified: { count: number; unhealthy: number; newestAt: string | null };
  /** One sentence each: what no evidence covers, and since when. */
  notTested: string[];
}

/** A task's ARN names its service. */
const isPerson = ({ ranBy }: DrillRecord) => ranBy !== null && !/^arn:[^:]*:ecs:/.test(ranBy);
const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
/** `2026-11-20 02:00 UTC` */
export const minuteOf = (iso: string): string => `${humanTime(new Date(iso)).slice(0, 16)} UTC`;

/** `3.2s`, `26m 45s` */
export const secondsOf = (seconds: number): string =>
  seconds < 60 ? `${Number(seconds.toFixed(1))}s` : humanSeconds(seconds);

/** Who ran a drill. Of a task its service, its account and the end of its id; the record has all of its ARN. */
export function callerOf({ ranBy }: DrillRecord): { who: string; detail: string } {
  const [, account, id] = /^arn:[^:]*:ecs:[^:]*:(\d+):task\/(.*)$/.exec(ranBy ?? "") ?? [];
  if (id === undefined) return { who: ranBy ?? "nobody could say", detail: "" };
  return { who: "scheduled task", detail: `…${id.slice(-8)}, account ${account!}` };
}

/** Recovery time and objective of a drill: `3.2 s of 1h`. */
export function timeOf(record: DrillRecord): string {
  if (!hasRestored(record)) return "not restored";
  const shown = secondsOf(recoverySeconds(record));
  return record.rtoSeconds === null ? `${shown}, no objective` : `${shown} of ${humanSeconds(record.rtoSeconds)}`;
}

/** When a database was last tested, or that nobody can say what came of it. */
export function lastTestedText({ lastDrill, unreadableLast }: DatabaseSummary): string {
  if (unreadableLast !== null) return `${minuteOf(unreadableLast.startedAt)}, record not readable`;
  return lastDrill === undefined ? "never in the period" : minuteOf(lastDrill.startedAt);
}

/** Points whose last verification found them unhealthy. @param verifications newest first */
function unhealthyPoints(verifications: readonly VerificationEvidence[]): string[] {
  const last = new Map<string, VerificationEvidence>();
  for (const one of verifications) if (!last.has(one.recoveryPointId)) last.set(one.recoveryPointId, one);
  const unhealthy = [...last.values()].filter(({ healthy }) => !healthy);
  const named = unhealthy
    .slice(0, MOST_UNHEALTHY)
    .map(
      ({ recoveryPointId, startedAt, problems }) =>
        `${recoveryPointId}: its last verification, of ${minuteOf(startedAt)}, found it unhealthy (${plural(problems, "problem")})`,
    );
  const more = unhealthy.length - named.length;
  const rest = `${plural(more, "more recovery point")}: the last verification of each found it unhealthy`;
  return more > 0 ? [...named, rest] : named;
}

function notTested(evidence: DatabaseEvidence, since: string): string[] {
  const { drills, lastPassedBefore, verifications, pointsSinceDrill } = evidence;
  const passed = drills.filter(({ verdict }) => verdict === "passed");
  const [last] = passed;
  const sentences: string[] = [];
  if (last === undefined) {
    const before =
      lastPassedBefore === null
        ? "none that passed is known before"
        : `the last one that passed began ${minuteOf(lastPassedBefore.startedAt)}`;
    sentences.push(`restoring: no drill has passed since ${minuteOf(since)}; ${before}`);
  } else {
    if (pointsSinceDrill !== null && pointsSinceDrill > 0) {
      const from = minuteOf(last.recoveryPoint!.takenAt);
      sentences.push(`${plural(pointsSinceDrill, "recovery point")} taken after ${from}: no drill has restored them`);
    }
    if (!passed.some(({ source }) => source.side === "replica")) {
      sentences.push(`the replica: every drill that passed since ${minuteOf(since)} restored from the primary`);
    }
    if (last.rtoSeconds === null) sentences.push("the recovery time: no objective was set to hold it against");
    if (!last.checks.some(({ name }) => name.startsWith("assertion: "))) {
      sentences.push("what the data means: the last drill that passed asked no assertion");
    }
    sentences.push(...last.leftOut);
  }
  if (!drills.some(isPerson)) sentences.push(`people: none has run a drill since ${minuteOf(since)}`);
  if (verifications.length === 0) sentences.push(`every byte: no verification was recorded since ${minuteOf(since)}`);
  sentences.push(...unhealthyPoints(verifications));
  const isKeyProven = passed.some(({ decryption }) => decryption === "proven");
  if (verifications[0]?.decryption === "notProven" && !isKeyProven) {
    sentences.push("the private key: points are encrypted, and nothing has decrypted one");
  }
  return sentences;
}

/** Answers of one database. */
export function summaryOf(evidence: DatabaseEvidence, since: string): DatabaseSummary {
  const { database, drills, unreadableLast, verifications } = evidence;
  const [lastDrill] = drills;
  const passed = drills.filter(({ verdict }) => verdict === "passed");
  const state =
    unreadableLast !== null || lastDrill?.verdict === "failed" ? "failing" : lastDrill ? "proven" : "untested";
  return {
    database,
    state,
    lastDrill,
    unreadableLast,
    lastPassed: passed[0],
    lastByPerson: drills.find(isPerson),
    passed: passed.length,
    failed: drills.length - passed.length,
    times: drills
      .map((record) => ({
        startedAt: record.startedAt,
        seconds: hasRestored(record) ? recoverySeconds(record) : null,
        passed: record.verdict === "passed",
        rtoSeconds: record.rtoSeconds,
      }))
      .reverse(),
    verified: {
      count: verifications.length,
      unhealthy: verifications.filter(({ healthy }) => !healthy).length,
      newestAt: verifications[0]?.startedAt ?? null,
    },
    notTested: notTested(evidence, since),
  };
}

const RANK: Record<ProofState, number> = { failing: 0, untested: 1, proven: 2 };

/** Answers of all databases, the worrying ones first. */
export function summariesOf({ databases, since }: Evidence): DatabaseSummary[] {
  const all = databases.map((evidence) => summaryOf(evidence, since));
  return all.sort((a, b) => RANK[a.state] - RANK[b.state] || (a.database < b.database ? -1 : 1));
}

/** `3 databases: 1 failing, 1 untested, 1 proven` */
export function headline(summaries: readonly DatabaseSummary[]): string {
  const count = (state: ProofState) => summaries.filter((one) => one.state === state).length;
  const states = (["failing", "untested", "proven"] as const).filter((state) => count(state) > 0);
  const total = plural(summaries.length, "database");
  return states.length === 0
    ? `${total}; nothing to tell`
    : `${total}: ${states.map((state) => `${count(state)} ${state}`).join(", ")}`;
}

/** When the newest recovery point was taken, as a sentence. */
export function newestPointText(takenAt: string | null): string {
  return takenAt === null ? "There is no recovery point." : `The newest recovery point was taken ${minuteOf(takenAt)}.`;
}

/** What failed in a drill, in short; empty where nothing did. */
export function failuresOf({ checks }: DrillRecord): { name: string; detail: string }[] {
  const reached = checks.filter(({ passed, detail }) => !passed && !detail.startsWith("not come to"));
  return reached.map(({ name, detail }) => ({ name, detail }));
}

/** The words of a report that say how to read it. */
export const READING = [
  [
    "proven",
    "the last drill of the period passed: a recovery point was restored from the copy named, and every check held",
  ],
  ["failing", "the last drill of the period failed, could not do what it had to, or left a record that can't be read"],
  ["untested", "no drill ran in the period, so nothing is known about restoring"],
  [
    "recovery time",
    "from the start of the restore until queries could be answered, on the drill's own server; without the time to notice, decide, and find a server",
  ],
] as const;
