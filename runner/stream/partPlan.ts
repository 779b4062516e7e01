import { StageError } from "../errors";

const MIB = 1024 * 1024;
/** S3: at most 10,000 parts an upload. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;
/** S3: every part but the last has at least 5 MiB; 8 keeps request overhead low on small databases. */
const MIN_PART_MIB = 8;
/** S3: a part has at most 5 GiB. */
const MAX_PART_MIB = 5 * 1024;
/** Parts double every this many, so a stream far longer than its estimate still ends below 10,000 parts. */
const PARTS_PER_STEP = 1000;
const MAX_CONCURRENCY = 4;

/** How a stream of unknown length is cut into parts. */
export interface PartPlan {
  /** Size in bytes of part `number` (from 1); the last part of a stream may be shorter. */
  partBytes(number: number): number;
  /** Memory for part buffers, in bytes. One is being filled while the others are sent. */
  bufferBudgetBytes: number;
  /** Parts in flight at most; falls as parts grow, since the budget is fixed. */
  concurrency(number: number): number;
  /** Longest stream that this plan can hold, in bytes. */
  capacityBytes: number;
}

/**
 * Plans the parts of one upload: sized for the estimate, then growing, within a fixed memory budget.
 *
 * @param estimatedBytes expected length of the stored stream; an upper estimate is best
 * @param bufferBudgetMiB memory for part buffers, whole MiB
 * @throws StageError `usage` before the first byte when even the largest parts that fit the budget can't hold the estimate
 */
export function planParts(estimatedBytes: number, bufferBudgetMiB: number): PartPlan {
  // Two buffers at least: one is filled while the other is sent.
  const largestMiB = Math.min(MAX_PART_MIB, Math.floor(bufferBudgetMiB / 2));
  const wantedMiB = Math.ceil(estimatedBytes / MIB / (MAX_PARTS * 0.8));
  const firstMiB = Math.min(largestMiB, Math.max(MIN_PART_MIB, wantedMiB));
  const partMiB = (number: number) =>
    Math.min(largestMiB, firstMiB * 2 ** Math.min(40, Math.floor((number - 1) / PARTS_PER_STEP)));
  let capacityMiB = 0;
  for (let first = 1; first <= MAX_PARTS; first += PARTS_PER_STEP) capacityMiB += partMiB(first) * PARTS_PER_STEP;
  if (largestMiB < MIN_PART_MIB || estimatedBytes > capacityMiB * MIB) {
    const needed = Math.max(2 * MIN_PART_MIB, 2 * Math.ceil(estimatedBytes / MIB / MAX_PARTS));
    throw new StageError(
      "part plan",
      "usage",
      `an estimated ${Math.ceil(estimatedBytes / MIB)} MiB does not fit ${MAX_PARTS} parts within bufferBudgetMiB ${bufferBudgetMiB} (at most ${capacityMiB} MiB); raise bufferBudgetMiB to ${needed} or more`,
    );
  }
  const bufferBudgetBytes = bufferBudgetMiB * MIB;
  return {
    partBytes: (number) => partMiB(number) * MIB,
    bufferBudgetBytes,
    concurrency: (number) => Math.max(1, Math.min(MAX_CONCURRENCY, Math.floor(bufferBudgetMiB / partMiB(number)) - 1)),
    capacityBytes: capacityMiB * MIB,
  };
}
