import { Tier } from "../../runner/contract";
import { type CostEstimate, estimateMonthlyCost } from "../../runner/cost/estimate";
import type { CostInput } from "../../runner/cost/input";
import { pointsPerYear } from "../../runner/cost/points";
import { pricesOf, STORAGE_CLASSES } from "../../runner/cost/prices";
import { objectBill } from "../../runner/cost/storage";
import { COST_INPUT, DAILY, workload, WORKLOAD } from "./costFixtures";

const estimate = (changes: Partial<CostInput> = {}): CostEstimate => estimateMonthlyCost({ ...COST_INPUT, ...changes });
const line = (from: CostEstimate, item: string) => from.lines.find((found) => found.item === item);
const quantity = (from: CostEstimate, item: string): number => line(from, item)?.quantity ?? 0;
const named = (...tiers: Tier[]) => tiers.map((tier) => ({ name: tier, tier }));

describe("points of a year", () => {
  it("go to the lowest tier but for the first run of each higher period", () => {
    const { Daily, Weekly, Monthly, Yearly } = Tier;
    // 2026: twelve months, one of which begins the year; 52 Mondays, one of which (1 June) begins a month.
    expect(Object.fromEntries(pointsPerYear(named(Yearly, Daily, Weekly, Monthly), 1440))).toEqual({
      yearly: 1,
      monthly: 11,
      weekly: 51,
      daily: 365 - 1 - 11 - 51,
    });
  });

  it("are as many as there are runs, also of runs within an hour", () => {
    expect(Object.fromEntries(pointsPerYear(named(Tier.Daily, Tier.Hourly), 60))).toEqual({ daily: 365, hourly: 8395 });
    expect(Object.fromEntries(pointsPerYear(named(Tier.Daily, Tier.Hourly), 15))).toEqual({
      daily: 365,
      hourly: 4 * 8760 - 365,
    });
  });

  it("fill no tier of a period shorter than the schedule's, once every run begins a longer one", () => {
    expect(Object.fromEntries(pointsPerYear(named(Tier.Daily, Tier.Weekly), 7 * 1440))).toEqual({
      weekly: 52,
      daily: 0,
    });
  });
});

