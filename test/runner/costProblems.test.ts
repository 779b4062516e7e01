import { Tier } from "../../runner/contract";
import { estimateMonthlyCost } from "../../runner/cost/estimate";
import type { CostInput } from "../../runner/cost/input";
import { COST_INPUT, DAILY, workload } from "./costFixtures";

describe("an estimate", () => {
  const messageFor = (changes: Partial<CostInput>): string => {
    try {
      estimateMonthlyCost({ ...COST_INPUT, ...changes });
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const to = (...moves: [string, number][]) => ({
    tiers: [{ ...DAILY, transitions: moves.map(([storageClass, days]) => ({ storageClass, days }) as never) }],
  });

  it.each<[string, Partial<CostInput>, string, Partial<CostInput>]>([
    [
      "there is no tier",
      { tiers: [] },
      "2 problems:\n  - tiers must be 1 to 20, got 0\n  - a database uses at least one tier and at most one of each period, got none; name its tiers",
      {},
    ],
    [
      "there are no databases",
      workload({ databases: 0 }),
      "databases must be a whole number from 1 to 100000, got 0",
      workload({ databases: 100_000 }),
    ],
    [
      "a size is negative",
      workload({ dumpGiB: -1 }),
      "dumpGiB must be a number from 0 to 48000, got -1",
      workload({ dumpGiB: 0 }),
    ],
    [
      "a size is no number",
      workload({ dumpGiB: NaN }),
      "dumpGiB must be a number from 0 to 48000, got NaN",
      workload({ dumpGiB: 48_000 }),
    ],
    [
      "the interval is nothing",
      workload({ intervalMinutes: 0 }),
      "intervalMinutes must be a number from 1 to 527040, got 0",
      workload({ intervalMinutes: 527_040 }),
    ],
    [
      "a tier lives no day",
      { tiers: [{ ...DAILY, expireDays: 0 }] },
      'tier "daily": expireDays must be a whole number from 1 to 36500, got 0',
      { tiers: [{ ...DAILY, expireDays: 1 }] },
    ],
    [
      "a tier's name is none",
      { tiers: [{ ...DAILY, name: "Daily" }] },
      'tier "Daily": a name is 1-20 characters of a-z, 0-9 and inner hyphens',
      { tiers: [{ ...DAILY, name: "d" }] },
    ],
    [
      "two tiers have one name",
      { tiers: [DAILY, { ...DAILY, tier: Tier.Weekly }] },
      'two tiers are named "daily"; give each its own',
      { tiers: [DAILY, { ...DAILY, name: "weekly", tier: Tier.Weekly }] },
    ],
    [
      "a database uses a tier that is not there",
      workload({ tiers: ["weekly"] }),
      'there is no tier "weekly"; use daily',
      workload({ tiers: ["daily"] }),
    ],
    [
      "a database uses two tiers of a period",
      { tiers: [DAILY, { ...DAILY, name: "legal" }] },
      "a database uses at least one tier and at most one of each period, got daily, daily; name its tiers",
      { tiers: [DAILY, { ...DAILY, name: "legal" }], ...workload({ tiers: ["legal"] }) },
    ],
    [
      "a database uses no tier",
      workload({ tiers: [] }),
      "a database uses at least one tier and at most one of each period, got none; name its tiers",
      {},
    ],
    [
      "a class is unknown",
      to(["FROZEN", 30]),
      'tier "daily": storageClass must be one of STANDARD_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, got "FROZEN"',
      to(["STANDARD_IA", 30]),
    ],
    [
      "data would move back",
      to(["GLACIER", 30], ["STANDARD_IA", 60]),
      'tier "daily": transitions must go to later classes on later days, got STANDARD_IA at day 60',
      to(["STANDARD_IA", 30], ["GLACIER", 60]),
    ],
    [
      "data would move to where it is",
      to(["GLACIER", 30], ["GLACIER", 60]),
      'tier "daily": transitions must go to later classes on later days, got GLACIER at day 60',
      to(["GLACIER", 30], ["DEEP_ARCHIVE", 60]),
    ],
    [
      "two moves are on one day",
      to(["STANDARD_IA", 30], ["GLACIER", 30]),
      'tier "daily": transitions must go to later classes on later days, got GLACIER at day 30',
      to(["STANDARD_IA", 30], ["GLACIER", 31]),
    ],
    [
      "data would move as it expires",
      to(["GLACIER", 120]),
      'tier "daily": GLACIER at day 120 must come before expireDays (120)',
      to(["GLACIER", 119]),
    ],
    ["a task has no CPU", { cpu: 0 }, "cpu must be a whole number from 256 to 16384, got 0", { cpu: 256 }],
    [
      "a task has no memory",
      { memoryMiB: 0 },
      "memoryMiB must be a whole number from 512 to 122880, got 0",
      { memoryMiB: 512 },
    ],
    [
      "a task dumps nothing",
      { taskGiBPerHour: 0 },
      "taskGiBPerHour must be a number from 0.001 to 100000, got 0",
      { taskGiBPerHour: 0.001 },
    ],
  ])("fails when %s", (_, bad, message, neighbour) => {
    expect(messageFor(bad)).toBe(`cost: ${message}`);
    expect(messageFor(neighbour)).toBe("accepted");
  });

  it("fails with every problem at once", () => {
    expect(messageFor({ cpu: 0, ...workload({ databases: 0.5 }) })).toBe(
      "cost: 2 problems:\n  - databases must be a whole number from 1 to 100000, got 0.5\n  - cpu must be a whole number from 256 to 16384, got 0",
    );
  });
});
