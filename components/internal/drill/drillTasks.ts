import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../../../runner/contract";
import { DRILL_ENV } from "../../../runner/drillContract";
import type { DrilledDatabaseArgs, RestoreDrillArgs } from "../../restoreDrillArgs";
import type { Transform } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { childName } from "../childName";
import { DEFAULTS } from "../defaults";
import { databaseGroups } from "../runner/databaseGroups";
import { drillRoleStatements } from "../runner/iamTasks";
import { pinnedImage } from "../runner/image";
import { type BesideInput, taskDefinition, type TasksInput } from "../runner/taskDefinitions";
import { executionRole, taskTrust } from "../runner/taskRoles";
import { roleWithPolicy, type Scope } from "../scope";
import { NEXT_MAJOR_PORT, SERVER_CONNECTION, serverContainer } from "./serverContainer";

/** What the tasks are made from. */
export interface DrillTasksInput extends Scope {
  args: RestoreDrillArgs;
  /** Where the tasks run. */
  account: Account;
  /** Region of the primary bucket. */
  primaryRegion: pulumi.Output<string>;
  transform: {
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs> | undefined;
    taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs> | undefined;
  };
}

/** Roles of a group of databases. */
export interface DrillRoles {
  drill: pulumi.Output<string>;
  execution: pulumi.Output<string>;
}

/** Everything that can be run. */
export interface DrillTasks {
  logGroup: aws.cloudwatch.LogGroup;
  /** One per 25 databases. */
  roles: DrillRoles[];
  /** In the order of the databases. */
  definitions: aws.ecs.TaskDefinition[];
}

function rolesOf(
  input: DrillTasksInput,
  logGroup: aws.cloudwatch.LogGroup,
  databases: readonly DrilledDatabaseArgs[],
  number: number,
): DrillRoles {
  const { args, account, primaryRegion } = input;
  const names = databases.map(({ name }) => name);
  const statements = pulumi
    .all([
      account.partition,
      primaryRegion,
      args.primaryBucketName,
      args.primaryKmsKeyArn,
      args.replicaBucketName,
      args.replicaKmsKeyArn,
    ])
    .apply(([partition, region, bucket, keyArn, replicaBucket, replicaKeyArn]) => {
      const arnOf = (name: string): string => `arn:${partition}:s3:::${name}`;
      const replica = { bucketArn: arnOf(replicaBucket), keyArn: replicaKeyArn, region: args.replicaRegion };
      return drillRoleStatements({ bucketArn: arnOf(bucket), keyArn, region }, replica, names);
    });
  const some = (arn: pulumi.Input<string> | undefined): pulumi.Input<string[]> => pulumi.all(arn ? [arn] : []);
  return {
    drill: roleWithPolicy(input, `role-${number}`, taskTrust(input), statements),
    execution: executionRole(
      input,
      number,
      logGroup.arn,
      some(args.identitySecretArn),
      some(args.identitySecretKmsKeyArn),
    ),
  };
}

function environmentOf(
  { assertions, rtoMinutes, name }: DrilledDatabaseArgs,
  args: RestoreDrillArgs,
): Record<string, string> {
  const objective = rtoMinutes ?? args.rtoMinutes;
  return {
    [ENV.database]: name,
    ...(objective === undefined ? {} : { [DRILL_ENV.rtoMinutes]: String(objective) }),
    ...(assertions === undefined ? {} : { [DRILL_ENV.assertions]: JSON.stringify(assertions) }),
  };
}

/** The server that is restored into, and the one of a newer major version where one is given. Runner and servers share the memory. */
function serversOf(args: RestoreDrillArgs, { serverImage }: DrilledDatabaseArgs, label: string): BesideInput[] {
  const servers = args.nextMajorServerImage === undefined ? 1 : 2;
  const memoryMiB = Math.floor((args.memoryMiB ?? DEFAULTS.drillMemoryMiB) / (servers + 1));
  const server: BesideInput = {
    image: pinnedImage(label, serverImage ?? args.serverImage),
    container: (image, log) => serverContainer(image, memoryMiB, log),
  };
  if (args.nextMajorServerImage === undefined) return [server];
  const next: BesideInput = {
    image: pinnedImage(label, args.nextMajorServerImage),
    container: (image, log) =>
      serverContainer(image, memoryMiB, log, { name: "server-next-major", port: NEXT_MAJOR_PORT }),
  };
  return [server, next];
}

/** Log group, roles and task definitions: one of these for each database, with its own questions and objective. */
export function createDrillTasks(input: DrillTasksInput): DrillTasks {
  const { args, account, parent, name, guard, region, tags, transform } = input;
  const logGroup = child(
    aws.cloudwatch.LogGroup,
    childName(name, "logs"),
    { region, retentionInDays: 90, tags },
    guard,
    { parent, transform: transform.logGroup },
  );
  const label = `RestoreDrill "${name}"`;
  const tasks: TasksInput = {
    ...input,
    image: pinnedImage(label, args.image),
    cpu: args.cpu ?? DEFAULTS.drillCpu,
    memoryMiB: args.memoryMiB ?? DEFAULTS.drillMemoryMiB,
    cpuArchitecture: args.cpuArchitecture ?? DEFAULTS.cpuArchitecture,
    environment: {
      [ENV.metricNamespace]: args.metricNamespace ?? DEFAULTS.metricNamespace,
      ...SERVER_CONNECTION,
      ...(args.nextMajorServerImage === undefined
        ? {}
        : { [DRILL_ENV.rehearseNextMajor]: "true", [DRILL_ENV.nextMajorPort]: String(NEXT_MAJOR_PORT) }),
    },
    repositoryName: args.repositoryName ?? name,
    primaryBucketName: args.primaryBucketName,
    replicaBucketName: args.replicaBucketName,
    replicaRegion: args.replicaRegion,
    primaryRegion: input.primaryRegion,
    taskRegion: account.region,
    logGroup,
    transform: transform.taskDefinition,
  };
  const groups = databaseGroups(args.databases).map((databases, i) => ({
    databases,
    roles: rolesOf(input, logGroup, databases, i + 1),
  }));
  const definitions = groups.flatMap(({ databases, roles }) =>
    databases.map((database) =>
      taskDefinition(tasks, {
        family: childName(name, database.name),
        streamPrefix: "drill",
        command: ["drill"],
        taskRoleArn: roles.drill,
        executionRoleArn: roles.execution,
        environment: environmentOf(database, args),
        secrets: args.identitySecretArn === undefined ? {} : { [DRILL_ENV.ageIdentity]: args.identitySecretArn },
        beside: serversOf(args, database, label),
        scratchGiB: args.scratchGiB ?? DEFAULTS.drillScratchGiB,
      }),
    ),
  );
  return { logGroup, roles: groups.map(({ roles }) => roles), definitions };
}
