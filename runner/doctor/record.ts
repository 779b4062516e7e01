import { recoveryPointId } from "../contract";
import { DOCTOR_PREFIX } from "../freshnessContract";
import type { Repository } from "../repository/repository";
import { TOOL } from "../version";
import type { CheckResult } from "./check";

/** Evidence of one examination: JSON below `drills/_doctor/`, written once. */
export interface DoctorRecord {
  formatVersion: 1;
  id: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  finishedAt: string;
  verdict: "passed" | "failed";
  /** Whether roles were tried, and not only settings read. */
  attacked: boolean;
  /** Whether what could not be looked at was let pass. */
  uncheckedAllowed: boolean;
  ranBy: string | null;
  toolVersion: string;
  results: CheckResult[];
}

/** Whether something is wrong; what nobody could look at is, unless that is let pass. */
export function isWrong({ status }: CheckResult, uncheckedAllowed: boolean): boolean {
  return status === "finding" || (status === "notChecked" && !uncheckedAllowed);
}

/** What matters most: an examination that saw none of one of these has not examined. */
export const ESSENTIAL_CHECKS = [
  "bucket.versioning",
  "bucket.objectLock",
  "bucket.encryption",
  "bucket.publicAccess",
  "bucket.ownership",
  "bucket.policy",
  "bucket.lifecycle",
  "bucket.replication",
  "key.state",
  "alarm",
] as const;

/** Essential checks of which nobody saw anything, good or bad. No flag lets that pass: without the rights, all would be well. */
export function unseenChecks(results: readonly CheckResult[]): string[] {
  const seen = new Set(results.filter(({ status }) => status !== "notChecked").map(({ id }) => id));
  return ESSENTIAL_CHECKS.filter((id) => !seen.has(id));
}

/**
 * What an examination came to: one sentence each, none when all is well.
 * @param uncheckedAllowed whether single things that could not be looked at are let pass
 */
export function doctorProblems(results: readonly CheckResult[], uncheckedAllowed: boolean): string[] {
  const wrong = results.filter((result) => isWrong(result, uncheckedAllowed)).length;
  const unseen = unseenChecks(results);
  return [
    ...(wrong > 0 ? [`${wrong} of ${results.length} checks are not as they should be`] : []),
    ...(unseen.length > 0
      ? [
          `nobody could look at ${unseen.join(", ")}, which --allow-unchecked does not let pass: give --stack, and the rights that the documentation lists`,
        ]
      : []),
  ];
}

/** An examination that ended. */
export interface ExaminationRun extends Pick<DoctorRecord, "attacked" | "uncheckedAllowed" | "ranBy" | "results"> {
  startedAt: Date;
  finishedAt: Date;
  /** Base32 characters. */
  random: (length: number) => string;
}

/** The record of an examination, with its verdict. */
export function doctorRecord({ startedAt, finishedAt, random, ...run }: ExaminationRun): DoctorRecord {
  return {
    formatVersion: 1,
    id: doctorId(startedAt, random(6)),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    verdict: doctorProblems(run.results, run.uncheckedAllowed).length > 0 ? "failed" : "passed",
    attacked: run.attacked,
    uncheckedAllowed: run.uncheckedAllowed,
    ranBy: run.ranBy,
    toolVersion: TOOL.version,
    results: run.results,
  };
}

/** Stores a record and returns its key. The bucket's default retention locks it. @throws RepositoryError */
export async function storeDoctorRecord(repository: Repository, record: DoctorRecord): Promise<string> {
  const day = record.startedAt.slice(0, 10).replace(/-/g, "/");
  const key = `${DOCTOR_PREFIX}${day}/${record.id}.json`;
  await repository.putOnce(key, `${JSON.stringify(record, null, 2)}\n`, {
    lock: undefined,
    contentType: "application/json",
    metadata: {
      verdict: record.verdict,
      unchecked: String(record.results.filter(({ status }) => status === "notChecked").length),
      startedat: record.startedAt,
      finishedat: record.finishedAt,
    },
  });
  return key;
}

/** Id of an examination: the form of a recovery point's. */
export const doctorId = recoveryPointId;
