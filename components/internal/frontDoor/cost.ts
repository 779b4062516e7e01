import { type CostEstimate, estimateMonthlyCost } from "../../../runner/cost/estimate";
import type { CostWorkload } from "../../../runner/cost/input";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { DatabaseArgs } from "../../types";
import { timingOf } from "./databaseBackupParts";
import { DEFAULTS } from "../defaults";
import { averageRunMinutes } from "../runTiming";
import { retentionTiers } from "../tiers";

/** Size of a dump that nobody stated. */
const ASSUMED_DUMP_GIB = 10;
/** Of a list nobody knows the length here: its estimate holds one database. */
const LISTED: Pick<DatabaseArgs, "tiers" | "scheduleExpression" | "scheduleTimezone" | "estimatedDumpGiB"> = {};

function workloadsOf(args: DatabaseBackupArgs): CostWorkload[] {
  const alike = new Map<string, CostWorkload>();
  for (const database of args.databases ?? [LISTED]) {
    const workload = {
      dumpGiB: database.estimatedDumpGiB ?? ASSUMED_DUMP_GIB,
      intervalMinutes: averageRunMinutes(timingOf(args, database))!,
      tiers: database.tiers,
    };
    const key = JSON.stringify(workload);
    alike.set(key, { ...workload, databases: (alike.get(key)?.databases ?? 0) + 1 });
  }
  return [...alike.values()];
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
  });
  return { ...estimate, notes: [...notesOf(args), ...estimate.notes] };
}
