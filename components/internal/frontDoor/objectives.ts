import { pointsPerYear, YEAR_DAYS } from "../../../runner/cost/points";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { DatabaseArgs, DatabaseObjectives, TierObjectives } from "../../types";
import { tierPolicies } from "../defaults";
import { rpoMinutesOf, timingOf } from "./databaseBackupParts";
import { averageRunMinutes, worstAgeMinutes } from "../runTiming";
import { tiersOf } from "../tiers";

/** Stands for every database of a list. */
export const LISTED = "*";

/** Points of each tier at a time: those stored in a year, in proportion to the tier's life. */
function tierObjectives(args: DatabaseBackupArgs, database: DatabaseArgs | undefined): TierObjectives[] {
  const tiers = tiersOf(tierPolicies(args.tiers), database?.tiers);
  const perYear = pointsPerYear(tiers, averageRunMinutes(timingOf(args, database))!);
  return tiers.map(({ name, tier, expireDays }) => ({
    name,
    tier,
    expireDays,
    recoveryPoints: Math.round((perYear.get(name)! * expireDays) / YEAR_DAYS),
  }));
}

/**
 * What is promised for each database, in their order; for a list, once for all.
 *
 * @param args valid, with the preset's settings
 */
export function objectivesOf(args: DatabaseBackupArgs): DatabaseObjectives[] {
  // Hundreds of databases have few different schedules and tiers, and each of these is played through a year.
  const known = new Map<string, TierObjectives[]>();
  const of = (name: string, database: DatabaseArgs | undefined): DatabaseObjectives => {
    const timing = timingOf(args, database);
    const key = JSON.stringify([timing.scheduleExpression, timing.scheduleTimezone, database?.tiers]);
    const tiers = known.get(key) ?? tierObjectives(args, database);
    known.set(key, tiers);
    return {
      database: name,
      rpoMinutes: rpoMinutesOf(args, database),
      worstCaseAgeMinutes: worstAgeMinutes(timing)!,
      retentionDays: Math.max(...tiers.map(({ expireDays }) => expireDays)),
      tiers,
    };
  };
  return args.databases?.map((database) => of(database.name, database)) ?? [of(LISTED, undefined)];
}
