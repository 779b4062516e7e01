import { FORMAT_VERSION, type ObjectLockMode } from "./contract";
import type { PointFacts, FreshnessFacts, Side } from "./freshnessFacts";
import { parseManifestMetadata, type ManifestMetadata } from "./manifest";
import { tamperingOf } from "./recoveryPoints";
import type { ObjectHead } from "./repository/repository";

/** What a database is held against. */
export interface FreshnessLimits {
  /** Largest tolerable age of the newest recovery point, in minutes. */
  rpoMinutes: number;
  /** Longest allowed run, in minutes: how far the time in an id may be from storage's own. */
  timeoutMinutes: number;
  /** How long an object may wait for its replication before that is a problem, in minutes. */
  replicationGraceMinutes: number;
  /** Lock mode to insist on; default: the one the manifest promises. */
  lockMode?: ObjectLockMode | undefined;
}

/** What can be wrong. Public: alerts and scripts match on these. */
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
  | "forgedTime";

/** One thing that is wrong. */
export interface Problem {
  code: ProblemCode;
  message: string;
}

/** The verdict on one database on one side. */
export interface Judgement {
  database: string;
  side: Side;
  /** No problem was found. */
  healthy: boolean;
  /** Minutes since the newest complete point was taken, to a tenth; null when there is none. */
  ageMinutes: number | null;
  /** Id and tier of that point. */
  recoveryPoint: { id: string; tier: string; storedBytes: number | null } | null;
  problems: Problem[];
}

const MINUTE_MS = 60_000;
/** Storages keep lock dates to the second or to the millisecond. */
const LOCK_TOLERANCE_MS = 1_000;

const minutes = (ms: number): number => Math.round(ms / (MINUTE_MS / 10)) / 10;

function metadataOf(facts: PointFacts): ManifestMetadata | undefined {
  return parseManifestMetadata(facts.manifest.metadata);
}

function isNewerFormat(facts: PointFacts): boolean {
  return Number(facts.manifest.metadata.formatversion) > FORMAT_VERSION;
}

/** Whether every object that the manifest counts is listed. Replication has no order: on a replica the rest may follow. */
export function isComplete(facts: PointFacts): boolean {
  const metadata = metadataOf(facts);
  // What can't be counted is no pending replication; it is judged as what it is.
  return metadata === undefined || isNewerFormat(facts) || facts.listed.length >= metadata.objects;
}

function judgeLock(head: ObjectHead, promised: ManifestMetadata, mode: ObjectLockMode): Problem[] {
  const until = promised.retainUntil.toISOString();
  if (!head.lock) {
    return [{ code: "lockMissing", message: `${head.key} has no lock; its manifest promises ${mode} until ${until}` }];
  }
  const problems: Problem[] = [];
  if (head.lock.mode !== mode) {
    problems.push({
      code: "lockModeWrong",
      message: `${head.key} is locked in ${head.lock.mode} mode instead of ${mode}`,
    });
  }
  if (head.lock.retainUntil.getTime() < promised.retainUntil.getTime() - LOCK_TOLERANCE_MS) {
    const actual = head.lock.retainUntil.toISOString();
    problems.push({
      code: "lockTooShort",
      message: `${head.key} is locked until ${actual}; its manifest promises ${until}`,
    });
  }
  return problems;
}

function judgeReplication(head: ObjectHead, limits: FreshnessLimits, now: Date): Problem[] {
  if (head.replicationStatus === "FAILED") {
    return [
      {
        code: "replicationFailed",
        message: `${head.key} was not replicated: S3 reports FAILED; replicate it again (S3 Batch Replication)`,
      },
    ];
  }
  const waiting = (now.getTime() - head.lastModified.getTime()) / MINUTE_MS;
  if (head.replicationStatus === "PENDING" && waiting > limits.replicationGraceMinutes) {
    return [
      {
        code: "replicationPending",
        message: `${head.key} has waited ${Math.round(waiting)} minutes for its replication; the limit is ${limits.replicationGraceMinutes}`,
      },
    ];
  }
  return [];
}

