import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { RestoreDrillArgs } from "../../restoreDrillArgs";
import type { DatabaseArgs } from "../../types";
import { DEFAULTS } from "../defaults";
import { databaseDrillProblems, drillSettingsProblems } from "../drill/drillProblems";
import { dumpOf } from "../runner/dumpSettings";

/** The databases that are drilled: those that `drill` names, else all. */
export function drilledDatabases({ databases = [], drill }: DatabaseBackupArgs): DatabaseArgs[] {
  return drill === undefined ? [] : chosenOf(databases, drill.databases);
}

function chosenOf(databases: readonly DatabaseArgs[], names: readonly string[] | undefined): DatabaseArgs[] {
  return databases.filter(({ name }) => names === undefined || names.includes(name));
}

/** What the drill is told; undefined when there is none. */
export function drillArgs(
  args: DatabaseBackupArgs,
  wiring: Pick<
    RestoreDrillArgs,
    "primaryBucketName" | "primaryKmsKeyArn" | "replicaBucketName" | "replicaKmsKeyArn" | "repositoryName"
  > & { topics: { primary: RestoreDrillArgs["alarmTopicArn"]; replica: RestoreDrillArgs["alarmTopicArn"] } },
): RestoreDrillArgs | undefined {
  const { drill } = args;
  if (drill === undefined) return undefined;
  const { databases: names, inReplicaRegion, vpcId, subnetIds, ...settings } = drill;
  const { topics, ...places } = wiring;
  return {
    ...settings,
    ...places,
    databases: chosenOf(args.databases ?? [], names).map(({ name, drill: own }) => ({ name, ...own })),
    image: args.image,
    vpcId: vpcId ?? args.vpcId,
    subnetIds: subnetIds ?? args.subnetIds,
    region: inReplicaRegion ? args.replicaRegion : undefined,
    replicaRegion: args.replicaRegion,
    cpuArchitecture: args.cpuArchitecture,
    alarmTopicArn: inReplicaRegion ? topics.replica : topics.primary,
    tags: args.tags,
  };
}

/** Problems of a drill in networks that can't reach both regions. */
function networkProblems({ drill, vpcEndpoints }: DatabaseBackupArgs, isReplicaElsewhere: boolean): string[] {
  const isPartial = (drill!.vpcId === undefined) !== (drill!.subnetIds === undefined);
  if (isPartial) return ["drill.vpcId and drill.subnetIds belong together, got one of them; give both or neither"];
  const hasOwn = drill!.subnetIds !== undefined;
  const problems: string[] = [];
  if (drill!.inReplicaRegion && !hasOwn) {
    problems.push(
      "drill.inReplicaRegion needs drill.vpcId and drill.subnetIds of that region; networks end at their region",
    );
  }
  if (drill!.inReplicaRegion && isReplicaElsewhere) {
    problems.push(
      "drill.inReplicaRegion is for a replica in the primary's account, whose topic there can tell of a failed drill; leave it out, or " +
        "compose a RestoreDrill with a topic of your own",
    );
  }
  if (!hasOwn && vpcEndpoints !== undefined) {
    problems.push(
      "drill reads the replica's region and writes to the primary's, and the endpoint to S3 of vpcEndpoints leads to one region alone; " +
        "give drill.vpcId and drill.subnetIds with a NAT gateway",
    );
  }
  return problems;
}

/** Problems of one database that is drilled: what it is told, its key, its size. */
function databaseProblems(args: DatabaseBackupArgs, database: DatabaseArgs, where: string): string[] {
  const { drill } = args;
  const scratchGiB = drill!.scratchGiB ?? DEFAULTS.drillScratchGiB;
  const { estimatedDumpGiB } = database;
  const isEncrypted = dumpOf(args.dump, database.dump).ageRecipients !== undefined;
  return [
    ...databaseDrillProblems(`${where}.drill.`, database.drill ?? {}, drill!.timeoutMinutes ?? DEFAULTS.timeoutMinutes),
    ...(isEncrypted && drill!.identitySecretArn === undefined
      ? [
          `${where} is encrypted by age, and a drill that can't decrypt has failed; give drill.identitySecretArn a key pair of the drills' own ` +
            "that is among ageRecipients",
        ]
      : []),
    ...(estimatedDumpGiB !== undefined && estimatedDumpGiB >= scratchGiB
      ? [
          `drill.scratchGiB must be more than ${where}.estimatedDumpGiB (${estimatedDumpGiB}), got ${scratchGiB}; a restored database is larger ` +
            "than its dump: raise it, or leave that one out by drill.databases",
        ]
      : []),
  ];
}

/** Problems of `drill` that need more than its own shape, and of what databases say about theirs. */
export function drillPartProblems(args: DatabaseBackupArgs, isReplicaElsewhere: boolean): string[] {
  const { drill, databases } = args;
  if (drill === undefined) {
    return (databases ?? []).flatMap(({ drill: own }, i) =>
      own === undefined
        ? []
        : [`databases[${i}].drill is given without drill; say there how drills are run, or remove it`],
    );
  }
  if (databases === undefined) {
    return [
      "drill is for databases that are named, not for databaseList; compose a RestoreDrill with some of the list's names",
    ];
  }
  const unknown = (drill.databases ?? []).filter((name) => !databases.some((database) => database.name === name));
  return [
    ...unknown.map((name) => `drill.databases must be among the databases, got "${name}"`),
    ...(drill.databases?.length === 0 ? ["drill.databases must hold at least one database; leave it out for all"] : []),
    ...drillSettingsProblems(drill).map((problem) => `drill.${problem}`),
    ...networkProblems(args, isReplicaElsewhere),
    ...drilledDatabases(args).flatMap((database) =>
      databaseProblems(args, database, `databases[${databases.indexOf(database)}]`),
    ),
  ];
}
