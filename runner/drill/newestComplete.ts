import { StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import type { Manifest } from "../manifestFormat";
import { newestRecoveryPoint, readManifest, type RecoveryPoint } from "../recoveryPoints";
import { type Repository, RepositoryError } from "../repository/repository";

/** A point to drill, and the newer ones that could not be taken yet. */
export interface ChosenPoint {
  point: RecoveryPoint;
  /** One sentence each. */
  passedOver: string[];
}

/** Replication has no order, and is late by hours at worst; after that what lacks is lost, and a drill must say so. */
const REPLICATION_GRACE_MS = 24 * 3_600_000;
const MOST_PASSED_OVER = 5;

/** Keys of data objects that a side does not have in their version. */
async function missingObjects(repository: Repository, { objects }: Manifest): Promise<string[]> {
  const missing: string[] = [];
  for (const { key, versionId } of objects) {
    try {
      await repository.head(key, versionId);
    } catch (error) {
      if (!(error instanceof RepositoryError) || error.kind !== "notFound") throw error;
      missing.push(key);
    }
  }
  return missing;
}

/**
 * The newest point that a side holds whole. On a replica, points whose objects are still on their way are passed over for a day;
 * on the primary, which has no such excuse, the newest is taken as it is.
 *
 * @throws StageError `unhealthy` when there is none
 */
export async function newestCompletePoint(
  repository: Repository,
  side: Side,
  database: string,
  now: Date,
): Promise<ChosenPoint> {
  const passedOver: string[] = [];
  let point = await newestRecoveryPoint(repository, database, { now });
  while (point !== undefined) {
    const age = now.getTime() - point.committedAt.getTime();
    const mayBePending = side === "replica" && age < REPLICATION_GRACE_MS && passedOver.length < MOST_PASSED_OVER;
    if (!mayBePending) return { point, passedOver };
    const { manifest } = await readManifest(repository, point);
    const missing = await missingObjects(repository, manifest);
    if (missing.length === 0) return { point, passedOver };
    passedOver.push(
      `${point.id} was passed over: ${missing.length} of its ${manifest.objects.length} objects had not been replicated`,
    );
    point = await newestRecoveryPoint(repository, database, { now, before: point.takenAt });
  }
  const where = `of database "${database}" in bucket "${repository.bucket}" (${repository.region})`;
  throw new StageError(
    "recovery points",
    "unhealthy",
    `there is no ${passedOver.length > 0 ? "complete " : ""}recovery point ${where}${passedOver.map((sentence) => `; ${sentence}`).join("")}`,
  );
}
