import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV, type TierPolicy } from "../../../runner/contract";
import type { BackupRunnerTransforms } from "../../backupRunner";
import type { BackupRunnerArgs } from "../../backupRunnerArgs";
import type { DatabaseArgs } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { childName } from "../childName";
import { databaseGroups } from "./databaseGroups";
import { dumpEnvironment, dumpOf } from "./dumpSettings";
import { DEFAULTS } from "../defaults";
import { pinnedImage } from "./image";
import { ANY_DATABASE } from "./iamTasks";
import type { Scope } from "../scope";
import { type TasksInput, connectionEnvironment, connectionSecrets, taskDefinition } from "./taskDefinitions";
import { type GroupRoles, type TaskRolesInput, dumpRole, groupRoles, listedDumpRole } from "./taskRoles";
import { tiersOf } from "../tiers";

/** What the tasks are made from. */
export interface RunnerTasksInput extends Scope {
  args: BackupRunnerArgs;
  account: Account;
  bucketArn: pulumi.Output<string>;
  tiers: readonly TierPolicy[];
  timeoutMinutes: number;
  transform: BackupRunnerTransforms;
}

/** The dump of one database, or of every one of a list. */
export interface DumpTask {
  /** Undefined for a list. */
  database: DatabaseArgs | undefined;
  /** Names of its tiers. */
  tiers: readonly string[];
  definition: aws.ecs.TaskDefinition;
  roleArn: pulumi.Output<string>;
}

/** What the databases of a group share. */
export interface TaskGroup {
  roles: GroupRoles;
  verify: aws.ecs.TaskDefinition;
}

/** Everything that can be run. */
export interface RunnerTasks {
  logGroup: aws.cloudwatch.LogGroup;
  /** In the order of the databases. */
  dumps: DumpTask[];
  /** In order, each for `LIMITS.databasesPerGroup` of them. */
  groups: TaskGroup[];
}

/** The keys that all of them are encrypted to, which a verification then wants to find; where they differ, it takes the manifest's. */
function commonRecipients(args: BackupRunnerArgs, databases: readonly DatabaseArgs[]): Record<string, string> {
  const isCommon = databases.every((database) => database.dump?.ageRecipients === undefined);
  return isCommon ? dumpEnvironment({ ageRecipients: args.dump?.ageRecipients }) : {};
}

function verifyTask(
  tasks: TasksInput,
  number: number,
  roles: GroupRoles,
  environment: Record<string, string>,
): aws.ecs.TaskDefinition {
  return taskDefinition(tasks, {
    family: childName(tasks.name, "verify", String(number)),
    streamPrefix: "verify",
    command: ["verify", "--latest", "--record"],
    taskRoleArn: roles.verify,
    executionRoleArn: roles.execution,
    environment,
  });
}

function dumpTask(
  tasks: TasksInput,
  family: string,
  args: BackupRunnerArgs,
  roles: { task: pulumi.Output<string>; execution: pulumi.Output<string> },
  own: { environment: Record<string, pulumi.Input<string>>; secretArn?: pulumi.Input<string> | undefined },
): aws.ecs.TaskDefinition {
  return taskDefinition(tasks, {
    family,
    streamPrefix: "dump",
    command: ["backup", "--no-verify"],
    taskRoleArn: roles.task,
    executionRoleArn: roles.execution,
    environment: {
      [ENV.bufferBudgetMiB]: String(args.bufferBudgetMiB ?? DEFAULTS.bufferBudgetMiB),
      ...own.environment,
    },
    secrets: own.secretArn === undefined ? undefined : connectionSecrets(own.secretArn),
  });
}

/** A group of named databases: two roles and a verify task for all, a role and a dump task for each. */
function namedGroup(
  input: RunnerTasksInput,
  roles: TaskRolesInput,
  tasks: TasksInput,
  databases: readonly DatabaseArgs[],
  number: number,
): { group: TaskGroup; dumps: DumpTask[] } {
  const { args, name } = input;
  const shared = groupRoles(roles, number, databases);
  const dumps = databases.map((database) => {
    const tiers = tiersOf(input.tiers, database.tiers).map((policy) => policy.name);
    const roleArn = dumpRole(roles, database, tiers);
    const definition = dumpTask(
      tasks,
      childName(name, "dump", database.name),
      args,
      { task: roleArn, execution: shared.execution },
      {
        environment: {
          [ENV.database]: database.name,
          ...connectionEnvironment(database),
          ...dumpEnvironment(dumpOf(args.dump, database.dump)),
        },
        secretArn: database.secretArn,
      },
    );
    return { database, tiers, definition, roleArn };
  });
  return {
    group: { roles: shared, verify: verifyTask(tasks, number, shared, commonRecipients(args, databases)) },
    dumps,
  };
}

/** A list in S3: one of each, told at each run what to dump. */
function listedGroup(
  input: RunnerTasksInput,
  roles: TaskRolesInput,
  tasks: TasksInput,
  secretNamePrefix: string,
): { group: TaskGroup; dumps: DumpTask[] } {
  const shared = groupRoles(roles, 1, [{ name: ANY_DATABASE }]);
  const tiers = input.tiers.map((policy) => policy.name);
  const roleArn = listedDumpRole(roles, tiers, secretNamePrefix);
  const definition = dumpTask(
    tasks,
    childName(input.name, "dump"),
    input.args,
    { task: roleArn, execution: shared.execution },
    { environment: { PGSSLMODE: DEFAULTS.sslMode, ...dumpEnvironment(input.args.dump ?? {}) } },
  );
  return {
    group: { roles: shared, verify: verifyTask(tasks, 1, shared, commonRecipients(input.args, [])) },
    dumps: [{ database: undefined, tiers, definition, roleArn }],
  };
}

/** Log group, roles and task definitions. */
export function createTasks(input: RunnerTasksInput): RunnerTasks {
  const { args, account, parent, name, guard, tags, transform } = input;
  const logGroup = child(aws.cloudwatch.LogGroup, childName(name, "logs"), { retentionInDays: 90, tags }, guard, {
    parent,
    transform: transform.logGroup,
  });
  const scope = { parent, name, guard, tags };
  const roles = { ...scope, args, account, bucketArn: input.bucketArn, logGroup };
  const tasks = {
    ...scope,
    image: pinnedImage(`BackupRunner "${name}"`, args.image),
    cpu: args.cpu ?? DEFAULTS.cpu,
    memoryMiB: args.memoryMiB ?? DEFAULTS.memoryMiB,
    cpuArchitecture: args.cpuArchitecture ?? DEFAULTS.cpuArchitecture,
    environment: {
      [ENV.tiers]: JSON.stringify(input.tiers),
      [ENV.lockMode]: args.objectLockMode ?? DEFAULTS.objectLockMode,
      [ENV.timeoutMinutes]: String(input.timeoutMinutes),
    },
    repositoryName: args.repositoryName ?? name,
    primaryBucketName: args.primaryBucketName,
    replicaBucketName: args.replicaBucketName,
    replicaRegion: args.replicaRegion,
    primaryRegion: account.region,
    taskRegion: account.region,
    logGroup,
    transform: transform.taskDefinition,
  };
  const made = args.databaseList
    ? [listedGroup(input, roles, tasks, args.databaseList.secretNamePrefix)]
    : databaseGroups(args.databases ?? []).map((group, i) => namedGroup(input, roles, tasks, group, i + 1));
  return { logGroup, groups: made.map(({ group }) => group), dumps: made.flatMap(({ dumps }) => dumps) };
}
