import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../runner/contract";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { databaseSchedules } from "./internal/runner/databaseSchedules";
import { DEFAULTS, tierPolicies } from "./internal/defaults";
import { executionsAlarm } from "./internal/runner/executionsAlarm";
import { Guard, guardOf } from "./internal/guard";
import { planRoleStatements } from "./internal/iamPolicies";
import { lambdaFunction } from "./internal/lambdaFunction";
import { createMachines } from "./internal/runner/runnerMachines";
import { createNetwork } from "./internal/runner/runnerNetwork";
import { runnerProblems } from "./internal/runner/runnerProblems";
import { createSchedules } from "./internal/runner/runnerSchedules";
import { createTasks } from "./internal/runner/runnerTasks";
import { deadLetterQueue } from "./internal/scope";
import { createTaskFailureRule } from "./internal/runner/taskFailures";
import { nameProblems, refuseProblems } from "./internal/validate";
import type { BackupRunnerArgs } from "./backupRunnerArgs";
import type { Transform } from "./types";

export type { BackupRunnerArgs };

/** Per-child changes. */
export interface BackupRunnerTransforms {
  cluster?: Transform<aws.ecs.ClusterArgs>;
  taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs>;
  logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  planFunction?: Transform<aws.lambda.FunctionArgs>;
  stateMachine?: Transform<aws.sfn.StateMachineArgs>;
  starter?: Transform<aws.sfn.StateMachineArgs>;
  schedule?: Transform<aws.scheduler.ScheduleArgs>;
}

/** Options of BackupRunner. */
export interface BackupRunnerOptions extends pulumi.ComponentResourceOptions {
  transform?: BackupRunnerTransforms;
}

/**
 * Backs databases up on their schedules: EventBridge Scheduler → a starter → a state machine that plans, dumps and verifies each
 * database as Fargate tasks. A dump's role can only add objects of its own database; the verifier's can read, and add a record.
 */
