import { problemsError } from "../errors";
import { type DrillUsage, drillUsage } from "./drills";
import { type CostDoctor, type CostInput, costProblems } from "./input";
import { FALLBACK_REGION, GLOBAL_PRICES, PRICED_REGIONS, PRICES_AS_OF, pricesOf, STORAGE_CLASSES } from "./prices";
import { YEAR_DAYS } from "./points";
import { doctorUsage, type MonthlyUsage, monthlyUsage } from "./usage";

/** One line of an estimate: a quantity at a price. */
export interface CostLine {
  /** What is paid for, like `primary storage: GLACIER`. */
  item: string;
  /** How much of it in a month. */
  quantity: number;
  /** What `quantity` counts, and `usdPerUnit` buys. */
  unit: string;
  usdPerUnit: number;
  usdPerMonth: number;
}

/** What a layout costs in a month once every tier is full, at list prices. */
export interface CostEstimate {
  usdPerMonth: number;
  lines: CostLine[];
  /** Recovery points kept, of all databases together, by tier. */
  points: TierPoints[];
  /** Day of the S3 prices, `yyyy-mm-dd`. */
  pricesAsOf: string;
  /** What to know about this estimate. */
  notes: string[];
}

/** Recovery points that a tier holds on average. */
export interface TierPoints {
  tier: string;
  points: number;
}

/** With automatic rotation a key costs as much again for its first and for its second rotation; no more after that. */
const PAID_KEY_VERSIONS = 3;
/** Pending bytes, pending operations, failed operations and latency of the replication rule, billed like custom metrics. */
const REPLICATION_METRICS = 4;
/** Replication failed or late, events not delivered, executions failed. */
const FIXED_ALARMS = 4;
/** Executions of drills failed, their schedule not delivered. */
const DRILL_ALARMS = 2;
/** Health and age of the doctor's last record. */
const DOCTOR_METRICS = 2;
const FRESHNESS_METRICS = 2;
const SIDES = 2;
const DAILY_DOCTOR: CostDoctor = { runsPerMonth: YEAR_DAYS / 12, isJudged: true };

type Add = (item: string, quantity: number, unit: string, usdPerUnit: number) => void;

function addBucket(add: Add, side: "primary" | "replica", region: string, usage: MonthlyUsage): void {
  const { prices } = pricesOf(region);
  for (const storageClass of STORAGE_CLASSES) {
    const { gibMonth, transitionsPer1000 } = prices.storage[storageClass];
    const of = (map: MonthlyUsage["storedGiB"]): number => map.get(storageClass) ?? 0;
    add(`${side} storage: ${storageClass}`, of(usage.storedGiB), "GiB-month", gibMonth);
    add(`${side} left before its minimum: ${storageClass}`, of(usage.earlyGiBMonths), "GiB-month", gibMonth);
    add(`${side} transitions: ${storageClass}`, of(usage.transitions) / 1000, "1,000 requests", transitionsPer1000);
  }
  const isPrimary = side === "primary";
  const lists = isPrimary ? usage.primaryLists : usage.replicaLists;
  const gets = isPrimary ? usage.primaryGets : usage.replicaGets;
  add(isPrimary ? "primary writes" : "replication writes", usage.puts / 1000, "1,000 requests", prices.putsPer1000);
  add(`${side} lists`, lists / 1000, "1,000 requests", prices.putsPer1000);
  add(`${side} reads`, gets / 1000, "1,000 requests", prices.getsPer1000);
}

function addReplication(add: Add, input: CostInput, usage: MonthlyUsage): void {
  add("replication transfer", usage.writtenGiB, "GiB", pricesOf(input.primaryRegion).prices.transferGiB);
  if (input.replicationTimeControl) {
    add("replication time control", usage.writtenGiB, "GiB", GLOBAL_PRICES.replicationTimeControlGiB);
  }
}

/** Drills: a task with a server in it, and what it reads of the replica. */
function addDrills(add: Add, input: CostInput, usage: DrillUsage): void {
  const { cpu, memoryMiB, isInReplicaRegion } = input.drill!;
  const { prices: far } = pricesOf(input.replicaRegion);
  const { prices: home } = pricesOf(input.primaryRegion);
  const { vcpuHour, gibHour } = (isInReplicaRegion ? far : home).fargate[input.cpuArchitecture];
  add("drills: vCPU", usage.taskHours * (cpu / 1024), "vCPU-hour", vcpuHour);
  add("drills: memory", usage.taskHours * (memoryMiB / 1024), "GiB-hour", gibHour);
  add("drills: disk", usage.diskGiBHours, "GiB-hour", GLOBAL_PRICES.fargateDiskGibHour);
  if (!isInReplicaRegion) add("drills: transfer from the replica", usage.readGiB, "GiB", far.transferGiB);
  add("drills: reads of the replica", usage.reads / 1000, "1,000 requests", far.getsPer1000);
  add("drills: records", usage.records / 1000, "1,000 requests", home.putsPer1000);
}

