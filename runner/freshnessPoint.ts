import { FORMAT_VERSION, type ObjectLockMode } from "./contract";
import type { FreshnessLimits, Problem } from "./freshness";
import type { PointFacts, Side } from "./freshnessFacts";
import { parseManifestMetadata, type ManifestMetadata } from "./manifest";
import { tamperingOf } from "./recoveryPoints";
import type { ObjectHead } from "./repository/repository";

const MINUTE_MS = 60_000;
/** Storages keep lock dates to the second or to the millisecond. */
const LOCK_TOLERANCE_MS = 1_000;
/** Clocks differ by seconds; more than this, and what is called fresh here is not. */
const CLOCK_TOLERANCE_MINUTES = 5;

/** What the manifest's HEAD tells; undefined when that is nothing a run writes. */
export function metadataOf(facts: PointFacts): ManifestMetadata | undefined {
  return parseManifestMetadata(facts.manifest.metadata);
}

/** Whether only a later version of this tool can read it. */
export function isNewerFormat(facts: PointFacts): boolean {
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

/** Everything that one point shows by itself. */
export function judgePoint(facts: PointFacts, side: Side, limits: FreshnessLimits, now: Date): Problem[] {
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
  const ahead = (manifest.lastModified.getTime() - now.getTime()) / MINUTE_MS;
  if (ahead > CLOCK_TOLERANCE_MINUTES) {
    problems.push({
      code: "clockBehind",
      message: `storage received ${manifest.key} ${Math.round(ahead)} minutes after the time of this machine, ${now.toISOString()}; set its clock, or nothing here looks old`,
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

/** A point of a replica of which something is still to come. */
export function judgePending(facts: PointFacts, limits: FreshnessLimits, now: Date): Problem[] {
  const waiting = (now.getTime() - facts.point.committedAt.getTime()) / MINUTE_MS;
  if (waiting <= limits.replicationGraceMinutes) return [];
  return [
    {
      code: "replicationPending",
      message: `${facts.point.id}: ${facts.listed.length} of ${metadataOf(facts)!.objects} data objects have arrived after ${Math.round(waiting)} minutes; the limit is ${limits.replicationGraceMinutes}`,
    },
  ];
}
