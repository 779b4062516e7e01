import { StageError } from "../errors";
import { findRecoveryPoint, newestRecoveryPoint, recoveryPointAsOf, type RecoveryPoint } from "../recoveryPoints";
import type { Repository } from "../repository/repository";

/** Which recovery point is meant. */
export interface PointOptions {
  latest?: boolean;
  id?: string;
  asOf?: string;
}

/** A time with its zone: `2026-11-20T02:00Z`, `2026-11-20T02:00:00+01:00`; a bare date is midnight UTC. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Finds the one point that options mean; the newest when they say nothing.
 * @param now points from the future are not the newest
 * @throws StageError `usage` when they contradict each other or there is no such point
 */
export async function choosePoint(
  repository: Repository,
  database: string,
  options: PointOptions,
  now?: Date,
): Promise<RecoveryPoint> {
  const given = [options.latest && "--latest", options.id && "--id", options.asOf && "--as-of"].filter(Boolean);
  if (given.length > 1) {
    throw new StageError("recovery points", "usage", `${given.join(" and ")} contradict each other; give one`);
  }
  if (options.id !== undefined) return findRecoveryPoint(repository, database, options.id);
  const where = `of database "${database}" in bucket "${repository.bucket}" (${repository.region})`;
  if (options.asOf === undefined) {
    const newest = await newestRecoveryPoint(repository, database, { now });
    if (newest) return newest;
    throw new StageError("recovery points", "usage", `there is no recovery point ${where}`);
  }
  const asOf = new Date(options.asOf);
  if (!TIME.test(options.asOf) || Number.isNaN(asOf.getTime())) {
    throw new StageError(
      "recovery points",
      "usage",
      `--as-of must be a time with its zone like 2026-11-20T02:00Z, got "${options.asOf}"`,
    );
  }
  const point = await recoveryPointAsOf(repository, database, asOf);
  if (point) return point;
  throw new StageError(
    "recovery points",
    "usage",
    `there is no recovery point ${where} taken at or before ${asOf.toISOString()}; backup321 list shows what is there`,
  );
}