function judgeContent(facts: PointFacts, metadata: ManifestMetadata): Problem[] {
  const id = facts.point.id;
  const problems: Problem[] = [];
  const bytes = facts.listed.reduce((sum, object) => sum + object.bytes, 0);
  if (facts.listed.length !== metadata.objects) {
    const got =
      facts.listed.length > metadata.objects ? `${metadata.objects + 1} or more` : String(facts.listed.length);
    problems.push({
      code: "objectCountMismatch",
      message: `${id} has ${got} data objects; its manifest says ${metadata.objects}`,
    });
  } else if (bytes !== metadata.storedBytes) {
    problems.push({
      code: "sizeMismatch",
      message: `${id} has ${bytes} stored bytes; its manifest says ${metadata.storedBytes}`,
    });
  }
  const empty = [...facts.listed, facts.manifest].filter((object) => object.bytes === 0).map((object) => object.key);
  if (empty.length > 0 || metadata.storedBytes === 0) {
    problems.push({
      code: "zeroSize",
      message: `${id} holds nothing: ${empty.join(", ") || "its manifest says 0 bytes"}`,
    });
  }
  return problems;
}

function judgePoint(facts: PointFacts, side: Side, limits: FreshnessLimits, now: Date): Problem[] {
  const { point, manifest } = facts;
  const problems: Problem[] = tamperingOf(manifest.key, facts.manifestVersions).map((message) => ({
    code: "manifestChanged",
    message: `${message}; keys are written once, so look who wrote it; restore reads the oldest version`,
  }));
  const early = (manifest.lastModified.getTime() - point.takenAt.getTime()) / MINUTE_MS;
  if (Math.abs(early) > limits.timeoutMinutes) {
    problems.push({
      code: "forgedTime",
      message: `${point.id} says it was taken ${Math.abs(Math.round(early))} minutes ${early > 0 ? "before" : "after"} storage received its manifest; a run takes at most ${limits.timeoutMinutes}`,
    });
  }
  if (isNewerFormat(facts)) {
    const format = manifest.metadata.formatversion;
    problems.push({
      code: "newerFormat",
      message: `${manifest.key} has format ${format}, this tool reads up to ${FORMAT_VERSION}; update it`,
    });
    return problems;
  }
  const metadata = metadataOf(facts);
  if (metadata === undefined) {
    problems.push({
      code: "metadataInvalid",
      message: `${manifest.key} has no valid user metadata; no run writes that`,
    });
    return problems;
  }
  const mode = limits.lockMode ?? metadata.lockMode;
  const heads = [manifest, ...facts.heads];
  problems.push(...judgeContent(facts, metadata), ...heads.flatMap((head) => judgeLock(head, metadata, mode)));
  if (side === "primary") problems.push(...heads.flatMap((head) => judgeReplication(head, limits, now)));
  return problems;
}

function judgePending(facts: PointFacts, limits: FreshnessLimits, now: Date): Problem[] {
  const waiting = (now.getTime() - facts.point.committedAt.getTime()) / MINUTE_MS;
  if (waiting <= limits.replicationGraceMinutes) return [];
  return [
    {
      code: "replicationPending",
      message: `${facts.point.id}: ${facts.listed.length} of ${metadataOf(facts)!.objects} data objects have arrived after ${Math.round(waiting)} minutes; the limit is ${limits.replicationGraceMinutes}`,
    },
  ];
}

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
  problems.push(...pending.flatMap((point) => judgePending(point, limits, now)));
  let ageMinutes: number | null = null;
  if (newest === undefined) {
    problems.push({
      code: "noRecoveryPoint",
      message: `database "${facts.database}" has no complete recovery point on the ${facts.side}; run a backup and look at its log`,
    });
  } else {
    const takenAt = Math.min(newest.point.takenAt.getTime(), newest.manifest.lastModified.getTime());
    ageMinutes = Math.max(0, minutes(now.getTime() - takenAt));
    if (ageMinutes > limits.rpoMinutes) {
      problems.push({
        code: "stale",
        message: `newest recovery point ${newest.point.id} is ${Math.round(ageMinutes)} minutes old; the RPO is ${limits.rpoMinutes} minutes`,
      });
    }
    problems.push(...judgePoint(newest, facts.side, limits, now));
  }
  return {
    database: facts.database,
    side: facts.side,
    healthy: problems.length === 0,
    ageMinutes,
    recoveryPoint: newest
      ? { id: newest.point.id, tier: newest.point.tier, storedBytes: metadataOf(newest)?.storedBytes ?? null }
      : null,
    problems,
  };
}
