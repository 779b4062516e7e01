import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { drillAgeAlarms } from "./internal/drill/drillAlarms";
import { createDrillMachine, createDrillSchedule } from "./internal/drill/drillOrchestration";
import { drillProblems } from "./internal/drill/drillProblems";
import { createDrillTasks } from "./internal/drill/drillTasks";
import { Guard, guardOf } from "./internal/guard";
import { executionsAlarm } from "./internal/runner/executionsAlarm";
import { createEgressRules, createSecurityGroup } from "./internal/runner/network";
import { createTaskFailureRule } from "./internal/runner/taskFailures";
import { deadLetterQueue } from "./internal/scope";
import { nameProblems, refuseProblems } from "./internal/validate";
import type { RestoreDrillArgs } from "./restoreDrillArgs";
import type { Transform } from "./types";

export type { RestoreDrillArgs };

/** Per-child changes. */
export interface RestoreDrillTransforms {
  cluster?: Transform<aws.ecs.ClusterArgs>;
  taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs>;
  logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  stateMachine?: Transform<aws.sfn.StateMachineArgs>;
  schedule?: Transform<aws.scheduler.ScheduleArgs>;
  alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
}

/** Options of RestoreDrill. */
export interface RestoreDrillOptions extends pulumi.ComponentResourceOptions {
  transform?: RestoreDrillTransforms;
}

/**
 * Restores the newest recovery point of each database on a schedule, from the replica, into a throwaway PostgreSQL beside the task, asks
 * it what the database must answer, and leaves a record below the primary's drills/. Its role reads the replica, adds the record, and
 * can do nothing else. With a replica in another account name it `<repository>-drill`: the replica lets in the roles of that name.
 *
 * The alarm on the age of drills needs a FreshnessCheck with `drillIntervalDays` in the same region, which measures it.
 */
export class RestoreDrill extends pulumi.ComponentResource {
  /** The machine that drills every database; start it by hand to drill now. */
  readonly stateMachineArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Task definitions, in the order of `databases`. */
  readonly taskDefinitionArns: pulumi.Output<string[]>;
  /** Roles of the drills, one per 25 databases: they read the replica and add a record; they know no database. */
  readonly drillRoleArns: pulumi.Output<string[]>;
  /** Roles that tasks are started with, one per 25 databases. */
  readonly executionRoleArns: pulumi.Output<string[]>;
  /** Group of the tasks, to which nothing comes in. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: RestoreDrillArgs, opts?: RestoreDrillOptions) {
    refuseProblems("RestoreDrill", name, [...nameProblems(name), ...drillProblems(args)]);
    const guard = new Guard(`RestoreDrill "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:RestoreDrill", name, args, guard.options(opts));
    guard.watch(this);

    const { region, tags, alarmTopicArn } = args;
    const transform = opts?.transform ?? {};
    const scope = { parent: this, name, guard, region, tags };
    const home = accountOf(this);
    const account = region === undefined ? home : { ...home, region: pulumi.output(region) };
    const tasks = createDrillTasks({ ...scope, args, account, primaryRegion: home.region, transform });
    const cluster = child(aws.ecs.Cluster, childName(name, "cluster"), { region, tags }, guard, {
      parent: this,
      transform: transform.cluster,
    });
    const group = createSecurityGroup(scope, args.vpcId, "drill", transform.securityGroup);
    createEgressRules(scope, group, [], undefined);
    const deadLetters = deadLetterQueue(scope, alarmTopicArn);
    const orchestration = {
      ...scope,
      args,
      account,
      clusterArn: cluster.arn,
      securityGroupId: group.id,
      tasks,
      deadLetterQueueArn: deadLetters.queue.arn,
      transform,
    };
    const machine = createDrillMachine(orchestration);
    const schedule = createDrillSchedule(orchestration, machine);
    const executions = executionsAlarm(scope, [machine], "a restore drill", alarmTopicArn);
    if (alarmTopicArn !== undefined)
      createTaskFailureRule(scope, cluster.arn, alarmTopicArn, deadLetters.queue, "drill");

    this.stateMachineArn = machine.arn;
    this.scheduleName = schedule.name;
    this.clusterArn = cluster.arn;
    this.taskDefinitionArns = pulumi.all(tasks.definitions.map(({ arn }) => arn));
    this.drillRoleArns = pulumi.all(tasks.roles.map(({ drill }) => drill));
    this.executionRoleArns = pulumi.all(tasks.roles.map(({ execution }) => execution));
    this.securityGroupId = group.id;
    this.logGroupName = tasks.logGroup.name;
    this.deadLetterQueueUrl = deadLetters.queue.url;
    this.alarmNames = pulumi.all([executions, deadLetters.alarmName, ...drillAgeAlarms(scope, args, transform.alarm)]);
    this.registerOutputs({
      stateMachineArn: this.stateMachineArn,
      scheduleName: this.scheduleName,
      clusterArn: this.clusterArn,
      taskDefinitionArns: this.taskDefinitionArns,
      drillRoleArns: this.drillRoleArns,
      executionRoleArns: this.executionRoleArns,
      securityGroupId: this.securityGroupId,
      logGroupName: this.logGroupName,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      alarmNames: this.alarmNames,
    });
  }
}
