import { type CostEstimate, estimateMonthlyCost } from "../../runner/cost/estimate";
import type { CostDrill, CostInput } from "../../runner/cost/input";
import { COST_INPUT, workload } from "./costFixtures";

const WEEK = 7 * 1440;
const DRILL: CostDrill = {
  intervalMinutes: WEEK,
  cpu: 2048,
  memoryMiB: 4096,
  scratchGiB: 50,
  restores: 1,
  isInReplicaRegion: false,
};
const estimate = (changes: Partial<CostInput> = {}): CostEstimate => estimateMonthlyCost({ ...COST_INPUT, ...changes });
const withDrill = (changes: Partial<CostDrill> = {}, more: Partial<CostInput> = {}): CostEstimate =>
  estimate({ ...more, drill: { ...DRILL, ...changes } });
const drillLines = ({ lines }: CostEstimate): Record<string, number> =>
  Object.fromEntries(lines.filter(({ item }) => item.startsWith("drills: ")).map((l) => [l.item.slice(8), l.quantity]));
const quantity = ({ lines }: CostEstimate, item: string): number =>
  lines.find((line) => line.item === item)?.quantity ?? 0;
const prices = ({ lines }: CostEstimate): Record<string, number> =>
  Object.fromEntries(lines.map(({ item, usdPerUnit }) => [item, usdPerUnit]));
/** Weeks of a month of 730 hours. */
const DRILLS = (730 * 60) / WEEK;

describe("the cost of drills", () => {
  it("is that of weekly restores of 100 GiB, as it is by hand", () => {
    const hours = DRILLS * (3 / 60 + 100 / 30);
    const found = drillLines(withDrill());
    const byHand = {
      vCPU: hours * 2,
      memory: hours * 4,
      disk: hours * 30,
      "transfer from the replica": DRILLS * 100,
      "reads of the replica": (DRILLS * 20) / 1000,
      records: DRILLS / 1000,
    };
    expect(found).toEqual(Object.fromEntries(Object.entries(byHand).map(([item, n]) => [item, expect.closeTo(n, 9)])));
  });

  it("is nothing where there are none, and the estimate says what it leaves out", () => {
    expect(drillLines(estimate())).toEqual({});
    expect(estimate().notes[1]).toContain("restores, drills, the database itself");
    expect(withDrill().notes.slice(1, 3)).toEqual([
      "left out: NAT gateway or VPC endpoints, log volume, access logs, notifications, restores, the database itself",
      "drills: 3 minutes to start each, then 15 GiB as stored in an hour for each of up to two vCPUs; a database with many indexes takes longer",
    ]);
  });

  it("has no transfer beside the replica, whose prices it then takes", () => {
    const far = { primaryRegion: "us-east-1", replicaRegion: "eu-central-1" };
    const here = withDrill({}, far);
    const there = withDrill({ isInReplicaRegion: true }, far);
    expect(drillLines(there)).not.toHaveProperty("transfer from the replica");
    expect(quantity(here, "drills: transfer from the replica")).toBeGreaterThan(0);
    expect([prices(here)["drills: vCPU"], prices(there)["drills: vCPU"]]).toEqual([0.03238, 0.03725]);
  });

  it("doubles what is restored when an upgrade is rehearsed", () => {
    const twice = drillLines(withDrill({ restores: 2 }));
    expect(twice["transfer from the replica"]).toBeCloseTo(DRILLS * 200, 9);
    expect(twice["vCPU"]).toBeCloseTo(DRILLS * (3 / 60 + 200 / 30) * 2, 9);
  });

  it("is faster on two vCPUs than on one, and not on four, unless told", () => {
    const hours = (changes: Partial<CostDrill>) =>
      drillLines(withDrill(changes))["memory"]! / ((changes.memoryMiB ?? 4096) / 1024) / DRILLS - 3 / 60;
    expect([1024, 2048, 4096].map((cpu) => hours({ cpu }))).toEqual(
      [100 / 15, 100 / 30, 100 / 30].map((h) => expect.closeTo(h, 9)),
    );
    expect(hours({ gibPerHour: 10 })).toBeCloseTo(10, 9);
  });

  it("pays for no disk up to 20 GiB", () => {
    expect(drillLines(withDrill({ scratchGiB: 20 }))).not.toHaveProperty("disk");
    expect(drillLines(withDrill({ scratchGiB: 21 }))["disk"]).toBeGreaterThan(0);
  });

  it("counts the databases that are drilled, with an alarm for each and two for all, and a metric on each side", () => {
    const [none, some] = [estimate(workload({ databases: 5 })), withDrill({}, workload({ databases: 5, drilled: 2 }))];
    expect(drillLines(some)["transfer from the replica"]).toBeCloseTo(2 * DRILLS * 100, 9);
    expect(quantity(some, "alarms") - quantity(none, "alarms")).toBe(2 + 2);
    expect(quantity(some, "metrics") - quantity(none, "metrics")).toBe(2 * 2);
  });

  it.each<[string, Partial<CostDrill>, string]>([
    ["they never run", { intervalMinutes: 0 }, "drill.intervalMinutes must be a number from 1 to 527040, got 0"],
    ["a task has no CPU", { cpu: 255 }, "drill.cpu must be a whole number from 256 to 16384, got 255"],
    ["a task has no memory", { memoryMiB: 511 }, "drill.memoryMiB must be a whole number from 512 to 122880, got 511"],
    [
      "the disk is larger than Fargate's",
      { scratchGiB: 201 },
      "drill.scratchGiB must be a whole number from 20 to 200, got 201",
    ],
    ["they restore nothing", { restores: 0 }, "drill.restores must be a whole number from 1 to 2, got 0"],
    ["they take for ever", { gibPerHour: 0 }, "drill.gibPerHour must be a number from 0.001 to 100000, got 0"],
  ])("fails when %s", (_, changes, problem) => {
    expect(() => withDrill(changes)).toThrow(`cost: ${problem}`);
  });

  it("fails when more databases are drilled than there are", () => {
    expect(() => withDrill({}, workload({ databases: 1, drilled: 2 }))).toThrow(
      "cost: drilled must be a whole number from 0 to 1, got 2",
    );
  });
});

describe("the cost of the doctor", () => {
  const watched = (doctor: CostInput["doctor"]) => {
    const found = estimate({ doctor });
    return [quantity(found, "alarms"), quantity(found, "metrics")];
  };

  it("is that of a function every day, whose records are judged, unless told", () => {
    expect(estimate()).toEqual(estimate({ doctor: { runsPerMonth: 365 / 12, isJudged: true } }));
  });

  it("is two alarms and four metrics less where nothing is judged, and one alarm less without the function", () => {
    expect(watched({ runsPerMonth: 1, isJudged: true })).toEqual([9, 12]);
    expect(watched({ runsPerMonth: 0, isJudged: true })).toEqual([8, 12]);
    expect(watched({ runsPerMonth: 0, isJudged: false })).toEqual([6, 8]);
  });

  it("is half a GiB for fifteen seconds, and half a second more for each database", () => {
    const time = (runsPerMonth: number, databases: number) =>
      quantity(estimate({ ...workload({ databases }), doctor: { runsPerMonth, isJudged: true } }), "lambda time");
    expect(time(10, 4) - time(0, 4)).toBeCloseTo(10 * 0.5 * (15 + 4 * 0.5), 9);
  });

  it("fails when it runs less than never", () => {
    expect(() => estimate({ doctor: { runsPerMonth: -1, isJudged: true } })).toThrow(
      "cost: doctor.runsPerMonth must be a number from 0 to 100000, got -1",
    );
  });
});