function addCompute(add: Add, input: CostInput, usage: MonthlyUsage): void {
  const { vcpuHour, gibHour } = pricesOf(input.primaryRegion).prices.fargate[input.cpuArchitecture];
  add("fargate vCPU", usage.taskHours * (input.cpu / 1024), "vCPU-hour", vcpuHour);
  add("fargate memory", usage.taskHours * (input.memoryMiB / 1024), "GiB-hour", gibHour);
  const { runsPerMonth } = input.doctor ?? DAILY_DOCTOR;
  const gibSeconds = usage.functionGiBSeconds + doctorUsage(usage.databases, runsPerMonth);
  const requests = usage.functionRequests + runsPerMonth;
  add("lambda time", gibSeconds, "GiB-second", GLOBAL_PRICES.lambdaGibSecond);
  add("lambda requests", requests / 1e6, "1,000,000 requests", GLOBAL_PRICES.lambdaRequestsPer1000000);
  const { stateTransitionsPer1000 } = GLOBAL_PRICES;
  add("step functions", usage.stateTransitions / 1000, "1,000 transitions", stateTransitionsPer1000);
}

function addKeysAndWatch(add: Add, input: CostInput, usage: MonthlyUsage, drilled: number): void {
  const { databases } = usage;
  const { runsPerMonth, isJudged } = input.doctor ?? DAILY_DOCTOR;
  const doctorAlarms = (isJudged ? SIDES : 0) + (runsPerMonth > 0 ? 1 : 0);
  const drillAlarms = input.drill ? DRILL_ALARMS + drilled : 0;
  const known = SIDES * databases + FIXED_ALARMS + doctorAlarms + drillAlarms;
  // Bucket keys save most of these, by how much nobody promises: one request for each write on each side, and for each read.
  const keyRequests = SIDES * usage.puts + usage.primaryGets;
  const facts = FRESHNESS_METRICS * databases + drilled + (isJudged ? DOCTOR_METRICS : 0);
  const metrics = input.customMetrics ?? SIDES * facts;
  add("kms keys", (input.kmsKeys ?? SIDES) * PAID_KEY_VERSIONS, "key-month", GLOBAL_PRICES.kmsKeyMonth);
  add("kms requests", keyRequests / 10_000, "10,000 requests", GLOBAL_PRICES.kmsRequestsPer10000);
  add("alarms", input.alarms ?? known, "alarm-month", GLOBAL_PRICES.alarmMonth);
  add("metrics", metrics + REPLICATION_METRICS, "metric-month", GLOBAL_PRICES.metricMonth);
  add("dashboards", input.dashboards ?? 1, "dashboard-month", GLOBAL_PRICES.dashboardMonth);
}

const DRILL_NOTE =
  "drills: 3 minutes to start each, then 15 GiB as stored in an hour for each of up to two vCPUs; a database with many indexes takes longer";

function notesOf(input: CostInput): string[] {
  const unpriced = [...new Set([input.primaryRegion, input.replicaRegion])].filter(
    (region) => !PRICED_REGIONS.includes(region),
  );
  return [
    `list prices (of S3 as of ${PRICES_AS_OF}), once every tier is full; no free tiers, discounts or taxes`,
    `left out: NAT gateway or VPC endpoints, log volume, access logs, notifications, restores, ${input.drill ? "" : "drills, "}the database itself`,
    ...(input.drill ? [DRILL_NOTE] : []),
    ...unpriced.map(
      (region) =>
        `${region} is not in the price table (${PRICED_REGIONS.join(", ")}) and is priced as ${FALLBACK_REGION}, the dearest there; it may cost more`,
    ),
  ];
}

/**
 * Estimates what a layout costs in a month, once every tier is full: each line is a quantity at a list price.
 *
 * @throws StageError `usage` naming every problem of the input
 */
export function estimateMonthlyCost(input: CostInput): CostEstimate {
  const problems = costProblems(input);
  if (problems.length > 0) throw problemsError("cost", "usage", problems);
  const usage = monthlyUsage(input);
  const lines: CostLine[] = [];
  const add: Add = (item, quantity, unit, usdPerUnit) => {
    if (quantity > 0 && usdPerUnit > 0)
      lines.push({ item, quantity, unit, usdPerUnit, usdPerMonth: quantity * usdPerUnit });
  };
  addBucket(add, "primary", input.primaryRegion, usage);
  addBucket(add, "replica", input.replicaRegion, usage);
  addReplication(add, input, usage);
  addCompute(add, input, usage);
  const drills = input.drill && drillUsage(input, input.drill);
  if (drills) addDrills(add, input, drills);
  addKeysAndWatch(add, input, usage, drills?.databases ?? 0);
  return {
    usdPerMonth: lines.reduce((sum, line) => sum + line.usdPerMonth, 0),
    lines,
    points: [...usage.points].map(([tier, points]) => ({ tier, points })),
    pricesAsOf: PRICES_AS_OF,
    notes: notesOf(input),
  };
}
