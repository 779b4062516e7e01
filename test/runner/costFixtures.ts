import { Tier } from "../../runner/contract";
import type { CostInput, CostWorkload } from "../../runner/cost/input";

/** One tier of 120 days. */
export const DAILY = { name: "daily", tier: Tier.Daily, expireDays: 120 };
/** One database of 100 GiB, every day. */
export const WORKLOAD: CostWorkload = { databases: 1, dumpGiB: 100, intervalMinutes: 1440 };
export const COST_INPUT: CostInput = {
  primaryRegion: "us-east-1",
  replicaRegion: "eu-west-1",
  tiers: [DAILY],
  workloads: [WORKLOAD],
  cpu: 1024,
  memoryMiB: 2048,
  cpuArchitecture: "ARM64",
};

/** The input's only workload, changed. */
export const workload = (changes: Partial<CostWorkload>): Partial<CostInput> => ({
  workloads: [{ ...WORKLOAD, ...changes }],
});
