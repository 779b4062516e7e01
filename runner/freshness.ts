import type { ObjectLockMode } from "./contract";
import type { FreshnessSettings } from "./freshnessContract";
import {
  type DrillJudgement,
  judgeDrills,
  judgeFloods,
  judgeVerifications,
  type VerificationJudgement,
} from "./freshnessEvidence";
import type { FreshnessFacts, Side } from "./freshnessFacts";
import { judgeJumps } from "./freshnessJumps";
import { isComplete, isNewerFormat, judgePending, judgePoint, metadataOf } from "./freshnessPoint";

/** What a database is held against. */
export interface FreshnessLimits extends FreshnessSettings {
  /** Largest tolerable age of the newest recovery point, in minutes. */
  rpoMinutes: number;
  /** Longest allowed run, in minutes: how far the time in an id may be from storage's own. */
  timeoutMinutes: number;
  /** How long an object may wait for its replication before that is a problem, in minutes. */
  replicationGraceMinutes: number;
  /** Minutes from the commit of a point until its verification must be there. @default timeoutMinutes */
  verificationGraceMinutes?: number | undefined;
  /** Lock mode to insist on; default: the one the manifest promises. */
  lockMode?: ObjectLockMode | undefined;
}

/** What can be wrong. Public: alerts and scripts match on these; docs/freshness.md says what to do about each. */
export type ProblemCode =
  | "noRecoveryPoint"
  | "stale"
  | "newerFormat"
  | "metadataInvalid"
  | "objectCountMismatch"
  | "sizeMismatch"
  | "zeroSize"
  | "lockMissing"
  | "lockTooShort"
  | "lockModeWrong"
  | "replicationFailed"
  | "replicationPending"
  | "manifestChanged"
  | "manifestHidden"
  | "forgedTime"
  | "foreignKeys"
  | "clockBehind"
  | "tooSmall"
  | "incompressible"
  | "rowsDropped"
  | "tablesDropped"
  | "tablesExcluded"
  | "notVerified"
  | "verificationFailed"
  | "keyNotProven"
  | "drillMissing"
  | "drillStale"
  | "drillFailed"
  | "doctorMissing"
  | "doctorStale"
  | "doctorFailed";

/** One thing that is wrong. */
export interface Problem {
  code: ProblemCode;
  message: string;
}

/** What is worth knowing and wrong for nobody. Public like problem codes. */
export type NoticeCode =
  "schemaChanged" | "tablesChanged" | "rowsUnknown" | "verificationUnknown" | "keyNotProven" | "drillPending";

/** One such thing. It makes nothing unhealthy. */
export interface Notice {
  code: NoticeCode;
  message: string;
}

/** Problems and notices of one kind of fact. */
export interface Findings {
  problems: Problem[];
  notices: Notice[];
}

/** The verdict on one database on one side. */
export interface Judgement {
  database: string;
  side: Side;
  /** No problem was found. */
  healthy: boolean;
  /** Minutes since the newest complete point was taken, to a tenth; null when there is none. */
  ageMinutes: number | null;
  /** The largest tolerable of that age, in minutes. */
  rpoMinutes: number;
  /** Id and tier of that point. */
  recoveryPoint: { id: string; tier: string; storedBytes: number | null } | null;
  /** The newest verification of that point, or of the one before as long as this one's may be under way; null when there is none. */
  verification: VerificationJudgement | null;
  /** The newest drill; null when there is none, or drills are not judged. */
  drill: DrillJudgement | null;
  problems: Problem[];
  notices: Notice[];
}

const tenths = (ms: number): number => Math.max(0, Math.round(ms / 6_000) / 10);

/**
 * Judges one database on one side from what was found there.
 *
 * On a replica a point is pending until all its objects are listed: it does not count as the newest yet, and becomes a
 * problem of its own after `replicationGraceMinutes`. Age counts from the id's time or from storage's, whichever is
 * earlier, so that a time from the future makes nothing look fresh.
 */
export function judge(facts: FreshnessFacts, limits: FreshnessLimits, now: Date): Judgement {
  const pending = facts.side === "replica" ? facts.points.filter((point) => !isComplete(point)) : [];
  const newest = facts.points.find((point) => !pending.includes(point));
  const problems: Problem[] = facts.hiddenManifests.map((key) => ({
    code: "manifestHidden",
    message: `${key} is hidden by a delete marker; nobody deletes manifests here, so look who did; restore by id still works`,
  }));
  const notices: Notice[] = [];
  const add = (found: Findings) => {
    problems.push(...found.problems);
    notices.push(...found.notices);
  };
  problems.push(...judgeFloods(facts.flooded), ...pending.flatMap((point) => judgePending(point, limits, now)));
  const drills = judgeDrills(facts, limits, now);
  let verification: VerificationJudgement | null = null;
  let ageMinutes: number | null = null;
  if (newest === undefined) {
    problems.push({
      code: "noRecoveryPoint",
      message: `database "${facts.database}" has no complete recovery point on the ${facts.side}; run a backup and look at its log`,
    });
  } else {
    const takenAt = Math.min(newest.point.takenAt.getTime(), newest.manifest.lastModified.getTime());
    ageMinutes = tenths(now.getTime() - takenAt);
    if (ageMinutes > limits.rpoMinutes) {
      problems.push({
        code: "stale",
        message: `newest recovery point ${newest.point.id} is ${Math.round(ageMinutes)} minutes old; the RPO is ${limits.rpoMinutes} minutes`,
      });
    }
    problems.push(...judgePoint(newest, facts.side, limits, now));
    const metadata = isNewerFormat(newest) ? undefined : metadataOf(newest);
    if (metadata) add(judgeJumps(newest.point, metadata, facts.earlier, limits));
    const verified = judgeVerifications(facts, limits, drills.isKeyProven, now);
    verification = verified.verification;
    add(verified);
  }
  add(drills);
  return {
    database: facts.database,
    side: facts.side,
    healthy: problems.length === 0,
    ageMinutes,
    rpoMinutes: limits.rpoMinutes,
    recoveryPoint: newest
      ? { id: newest.point.id, tier: newest.point.tier, storedBytes: metadataOf(newest)?.storedBytes ?? null }
      : null,
    verification,
    drill: drills.drill,
    problems,
    notices,
  };
}
