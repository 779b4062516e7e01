import * as pulumi from "@pulumi/pulumi";
import { pointsPerYear } from "../../../runner/cost/points";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { type DatabaseArgs, Preset } from "../../types";
import { alertPartProblems } from "./alertParts";
import { shapeProblems } from "./argumentShapes";
import { databaseFreshnessProblems } from "../freshness/thresholdProblems";
import { rpoMinutesOf, runnerArgs, repositoryArgs, timingOf } from "./databaseBackupParts";
import { drillPartProblems } from "./drillParts";
import { withPreset } from "./presets";
import { type ReplicaAccess, replicaAccessProblems } from "../replicaProvider";
import { LIMITS, tierPolicies } from "../defaults";
import { repositoryProblems } from "../repository/repositoryProblems";
import { averageRunMinutes, RPO_LIMIT_MINUTES, rpoScheduleProblems, worstAgeMinutes } from "../runTiming";
import { runnerProblems } from "../runner/runnerProblems";
import { tierProblems } from "../tierProblems";
import { tiersOf } from "../tiers";
import { emailProblems, wholeNumberProblems } from "../validate";

/** A dump is one object of at most 10,000 parts of 5 GiB; the cost estimate takes no more. */
const DUMP_LIMIT_GIB = 48_000;

const DAY_MINUTES = 1440;

/** What the repository will tell the runner. Its own arguments are checked as the repository's. */
const KNOWN_LATER = pulumi.output("");

function presetProblems(preset: Preset | undefined): string[] {
  const known = Object.values(Preset);
  return preset === undefined || known.includes(preset)
    ? []
    : [`preset must be one of ${known.join(", ")}, got "${String(preset)}"`];
}

function dumpSizeProblems(argument: string, gib: number | undefined): string[] {
  return gib === undefined || (gib > 0 && gib <= DUMP_LIMIT_GIB)
    ? []
    : [
        `${argument} must be more than 0 and at most ${DUMP_LIMIT_GIB} GiB, got ${gib}; it is the size of one dump as stored`,
      ];
}

/** Problem of a schedule so rare that no RPO fits it. A given RPO is compared with it elsewhere. */
function rareScheduleProblems(
  args: DatabaseBackupArgs,
  database: DatabaseArgs | undefined,
  schedule: string,
): string[] {
  const needed = rpoMinutesOf(args, database);
  const isGiven = (database?.rpoMinutes ?? args.rpoMinutes) !== undefined;
  return isGiven || needed <= RPO_LIMIT_MINUTES
    ? []
    : [
        `${schedule} needs an RPO of ${needed} minutes, more than the longest there is (${RPO_LIMIT_MINUTES}, a year); ` +
          "back up more often",
      ];
}

/**
 * Problems of tiers whose points expire before the next one is due: for the rest of the interval there would be nothing to restore.
 * Tiers that this schedule never comes to are none.
 */
function shortLifeProblems(args: DatabaseBackupArgs, database: DatabaseArgs | undefined, where: string): string[] {
  const timing = timingOf(args, database);
  const worst = worstAgeMinutes(timing);
  if (worst === undefined || tierProblems(args.tiers).length > 0) return [];
  const tiers = tiersOf(tierPolicies(args.tiers), database?.tiers);
  const short = tiers.filter(({ expireDays }) => expireDays * DAY_MINUTES < worst);
  if (short.length === 0) return [];
  const points = pointsPerYear(tiers, averageRunMinutes(timing)!);
  return short
    .filter(({ name }) => points.get(name)! > 0)
    .map(
      ({ name, expireDays }) =>
        `${where}: points of the tier ${name} expire after ${expireDays * DAY_MINUTES} minutes (${expireDays} days), and the next ` +
        `one may be ${worst} minutes away; raise its expireDays, or back up more often`,
    );
}

/** Problems of one database's objectives: each RPO against the schedule that has to keep it. */
function objectiveProblems(args: DatabaseBackupArgs, database: DatabaseArgs, where: string): string[] {
  const { rpoMinutes, scheduleExpression, scheduleTimezone } = database;
  const hasOwnSchedule = scheduleExpression !== undefined || scheduleTimezone !== undefined;
  const isGiven = rpoMinutes !== undefined || args.rpoMinutes !== undefined;
  const schedule = hasOwnSchedule ? `the schedule of ${where}` : "the schedule";
  return [
    ...wholeNumberProblems(`${where}.rpoMinutes`, rpoMinutes, 1, RPO_LIMIT_MINUTES),
    ...dumpSizeProblems(`${where}.estimatedDumpGiB`, database.estimatedDumpGiB),
    ...databaseFreshnessProblems(`${where}.freshness.`, database.freshness ?? {}),
    ...shortLifeProblems(args, database, where),
    ...(isGiven
      ? rpoScheduleProblems(
          rpoMinutes === undefined ? "rpoMinutes" : `${where}.rpoMinutes`,
          rpoMinutesOf(args, database),
          timingOf(args, database),
          schedule,
        )
      : rareScheduleProblems(args, database, schedule)),
  ];
}

/**
 * Every problem of the front door's arguments, its parts' included, each once.
 *
 * @param access how a replica in another account is reached
 * @param primaryRegion region of the provider, where it is known already
 */
export function databaseBackupProblems(
  given: DatabaseBackupArgs,
  access: ReplicaAccess,
  primaryRegion: string | undefined,
): string[] {
  const { unknown, unusable } = shapeProblems(given);
  if (unusable.length > 0) return [...unknown, ...unusable];
  const args = withPreset(given);
  const { databases } = args;
  const isReplicaElsewhere = access.provider !== undefined || access.assumeRole !== undefined;
  const all = [
    ...unknown,
    ...presetProblems(args.preset),
    ...repositoryProblems(repositoryArgs(args, {}), primaryRegion),
    ...replicaAccessProblems(access),
    ...runnerProblems(
      runnerArgs(args, {
        primaryBucketName: args.existingPrimaryBucketName ?? KNOWN_LATER,
        primaryKmsKeyArn: KNOWN_LATER,
        replicaBucketName: args.existingReplicaBucketName ?? KNOWN_LATER,
      }),
    ),
    ...wholeNumberProblems("rpoMinutes", args.rpoMinutes, 1, RPO_LIMIT_MINUTES),
    ...(databases
      ? databases.flatMap((database, i) => objectiveProblems(args, database, `databases[${i}]`))
      : [
          ...rpoScheduleProblems("rpoMinutes", args.rpoMinutes, args),
          ...rareScheduleProblems(args, undefined, "the schedule"),
          ...shortLifeProblems(args, undefined, "databaseList"),
        ]),
    ...emailProblems(args.alertEmails),
    ...wholeNumberProblems("doctorIntervalDays", args.doctorIntervalDays, 1, LIMITS.evidenceIntervalDays),
    ...drillPartProblems(args, isReplicaElsewhere),
    ...alertPartProblems(args, isReplicaElsewhere),
  ];
  return [...new Set(all)];
}