describe("one object", () => {
  const bill = (...args: Parameters<typeof objectBill>) => {
    const { gibDays, earlyGibDays, transitions } = objectBill(...args);
    return { gibDays: Object.fromEntries(gibDays), early: Object.fromEntries(earlyGibDays), transitions };
  };

  it("is billed until it expires and 30 days more", () => {
    expect(bill(2, 35, [])).toEqual({ gibDays: { STANDARD: 2 * (35 + 30) }, early: {}, transitions: [] });
  });

  it("is billed in each class for its days there, with 32 KiB in an archive and 8 KiB beside it", () => {
    const archive = 1 + 32 / 2 ** 20;
    const transitions = [
      { storageClass: "STANDARD_IA" as const, days: 30 },
      { storageClass: "GLACIER_IR" as const, days: 60 },
      { storageClass: "GLACIER" as const, days: 150 },
      { storageClass: "DEEP_ARCHIVE" as const, days: 240 },
    ];
    expect(bill(1, 390, transitions)).toEqual({
      gibDays: {
        STANDARD: 30 + (8 / 2 ** 20) * 90 + (8 / 2 ** 20) * 180,
        STANDARD_IA: 30,
        GLACIER_IR: 90,
        GLACIER: archive * 90,
        DEEP_ARCHIVE: archive * 180,
      },
      early: {},
      transitions: ["STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
    });
  });

  it.each([
    ["GLACIER_IR" as const, 90, 1],
    ["GLACIER" as const, 90, 1 + 32 / 2 ** 20],
    ["DEEP_ARCHIVE" as const, 180, 1 + 32 / 2 ** 20],
  ])("pays for the rest of %s's %i days when it leaves a day early, and nothing when it stays", (to, least, gib) => {
    const expireDays = 330;
    const at = (days: number) => bill(1, expireDays, [{ storageClass: to, days }]).early;
    expect(at(expireDays + 30 - least)).toEqual({});
    expect(at(expireDays + 30 - least + 1)).toEqual({ [to]: gib });
  });

  it("pays for the rest of a class's minimum when it moves on early, and nothing when it moves on in time", () => {
    const moves = (days: number) =>
      bill(1, 390, [
        { storageClass: "STANDARD_IA", days: 30 },
        { storageClass: "GLACIER", days },
      ]).early;
    expect(moves(60)).toEqual({});
    expect(moves(59)).toEqual({ STANDARD_IA: 1 });
  });

  it("stays where it is below 128 KiB", () => {
    const glacier = [{ storageClass: "GLACIER" as const, days: 30 }];
    expect(bill(128 / 2 ** 20, 120, glacier).transitions).toEqual(["GLACIER"]);
    expect(bill(127 / 2 ** 20, 120, glacier).transitions).toEqual([]);
  });
});

describe("an estimate", () => {
  it("of 100 GiB a day for 120 days is what it is by hand", () => {
    const lines = Object.fromEntries(estimate().lines.map(({ item, usdPerMonth }) => [item, usdPerMonth]));
    const points = 365 / 12; // a month has 730 hours
    const checks = 730 * 4;
    const writes = points * (10_000 + 4); // 100 GiB in parts of 8 MiB are more than S3 allows
    const standardGiB = 30 * 100 + (120 * 8) / 2 ** 20;
    const glacierGiB = 120 * (100 + 32 / 2 ** 20);
    const taskHours = points * 2 * (1 / 60 + 100 / 25);
    const byHand: Record<string, number> = {
      "primary storage: STANDARD": standardGiB * 0.023,
      "primary storage: GLACIER": glacierGiB * 0.0036,
      "primary transitions: GLACIER": (points / 1000) * 0.03,
      "primary writes": (writes / 1000) * 0.005,
      "primary lists": ((points + checks * 5) / 1000) * 0.005,
      "primary reads": ((points * 4 + checks * 10) / 1000) * 0.0004,
      "replica storage: STANDARD": standardGiB * 0.023,
      "replica storage: GLACIER": glacierGiB * 0.0036,
      "replica transitions: GLACIER": (points / 1000) * 0.033,
      "replication writes": (writes / 1000) * 0.005,
      "replica lists": ((checks * 5) / 1000) * 0.005,
      "replica reads": ((checks * 10) / 1000) * 0.0004,
      "replication transfer": points * 100 * 0.02,
      "fargate vCPU": taskHours * 0.03238,
      "fargate memory": taskHours * 2 * 0.00356,
      "lambda time": (0.25 * (points * 2 + 2 * checks * 2.2) + 0.5 * points * 15.5) * 0.0000133334,
      "lambda requests": ((2 * points + 2 * checks) / 1e6) * 0.2,
      "step functions": ((points * 12) / 1000) * 0.025,
      "kms keys": 2 * 3 * 1,
      "kms requests": ((2 * writes + points * 4 + checks * 10) / 10_000) * 0.03,
      alarms: 9 * 0.1,
      metrics: 12 * 0.3,
      dashboards: 3,
    };
    expect(Object.keys(lines).sort()).toEqual(Object.keys(byHand).sort());
    for (const [item, usd] of Object.entries(byHand))
      expect([item, lines[item]]).toEqual([item, expect.closeTo(usd, 9)]);
    const sum = Object.values(byHand).reduce((a, b) => a + b, 0);
    expect(estimate().usdPerMonth).toBeCloseTo(sum, 6);
    expect(sum).toBeGreaterThan(300); // 224 of storage, 61 of transfer
    expect(sum).toBeLessThan(330);
  });

  it("counts the points that each tier keeps", () => {
    expect(estimate().points).toEqual([{ tier: "daily", points: 120 }]);
    expect(estimate(workload({ databases: 3, intervalMinutes: 720 })).points).toEqual([{ tier: "daily", points: 720 }]);
  });

  it("is the sum of its lines, each a quantity at a price", () => {
    const full = estimate({ replicationTimeControl: true });
    for (const { quantity, usdPerUnit, usdPerMonth } of full.lines) expect(usdPerMonth).toBe(quantity * usdPerUnit);
    expect(full.lines.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0)).toBe(full.usdPerMonth);
  });

  it("bills a stay that is too short to the end of its minimum", () => {
    const glacier = { storageClass: "GLACIER" as const, days: 30 };
    const stays = (expireDays: number) => estimate({ tiers: [{ ...DAILY, expireDays, transitions: [glacier] }] });
    expect(quantity(stays(90), "primary left before its minimum: GLACIER")).toBe(0);
    expect(quantity(stays(80), "replica left before its minimum: GLACIER")).toBeCloseTo(10 * (100 + 32 / 2 ** 20), 9);
  });

  it("archives by default what lives 120 days, and nothing shorter", () => {
    const glacier = (tier: Partial<typeof DAILY> & { transitions?: [] }) =>
      quantity(estimate({ tiers: [{ ...DAILY, ...tier }] }), "primary storage: GLACIER");
    expect(glacier({ expireDays: 119 })).toBe(0);
    expect(glacier({ expireDays: 120 })).toBeGreaterThan(0);
    expect(glacier({ transitions: [] })).toBe(0);
  });

  it("gives a task no more than two vCPUs' worth of speed", () => {
    const hours = (cpu: number) => quantity(estimate({ cpu }), "fargate vCPU") / (cpu / 1024);
    expect(hours(2048)).toBeCloseTo((365 / 12) * 2 * (1 / 60 + 100 / 50), 9);
    expect(hours(4096)).toBeCloseTo(hours(2048), 9);
  });

  it("counts what databases share once, and what each has for each", () => {
    const three = estimate(workload({ databases: 3, dumpGiB: 0 }));
    expect(quantity(three, "step functions")).toBeCloseTo((365 / 12) * (3 * 4 + 8) * 1e-3, 9);
    expect(quantity(three, "alarms")).toBe(3 * 2 + 4 + 3);
    expect(quantity(three, "metrics")).toBe(3 * 4 + 4 + 4);
    // An empty upload has one part.
    expect(quantity(three, "primary writes")).toBeCloseTo((365 / 12) * 3 * (1 + 4) * 1e-3, 9);
  });

  it("lets each workload use its own tiers", () => {
    const weekly = { name: "weekly", tier: Tier.Weekly, expireDays: 28 };
    const mixed = estimate({
      tiers: [DAILY, weekly],
      workloads: [
        { ...WORKLOAD, tiers: ["daily"] },
        { ...WORKLOAD, tiers: ["weekly"], intervalMinutes: 10_080 },
      ],
    });
    expect(mixed.points).toEqual([
      { tier: "daily", points: 120 },
      { tier: "weekly", points: (52 / 365) * 28 },
    ]);
  });

  it("takes the prices of each side's region", () => {
    const home = estimate({ primaryRegion: "eu-central-1" });
    expect(line(home, "primary storage: STANDARD")!.usdPerUnit).toBe(0.0245);
    expect(line(home, "replica storage: STANDARD")!.usdPerUnit).toBe(0.023);
    expect(line(home, "fargate vCPU")!.usdPerUnit).toBe(0.03725);
    expect(line(estimate({ cpuArchitecture: "X86_64" }), "fargate vCPU")!.usdPerUnit).toBe(0.04048);
  });

  it("says as what a region is priced that the table does not have, and only then", () => {
    expect(estimate().notes.filter((note) => note.includes("price table"))).toEqual([]);
    const elsewhere = estimate({ primaryRegion: "sa-east-1" });
    expect(elsewhere.notes.at(-1)).toBe(
      "sa-east-1 is not in the price table (us-east-1, eu-west-1, eu-central-1) and is priced as eu-central-1, the dearest there; it may cost more",
    );
    expect(line(elsewhere, "primary storage: STANDARD")!.usdPerUnit).toBe(0.0245);
    expect(pricesOf("toString").pricedAs).toBe("eu-central-1");
  });

  it("prices what is given in place of what is assumed", () => {
    const given = estimate({ alarms: 5, customMetrics: 1, dashboards: 0, kmsKeys: 0, taskGiBPerHour: 100 });
    expect(quantity(given, "alarms")).toBe(5);
    expect(quantity(given, "metrics")).toBe(5);
    expect(line(given, "dashboards")).toBeUndefined();
    expect(line(given, "kms keys")).toBeUndefined();
    expect(quantity(given, "fargate vCPU")).toBeCloseTo((365 / 12) * 2 * (1 / 60 + 1), 9);
  });
});

