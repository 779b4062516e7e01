import type * as pulumi from "@pulumi/pulumi";
import { isDatabaseName } from "../../../runner/contract";
import type { DatabaseDrillArgs, DrilledDatabaseArgs, RestoreDrillArgs } from "../../restoreDrillArgs";
import { CpuArchitecture } from "../../types";
import { DEFAULTS, LIMITS } from "../defaults";
import { fargateSizeProblems } from "../runner/fargateSize";
import { imageProblems } from "../runner/image";
import { subnetProblems } from "../runner/runnerProblems";
import { readSchedule } from "../schedule";
import {
  enumProblems,
  keyArnProblems,
  metricNamespaceProblems,
  regionProblems,
  secretArnProblems,
  topicArnProblems,
  wholeNumberProblems,
} from "../validate";

/** Problem of a server's image, in the words of the runner's. */
function serverImageProblems(argument: string, image: pulumi.Input<string> | undefined): string[] {
  if (image === undefined) return [];
  return imageProblems(image).map((problem) =>
    problem.replace("image must", `${argument} must`).replace("under a backup", "between two drills"),
  );
}

function assertionProblems(where: string, { assertions = [] }: DatabaseDrillArgs): string[] {
  const names = assertions.map(({ name }) => name);
  const characters = JSON.stringify(assertions).length;
  return [
    ...assertions.flatMap(({ name, sql }, i) => [
      ...(name.length >= 1 && name.length <= 100
        ? []
        : [`${where}assertions[${i}].name must be 1 to 100 characters, got ${name.length}`]),
      ...(names.indexOf(name) === i
        ? []
        : [`${where}assertions[${i}].name "${name}" is taken; records tell them by it`]),
      ...(/^[\s(]*(?:select|with|values|table)\b/i.test(sql)
        ? []
        : [`${where}assertions[${i}].sql must be one SELECT, got "${sql.slice(0, 40)}"`]),
    ]),
    ...(characters > LIMITS.assertionCharacters
      ? [
          `${where}assertions must be at most ${LIMITS.assertionCharacters} characters together, got ${characters}; ` +
            "put what is long into a view of the database",
        ]
      : []),
  ];
}

/** Problems of what one database's drill is told; `where` is put before argument names. */
export function databaseDrillProblems(where: string, drill: DatabaseDrillArgs, timeoutMinutes: number): string[] {
  return [
    ...wholeNumberProblems(`${where}rtoMinutes`, drill.rtoMinutes, 1, timeoutMinutes),
    ...assertionProblems(where, drill),
    ...serverImageProblems(`${where}serverImage`, drill.serverImage),
  ];
}

function databasesProblems(databases: readonly DrilledDatabaseArgs[], timeoutMinutes: number): string[] {
  if (databases.length === 0) return ["databases must hold at least one database"];
  if (databases.length > LIMITS.databasesPerRunner) {
    return [
      `databases must hold at most ${LIMITS.databasesPerRunner}, got ${databases.length}; use several RestoreDrills on one repository`,
    ];
  }
  const names = databases.map(({ name }) => name);
  return databases.flatMap((database, i) => {
    const where = `databases[${i}].`;
    const problems = databaseDrillProblems(where, database, timeoutMinutes);
    if (!isDatabaseName(database.name)) {
      problems.push(`${where}name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "${database.name}"`);
    } else if (names.indexOf(database.name) !== i) {
      problems.push(`databases: "${database.name}" appears twice; remove one`);
    }
    return problems;
  });
}

/** What a drill needs, whoever starts it. Shared with DatabaseBackup, whose databases are checked as its own. */
export type DrillSettings = Partial<Omit<RestoreDrillArgs, "databases" | "image">>;

/** Problems of everything but databases, image, and where the repository is. */
export function drillSettingsProblems(args: DrillSettings): string[] {
  const { scratchGiB } = LIMITS;
  const timeoutMinutes = args.timeoutMinutes ?? DEFAULTS.timeoutMinutes;
  return [
    ...(args.serverImage === undefined
      ? [
          "serverImage must be given, pinned by digest, like postgres:17@sha256:<digest>; it is what drills restore into",
        ]
      : serverImageProblems("serverImage", args.serverImage)),
    ...serverImageProblems("nextMajorServerImage", args.nextMajorServerImage),
    ...regionProblems("region", args.region),
    ...subnetProblems(args.subnetIds),
    ...readSchedule(
      args.scheduleExpression ?? DEFAULTS.drillScheduleExpression,
      args.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
    ).problems,
    ...wholeNumberProblems("timeoutMinutes", args.timeoutMinutes, 1, LIMITS.timeoutMinutes),
    // A drill that is stopped has failed in any case: an objective beyond that says nothing.
    ...wholeNumberProblems("rtoMinutes", args.rtoMinutes, 1, timeoutMinutes),
    ...wholeNumberProblems("maxConcurrency", args.maxConcurrency, 1, LIMITS.inlineConcurrency),
    ...fargateSizeProblems(args.cpu ?? DEFAULTS.drillCpu, args.memoryMiB ?? DEFAULTS.drillMemoryMiB),
    ...enumProblems("cpuArchitecture", args.cpuArchitecture, CpuArchitecture),
    ...wholeNumberProblems("scratchGiB", args.scratchGiB, scratchGiB.least, scratchGiB.most),
    ...secretArnProblems("identitySecretArn", args.identitySecretArn),
    ...keyArnProblems("identitySecretKmsKeyArn", args.identitySecretKmsKeyArn),
    ...(args.identitySecretKmsKeyArn !== undefined && args.identitySecretArn === undefined
      ? ["identitySecretKmsKeyArn is the key of identitySecretArn, which is not given; remove it"]
      : []),
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
    ...metricNamespaceProblems(args.metricNamespace),
  ];
}

/** Every problem of a drill's arguments that can be known before anything is registered. */
export function drillProblems(args: RestoreDrillArgs): string[] {
  return [
    ...databasesProblems(args.databases, args.timeoutMinutes ?? DEFAULTS.timeoutMinutes),
    ...imageProblems(args.image),
    ...drillSettingsProblems(args),
    ...regionProblems("replicaRegion", args.replicaRegion),
    ...keyArnProblems("primaryKmsKeyArn", args.primaryKmsKeyArn),
    ...keyArnProblems("replicaKmsKeyArn", args.replicaKmsKeyArn),
  ];
}
