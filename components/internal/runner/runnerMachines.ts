import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRunnerTransforms } from "../../backupRunner";
import type { DatabaseListArgs } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { childName } from "../childName";
import type { DatabaseSchedule } from "./databaseSchedules";
import { LIMITS } from "../defaults";
import { distributedMapStatements, starterStatements, stateMachineStatements } from "./iamOrchestration";
import { policyJson, serviceTrust } from "../policyDocument";
import type { DumpTask, TaskGroup } from "./runnerTasks";
import { type Scope, roleWithPolicy } from "../scope";
import { starterMachineDefinition } from "./starterMachine";
import { type BackupMachineInput, type DatabaseItem, backupMachineDefinition, isDistributed } from "./stateMachines";
import { dumpRolePath } from "./taskRoles";

/** What the machines are made from. */
export interface MachinesInput extends Scope {
  account: Account;
  clusterArn: pulumi.Output<string>;
  planFunction: aws.lambda.Function;
  dumps: readonly DumpTask[];
  groups: readonly TaskGroup[];
  databaseList: DatabaseListArgs | undefined;
  schedules: readonly DatabaseSchedule[];
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Output<string>;
  timeoutMinutes: number;
  maxConcurrency: number;
  transform: BackupRunnerTransforms;
}

/**
 * Trusted for machines of this account and region alone.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
 */
export function machineTrust({ account }: Pick<MachinesInput, "account">): pulumi.Output<string> {
  return pulumi
    .all([account.partition, account.region, account.accountId])
    .apply(([partition, region, accountId]) =>
      serviceTrust("states.amazonaws.com", accountId, `arn:${partition}:states:${region}:${accountId}:stateMachine:*`),
    );
}

/** Up to a group of databases by name; more would not fit the policy, so by family prefix and by path. */
function dumpTargets(input: MachinesInput): pulumi.Output<{ families: string[]; roles: string[] }> {
  const { account, dumps, name } = input;
  if (dumps.length <= LIMITS.databasesPerGroup) {
    return pulumi
      .all([
        pulumi.all(dumps.map(({ definition }) => definition.arnWithoutRevision)),
        pulumi.all(dumps.map((dump) => dump.roleArn)),
      ])
      .apply(([families, roles]) => ({ families, roles }));
  }
  return pulumi.all([account.partition, account.region, account.accountId]).apply(([partition, region, accountId]) => ({
    families: [`arn:${partition}:ecs:${region}:${accountId}:task-definition/${childName(name, "dump", "*")}`],
    roles: [`arn:${partition}:iam::${accountId}:role${dumpRolePath(name)}*`],
  }));
}

function backupRole(input: MachinesInput): pulumi.Output<string> {
  const { account, groups, databaseList: list } = input;
  const statements = pulumi
    .output({
      ...account,
      clusterArn: input.clusterArn,
      planFunctionArn: input.planFunction.arn,
      dumps: dumpTargets(input),
      verifyFamilies: pulumi.all(groups.map(({ verify }) => verify.arnWithoutRevision)),
      groupRoles: pulumi.all(groups.flatMap(({ roles }) => [roles.execution, roles.verify])),
      listBucket: pulumi.output(list?.bucketName),
    })
    .apply(({ dumps, verifyFamilies, groupRoles, listBucket, ...known }) =>
      stateMachineStatements({
        ...known,
        taskFamilyArns: [...dumps.families, ...verifyFamilies],
        taskRoleArns: [...dumps.roles, ...groupRoles],
        listArn: list && `arn:${known.partition}:s3:::${listBucket}/${list.key}`,
      }),
    );
  return roleWithPolicy(input, "machine-role", machineTrust(input), statements);
}

/** `family:revision` of a task definition, which is what RunTask needs and much shorter than the ARN. */
export function revisionOf(definition: aws.ecs.TaskDefinition): pulumi.Output<string> {
  return definition.arn.apply((arn) => arn.split("/").pop()!);
}

