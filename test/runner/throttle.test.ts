import { createThrottle, type ThrottleClock } from "../../runner/stream/throttle";

const MIB = 1024 ** 2;
/** A signal that never comes. */
const never = () => new AbortController().signal;

/** Time that passes only while somebody sleeps. */
function fakeTime(): ThrottleClock & { advance: (ms: number) => void } {
  let nowMs = 1_000;
  let sleepers: { atMs: number; wake: () => void }[] = [];
  const advance = (ms: number) => {
    nowMs += ms;
    for (const { atMs, wake } of sleepers) if (atMs <= nowMs) wake();
    sleepers = sleepers.filter(({ atMs }) => atMs > nowMs);
  };
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((wake, reject) => {
      sleepers.push({ atMs: nowMs + ms, wake });
      signal.addEventListener("abort", () => reject(new Error("slept no more")), { once: true });
    });
  return { nowMs: () => nowMs, sleep, advance };
}

/** Moments in seconds from the start at which each of these was let through, all asked for at once. */
async function letThrough(rate: number, sizesMiB: number[]): Promise<number[]> {
  const time = fakeTime();
  const throttle = createThrottle(rate, time);
  const moments: number[] = [];
  sizesMiB.forEach((size, i) => {
    void throttle.pass(size * MIB, never()).then(() => (moments[i] = (time.nowMs() - 1_000) / 1_000));
  });
  for (let step = 0; step < 400; step += 1) {
    await new Promise(setImmediate);
    time.advance(250);
  }
  return moments;
}

describe("a throttle", () => {
  it("lets one second's worth through at once, then holds the rate, in the order of the calls", async () => {
    expect(await letThrough(8, [8, 8, 4, 8])).toEqual([0, 1, 1.5, 2.5]);
  });

  it("lets a part that is larger than one second's worth through when all of it is paid for", async () => {
    expect(await letThrough(2, [8, 8])).toEqual([3, 7]);
  });

  it.each([1, 5, 16])("never lets more than %i MiB a second leave, beyond the first second's worth", async (rate) => {
    const sizes = [3, 8, 1, 8, 8, 2, 5, 8];
    const moments = await letThrough(rate, sizes);
    for (const [i, moment] of moments.entries()) {
      const left = sizes.slice(0, i + 1).reduce((a, b) => a + b);
      expect(left).toBeLessThanOrEqual(rate * (moment + 1));
      // And no later than it must: a quarter of a second is the step of this time.
      if (moment > 0) expect(left).toBeGreaterThan(rate * (moment + 1 - 0.26));
    }
  });

  it("does not save up more than one second of silence", async () => {
    const time = fakeTime();
    const throttle = createThrottle(8, time);
    time.advance(3_600_000);
    await throttle.pass(8 * MIB, never());
    let isThrough = false;
    void throttle.pass(8 * MIB, never()).then(() => (isThrough = true));
    await new Promise(setImmediate);
    expect(isThrough).toBe(false);
    time.advance(1_000);
    await new Promise(setImmediate);
    expect(isThrough).toBe(true);
  });

  it("fails with the signal's reason, and lets others have what never left", async () => {
    const time = fakeTime();
    const throttle = createThrottle(8, time);
    const stop = new AbortController();
    const part = throttle.pass(80 * MIB, stop.signal);
    stop.abort(new Error("the run is over"));
    await expect(part).rejects.toThrow("the run is over");
    await throttle.pass(8 * MIB, never());
    await expect(throttle.pass(1, stop.signal)).rejects.toThrow("the run is over");
  });

  it("lets everything through at once where there is no cap", async () => {
    const throttle = createThrottle(undefined);
    await throttle.pass(Number.MAX_SAFE_INTEGER, never());
    await throttle.pass(Number.MAX_SAFE_INTEGER, never());
  });
});
