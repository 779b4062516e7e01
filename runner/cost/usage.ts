import { type CostInput, type CostWorkload, tiersOf, transitionsOf } from "./input";
import { pointsPerYear, YEAR_DAYS } from "./points";
import type { CostStorageClass } from "./prices";
import { objectBill } from "./storage";

const MONTHS = 12;
const HOURS_PER_MONTH = (YEAR_DAYS * 24) / MONTHS;
/** Smallest part and largest number of parts of an upload; parts grow, so this is the most there can be. */
const PART_MIB = 8;
const MAX_PARTS = 10_000;
/** Create and complete of the upload, the manifest, the verification record. */
const PUTS_BESIDE_PARTS = 4;
/** Verification reads the data twice and looks at it once; it reads the manifest. */
const READS_PER_POINT = 4;
const PLAN_LISTS_PER_TIER = 1;
/**
 * Freshness checks run every 15 minutes; each lists twice per tier; versions, objects and verifications of the newest point; and looks
 * at its manifest, its data, its verification and the seven manifests before it. Looks for records of drills are not counted.
 */
const CHECKS_PER_MONTH = HOURS_PER_MONTH * 4;
const CHECK_LISTS_PER_TIER = 2;
const CHECK_LISTS = 3;
const CHECK_HEADS = 10;
/** Pulling the image and starting, billed before and after the work of each of the two tasks. */
const TASK_OVERHEAD_HOURS = 1 / 60;
const TASKS_PER_RUN = 2;
/** Measured: about 49 GiB stored in an hour on two cores that also ran the database and the storage. */
const GIB_PER_VCPU_HOUR = 25;
const USED_VCPUS = 2;
const FUNCTION_GIB = 0.25;
const PLAN_SECONDS = 2;
const CHECK_SECONDS = 2;
const CHECK_SECONDS_PER_DATABASE = 0.2;
/** The doctor looks at a dozen settings whatever the databases, and at a task, a secret and a role of each. */
const DOCTOR_GIB = 0.5;
const DOCTOR_SECONDS = 15;
const DOCTOR_SECONDS_PER_DATABASE = 0.5;
const SIDES = 2;
/** States that a run enters whatever its databases, and each database's own. */
const STATES_PER_RUN = 8;
const STATES_PER_DATABASE = 4;

/** What a month uses once every tier is full. Storage and requests of one bucket; the replica's are the same but for reads. */
export interface MonthlyUsage {
  /** GiB stored on average, by class. */
  storedGiB: Map<CostStorageClass, number>;
  /** GiB-months billed for leaving a class before its minimum, by class. */
  earlyGiBMonths: Map<CostStorageClass, number>;
  /** Objects moved, by class. */
  transitions: Map<CostStorageClass, number>;
  /** Recovery points kept on average, by tier name. */
  points: Map<string, number>;
  runs: number;
  writtenGiB: number;
  puts: number;
  /** Lists by plan and freshness on the primary, and by freshness alone on the replica. */
  primaryLists: number;
  replicaLists: number;
  primaryGets: number;
  replicaGets: number;
  taskHours: number;
  functionGiBSeconds: number;
  functionRequests: number;
  stateTransitions: number;
  databases: number;
}

function addTo<K>(map: Map<K, number>, key: K, amount: number): void {
  map.set(key, (map.get(key) ?? 0) + amount);
}

function addWorkload(usage: MonthlyUsage, input: CostInput, workload: CostWorkload): void {
  const { databases, dumpGiB, intervalMinutes } = workload;
  const tiers = tiersOf(input, workload);
  const yearly = pointsPerYear(tiers, intervalMinutes);
  let runs = 0;
  for (const tier of tiers) {
    const perMonth = (yearly.get(tier.name)! / MONTHS) * databases;
    const perDay = (perMonth * MONTHS) / YEAR_DAYS;
    const bill = objectBill(dumpGiB, tier.expireDays, transitionsOf(tier));
    for (const [storageClass, gibDays] of bill.gibDays) addTo(usage.storedGiB, storageClass, perDay * gibDays);
    for (const [storageClass, gibDays] of bill.earlyGibDays)
      addTo(usage.earlyGiBMonths, storageClass, perDay * gibDays);
    for (const storageClass of bill.transitions) addTo(usage.transitions, storageClass, perMonth);
    addTo(usage.points, tier.name, perDay * tier.expireDays);
    runs += perMonth;
  }
  const parts = Math.min(MAX_PARTS, Math.max(1, Math.ceil((dumpGiB * 1024) / PART_MIB)));
  const checks = CHECKS_PER_MONTH * databases;
  const checkLists = checks * (CHECK_LISTS_PER_TIER * tiers.length + CHECK_LISTS);
  const gibPerHour = input.taskGiBPerHour ?? GIB_PER_VCPU_HOUR * Math.min(USED_VCPUS, input.cpu / 1024);
  usage.databases += databases;
  usage.runs += runs;
  usage.writtenGiB += runs * dumpGiB;
  usage.puts += runs * (parts + PUTS_BESIDE_PARTS);
  usage.primaryLists += runs * PLAN_LISTS_PER_TIER * tiers.length + checkLists;
  usage.replicaLists += checkLists;
  usage.primaryGets += runs * READS_PER_POINT + checks * CHECK_HEADS;
  usage.replicaGets += checks * CHECK_HEADS;
  usage.taskHours += runs * TASKS_PER_RUN * (TASK_OVERHEAD_HOURS + dumpGiB / gibPerHour);
  usage.functionRequests += runs;
  usage.functionGiBSeconds += FUNCTION_GIB * (runs * PLAN_SECONDS + SIDES * checks * CHECK_SECONDS_PER_DATABASE);
  usage.stateTransitions += runs * STATES_PER_DATABASE + (runs / databases) * STATES_PER_RUN;
}

/** GiB-seconds of the doctor's function in a month. */
export function doctorUsage(databases: number, runsPerMonth: number): number {
  return runsPerMonth * DOCTOR_GIB * (DOCTOR_SECONDS + databases * DOCTOR_SECONDS_PER_DATABASE);
}

/** What a month uses once every tier is full. */
export function monthlyUsage(input: CostInput): MonthlyUsage {
  const usage: MonthlyUsage = {
    storedGiB: new Map(),
    earlyGiBMonths: new Map(),
    transitions: new Map(),
    points: new Map(),
    runs: 0,
    writtenGiB: 0,
    puts: 0,
    primaryLists: 0,
    replicaLists: 0,
    primaryGets: 0,
    replicaGets: 0,
    taskHours: 0,
    functionGiBSeconds: SIDES * CHECKS_PER_MONTH * FUNCTION_GIB * CHECK_SECONDS,
    functionRequests: SIDES * CHECKS_PER_MONTH,
    stateTransitions: 0,
    databases: 0,
  };
  for (const workload of input.workloads) addWorkload(usage, input, workload);
  return usage;
}
