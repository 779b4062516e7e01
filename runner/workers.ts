/** What ends workers besides their own failure. */
export interface WorkerStops {
  signal: AbortSignal;
  /** Makes the error for an aborted signal. */
  interruption: () => Error;
  /** Rejects when what all of them need is gone; never resolves. */
  lost?: Promise<never>;
}

/**
 * Runs `work` over items, a few at once, started in their order. The first failure, of one of them or from outside, stops the
 * others, and is what this rejects with once all of them have ended.
 *
 * @param count how many at once at most
 * @param work gets a signal whose reason is that first failure
 * @returns the results in the order of the items
 */
export async function inWorkers<T, R>(
  items: readonly T[],
  count: number,
  stops: WorkerStops,
  work: (item: T, stop: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(stops.interruption());
  if (stops.signal.aborted) onSignal();
  stops.signal.addEventListener("abort", onSignal, { once: true });
  stops.lost?.catch((error: unknown) => stop.abort(error));
  const results: R[] = [];
  let done = 0;
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      if (stop.signal.aborted) return;
      try {
        results[index] = await work(items[index]!, stop.signal);
        done += 1;
      } catch (error) {
        stop.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
    // What comes after the last one's success stops nothing any more.
    if (done < items.length) stop.signal.throwIfAborted();
    return results;
  } finally {
    stops.signal.removeEventListener("abort", onSignal);
  }
}
