import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RestoreDrillArgs } from "../../restoreDrillArgs";
import type { Transform } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { childName } from "../childName";
import { DEFAULTS, LIMITS } from "../defaults";
import { stateMachineStatements } from "../runner/iamOrchestration";
import { machineTrust, revisionOf } from "../runner/runnerMachines";
import { scheduleGroup } from "../scheduleRole";
import { roleWithPolicy, type Scope } from "../scope";
import { drillMachineDefinition } from "./drillMachine";
import type { DrillTasks } from "./drillTasks";

/** What machine and schedule are made from. */
export interface DrillOrchestrationInput extends Scope {
  args: RestoreDrillArgs;
  /** Where the tasks run. */
  account: Account;
  clusterArn: pulumi.Output<string>;
  securityGroupId: pulumi.Input<string>;
  tasks: DrillTasks;
  deadLetterQueueArn: pulumi.Output<string>;
  transform: {
    stateMachine?: Transform<aws.sfn.StateMachineArgs> | undefined;
    schedule?: Transform<aws.scheduler.ScheduleArgs> | undefined;
  };
}

/** Up to a group of databases by name; more would not fit the policy, so by family prefix. */
function familyArns({ account, tasks, name }: DrillOrchestrationInput): pulumi.Output<string[]> {
  if (tasks.definitions.length <= LIMITS.databasesPerGroup) {
    return pulumi.all(tasks.definitions.map(({ arnWithoutRevision }) => arnWithoutRevision));
  }
  return pulumi
    .all([account.partition, account.region, account.accountId])
    .apply(([partition, region, accountId]) => [
      `arn:${partition}:ecs:${region}:${accountId}:task-definition/${childName(name, "*")}`,
    ]);
}

/** The machine that drills every database. */
export function createDrillMachine(input: DrillOrchestrationInput): aws.sfn.StateMachine {
  const { args, account, clusterArn, tasks, parent, name, guard, region, tags } = input;
  const roleArn = roleWithPolicy(
    input,
    "machine-role",
    machineTrust(input),
    pulumi
      .output({
        ...account,
        clusterArn,
        taskFamilyArns: familyArns(input),
        taskRoleArns: pulumi.all(tasks.roles.flatMap(({ drill, execution }) => [execution, drill])),
      })
      .apply((known) => stateMachineStatements({ ...known, planFunctionArn: undefined, listArn: undefined })),
  );
  const definition = pulumi
    .output({
      partition: account.partition,
      clusterArn,
      revisions: pulumi.all(tasks.definitions.map(revisionOf)),
      subnetIds: pulumi.output(args.subnetIds),
      securityGroupId: input.securityGroupId,
    })
    .apply(({ revisions, ...known }) =>
      drillMachineDefinition({
        ...known,
        databases: args.databases.map((database, i) => ({ name: database.name, task: revisions[i]! })),
        timeoutMinutes: args.timeoutMinutes ?? DEFAULTS.timeoutMinutes,
        maxConcurrency: args.maxConcurrency ?? DEFAULTS.maxConcurrency,
      }),
    );
  const machineArgs = { region, type: "STANDARD", roleArn, definition, tags };
  return child(aws.sfn.StateMachine, childName(name, "machine"), machineArgs, guard, {
    parent,
    transform: input.transform.stateMachine,
  });
}

/** Starts the machine. A delivery that comes twice gives two drills, which harm nothing. */
export function createDrillSchedule(
  input: DrillOrchestrationInput,
  machine: aws.sfn.StateMachine,
): aws.scheduler.Schedule {
  const { args, parent, name, guard, region } = input;
  const { name: groupName, roleArn } = scheduleGroup(input, machine.arn);
  const { databases } = args;
  const scheduleArgs: aws.scheduler.ScheduleArgs = {
    region,
    groupName,
    description: `${name}: restore drills of ${databases.length === 1 ? databases[0]!.name : `${databases.length} databases`}`,
    scheduleExpression: args.scheduleExpression ?? DEFAULTS.drillScheduleExpression,
    scheduleExpressionTimezone: args.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
    flexibleTimeWindow: { mode: "OFF" },
    state: "ENABLED",
    target: {
      arn: machine.arn,
      roleArn,
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: input.deadLetterQueueArn },
    },
  };
  return child(aws.scheduler.Schedule, childName(name, "schedule"), scheduleArgs, guard, {
    parent,
    transform: input.transform.schedule,
  });
}
