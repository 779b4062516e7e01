import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../runner/contract";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { DEFAULTS, tierPolicies } from "./internal/defaults";
import { Guard, guardOf } from "./internal/guard";
import { planRoleStatements } from "./internal/iamPolicies";
import { lambdaFunction } from "./internal/lambdaFunction";
import { createSecurityGroup } from "./internal/network";
import { createOrchestration } from "./internal/runnerOrchestration";
import { runnerProblems } from "./internal/runnerProblems";
import { createTasks } from "./internal/runnerTasks";
import { deadLetterQueue } from "./internal/scope";
import { createTaskFailureRule } from "./internal/taskFailures";
import { nameProblems, refuseProblems } from "./internal/validate";
import type { CpuArchitecture, DatabaseArgs, ObjectLockMode, TierArgs, Transform } from "./types";

/** Arguments of BackupRunner. Numbers of tiers and lock mode must be those of the repository: its bucket policy enforces them. */
export interface BackupRunnerArgs {
  /** Databases to back up, at most 25. */
  databases: DatabaseArgs[];
  /** Runner image, pinned: `<repository>@sha256:<digest>`. Its entry point is the CLI `backup321`. */
  image: string;
  /** VPC of the tasks. */
  vpcId: pulumi.Input<string>;
  /** Subnets of the tasks. Private: they need a way to S3, to Secrets Manager, to the logs and to the image's registry. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Bucket that is written to. */
  primaryBucketName: pulumi.Input<string>;
  /** ARN of its key. */
  primaryKmsKeyArn: pulumi.Input<string>;
  /** Bucket of the replica, for the restore commands in each manifest. */
  replicaBucketName: pulumi.Input<string>;
  /** Its region. */
  replicaRegion: string;
  /**
   * The repository's tiers.
   *
   * @default - one daily tier: 120 days, locked as long
   */
  tiers?: TierArgs[];
  /**
   * The repository's lock mode.
   *
   * @default ObjectLockMode.Governance
   */
  objectLockMode?: ObjectLockMode;
  /**
   * When to back up: `cron(...)` or `rate(...)` of EventBridge Scheduler.
   *
   * @default "cron(0 2 * * ? *)"
   */
  scheduleExpression?: string;
  /**
   * IANA time zone of a cron expression.
   *
   * @default "UTC"
   */
  scheduleTimezone?: string;
  /**
   * Whole minutes by which a start may be late, to spread load; 0 for none.
   *
   * @default 0
   */
  flexibleWindowMinutes?: number;
  /**
   * Whole minutes after which a dump, or a verification, is stopped; at most 1440.
   *
   * @default 240
   */
  timeoutMinutes?: number;
  /**
   * Databases that are backed up at the same time, 1-40.
   *
   * @default 2
   */
  maxConcurrency?: number;
  /**
   * Fargate CPU units of a task.
   *
   * @default 1024
   */
  cpu?: number;
  /**
   * Memory of a task in MiB; must fit `cpu`, and be 512 more than `bufferBudgetMiB`.
   *
   * @default 2048
   */
  memoryMiB?: number;
  /**
   * CPU architecture, for which the image must be built.
   *
   * @default CpuArchitecture.Arm64
   */
  cpuArchitecture?: CpuArchitecture;
  /**
   * Memory for part buffers in MiB.
   *
   * @default 256
   */
  bufferBudgetMiB?: number;
  /**
   * SNS topic in this region for alarms and failed tasks.
   *
   * @default - alarms have no action
   */
  alarmTopicArn?: pulumi.Input<string>;
  /**
   * Name of the repository, a metric dimension.
   *
   * @default - the component's name
   */
  repositoryName?: string;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

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
 * Backs databases up on a schedule: EventBridge Scheduler → a starter → a state machine that plans, dumps and verifies each
 * database as Fargate tasks. The dump's role can only add objects; the verifier's can read, and add a record.
 */
export class BackupRunner extends pulumi.ComponentResource {
  /** The machine that backs up every database. */
  readonly stateMachineArn: pulumi.Output<string>;
  /** The machine that the schedule starts. */
  readonly starterArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly scheduleGroupName: pulumi.Output<string>;
  readonly clusterArn: pulumi.Output<string>;
  /** Dump task definitions, in the order of `databases`. */
  readonly dumpTaskDefinitionArns: pulumi.Output<string[]>;
  /** Verify task definitions, in the order of `databases`. */
  readonly verifyTaskDefinitionArns: pulumi.Output<string[]>;
  readonly dumpRoleArn: pulumi.Output<string>;
  readonly verifyRoleArn: pulumi.Output<string>;
  readonly executionRoleArn: pulumi.Output<string>;
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
    const { primaryBucketName, tags } = args;
    const tiers = tierPolicies(args.tiers);
    const timeoutMinutes = args.timeoutMinutes ?? DEFAULTS.timeoutMinutes;
    const bucketArn = pulumi.interpolate`arn:${account.partition}:s3:::${primaryBucketName}`;

