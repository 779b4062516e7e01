import type { CostDrill, CostInput } from "./input";
import { YEAR_DAYS } from "./points";

const MONTH_MINUTES = (YEAR_DAYS * 1440) / 12;
/** Pulling two images, starting the server, questions to the restored database; billed beside the restore. */
const OVERHEAD_HOURS = 3 / 60;
/**
 * Measured: 30 GiB stored in an hour as a single stream, 38 in parallel, on two cores that ran the server as well; of a database
 * with few indexes.
 */
const GIB_PER_VCPU_HOUR = 15;
const USED_VCPUS = 2;
/** Lists and looks for the newest point; manifest and data of it. */
const READS_PER_DRILL = 20;
/** Fargate's disk that is in the price of a task. @see https://aws.amazon.com/fargate/pricing/ */
const FREE_DISK_GIB = 20;

/** What restore drills use in a month. */
export interface DrillUsage {
  /** Databases that are drilled. */
  databases: number;
  taskHours: number;
  /** GiB of disk beyond what a task has for nothing, times hours. */
  diskGiBHours: number;
  /** GiB read from the replica. */
  readGiB: number;
  /** Requests to the replica, and records added to the primary. */
  reads: number;
  records: number;
}

/** What the drills of all workloads use in a month. */
export function drillUsage({ workloads }: CostInput, drill: CostDrill): DrillUsage {
  const perMonth = MONTH_MINUTES / drill.intervalMinutes;
  const gibPerHour = drill.gibPerHour ?? GIB_PER_VCPU_HOUR * Math.min(USED_VCPUS, drill.cpu / 1024);
  const usage: DrillUsage = { databases: 0, taskHours: 0, diskGiBHours: 0, readGiB: 0, reads: 0, records: 0 };
  for (const { databases, drilled = databases, dumpGiB } of workloads) {
    const drills = perMonth * drilled;
    const hours = drills * (OVERHEAD_HOURS + (drill.restores * dumpGiB) / gibPerHour);
    usage.databases += drilled;
    usage.taskHours += hours;
    usage.diskGiBHours += hours * Math.max(0, drill.scratchGiB - FREE_DISK_GIB);
    usage.readGiB += drills * drill.restores * dumpGiB;
    usage.reads += drills * READS_PER_DRILL;
    usage.records += drills;
  }
  return usage;
}
