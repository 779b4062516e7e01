import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupRunnerTransforms } from "../backupRunner";
import type { Account } from "./account";
import { child } from "./child";
import { childName } from "./childName";
import { executionScheduleStatements, starterStatements, stateMachineStatements } from "./iamOrchestration";
import { serviceTrust } from "./policyDocument";
import { type Scope, alarm, roleWithPolicy } from "./scope";
import { STARTER_INPUT, backupMachineDefinition, starterMachineDefinition } from "./stateMachines";

/** The tasks of one database. */
export interface DatabaseTaskDefinitions {
  name: string;
  dump: aws.ecs.TaskDefinition;
  verify: aws.ecs.TaskDefinition;
}

/** What the machines and the schedule are made from. */
export interface OrchestrationInput extends Scope {
  account: Account;
  clusterArn: pulumi.Output<string>;
  planFunction: aws.lambda.Function;
  tasks: readonly DatabaseTaskDefinitions[];
  taskRoleArns: pulumi.Output<string>[];
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Output<string>;
  timeoutMinutes: number;
  maxConcurrency: number;
  scheduleExpression: string;
  scheduleTimezone: string;
  flexibleWindowMinutes: number;
  deadLetterQueueArn: pulumi.Output<string>;
  alarmTopicArn: pulumi.Input<string> | undefined;
  transform: BackupRunnerTransforms;
}

function backupMachine(input: OrchestrationInput): aws.sfn.StateMachine {
  const { account, tasks } = input;
  const families = pulumi.all(
    tasks.flatMap(({ dump, verify }) => [dump.arnWithoutRevision, verify.arnWithoutRevision]),
  );
  const roleArn = roleWithPolicy(
    input,
    "machine-role",
    account.accountId.apply((id) => serviceTrust("states.amazonaws.com", id)),
    pulumi
      .all([
        account.partition,
        account.region,
        account.accountId,
        input.clusterArn,
        families,
        pulumi.all(input.taskRoleArns),
        input.planFunction.arn,
      ])
      .apply(([partition, region, accountId, clusterArn, taskFamilyArns, taskRoleArns, planFunctionArn]) =>
        stateMachineStatements({
          partition,
          region,
          accountId,
          clusterArn,
          taskFamilyArns,
          taskRoleArns,
          planFunctionArn,
        }),
      ),
  );
  const databases = pulumi.all(
    tasks.map(({ name, dump, verify }) =>
      pulumi.all([dump.arn, verify.arn]).apply(([dumpTaskDefinitionArn, verifyTaskDefinitionArn]) => ({
        name,
        dumpTaskDefinitionArn,
        verifyTaskDefinitionArn,
      })),
    ),
  );
  const definition = pulumi
    .all([
      account.partition,
      input.clusterArn,
      input.planFunction.arn,
      databases,
      input.subnetIds,
      input.securityGroupId,
    ])
    .apply(([partition, clusterArn, planFunctionArn, list, subnetIds, securityGroupId]) =>
      backupMachineDefinition({
        partition,
        clusterArn,
        planFunctionArn,
        databases: list,
        subnetIds,
        securityGroupId,
        timeoutMinutes: input.timeoutMinutes,
        maxConcurrency: input.maxConcurrency,
      }),
    );
  return child(
    aws.sfn.StateMachine,
    childName(input.name, "backup"),
    { region: input.region, type: "STANDARD", roleArn, definition, tags: input.tags },
    input.guard,
    { parent: input.parent, transform: input.transform.stateMachine },
  );
}

function starterMachine(input: OrchestrationInput, backup: aws.sfn.StateMachine): aws.sfn.StateMachine {
  const roleArn = roleWithPolicy(
    input,
    "starter-role",
    input.account.accountId.apply((id) => serviceTrust("states.amazonaws.com", id)),
    backup.arn.apply(starterStatements),
  );
  const definition = pulumi
    .all([input.account.partition, backup.arn])
    .apply(([partition, arn]) => starterMachineDefinition(partition, arn, input.name));
  return child(
    aws.sfn.StateMachine,
    childName(input.name, "starter"),
    { region: input.region, type: "STANDARD", roleArn, definition, tags: input.tags },
    input.guard,
    { parent: input.parent, transform: input.transform.starter },
  );
}

function schedule(
  input: OrchestrationInput,
  starter: aws.sfn.StateMachine,
): { name: pulumi.Output<string>; groupName: pulumi.Output<string> } {
  const { parent, guard, region, tags, flexibleWindowMinutes } = input;
  const roleArn = roleWithPolicy(
    input,
    "schedule-role",
    input.account.accountId.apply((id) => serviceTrust("scheduler.amazonaws.com", id)),
    pulumi
      .all([starter.arn, input.deadLetterQueueArn])
      .apply(([arn, queueArn]) => executionScheduleStatements(arn, queueArn)),
  );
  const group = child(aws.scheduler.ScheduleGroup, childName(input.name, "schedules"), { region, tags }, guard, {
    parent,
  });
  const args: aws.scheduler.ScheduleArgs = {
    region,
    groupName: group.name,
    description: `${input.name}: backups`,
    scheduleExpression: input.scheduleExpression,
    scheduleExpressionTimezone: input.scheduleTimezone,
    flexibleTimeWindow:
      flexibleWindowMinutes === 0
        ? { mode: "OFF" }
        : { mode: "FLEXIBLE", maximumWindowInMinutes: flexibleWindowMinutes },
    state: "ENABLED",
    target: {
      arn: starter.arn,
      roleArn,
      input: STARTER_INPUT,
      // The service's own defaults, 185 times in 24 hours, would start a dump a day late.
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: input.deadLetterQueueArn },
    },
  };
  const created = child(aws.scheduler.Schedule, childName(input.name, "schedule"), args, guard, {
    parent,
    transform: input.transform.schedule,
  });
  return { name: created.name, groupName: group.name };
}

function machineAlarms(
  input: OrchestrationInput,
  label: string,
  machine: aws.sfn.StateMachine,
): pulumi.Output<string>[] {
  return ["Failed", "TimedOut", "Aborted"].map((outcome) =>
    alarm(
      input,
      {
        role: `${label}-${outcome.toLowerCase()}`,
        description: `${input.name}: an execution of the ${label} state machine ${outcome === "TimedOut" ? "timed out" : outcome.toLowerCase()}`,
        namespace: "AWS/States",
        metricName: `Executions${outcome}`,
        dimensions: { StateMachineArn: machine.arn },
        statistic: "Sum",
        comparison: "GreaterThanThreshold",
        threshold: 0,
        periodMinutes: 5,
        missingDataBreaches: false,
      },
      input.alarmTopicArn,
    ),
  );
}

/** What is started, by what, and what watches it. */
export interface Orchestration {
  stateMachineArn: pulumi.Output<string>;
  starterArn: pulumi.Output<string>;
  scheduleName: pulumi.Output<string>;
  scheduleGroupName: pulumi.Output<string>;
  alarmNames: pulumi.Output<string>[];
}

/** Schedule → starter → state machine, with alarms on both machines. */
export function createOrchestration(input: OrchestrationInput): Orchestration {
  const backup = backupMachine(input);
  const starter = starterMachine(input, backup);
  const { name, groupName } = schedule(input, starter);
  return {
    stateMachineArn: backup.arn,
    starterArn: starter.arn,
    scheduleName: name,
    scheduleGroupName: groupName,
    alarmNames: [...machineAlarms(input, "backup", backup), ...machineAlarms(input, "starter", starter)],
  };
}