    const { logGroup, roles, tasks } = createTasks({
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
    this.securityGroupId = createSecurityGroup(scope, args.vpcId, args.databases, transform.securityGroup);
    const deadLetters = deadLetterQueue(scope, args.alarmTopicArn);
    const orchestration = createOrchestration({
      ...scope,
      account,
      clusterArn: cluster.arn,
      planFunction,
      tasks,
      taskRoleArns: [roles.execution, roles.dump, roles.verify],
      subnetIds: args.subnetIds,
      securityGroupId: this.securityGroupId,
      timeoutMinutes,
      maxConcurrency: args.maxConcurrency ?? DEFAULTS.maxConcurrency,
      scheduleExpression: args.scheduleExpression ?? DEFAULTS.scheduleExpression,
      scheduleTimezone: args.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
      flexibleWindowMinutes: args.flexibleWindowMinutes ?? DEFAULTS.flexibleWindowMinutes,
      deadLetterQueueArn: deadLetters.queue.arn,
      alarmTopicArn: args.alarmTopicArn,
      transform,
    });
    if (args.alarmTopicArn !== undefined)
      createTaskFailureRule(scope, cluster.arn, args.alarmTopicArn, deadLetters.queue);

    this.executionRoleArn = roles.execution;
    this.dumpRoleArn = roles.dump;
    this.verifyRoleArn = roles.verify;
    this.stateMachineArn = orchestration.stateMachineArn;
    this.starterArn = orchestration.starterArn;
    this.scheduleName = orchestration.scheduleName;
    this.scheduleGroupName = orchestration.scheduleGroupName;
    this.clusterArn = cluster.arn;
    this.dumpTaskDefinitionArns = pulumi.all(tasks.map(({ dump }) => dump.arn));
    this.verifyTaskDefinitionArns = pulumi.all(tasks.map(({ verify }) => verify.arn));
    this.logGroupName = logGroup.name;
    this.planFunctionName = planFunction.name;
    this.deadLetterQueueUrl = deadLetters.queue.url;
    this.alarmNames = pulumi.all([...orchestration.alarmNames, deadLetters.alarmName]);
    this.registerOutputs({
      stateMachineArn: this.stateMachineArn,
      starterArn: this.starterArn,
      scheduleName: this.scheduleName,
      scheduleGroupName: this.scheduleGroupName,
      clusterArn: this.clusterArn,
      dumpTaskDefinitionArns: this.dumpTaskDefinitionArns,
      verifyTaskDefinitionArns: this.verifyTaskDefinitionArns,
      dumpRoleArn: this.dumpRoleArn,
      verifyRoleArn: this.verifyRoleArn,
      executionRoleArn: this.executionRoleArn,
      securityGroupId: this.securityGroupId,
      logGroupName: this.logGroupName,
      planFunctionName: this.planFunctionName,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      alarmNames: this.alarmNames,
    });
  }
}