describe("more", () => {
  const base = estimate().usdPerMonth;
  it.each<[string, Partial<CostInput>]>([
    ["databases", workload({ databases: 2 })],
    ["data", workload({ dumpGiB: 101 })],
    ["runs", workload({ intervalMinutes: 720 })],
    ["days", { tiers: [{ ...DAILY, expireDays: 121 }] }],
    ["memory", { memoryMiB: 4096 }],
    ["control of replication", { replicationTimeControl: true }],
    ["time in STANDARD", { tiers: [{ ...DAILY, transitions: [] }] }],
  ])("%s cost more", (_, changes) => {
    expect(estimate(changes).usdPerMonth).toBeGreaterThan(base);
  });
});

describe("the price table", () => {
  it.each(["us-east-1", "eu-west-1", "eu-central-1"])(
    "gets cheaper to keep and dearer to reach by class in %s",
    (region) => {
      const { prices, pricedAs } = pricesOf(region);
      expect(pricedAs).toBe(region);
      const classes = STORAGE_CLASSES.map((name) => prices.storage[name]);
      classes.slice(1).forEach((cheaper, index) => {
        expect(cheaper.gibMonth).toBeLessThan(classes[index]!.gibMonth);
        expect(cheaper.transitionsPer1000).toBeGreaterThan(classes[index]!.transitionsPer1000);
      });
      expect(prices.fargate.ARM64.vcpuHour).toBeLessThan(prices.fargate.X86_64.vcpuHour);
    },
  );
});
