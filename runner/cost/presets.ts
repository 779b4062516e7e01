import { Tier } from "../contract";
import type { CostInput } from "./input";

/** What a preset of the components means for the cost. */
export interface CostPreset extends Pick<CostInput, "tiers" | "cpu" | "memoryMiB"> {
  intervalMinutes: number;
}

const DAILY = { name: "daily", tier: Tier.Daily, expireDays: 35, transitions: [] };
const WEEKLY = { name: "weekly", tier: Tier.Weekly, expireDays: 120 };
const MONTHLY = { name: "monthly", tier: Tier.Monthly, expireDays: 400 };

/** The presets of the components, whose definitions a test holds these to. */
export const COST_PRESETS: Readonly<Record<"critical" | "standard" | "development", CostPreset>> = {
  critical: {
    intervalMinutes: 240,
    tiers: [{ name: "hourly", tier: Tier.Hourly, expireDays: 14, transitions: [] }, DAILY, WEEKLY, MONTHLY],
    cpu: 2048,
    memoryMiB: 4096,
  },
  standard: { intervalMinutes: 1440, tiers: [DAILY, WEEKLY, MONTHLY], cpu: 1024, memoryMiB: 2048 },
  development: {
    intervalMinutes: 10_080,
    tiers: [{ name: "weekly", tier: Tier.Weekly, expireDays: 35, transitions: [] }],
    cpu: 512,
    memoryMiB: 1024,
  },
};
