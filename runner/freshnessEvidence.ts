import type { Findings, FreshnessLimits, Problem } from "./freshness";
import type { FreshnessFacts, Side } from "./freshnessFacts";
import { type DoctorFacts, type DrillFacts, type Flood, overdueMs, type VerificationFacts } from "./freshnessRecords";
import type { Verification } from "./verify";

/** What the newest verification says. */
export interface VerificationJudgement {
  recoveryPointId: string;
  /** Null: its record tells nothing without being read. */
  healthy: boolean | null;
  decryption: Verification["decryption"] | null;
  /** Minutes since it ended. */
  ageMinutes: number;
}

/** What the newest drill says. */
export interface DrillJudgement {
  /** Key of its record. */
  record: string;
  passed: boolean;
  /** Minutes since it began. */
  ageMinutes: number;
  /** Minutes since the last one that passed began; null when none of the last five did. */
  passedAgeMinutes: number | null;
}

/** What the doctor's newest record says, about everything of one repository. */
export interface DoctorJudgement {
  healthy: boolean;
  /** Minutes since it ran; null when it never did. */
  ageMinutes: number | null;
  problems: Problem[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DECRYPTIONS: readonly Verification["decryption"][] = ["notEncrypted", "proven", "notProven"];
/** A history whose oldest point has less than this part of its lock left has lost points before it. */
const ROLLING_PART = 0.1;

const ageMinutes = (at: Date, now: Date): number =>
  Math.max(0, Math.round((now.getTime() - at.getTime()) / (MINUTE_MS / 10)) / 10);
const days = (ms: number): string => (ms / DAY_MS).toFixed(1);
const verify = ({ database, id }: VerificationFacts["point"]) =>
  `\`backup321 verify --database ${database} --id ${id} --record\``;

/** Minutes from a point's commit, on this side, until its verification is missed: on a replica the record follows it. */
export function verificationDueMinutes(
  limits: Pick<FreshnessLimits, "timeoutMinutes" | "verificationGraceMinutes" | "replicationGraceMinutes">,
  side: Side,
): number {
  const grace = limits.verificationGraceMinutes ?? limits.timeoutMinutes;
  return grace + (side === "replica" ? limits.replicationGraceMinutes : 0);
}

/** `isKeyProven`: a drill passed in time; undefined where drills are not judged. */
function judgeRecord({ point, record }: VerificationFacts, isKeyProven: boolean | undefined): Findings {
  const { healthy, decryption } = record!.metadata;
  if (healthy === "false") {
    const message = `${point.id} was verified and is not sound; read ${record!.key}, then run a backup`;
    return { problems: [{ code: "verificationFailed", message }], notices: [] };
  }
  if (healthy !== "true" || !DECRYPTIONS.some((known) => known === decryption)) {
    const message = `${record!.key} tells nothing without being read, as records of older versions do; ${verify(point)} writes another`;
    return { problems: [], notices: [{ code: "verificationUnknown", message }] };
  }
  if (decryption !== "notProven" || isKeyProven) return { problems: [], notices: [] };
  const message =
    isKeyProven === undefined
      ? `${point.id} is encrypted, and nobody has shown that a key opens it; ${verify(point)} with --identity-file does, and so do drills`
      : `${point.id} is encrypted, and no drill of late has shown that a key opens it; run \`backup321 drill --database ${point.database}\` with its identity file`;
  const found = { code: "keyNotProven" as const, message };
  return isKeyProven === undefined ? { problems: [], notices: [found] } : { problems: [found], notices: [] };
}

/** Judges what verifications say of the newest points. */
export function judgeVerifications(
  { side, verifications }: Pick<FreshnessFacts, "side" | "verifications">,
  limits: FreshnessLimits,
  isKeyProven: boolean | undefined,
  now: Date,
): Findings & { verification: VerificationJudgement | null } {
  const problems: Problem[] = [];
  const notices: Findings["notices"] = [];
  let verification: VerificationJudgement | null = null;
  const limit = verificationDueMinutes(limits, side);
  for (const one of verifications) {
    if (one.record) {
      const found = judgeRecord(one, isKeyProven);
      problems.push(...found.problems);
      notices.push(...found.notices);
      const { healthy, decryption } = one.record.metadata;
      verification = {
        recoveryPointId: one.point.id,
        healthy: healthy === "true" ? true : healthy === "false" ? false : null,
        decryption: DECRYPTIONS.find((known) => known === decryption) ?? null,
        ageMinutes: ageMinutes(one.record.at, now),
      };
      continue;
    }
    const waiting = Math.round((now.getTime() - one.point.committedAt.getTime()) / MINUTE_MS);
    if (waiting > limit) {
      const message = `${one.point.id} was not verified within ${waiting} minutes of its commit, the limit is ${limit}; look at the log of the verification, or run ${verify(one.point)}`;
      problems.push({ code: "notVerified", message });
    }
  }
  return { verification, problems, notices };
}

/** Nobody has drilled this database yet. */
function judgeUndrilled(database: string, { oldestPoint }: DrillFacts, intervalDays: number, now: Date): Findings {
  // That there is no point either is a problem of its own.
  if (!oldestPoint) return { problems: [], notices: [] };
  const { takenAt, retainUntil } = oldestPoint;
  const due = new Date(takenAt.getTime() + overdueMs(intervalDays));
  const life = (retainUntil?.getTime() ?? 0) - takenAt.getTime();
  const isRolling = retainUntil !== undefined && retainUntil.getTime() - now.getTime() < ROLLING_PART * life;
  const next = `run \`backup321 drill --database ${database}\``;
  if (now < due && !isRolling) {
    const message = `no drill yet; the first is missed from ${due.toISOString()}`;
    return { problems: [], notices: [{ code: "drillPending", message }] };
  }
  const message = `no restore drill was ever recorded, one is due every ${intervalDays} days; ${next}`;
  return { problems: [{ code: "drillMissing", message }], notices: [] };
}

/** Judges the drills of a database, where an interval says that there must be some. */
export function judgeDrills(
  { database, drills }: Pick<FreshnessFacts, "database" | "drills">,
  { drillIntervalDays }: Pick<FreshnessLimits, "drillIntervalDays">,
  now: Date,
): Findings & { drill: DrillJudgement | null; isKeyProven: boolean | undefined } {
  if (drillIntervalDays === undefined || drills === undefined) {
    return { drill: null, isKeyProven: undefined, problems: [], notices: [] };
  }
  const [newest] = drills.records;
  if (!newest) {
    return { drill: null, isKeyProven: false, ...judgeUndrilled(database, drills, drillIntervalDays, now) };
  }
  const passed = drills.records.find(({ metadata }) => metadata.verdict === "passed");
  const problems: Problem[] = [];
  const isInTime = passed !== undefined && now.getTime() - passed.at.getTime() <= overdueMs(drillIntervalDays);
  if (newest !== passed) {
    const message = `the newest drill failed, ${newest.at.toISOString()}; read ${newest.key}, mend it, and run \`backup321 drill --database ${database}\``;
    problems.push({ code: "drillFailed", message });
  } else if (!isInTime) {
    const message = `the last drill passed ${days(now.getTime() - passed.at.getTime())} days ago, one is due every ${drillIntervalDays} days; look why none ran, or run \`backup321 drill --database ${database}\``;
    problems.push({ code: "drillStale", message });
  }
  const drill = {
    record: newest.key,
    passed: newest === passed,
    ageMinutes: ageMinutes(newest.at, now),
    passedAgeMinutes: passed ? ageMinutes(passed.at, now) : null,
  };
  return { drill, isKeyProven: isInTime, problems, notices: [] };
}

/** Says of which keys only the first were looked at. */
export function judgeFloods(flooded: readonly Flood[]): Problem[] {
  return flooded.map(({ prefix, keys }) => ({
    code: "foreignKeys",
    message: `${prefix} holds more than ${keys} keys of the recent past; the rest was not looked at: look who writes there`,
  }));
}

/** Judges the doctor's newest record. */
export function judgeDoctor(
  { newest: record, flooded }: DoctorFacts,
  intervalDays: number,
  now: Date,
): DoctorJudgement {
  const run = "run `backup321 doctor --record`";
  const problems = judgeFloods(flooded);
  if (!record) {
    const message = `the doctor never ran, it is due every ${intervalDays} days; ${run}`;
    problems.push({ code: "doctorMissing", message });
  } else if (record.metadata.verdict !== "passed") {
    const message = `the doctor found something wrong, ${record.at.toISOString()}; read ${record.key}, mend it, and ${run}`;
    problems.push({ code: "doctorFailed", message });
  } else if (now.getTime() - record.at.getTime() > overdueMs(intervalDays)) {
    const message = `the doctor ran ${days(now.getTime() - record.at.getTime())} days ago, it is due every ${intervalDays} days; ${run}`;
    problems.push({ code: "doctorStale", message });
  }
  return { healthy: problems.length === 0, ageMinutes: record ? ageMinutes(record.at, now) : null, problems };
}
