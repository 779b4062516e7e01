/** Arithmetic of paired rounds: what two contenders took in the same round is compared, and of the ratios the median is shown. */

/** Wall-clock seconds of one contender by round; undefined where it did not run. */
export type Rounds = readonly (number | undefined)[];

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("bench: there is no median of nothing; at least one round must have run");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median of `mine / other` over the rounds in which both ran; undefined when there is none. */
export function pairedRatio(mine: Rounds, other: Rounds): number | undefined {
  const ratios = mine.flatMap((value, round) => {
    const against = other[round];
    return value === undefined || against === undefined ? [] : [value / against];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Each round begins with another contender, so that none always runs after the same one or on the same warmth of caches. */
export function roundOrder<T>(contenders: readonly T[], round: number): T[] {
  const step = Math.max(1, Math.floor(contenders.length / 3));
  const start = (round * step) % Math.max(1, contenders.length);
  const rotated = [...contenders.slice(start), ...contenders.slice(0, start)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}
