import { recoveryPointId } from "../contract";
import { DOCTOR_PREFIX } from "../freshnessContract";
import type { Repository } from "../repository/repository";
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

/** Stores a record and returns its key. The bucket's default retention locks it. @throws RepositoryError */
export async function storeDoctorRecord(repository: Repository, record: DoctorRecord): Promise<string> {
  const day = record.startedAt.slice(0, 10).replace(/-/g, "/");
  const key = `${DOCTOR_PREFIX}${day}/${record.id}.json`;
  await repository.putOnce(key, `${JSON.stringify(record, null, 2)}\n`, {
    lock: undefined,
    contentType: "application/json",
    metadata: { verdict: record.verdict, startedat: record.startedAt, finishedat: record.finishedAt },
  });
  return key;
}

/** Id of an examination: the form of a recovery point's. */
export const doctorId = recoveryPointId;
