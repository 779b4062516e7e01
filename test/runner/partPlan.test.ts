import { StageError } from "../../runner/errors";
import { MAX_PARTS, type PartPlan, planParts } from "../../runner/stream/partPlan";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;

const planOne = (estimatedBytes: number, bufferBudgetMiB: number, streams = 1): PartPlan =>
  planParts([estimatedBytes], { bufferBudgetMiB, streams })[0]!;

describe("planParts", () => {
  it("starts small objects with the smallest parts, whatever the budget and the streams", () => {
    expect([planOne(0, 16), planOne(100 * MIB, 256, 4)].map((plan) => plan.partBytes(1))).toEqual([5 * MIB, 5 * MIB]);
  });

  it("sizes the first part so that the estimate needs at most four fifths of the parts", () => {
    const plan = planOne(200 * GIB, 256);
    expect(Math.ceil((200 * GIB) / plan.partBytes(1))).toBeLessThanOrEqual(MAX_PARTS * 0.8);
  });

  it("plans each object for its own estimate", () => {
    const plans = planParts([MIB, 200 * GIB, MIB], { bufferBudgetMiB: 256, streams: 1 });
    expect(plans.map((plan) => plan.partBytes(1) / MIB)).toEqual([5, 26, 5]);
  });

  it.each([
    [16, 1],
    [25, 4],
    [256, 1],
    [256, 7],
    [1024, 16],
  ])("leaves room for one more part than streams within %i MiB for %i streams", (budget, streams) => {
    const plan = planOne(GIB, budget, streams);
    for (let n = 1; n <= MAX_PARTS; n += 97)
      expect((streams + 1) * plan.partBytes(n)).toBeLessThanOrEqual(budget * MIB);
  });

  it("never shrinks a part, and stays within S3's limits of 5 MiB to 5 GiB", () => {
    const plan = planOne(TIB, 16 * 1024);
    for (let n = 2; n <= MAX_PARTS; n += 1) expect(plan.partBytes(n)).toBeGreaterThanOrEqual(plan.partBytes(n - 1));
    expect(plan.partBytes(1)).toBeGreaterThanOrEqual(5 * MIB);
    expect(plan.partBytes(MAX_PARTS)).toBeLessThanOrEqual(5 * GIB);
  });

  it("holds a stream 700 times longer than its estimate, where the budget lets parts grow", () => {
    expect(planOne(GIB, 256).capacityBytes).toBeGreaterThan(700 * GIB);
  });

  it("says its capacity exactly: the sum of all parts", () => {
    const plan = planOne(50 * GIB, 64);
    let sum = 0;
    for (let n = 1; n <= MAX_PARTS; n += 1) sum += plan.partBytes(n);
    expect(plan.capacityBytes).toBe(sum);
  });

  it.each([
    [1, "(at most 1280000 MiB); raise bufferBudgetMiB to 630 or more"],
    [4, "for 4 objects at once (at most 510000 MiB); raise bufferBudgetMiB to 1575 or more, or use fewer workers"],
  ])(
    "fails when the largest estimate can't fit for %i streams, and the budget that it names then fits",
    (streams, end) => {
      const sizes = [MIB, 3 * TIB, 2 * TIB];
      const error = errorOf(() => planParts(sizes, { bufferBudgetMiB: 256, streams }));
      expect([error.exit, error.message]).toEqual([
        "usage",
        `part plan: an estimated 3145728 MiB does not fit 10000 parts within bufferBudgetMiB 256 ${end}`,
      ]);
      const named = Number(/raise bufferBudgetMiB to (\d+)/.exec(error.message)![1]);
      const plans = planParts(sizes, { bufferBudgetMiB: named, streams });
      expect(plans[1]!.capacityBytes).toBeGreaterThanOrEqual(3 * TIB);
    },
  );

  it("fails when the budget is too small for the streams, and the one that it names is enough", () => {
    const error = errorOf(() => planOne(MIB, 24, 4));
    expect([error.exit, error.message]).toEqual([
      "usage",
      "part plan: bufferBudgetMiB 24 is too small to write 4 objects at once; raise it to 25 or more, or use fewer workers",
    ]);
    expect(planOne(MIB, 25, 4).partBytes(1)).toBe(5 * MIB);
  });
});

function errorOf(work: () => unknown): StageError {
  try {
    work();
  } catch (error) {
    if (error instanceof StageError) return error;
  }
  throw new Error("expected a StageError");
}
