import { StageError } from "../errors";

const MIB = 1024 * 1024;
/** S3: at most 10,000 parts an upload. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PARTS = 10_000;
/** S3: every part but the last has at least 5 MiB. Larger ones where the estimate asks for them: they are most of our memory. */
const MIN_PART_MIB = 5;
/** S3: a part has at most 5 GiB. */
const MAX_PART_MIB = 5 * 1024;
/** Parts double every this many, so a stream far longer than its estimate still ends below 10,000 parts. */
const PARTS_PER_STEP = 1000;

/** How a stream of unknown length is cut into parts. */
export interface PartPlan {
  /** Size in bytes of part `number` (from 1); the last part of a stream may be shorter. */
  partBytes(number: number): number;
  /** Longest stream that this plan can hold, in bytes. */
  capacityBytes: number;
}

/** What the parts of all streams of a run share. */
export interface PartLimits {
  /** Memory for part buffers, whole MiB. */
  bufferBudgetMiB: number;
  /** How many streams are written at once at most. */
  streams: number;
}

/**
 * Plans the parts of each upload of a run: sized for its estimate, then growing, within a memory that all of them share.
 *
 * @param estimatedBytes expected length of each stored stream; upper estimates are best
 * @throws StageError `usage` before the first byte, where the memory is too small for the streams or for the largest estimate
 */
export function planParts(estimatedBytes: readonly number[], limits: PartLimits): PartPlan[] {
  const { bufferBudgetMiB, streams } = limits;
  // Each stream fills a buffer, and one more is sent.
  const largestMiB = Math.min(MAX_PART_MIB, Math.floor(bufferBudgetMiB / (streams + 1)));
  const most = Math.max(0, ...estimatedBytes);
  const alternative = streams === 1 ? "" : ", or use fewer workers";
  if (largestMiB < MIN_PART_MIB) {
    const needed = (streams + 1) * MIN_PART_MIB;
    const detail = `bufferBudgetMiB ${bufferBudgetMiB} is too small to write ${streams} objects at once; raise it to ${needed} or more${alternative}`;
    throw new StageError("part plan", "usage", detail);
  }
  const capacityMiB = planStream(most, largestMiB).capacityBytes / MIB;
  if (most > capacityMiB * MIB) {
    const needed = (streams + 1) * Math.ceil(most / MIB / MAX_PARTS);
    const share = streams === 1 ? "" : ` for ${streams} objects at once`;
    throw new StageError(
      "part plan",
      "usage",
      `an estimated ${Math.ceil(most / MIB)} MiB does not fit ${MAX_PARTS} parts within bufferBudgetMiB ${bufferBudgetMiB}${share} (at most ${capacityMiB} MiB); raise bufferBudgetMiB to ${needed} or more${alternative}`,
    );
  }
  return estimatedBytes.map((bytes) => planStream(bytes, largestMiB));
}

function planStream(estimatedBytes: number, largestMiB: number): PartPlan {
  const wantedMiB = Math.ceil(estimatedBytes / MIB / (MAX_PARTS * 0.8));
  const firstMiB = Math.min(largestMiB, Math.max(MIN_PART_MIB, wantedMiB));
  const partMiB = (number: number) =>
    Math.min(largestMiB, firstMiB * 2 ** Math.min(40, Math.floor((number - 1) / PARTS_PER_STEP)));
  let capacityMiB = 0;
  for (let first = 1; first <= MAX_PARTS; first += PARTS_PER_STEP) capacityMiB += partMiB(first) * PARTS_PER_STEP;
  return { partBytes: (number) => partMiB(number) * MIB, capacityBytes: capacityMiB * MIB };
}
