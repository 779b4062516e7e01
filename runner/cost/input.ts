import { isTierName, TIERS, type Tier } from "../contract";
import { tierChoice } from "../retention";
import { STORAGE_CLASSES } from "./prices";
import type { CostTransition } from "./storage";

/** A retention tier, as far as it costs. */
export interface CostTier {
  name: string;
  tier: Tier;
  expireDays: number;
  /** Absent: GLACIER at day 30 in tiers that live at least 120 days, as the components do. */
  transitions?: readonly CostTransition[] | undefined;
}

/** Databases that are alike. */
export interface CostWorkload {
  /** How many. */
  databases: number;
  /** Size of one dump as stored, after compression. */
  dumpGiB: number;
  /** Time between two runs; of a cron expression the usual one. */
  intervalMinutes: number;
  /** Names of the tiers they use, each of another period; absent: all. */
  tiers?: readonly string[] | undefined;
  /** How many of them are drilled, where there are drills; absent: all. */
  drilled?: number | undefined;
}

/** Restore drills, each of the newest point of one database. */
export interface CostDrill {
  /** Time between two drills of a database. */
  intervalMinutes: number;
  /** Fargate CPU units, MiB and GiB of disk of a task, in which the server runs too. */
  cpu: number;
  memoryMiB: number;
  scratchGiB: number;
  /** Servers that each drill restores into, one after the other: 2 where an upgrade is rehearsed. */
  restores: number;
  /** Whether they run beside the replica, and read it without a transfer. */
  isInReplicaRegion: boolean;
  /** Stored GiB that a task restores in an hour; absent: 15 for each of its vCPUs, of which it uses two. */
  gibPerHour?: number | undefined;
}

/** How the set-up is examined. */
export interface CostDoctor {
  /** Runs of its function in a month; 0: there is none. */
  runsPerMonth: number;
  /** Whether freshness judges the records on both sides. */
  isJudged: boolean;
}

/** What is estimated. */
export interface CostInput {
  primaryRegion: string;
  replicaRegion: string;
  tiers: readonly CostTier[];
  workloads: readonly CostWorkload[];
  /** Fargate CPU units and MiB of a task. */
  cpu: number;
  memoryMiB: number;
  cpuArchitecture: "ARM64" | "X86_64";
  /** Absent: false. */
  replicationTimeControl?: boolean | undefined;
  /** Stored GiB that one task dumps, or reads for verification, in an hour; absent: 25 for each of its vCPUs, of which it uses two. */
  taskGiBPerHour?: number | undefined;
  /** Absent: no drills. */
  drill?: CostDrill | undefined;
  /** Absent: by its function, every day. */
  doctor?: CostDoctor | undefined;
  /** Alarms in all; absent: 2 for each database, one on each side, 4 for the rest, and those of drills and the doctor. */
  alarms?: number | undefined;
  /** Metrics that the freshness checks publish; absent: 2 for each database on each side, and those of drills and the doctor. */
  customMetrics?: number | undefined;
  /** Dashboards; absent: 1. */
  dashboards?: number | undefined;
  /** Customer managed keys that this layout pays for; absent: 2. */
  kmsKeys?: number | undefined;
}

/** A transition that the components make without being told. */
const DEFAULT_TRANSITION: CostTransition = { storageClass: "GLACIER", days: 30 };
const DEFAULT_TRANSITION_LEAST_DAYS = 120;

/** Transitions of a tier, given or by default. */
export function transitionsOf({ expireDays, transitions }: CostTier): readonly CostTransition[] {
  return transitions ?? (expireDays >= DEFAULT_TRANSITION_LEAST_DAYS ? [DEFAULT_TRANSITION] : []);
}

/** Tiers that a workload uses. */
export function tiersOf(input: Pick<CostInput, "tiers">, workload: Pick<CostWorkload, "tiers">): readonly CostTier[] {
  return tierChoice(input.tiers, workload.tiers).tiers;
}

const LIMITS = { databases: 100_000, dumpGiB: 48_000, minutes: 527_040, days: 36_500, tiers: 20 };