/** Items of every schedule, or the list. */
function machineSource(input: MachinesInput): pulumi.Output<Pick<BackupMachineInput, "source" | "listed">> {
  const { dumps, groups, databaseList: list, schedules } = input;
  const revisions = pulumi.all([
    pulumi.all(dumps.map(({ definition }) => revisionOf(definition))),
    pulumi.all(groups.map(({ verify }) => revisionOf(verify))),
  ]);
  if (list !== undefined) {
    return pulumi.all([revisions, list.bucketName]).apply(([[[dump], [verify]], bucketName]) => ({
      source: { list: { bucketName, key: list.key, scheduleKey: schedules[0]!.key } },
      listed: { dump: dump!, verify: verify!, tiers: dumps[0]!.tiers },
    }));
  }
  return revisions.apply(([dumpRevisions, verifyRevisions]) => {
    const items = new Map(
      dumps.map(({ database, tiers }, i): [string, DatabaseItem] => [
        database!.name,
        {
          name: database!.name,
          tiers,
          dump: dumpRevisions[i]!,
          verify: verifyRevisions[Math.floor(i / LIMITS.databasesPerGroup)]!,
        },
      ]),
    );
    return {
      source: {
        schedules: schedules.map(({ key, databases }) => ({ key, items: databases.map((name) => items.get(name)!) })),
      },
    };
  });
}

function machine(
  input: MachinesInput,
  role: string,
  roleArn: pulumi.Output<string>,
  definition: pulumi.Output<string>,
  transform: BackupRunnerTransforms["stateMachine"],
): aws.sfn.StateMachine {
  const { region, tags, parent, guard, name } = input;
  return child(
    aws.sfn.StateMachine,
    childName(name, role),
    { region, type: "STANDARD", roleArn, definition, tags },
    guard,
    { parent, transform },
  );
}

/** Returns the machine, and its ARN, known only once its role may do all it needs. */
function backupMachine(input: MachinesInput): { machine: aws.sfn.StateMachine; arn: pulumi.Output<string> } {
  const { account, timeoutMinutes, maxConcurrency } = input;
  const roleArn = backupRole(input);
  const definition = pulumi
    .all([
      account.partition,
      input.clusterArn,
      input.planFunction.arn,
      machineSource(input),
      input.subnetIds,
      input.securityGroupId,
    ])
    .apply(([partition, clusterArn, planFunctionArn, source, subnetIds, securityGroupId]) =>
      backupMachineDefinition({
        partition,
        clusterArn,
        planFunctionArn,
        ...source,
        subnetIds,
        securityGroupId,
        timeoutMinutes,
        maxConcurrency,
      }),
    );
  const made = machine(input, "backup", roleArn, definition, input.transform.stateMachine);
  if (!isDistributed(input.databaseList ? undefined : input.dumps.length, maxConcurrency)) {
    return { machine: made, arn: made.arn };
  }
  // The machine needs its role and this policy the machine, so it can't be part of the role's other one.
  const itself = child(
    aws.iam.RolePolicy,
    childName(input.name, "machine-role", "items-policy"),
    {
      role: roleArn.apply((arn) => arn.split("/").pop()!),
      policy: made.arn.apply((arn) => policyJson(distributedMapStatements(arn))),
    },
    input.guard,
    { parent: made },
  );
  return { machine: made, arn: pulumi.all([made.arn, itself.id]).apply(([arn]) => arn) };
}

/** The machine that backs up, and the one that starts it once per due time. */
export function createMachines(input: MachinesInput): { backup: aws.sfn.StateMachine; starter: aws.sfn.StateMachine } {
  const backup = backupMachine(input);
  const roleArn = roleWithPolicy(input, "starter-role", machineTrust(input), backup.arn.apply(starterStatements));
  const definition = pulumi
    .all([input.account.partition, backup.arn])
    .apply(([partition, arn]) => starterMachineDefinition(partition, arn, input.name));
  const starter = machine(input, "starter", roleArn, definition, input.transform.starter);
  return { backup: backup.machine, starter };
}
