import { type CostEstimate, estimateMonthlyCost } from "../../../runner/cost/estimate";
import type { CostDoctor, CostDrill, CostWorkload } from "../../../runner/cost/input";
import { YEAR_DAYS } from "../../../runner/cost/points";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { DatabaseArgs } from "../../types";
import { timingOf } from "./databaseBackupParts";
import { doctorIntervalDaysOf } from "./doctorInterval";
import { drilledDatabases } from "./drillParts";
import { DEFAULTS } from "../defaults";
import { averageRunMinutes } from "../runTiming";
import { retentionTiers } from "../tiers";

/** Size of a dump that nobody stated. */
const ASSUMED_DUMP_GIB = 10;
/** Of a list nobody knows the length here: its estimate holds one database. */
const LISTED: Pick<DatabaseArgs, "tiers" | "scheduleExpression" | "scheduleTimezone" | "estimatedDumpGiB"> = {};

function workloadsOf(args: DatabaseBackupArgs): CostWorkload[] {
  const alike = new Map<string, CostWorkload>();
  const drilled = new Set<object>(drilledDatabases(args));
  for (const database of args.databases ?? [LISTED]) {
    const workload = {
      dumpGiB: database.estimatedDumpGiB ?? ASSUMED_DUMP_GIB,
      intervalMinutes: averageRunMinutes(timingOf(args, database))!,
      tiers: database.tiers,
    };
    const key = JSON.stringify(workload);
    const before = alike.get(key) ?? { databases: 0, drilled: 0 };
    alike.set(key, {
      ...workload,
      databases: before.databases + 1,
      drilled: before.drilled! + (drilled.has(database) ? 1 : 0),
    });
  }
  return [...alike.values()];
}

/** Drills as they cost. What `drill` does not say is the component's default. */
function drillOf({ drill }: DatabaseBackupArgs): CostDrill | undefined {
  if (drill === undefined) return undefined;
  const { scheduleExpression = DEFAULTS.drillScheduleExpression, scheduleTimezone } = drill;
  return {
    intervalMinutes: averageRunMinutes({ scheduleExpression, scheduleTimezone })!,
    cpu: drill.cpu ?? DEFAULTS.drillCpu,
    memoryMiB: drill.memoryMiB ?? DEFAULTS.drillMemoryMiB,
    scratchGiB: drill.scratchGiB ?? DEFAULTS.drillScratchGiB,
    restores: drill.nextMajorServerImage === undefined ? 1 : 2,
    isInReplicaRegion: drill.inReplicaRegion ?? false,
  };
}

function doctorOf(args: DatabaseBackupArgs): CostDoctor {
  const days = doctorIntervalDaysOf(args);
  const runs = args.doctor === false || days === undefined ? 0 : YEAR_DAYS / 12 / days;
  return { runsPerMonth: runs, isJudged: days !== undefined };
}

function notesOf({ databases }: DatabaseBackupArgs): string[] {
  if (databases === undefined) {
    return [
      `of a list: one database of ${ASSUMED_DUMP_GIB} GiB is estimated; give backup321 cost their number and size`,
    ];
  }
  const assumed = databases.filter(({ estimatedDumpGiB }) => estimatedDumpGiB === undefined).length;
  return assumed === 0
    ? []
    : [
        `${assumed} of ${databases.length} databases have no estimatedDumpGiB: a dump of ${ASSUMED_DUMP_GIB} GiB is assumed`,
      ];
}

/**
 * What this layout costs in a month, once every tier is full.
 *
 * @param args valid, with the preset's settings
 */
export function monthlyCostOf(args: DatabaseBackupArgs, primaryRegion: string): CostEstimate {
  const keysGiven = [args.primaryKmsKeyArn, args.replicaKmsKeyArn].filter((key) => key !== undefined).length;
  const estimate = estimateMonthlyCost({
    primaryRegion,
    replicaRegion: args.replicaRegion,
    tiers: retentionTiers(args.tiers),
    workloads: workloadsOf(args),
    cpu: args.cpu ?? DEFAULTS.cpu,
    memoryMiB: args.memoryMiB ?? DEFAULTS.memoryMiB,
    cpuArchitecture: args.cpuArchitecture ?? DEFAULTS.cpuArchitecture,
    replicationTimeControl: args.replicationTimeControl,
    kmsKeys: 2 - keysGiven,
    drill: drillOf(args),
    doctor: doctorOf(args),
  });
  return { ...estimate, notes: [...notesOf(args), ...estimate.notes] };
}
