import { DEFAULTS } from "../../components/internal/defaults";
import { PRESETS } from "../../components/internal/frontDoor/presets";
import { readSchedule } from "../../components/internal/schedule";
import { MINIMUM_STAY_DAYS, retentionTiers } from "../../components/internal/tiers";
import { StorageClass } from "../../components/types";
import { transitionsOf } from "../../runner/cost/input";
import { COST_PRESETS } from "../../runner/cost/presets";
import { MINIMUM_DAYS, STORAGE_CLASSES } from "../../runner/cost/prices";
import { NONCURRENT_DAYS } from "../../runner/cost/storage";
import { Tier } from "../../runner/contract";

describe("the cost estimate agrees with the components", () => {
  it("on every preset", () => {
    const ofComponents = Object.entries(PRESETS).map(([name, { scheduleExpression, tiers, cpu, memoryMiB }]) => [
      name,
      {
        intervalMinutes: readSchedule(scheduleExpression, "UTC").longestIntervalMinutes,
        tiers: tiers.map((tier) => ({ name: tier.name ?? tier.tier, ...tier })),
        cpu,
        memoryMiB,
      },
    ]);
    expect(COST_PRESETS).toEqual(Object.fromEntries(ofComponents));
  });

  it("on storage classes, how long each is billed at least, and how long an expired version stays", () => {
    expect(STORAGE_CLASSES).toEqual(["STANDARD", ...Object.values(StorageClass)]);
    expect(MINIMUM_DAYS).toEqual({ STANDARD: 0, ...MINIMUM_STAY_DAYS });
    expect(NONCURRENT_DAYS).toBe(DEFAULTS.noncurrentDays);
  });

  it("on what is archived without being told", () => {
    for (const expireDays of [119, 120]) {
      const [tier] = retentionTiers([{ tier: Tier.Daily, expireDays }]);
      expect(transitionsOf({ name: "daily", tier: Tier.Daily, expireDays })).toEqual(tier!.transitions);
    }
    expect(transitionsOf({ name: "daily", tier: Tier.Daily, expireDays: 119 })).toEqual([]);
  });
});
