import { setImmediate as turn } from "node:timers/promises";
import { PartMemory } from "../../runner/stream/partMemory";

const MIB = 1024 ** 2;
/** A signal that never comes. */
const never = () => new AbortController().signal;

/** Whether a promise has settled by the next turn. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => void (settled = true);
  work.then(note, note);
  await turn();
  return settled;
}

/** Numbers from 0 to 1 that are the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

describe("PartMemory", () => {
  it("hands out what fits the budget, and lets the next one wait until a buffer comes back", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 16, streams: 1 });
    const [first] = await Promise.all([memory.take(8 * MIB, never()), memory.take(8 * MIB, never())]);
    const third = memory.take(1, never());
    expect(await isSettled(third)).toBe(false);
    memory.giveBack(first);
    expect((await third).length).toBe(1);
  });

  it("hands out two buffers more than there are streams at most, however large the budget", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 1024, streams: 2 });
    const taken = await Promise.all(Array.from({ length: 4 }, () => memory.take(MIB, never())));
    const fifth = memory.take(MIB, never());
    expect(await isSettled(fifth)).toBe(false);
    memory.giveBack(taken[0]!);
    expect(await fifth).toBe(taken[0]);
  });

  it("claims every buffer at once where it is told to, within the budget, and hands out those", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 64, streams: 4 });
    memory.claim(5 * MIB);
    expect(memory.heldBytes).toBe(30 * MIB);
    const taken = await Promise.all(Array.from({ length: 6 }, () => memory.take(5 * MIB, never())));
    expect(new Set(taken).size).toBe(6);
    expect(memory.heldBytes).toBe(30 * MIB);
    memory.claim(5 * MIB);
    expect(memory.heldBytes).toBe(30 * MIB);
    const small = new PartMemory({ bufferBudgetMiB: 14, streams: 1 });
    small.claim(5 * MIB);
    expect(small.heldBytes).toBe(10 * MIB);
  });

  it("reuses the buffer that came back last, and makes no other of its size", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 64, streams: 1 });
    const [a, b] = await Promise.all([memory.take(MIB, never()), memory.take(MIB, never())]);
    memory.giveBack(a);
    memory.giveBack(b);
    expect(await memory.take(MIB, never())).toBe(b);
    expect(await memory.take(MIB, never())).toBe(a);
    expect(memory.heldBytes).toBe(2 * MIB);
  });

  it("lets go of unused buffers of other sizes only where the budget needs it", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 10, streams: 1 });
    memory.giveBack(await memory.take(4 * MIB, never()));
    await memory.take(6 * MIB, never());
    expect(memory.heldBytes).toBe(10 * MIB);
    await memory.take(1 * MIB, never());
    expect(memory.heldBytes).toBe(7 * MIB);
  });

  it("serves whoever waits longest first, even where a later one would fit already", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 10, streams: 2 });
    const held = await memory.take(4 * MIB, never());
    await memory.take(5 * MIB, never());
    const large = memory.take(5 * MIB, never());
    const small = memory.take(MIB, never());
    expect([await isSettled(large), await isSettled(small)]).toEqual([false, false]);
    memory.giveBack(held);
    expect([await isSettled(large), await isSettled(small)]).toEqual([true, false]);
  });

  it("fails a wait when its signal comes, and serves the next one", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 10, streams: 2 });
    await memory.take(8 * MIB, never());
    const stop = new AbortController();
    const large = memory.take(5 * MIB, stop.signal);
    const small = memory.take(2 * MIB, never());
    stop.abort(new Error("the run is over"));
    await expect(large).rejects.toThrow("the run is over");
    expect((await small).length).toBe(2 * MIB);
    await expect(memory.take(1, stop.signal)).rejects.toThrow("the run is over");
  });

  it.each([1, 2, 3, 4])("never exceeds its budget and never blocks, with parts that grow (seed %i)", async (seed) => {
    const next = random(seed);
    const streams = 1 + Math.floor(next() * 6);
    const bufferBudgetMiB = 16 + Math.floor(next() * 200);
    const memory = new PartMemory({ bufferBudgetMiB, streams });
    const largest = Math.floor(bufferBudgetMiB / (streams + 1));
    let sent = 0;
    const stream = async () => {
      const inFlight: Promise<void>[] = [];
      for (let number = 0; number < 60; number += 1) {
        // As large as parts may get, in the end for all streams alike.
        const size = Math.min(largest, Math.ceil((number / 40) * largest) + 1) * MIB;
        const buffer = await memory.take(size, never());
        expect(buffer.length).toBe(size);
        expect(memory.heldBytes).toBeLessThanOrEqual(bufferBudgetMiB * MIB);
        for (let turns = Math.floor(next() * 3); turns > 0; turns -= 1) await turn();
        const turns = Math.floor(next() * 12);
        inFlight.push(
          (async () => {
            for (let i = 0; i < turns; i += 1) await turn();
            memory.giveBack(buffer);
            sent += 1;
          })(),
        );
      }
      await Promise.all(inFlight);
    };
    await Promise.all(Array.from({ length: streams }, stream));
    expect(sent).toBe(streams * 60);
  });
});
