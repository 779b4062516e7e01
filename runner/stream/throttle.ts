import { setTimeout as sleep } from "node:timers/promises";

const MIB = 1024 * 1024;

/** What a throttle knows of time. */
export interface ThrottleClock {
  /** Milliseconds that never go back. */
  nowMs: () => number;
  /** Resolves after so many milliseconds; rejects when the signal comes first. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Time as it passes. */
export const REAL_TIME: ThrottleClock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** Bounds how fast bytes leave, over all streams of a run. */
export interface Throttle {
  /** Resolves when so many bytes may leave, in the order of the calls. Rejects with the signal's reason. */
  pass(bytes: number, signal: AbortSignal): Promise<void>;
}

/**
 * A token bucket that holds what may leave in one second. In any time, no more leaves than the rate times that time and one
 * second. What is larger than the bucket waits until all of it is paid for.
 * @param maxMiBPerSecond undefined: nothing ever waits
 */
export function createThrottle(maxMiBPerSecond: number | undefined, clock: ThrottleClock = REAL_TIME): Throttle {
  if (maxMiBPerSecond === undefined) return { pass: () => Promise.resolve() };
  const bytesPerMs = (maxMiBPerSecond * MIB) / 1000;
  const capacity = bytesPerMs * 1000;
  let tokens = capacity;
  let filledAtMs = clock.nowMs();
  return {
    async pass(bytes, signal) {
      signal.throwIfAborted();
      const nowMs = clock.nowMs();
      tokens = Math.min(capacity, tokens + (nowMs - filledAtMs) * bytesPerMs) - bytes;
      filledAtMs = nowMs;
      if (tokens >= 0) return;
      try {
        await clock.sleep(-tokens / bytesPerMs, signal);
      } catch (error) {
        tokens += bytes; // they never left
        throw signal.aborted ? signal.reason : error;
      }
    },
  };
}
