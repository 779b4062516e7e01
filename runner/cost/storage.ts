import { ARCHIVE_OVERHEAD_KIB, type CostStorageClass, MINIMUM_DAYS } from "./prices";

const KIB_PER_GIB = 1024 * 1024;
/** Days that an expired version stays, as the repository's lifecycle rules keep it. */
export const NONCURRENT_DAYS = 30;
/** S3 leaves smaller objects where they are, unless a bucket says otherwise. */
const SMALLEST_TRANSITION_KIB = 128;
const ARCHIVES: readonly CostStorageClass[] = ["GLACIER", "DEEP_ARCHIVE"];

/** A move of data to a cheaper class. */
export interface CostTransition {
  storageClass: CostStorageClass;
  /** Whole days after it was written. */
  days: number;
}

/** What one object of a tier is billed over its whole life in one bucket. */
export interface ObjectBill {
  /** GiB times days, with the overhead of archiving, by class. */
  gibDays: ReadonlyMap<CostStorageClass, number>;
  /** GiB times the days that it leaves a class before that class's minimum, by class. */
  earlyGibDays: ReadonlyMap<CostStorageClass, number>;
  /** Classes that it is moved to. */
  transitions: readonly CostStorageClass[];
}

/**
 * The bill of one object: from its upload until it expires, and 30 days more as a noncurrent version.
 *
 * @param gib its size as stored
 * @param expireDays days until lifecycle expires it
 * @param transitions in the order of their days, all before it expires
 */
export function objectBill(gib: number, expireDays: number, transitions: readonly CostTransition[]): ObjectBill {
  const lifeDays = expireDays + NONCURRENT_DAYS;
  const moves = gib * KIB_PER_GIB < SMALLEST_TRANSITION_KIB ? [] : transitions;
  const stays = [{ storageClass: "STANDARD" as CostStorageClass, days: 0 }, ...moves];
  const gibDays = new Map<CostStorageClass, number>();
  const earlyGibDays = new Map<CostStorageClass, number>();
  const add = (to: Map<CostStorageClass, number>, storageClass: CostStorageClass, amount: number): void => {
    if (amount > 0) to.set(storageClass, (to.get(storageClass) ?? 0) + amount);
  };
  stays.forEach(({ storageClass, days }, index) => {
    const stayDays = (stays[index + 1]?.days ?? lifeDays) - days;
    const isArchive = ARCHIVES.includes(storageClass);
    const overheadGib = isArchive ? ARCHIVE_OVERHEAD_KIB.archive / KIB_PER_GIB : 0;
    add(gibDays, storageClass, (gib + overheadGib) * stayDays);
    add(earlyGibDays, storageClass, (gib + overheadGib) * (MINIMUM_DAYS[storageClass] - stayDays));
    if (isArchive) add(gibDays, "STANDARD", (ARCHIVE_OVERHEAD_KIB.standard / KIB_PER_GIB) * stayDays);
  });
  return { gibDays, earlyGibDays, transitions: moves.map(({ storageClass }) => storageClass) };
}