function numberProblem(name: string, value: number, least: number, most: number, isWhole: boolean): string[] {
  const isFine = Number.isFinite(value) && value >= least && value <= most && (!isWhole || Number.isInteger(value));
  return isFine ? [] : [`${name} must be a ${isWhole ? "whole " : ""}number from ${least} to ${most}, got ${value}`];
}

function drillProblems(drill: CostDrill): string[] {
  return [
    ...numberProblem("drill.intervalMinutes", drill.intervalMinutes, 1, LIMITS.minutes, false),
    ...numberProblem("drill.cpu", drill.cpu, 256, 16_384, true),
    ...numberProblem("drill.memoryMiB", drill.memoryMiB, 512, 122_880, true),
    ...numberProblem("drill.scratchGiB", drill.scratchGiB, 20, 200, true),
    ...numberProblem("drill.restores", drill.restores, 1, 2, true),
    ...numberProblem("drill.gibPerHour", drill.gibPerHour ?? 1, 0.001, 100_000, false),
  ];
}

function tierProblems(tier: CostTier): string[] {
  const at = `tier "${tier.name}"`;
  const problems = isTierName(tier.name) ? [] : [`${at}: a name is 1-20 characters of a-z, 0-9 and inner hyphens`];
  if (!TIERS.includes(tier.tier)) problems.push(`${at}: tier must be one of ${TIERS.join(", ")}, got "${tier.tier}"`);
  problems.push(...numberProblem(`${at}: expireDays`, tier.expireDays, 1, LIMITS.days, true));
  let previous: { rank: number; days: number } = { rank: 0, days: 0 };
  for (const { storageClass, days } of tier.transitions ?? []) {
    const rank = STORAGE_CLASSES.indexOf(storageClass);
    if (rank < 1) {
      problems.push(
        `${at}: storageClass must be one of ${STORAGE_CLASSES.slice(1).join(", ")}, got "${String(storageClass)}"`,
      );
    } else if (rank <= previous.rank || !(days >= Math.max(1, previous.days + 1))) {
      problems.push(`${at}: transitions must go to later classes on later days, got ${storageClass} at day ${days}`);
    } else if (days >= tier.expireDays) {
      problems.push(`${at}: ${storageClass} at day ${days} must come before expireDays (${tier.expireDays})`);
    }
    previous = { rank, days };
  }
  return problems;
}

/** Everything that keeps an input from being estimated. */
export function costProblems(input: CostInput): string[] {
  const problems = input.tiers.flatMap(tierProblems);
  if (input.tiers.length === 0 || input.tiers.length > LIMITS.tiers) {
    problems.push(`tiers must be 1 to ${LIMITS.tiers}, got ${input.tiers.length}`);
  }
  const names = input.tiers.map(({ name }) => name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push(`two tiers are named "${name}"; give each its own`);
  }
  input.workloads.forEach((workload) => {
    problems.push(
      ...numberProblem("databases", workload.databases, 1, LIMITS.databases, true),
      ...numberProblem("dumpGiB", workload.dumpGiB, 0, LIMITS.dumpGiB, false),
      ...numberProblem("intervalMinutes", workload.intervalMinutes, 1, LIMITS.minutes, false),
      ...numberProblem("drilled", workload.drilled ?? 0, 0, workload.databases, true),
    );
    const unknown = (workload.tiers ?? []).filter((name) => !names.includes(name));
    for (const name of unknown) problems.push(`there is no tier "${name}"; use ${names.join(", ")}`);
    const periods = tiersOf(input, workload).map(({ tier }) => tier);
    if (unknown.length === 0 && (periods.length === 0 || new Set(periods).size < periods.length)) {
      problems.push(
        `a database uses at least one tier and at most one of each period, got ${periods.join(", ") || "none"}; name its tiers`,
      );
    }
  });
  problems.push(
    ...numberProblem("cpu", input.cpu, 256, 16_384, true),
    ...numberProblem("memoryMiB", input.memoryMiB, 512, 122_880, true),
    ...numberProblem("taskGiBPerHour", input.taskGiBPerHour ?? 1, 0.001, 100_000, false),
    ...(input.drill ? drillProblems(input.drill) : []),
    ...numberProblem("doctor.runsPerMonth", input.doctor?.runsPerMonth ?? 0, 0, 100_000, false),
  );
  return problems;
}
