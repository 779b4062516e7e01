import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ALERT_ENV } from "../runner/alertContract";
import { ENV } from "../runner/contract";
import { FRESHNESS_DATABASES_FILE, FRESHNESS_ENV } from "../runner/freshnessContract";
import { accountOf } from "./internal/account";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { DEFAULTS, tierPolicies } from "./internal/defaults";
import { checkIntervalMinutes } from "./internal/freshness/checkInterval";
import { freshnessAlarms } from "./internal/freshness/freshnessAlarms";
import { freshnessDatabases } from "./internal/freshness/freshnessDatabases";
import { freshnessProblems } from "./internal/freshness/freshnessProblems";
import { Guard, guardOf } from "./internal/guard";
import { freshnessRoleStatements } from "./internal/iamPolicies";
import { lambdaFunction } from "./internal/lambdaFunction";
import { allow, serviceTrust } from "./internal/policyDocument";
import { roleWithPolicy } from "./internal/scope";
import { nameProblems, refuseProblems } from "./internal/validate";
import type {
  DatabaseListArgs,
  FreshnessDatabaseArgs,
  ObjectLockMode,
  RepositorySide,
  TierArgs,
  Transform,
} from "./types";

/** Arguments of FreshnessCheck. */
export interface FreshnessCheckArgs {
  /**
   * The databases to judge, 1-500.
   *
   * @default - none; `databaseList` is needed then
   */
  databases?: FreshnessDatabaseArgs[];
  /**
   * The list that the runner reads, instead, judged every hour: two metrics and one alarm for all of its databases; the function's
   * result names the unhealthy ones. The function may read this object alone. In another account, or under a customer managed key, the right to read
   * it is yours to give; without it the alarm goes off.
   *
   * @default - none; `databases` is needed then
   */
  databaseList?: DatabaseListArgs;
  /** The bucket to look at. */
  bucketName: pulumi.Input<string>;
  /** Which copy it is. */
  side: RepositorySide;
  /** Largest tolerable age of the newest recovery point, in whole minutes, of every database that has none of its own. */
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
   * Days between two restore drills of every database that has none of its own, 1-366: one and a half of them may pass.
   *
   * @default - drills are not judged
   */
  drillIntervalDays?: number;
  /**
   * Days between two recorded runs of `backup321 doctor`, 1-366: one and a half of them may pass.
   *
   * @default - they are not judged
   */
  doctorIntervalDays?: number;
  /**
   * Secrets Manager ARN of a URL that is called after each check that found every database good: a dead-man's switch.
   *
   * @default - none
   */
  pingSecretArn?: pulumi.Input<string>;
  /**
   * ARNs of customer managed keys, one of which encrypts that secret.
   *
   * @default - the secret uses the account's aws/secretsmanager key, which needs no grant
   */
  pingSecretKmsKeyArns?: pulumi.Input<string>[];
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

/** Above this many databases one check is bound by its share of a CPU, which Lambda gives with memory. */
const DATABASES_PER_SMALL_FUNCTION = 50;

/**
 * Judges the recovery points of one side every 15 minutes (those of a list every hour), from the objects that exist, and alarms on
 * age, on problems and on its own silence. Its role lists and HEADs: it can't read a backup. Use one per region; give the replica's in another account a provider of
 * that account.
 */
export class FreshnessCheck extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  readonly scheduleName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: FreshnessCheckArgs, opts?: FreshnessCheckOptions) {
    refuseProblems("FreshnessCheck", name, [...nameProblems(name), ...freshnessProblems(args)]);
    const guard = new Guard(`FreshnessCheck "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:FreshnessCheck", name, args, guard.options(opts));
    guard.watch(this);

    const account = accountOf(this);
    const { region, tags, databaseList } = args;
    const scope = { parent: this, name, guard, region, tags };
    const namespace = args.metricNamespace ?? DEFAULTS.metricNamespace;
    const databases = freshnessDatabases(args);
    const bucketArn = pulumi.interpolate`arn:${account.partition}:s3:::${args.bucketName}`;
    const listArn =
      databaseList && pulumi.interpolate`arn:${account.partition}:s3:::${databaseList.bucketName}/${databaseList.key}`;
    const intervalMinutes = checkIntervalMinutes(databaseList !== undefined);
    const isLarge = databaseList !== undefined || databases.length > DATABASES_PER_SMALL_FUNCTION;
    const check = lambdaFunction(scope, {
      role: "function",
      bundle: "freshness",
      description: `${name}: judges the recovery points of the ${args.side}`,
      environment: {
        [ENV.bucket]: args.bucketName,
        [ENV.region]: region ?? account.region,
        [ENV.repository]: args.repositoryName ?? name,
        [ENV.side]: args.side,
        [ENV.timeoutMinutes]: String(args.timeoutMinutes ?? DEFAULTS.timeoutMinutes),
        [ENV.tiers]: JSON.stringify(tierPolicies(args.tiers)),
        [ENV.lockMode]: args.objectLockMode ?? DEFAULTS.objectLockMode,
        [ENV.metricNamespace]: namespace,
        ...(args.drillIntervalDays !== undefined && {
          [FRESHNESS_ENV.drillIntervalDays]: String(args.drillIntervalDays),
        }),
        ...(args.doctorIntervalDays !== undefined && {
          [FRESHNESS_ENV.doctorIntervalDays]: String(args.doctorIntervalDays),
        }),
        ...(args.pingSecretArn !== undefined && { [ALERT_ENV.pingSecretArn]: args.pingSecretArn }),
        ...(databaseList && {
          [ENV.databaseList]: pulumi.interpolate`s3://${databaseList.bucketName}/${databaseList.key}`,
          [ENV.rpoMinutes]: String(args.rpoMinutes),
        }),
      },
      files: databaseList ? {} : { [FRESHNESS_DATABASES_FILE]: JSON.stringify(databases) },
      statements: (logGroupArn) =>
        pulumi
          .all([bucketArn, logGroupArn, listArn, args.pingSecretArn, pulumi.all(args.pingSecretKmsKeyArns ?? [])])
          .apply(([arn, logs, list, secret, keys]) => [
            ...freshnessRoleStatements(arn, logs, namespace),
            ...(secret === undefined ? [] : [allow("ReadPingSecret", "secretsmanager:GetSecretValue", secret)]),
            ...(keys.length === 0 ? [] : [allow("DecryptPingSecret", "kms:Decrypt", keys)]),
            ...(list === undefined ? [] : [allow("DatabaseList", "s3:GetObject", list)]),
          ]),
      // The large one ends before the next one starts, and within the quarter of an hour that Lambda allows.
      timeoutSeconds: isLarge ? 840 : 300,
      memoryMiB: isLarge ? 1769 : 256,
      transform: opts?.transform?.function,
    });

    const scheduleRoleArn = roleWithPolicy(
      scope,
      "schedule-role",
      account.accountId.apply((id) => serviceTrust("scheduler.amazonaws.com", id)),
      check.arn.apply((arn) => [allow("Invoke", "lambda:InvokeFunction", arn)]),
    );
    const scheduleArgs: aws.scheduler.ScheduleArgs = {
      region,
      description: `${name}: freshness of the ${args.side}`,
      scheduleExpression: `rate(${intervalMinutes} minutes)`,
      flexibleTimeWindow: { mode: "OFF" },
      state: "ENABLED",
      target: {
        arn: check.arn,
        roleArn: scheduleRoleArn,
        // Older than one interval, a result is no longer worth having. Without a dead-letter queue: the alarms' silence tells.
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: intervalMinutes * 60 },
      },
    };
    const schedule = child(aws.scheduler.Schedule, childName(name, "schedule"), scheduleArgs, guard, {
      parent: this,
      transform: opts?.transform?.schedule,
    });

    this.functionName = check.name;
    this.functionArn = check.arn;
    this.scheduleName = schedule.name;
    this.roleArn = check.role;
    this.alarmNames = pulumi.all(freshnessAlarms(scope, args, databases, opts?.transform?.alarm));
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      scheduleName: this.scheduleName,
      roleArn: this.roleArn,
      alarmNames: this.alarmNames,
    });
  }
}
