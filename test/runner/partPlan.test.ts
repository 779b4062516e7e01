import { MAX_PARTS, planParts } from "../../runner/stream/partPlan";
import { StageError } from "../../runner/errors";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;

describe("planParts", () => {
  it("starts small databases with 8 MiB parts, four in flight", () => {
    const plan = planParts(100 * MIB, 256);
    expect(plan.partBytes(1)).toBe(8 * MIB);
    expect(plan.concurrency(1)).toBe(4);
  });

  it("sizes the first part so that the estimate needs at most four fifths of the parts", () => {
    const plan = planParts(200 * GIB, 256);
    expect(Math.ceil((200 * GIB) / plan.partBytes(1))).toBeLessThanOrEqual(MAX_PARTS * 0.8);
  });

  it.each([16, 64, 256, 1024])("keeps every part and its siblings within a budget of %i MiB", (budget) => {
    const plan = planParts(GIB, budget);
    for (let n = 1; n <= MAX_PARTS; n += 97) {
      expect((plan.concurrency(n) + 1) * plan.partBytes(n)).toBeLessThanOrEqual(budget * MIB);
      expect(plan.concurrency(n)).toBeGreaterThanOrEqual(1);
    }
  });

  it("never shrinks a part, and stays within S3's limits of 5 MiB to 5 GiB", () => {
    const plan = planParts(TIB, 16 * 1024);
    for (let n = 2; n <= MAX_PARTS; n += 1) expect(plan.partBytes(n)).toBeGreaterThanOrEqual(plan.partBytes(n - 1));
    expect(plan.partBytes(1)).toBeGreaterThanOrEqual(5 * MIB);
    expect(plan.partBytes(MAX_PARTS)).toBeLessThanOrEqual(5 * GIB);
  });

  it("holds a stream 800 times longer than its estimate, where the budget lets parts grow", () => {
    expect(planParts(GIB, 256).capacityBytes).toBeGreaterThan(800 * GIB);
  });

  it("says its capacity exactly: the sum of all parts", () => {
    const plan = planParts(50 * GIB, 64);
    let sum = 0;
    for (let n = 1; n <= MAX_PARTS; n += 1) sum += plan.partBytes(n);
    expect(plan.capacityBytes).toBe(sum);
  });

  it("fails when the estimate can't fit, and the budget that it names then fits", () => {
    const estimate = 3 * TIB;
    const refused = () => planParts(estimate, 256);
    expect(refused).toThrow(StageError);
    const named = Number(/raise bufferBudgetMiB to (\d+)/.exec(String(catchError(refused)))![1]);
    expect(planParts(estimate, named).capacityBytes).toBeGreaterThanOrEqual(estimate);
  });
});

function catchError(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
