import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV, METRICS } from "../runner/contract";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { DEFAULTS, tierPolicies } from "./internal/defaults";
import { freshnessProblems } from "./internal/freshnessProblems";
import { Guard, guardOf } from "./internal/guard";
import { functionScheduleStatements } from "./internal/iamOrchestration";
import { freshnessRoleStatements } from "./internal/iamPolicies";
import { lambdaFunction } from "./internal/lambdaFunction";
import { serviceTrust } from "./internal/policyDocument";
import { type Scope, alarm, deadLetterQueue, roleWithPolicy } from "./internal/scope";
import { nameProblems, refuseProblems } from "./internal/validate";
import type { ObjectLockMode, RepositorySide, TierArgs, Transform } from "./types";

/** Arguments of FreshnessCheck. */
export interface FreshnessCheckArgs {
  /** Names of the databases in the repository. */
  databases: string[];
  /** The bucket to look at. */
  bucketName: pulumi.Input<string>;
  /** Which copy it is. */
  side: RepositorySide;
  /** Largest tolerable age of the newest recovery point, in whole minutes. */
  rpoMinutes: number;
  /**
   * Region of the bucket, in which everything of this check runs. Name it for the replica: its check must outlive the primary's region.
   *
   * @default - the provider's region
   */
  region?: string;
  /**
   * The runner's time-out in whole minutes; a recovery point whose own time is further from S3's is reported as forged.
   *
   * @default 240
   */
  timeoutMinutes?: number;
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
   * Name of the repository, a metric dimension.
   *
   * @default - the component's name
   */
  repositoryName?: string;
  /**
   * CloudWatch namespace of the metrics.
   *
   * @default "Backup321"
   */
  metricNamespace?: string;
  /**
   * SNS topic for alarms, in the region of the check.
   *
   * @default - alarms have no action
   */
  alarmTopicArn?: pulumi.Input<string>;
  /**
   * Tags of every taggable child.
   *
   * @default - the provider's default tags
   */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Per-child changes. */
export interface FreshnessCheckTransforms {
  function?: Transform<aws.lambda.FunctionArgs>;
  schedule?: Transform<aws.scheduler.ScheduleArgs>;
  alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
}

/** Options of FreshnessCheck. */
export interface FreshnessCheckOptions extends pulumi.ComponentResourceOptions {
  transform?: FreshnessCheckTransforms;
}

/** Half an hour holds at least one result of a check that runs every 15 minutes, however late one of them is. */
const ALARM_PERIOD_MINUTES = 2 * DEFAULTS.freshnessIntervalMinutes;

function databaseAlarms(
  scope: Scope,
  args: FreshnessCheckArgs,
  transform: Transform<aws.cloudwatch.MetricAlarmArgs> | undefined,
) {
  const namespace = args.metricNamespace ?? DEFAULTS.metricNamespace;
  return args.databases.flatMap((database) => {
    const shared = {
      namespace,
      dimensions: { Repository: args.repositoryName ?? scope.name, Database: database, Side: args.side },
      periodMinutes: ALARM_PERIOD_MINUTES,
      // Silence of the check, of its schedule or of its rights must not look like health.
      missingDataBreaches: true,
    };
    const age = {
      ...shared,
      role: `age-${database}`,
      description: `${database} (${args.side}): the newest recovery point is older than ${args.rpoMinutes} minutes, or nobody knows`,
      metricName: METRICS.recoveryPointAgeMinutes,
      statistic: "Maximum" as const,
      comparison: "GreaterThanThreshold" as const,
      threshold: args.rpoMinutes,
    };
    const healthy = {
      ...shared,
      role: `healthy-${database}`,
      description: `${database} (${args.side}): the freshness check found a problem, or did not report; its result names it`,
      metricName: METRICS.healthy,
      statistic: "Minimum" as const,
      comparison: "LessThanThreshold" as const,
      threshold: 1,
    };
    return [age, healthy].map((input) => alarm(scope, input, args.alarmTopicArn, transform));
  });
}

/**
 * Judges the recovery points of one side every 15 minutes, from the objects that exist, and alarms on age, on problems and on its own
 * silence. Its role lists and HEADs: it can't read a backup. Use one per region.
 */
export class FreshnessCheck extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly scheduleGroupName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: FreshnessCheckArgs, opts?: FreshnessCheckOptions) {
    refuseProblems("FreshnessCheck", name, [...nameProblems(name), ...freshnessProblems(args)]);
    const guard = new Guard(`FreshnessCheck "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:FreshnessCheck", name, args, guard.options(opts));
    guard.watch(this);

    const account = accountOf(this);
    const { region, tags } = args;
    const scope = { parent: this, name, guard, region, tags };
    const namespace = args.metricNamespace ?? DEFAULTS.metricNamespace;
    const bucketArn = pulumi.interpolate`arn:${account.partition}:s3:::${args.bucketName}`;
    const check = lambdaFunction(scope, {
      role: "function",
      bundle: "freshness",
      description: `${name}: judges the recovery points of the ${args.side}`,
      environment: {
        [ENV.bucket]: args.bucketName,
        [ENV.region]: region ?? account.region,
        [ENV.databases]: args.databases.join(","),
        [ENV.repository]: args.repositoryName ?? name,
        [ENV.side]: args.side,
        [ENV.rpoMinutes]: String(args.rpoMinutes),
        [ENV.timeoutMinutes]: String(args.timeoutMinutes ?? DEFAULTS.timeoutMinutes),
        [ENV.tiers]: JSON.stringify(tierPolicies(args.tiers)),
        [ENV.lockMode]: args.objectLockMode ?? DEFAULTS.objectLockMode,
        [ENV.metricNamespace]: namespace,
      },
      statements: (logGroupArn) =>
        pulumi.all([bucketArn, logGroupArn]).apply(([arn, logs]) => freshnessRoleStatements(arn, logs, namespace)),
      timeoutSeconds: 300,
      transform: opts?.transform?.function,
    });

    const deadLetters = deadLetterQueue(scope, args.alarmTopicArn);
    const scheduleRoleArn = roleWithPolicy(
      scope,
      "schedule-role",
      account.accountId.apply((id) => serviceTrust("scheduler.amazonaws.com", id)),
      pulumi
        .all([check.arn, deadLetters.queue.arn])
        .apply(([arn, queueArn]) => functionScheduleStatements(arn, queueArn)),
    );
    const group = child(aws.scheduler.ScheduleGroup, childName(name, "schedules"), { region, tags }, guard, {
      parent: this,
    });
    const scheduleArgs: aws.scheduler.ScheduleArgs = {
      region,
      groupName: group.name,
      description: `${name}: freshness of the ${args.side}`,
      scheduleExpression: `rate(${DEFAULTS.freshnessIntervalMinutes} minutes)`,
      flexibleTimeWindow: { mode: "OFF" },
      state: "ENABLED",
      target: {
        arn: check.arn,
        roleArn: scheduleRoleArn,
        // Older than one interval, a result is no longer worth having.
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: DEFAULTS.freshnessIntervalMinutes * 60 },
        deadLetterConfig: { arn: deadLetters.queue.arn },
      },
    };
    const schedule = child(aws.scheduler.Schedule, childName(name, "schedule"), scheduleArgs, guard, {
      parent: this,
      transform: opts?.transform?.schedule,
    });
    const errors = alarm(
      scope,
      {
        role: "errors",
        description: `${name}: the freshness check failed; its log says why`,
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { FunctionName: check.name },
        statistic: "Sum",
        comparison: "GreaterThanThreshold",
        threshold: 0,
        periodMinutes: DEFAULTS.freshnessIntervalMinutes,
        // Its silence is what the alarms of the databases are for.
        missingDataBreaches: false,
      },
      args.alarmTopicArn,
      opts?.transform?.alarm,
    );

    this.functionName = check.name;
    this.functionArn = check.arn;
    this.scheduleName = schedule.name;
    this.scheduleGroupName = group.name;
    this.roleArn = check.role;
    this.deadLetterQueueUrl = deadLetters.queue.url;
    this.alarmNames = pulumi.all([
      ...databaseAlarms(scope, args, opts?.transform?.alarm),
      errors,
      deadLetters.alarmName,
    ]);
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      scheduleName: this.scheduleName,
      scheduleGroupName: this.scheduleGroupName,
      roleArn: this.roleArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      alarmNames: this.alarmNames,
    });
  }
}
