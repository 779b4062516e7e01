import { inWorkers } from "../../runner/workers";

const interruption = () => new Error("stopped by a signal");
const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("workers", () => {
  it("give results in the order of the items, whatever the order in which they end", async () => {
    const stops = { signal: never, interruption };
    const work = async (turns: number) => {
      for (let i = 0; i < turns; i += 1) await turn();
      return turns;
    };
    expect(await inWorkers([3, 1, 2], 2, stops, work)).toEqual([3, 1, 2]);
    expect(await inWorkers([], 2, stops, work)).toEqual([]);
  });

  it("fail with the reason of what all of them need, and begin nothing more", async () => {
    const lost = Promise.reject(new Error("the session was lost"));
    lost.catch(() => undefined);
    const begun: number[] = [];
    const work = async (item: number, stop: AbortSignal) => {
      begun.push(item);
      while (!stop.aborted) await turn();
      throw stop.reason as Error;
    };
    const stops = { signal: never, interruption, lost: lost };
    await expect(inWorkers([1, 2, 3], 2, stops, work)).rejects.toThrow("the session was lost");
    expect(begun).toEqual([1, 2]);
  });

  it("fail when a signal came before, without beginning", async () => {
    const work = jest.fn();
    await expect(inWorkers([1], 1, { signal: AbortSignal.abort(), interruption }, work)).rejects.toThrow(
      "stopped by a signal",
    );
    expect(work).not.toHaveBeenCalled();
  });

  it("succeed when a signal comes with the success of the last one", async () => {
    const stop = new AbortController();
    const work = async (item: number) => {
      if (item === 2) stop.abort();
      return Promise.resolve(item);
    };
    expect(await inWorkers([1, 2], 1, { signal: stop.signal, interruption }, work)).toEqual([1, 2]);
    await expect(inWorkers([2, 1], 1, { signal: new AbortController().signal, interruption }, work)).resolves.toEqual([
      2, 1,
    ]);
  });
});