export class BackupRunner extends pulumi.ComponentResource {
  /** The machine that backs up: the databases of the schedule that its input names, or all of them for the input `{}`. */
  readonly stateMachineArn: pulumi.Output<string>;
  /** The machine that schedules start. */
  readonly starterArn: pulumi.Output<string>;
  /** One schedule per expression and time zone, in the order in which `databases` first names them. */
  readonly scheduleNames: pulumi.Output<string[]>;
  readonly scheduleGroupName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Dump task definitions, in the order of `databases`; one in all for a list. */
  readonly dumpTaskDefinitionArns: pulumi.Output<string[]>;
  /** Verify task definitions, one per 25 databases, in order; one in all for a list. */
  readonly verifyTaskDefinitionArns: pulumi.Output<string[]>;
  /** Roles that add dumps, in the order of `databases`; one in all for a list. */
  readonly dumpRoleArns: pulumi.Output<string[]>;
  /** Roles that read what was added and record it, one per 25 databases. */
  readonly verifyRoleArns: pulumi.Output<string[]>;
  /** Roles that tasks are started with, one per 25 databases: they read exactly the secrets of these. */
  readonly executionRoleArns: pulumi.Output<string[]>;
  /** Group of the tasks; let it in at the database. */
  readonly securityGroupId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  readonly planFunctionName: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: BackupRunnerArgs, opts?: BackupRunnerOptions) {
    refuseProblems("BackupRunner", name, [...nameProblems(name), ...runnerProblems(args)]);
    const guard = new Guard(`BackupRunner "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:BackupRunner", name, args, guard.options(opts));
    guard.watch(this);

    const account = accountOf(this);
    const transform = opts?.transform ?? {};
    const scope = { parent: this, name, guard, tags: args.tags };
    const { primaryBucketName, tags, databases, databaseList } = args;
    const tiers = tierPolicies(args.tiers);
    const timeoutMinutes = args.timeoutMinutes ?? DEFAULTS.timeoutMinutes;
    const bucketArn = pulumi.interpolate`arn:${account.partition}:s3:::${primaryBucketName}`;
    const schedules = databaseSchedules(databases, args);

    const { logGroup, groups, dumps } = createTasks({
      ...scope,
      args,
      account,
      bucketArn,
      tiers,
      timeoutMinutes,
      transform,
    });
    const cluster = child(aws.ecs.Cluster, childName(name, "cluster"), { tags }, guard, {
      parent: this,
      transform: transform.cluster,
    });
    const planFunction = lambdaFunction(scope, {
      role: "plan",
      bundle: "plan",
      description: `${name}: chooses the tier of the next recovery point`,
      environment: {
        [ENV.bucket]: primaryBucketName,
        [ENV.region]: account.region,
        [ENV.tiers]: JSON.stringify(tiers),
      },
      statements: (logGroupArn) =>
        pulumi.all([bucketArn, logGroupArn]).apply(([arn, logs]) => planRoleStatements(arn, logs)),
      timeoutSeconds: 120,
      transform: transform.planFunction,
    });
    this.securityGroupId = createNetwork(scope, args, account, transform.securityGroup);
    const deadLetters = deadLetterQueue(scope, args.alarmTopicArn);
    const { backup, starter } = createMachines({
      ...scope,
      account,
      clusterArn: cluster.arn,
      planFunction,
      dumps,
      groups,
      databaseList,
      schedules,
      subnetIds: args.subnetIds,
      securityGroupId: this.securityGroupId,
      timeoutMinutes,
      maxConcurrency: args.maxConcurrency ?? DEFAULTS.maxConcurrency,
      transform,
    });
    const made = createSchedules({
      ...scope,
      account,
      schedules,
      starterArn: starter.arn,
      flexibleWindowMinutes: args.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes,
      deadLetterQueueArn: deadLetters.queue.arn,
      transform: transform.schedule,
    });
    const executions = executionsAlarm(scope, [backup, starter], "a backup, or its start,", args.alarmTopicArn);
    if (args.alarmTopicArn !== undefined)
      createTaskFailureRule(scope, cluster.arn, args.alarmTopicArn, deadLetters.queue, "backup");

    this.stateMachineArn = backup.arn;
    this.starterArn = starter.arn;
    this.scheduleNames = pulumi.all(made.names);
    this.scheduleGroupName = made.groupName;
    this.clusterArn = cluster.arn;
    this.dumpTaskDefinitionArns = pulumi.all(dumps.map(({ definition }) => definition.arn));
    this.verifyTaskDefinitionArns = pulumi.all(groups.map(({ verify }) => verify.arn));
    this.dumpRoleArns = pulumi.all(dumps.map(({ roleArn }) => roleArn));
    this.verifyRoleArns = pulumi.all(groups.map(({ roles }) => roles.verify));
    this.executionRoleArns = pulumi.all(groups.map(({ roles }) => roles.execution));
    this.logGroupName = logGroup.name;
    this.planFunctionName = planFunction.name;
    this.deadLetterQueueUrl = deadLetters.queue.url;
    this.alarmNames = pulumi.all([executions, deadLetters.alarmName]);
    this.registerOutputs({
      stateMachineArn: this.stateMachineArn,
      starterArn: this.starterArn,
      scheduleNames: this.scheduleNames,
      scheduleGroupName: this.scheduleGroupName,
      clusterArn: this.clusterArn,
      dumpTaskDefinitionArns: this.dumpTaskDefinitionArns,
      verifyTaskDefinitionArns: this.verifyTaskDefinitionArns,
      dumpRoleArns: this.dumpRoleArns,
      verifyRoleArns: this.verifyRoleArns,
      executionRoleArns: this.executionRoleArns,
      securityGroupId: this.securityGroupId,
      logGroupName: this.logGroupName,
      planFunctionName: this.planFunctionName,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      alarmNames: this.alarmNames,
    });
  }
}
