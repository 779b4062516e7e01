import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ALERT_ENV, ALERT_FUNCTION_TIMEOUT_SECONDS, DIGEST_EVENT } from "../runner/alertContract";
import { ENV } from "../runner/contract";
import type { AlertDeliveryArgs } from "./alertArgs";
import { accountOf } from "./internal/account";
import { alertDeliveryProblems } from "./internal/alerts/alertProblems";
import { deliveryStatements } from "./internal/alerts/deliveryRole";
import { child } from "./internal/child";
import { childName } from "./internal/childName";
import { DEFAULTS } from "./internal/defaults";
import { Guard, guardOf } from "./internal/guard";
import { lambdaFunction } from "./internal/lambdaFunction";
import { allow, serviceTrust } from "./internal/policyDocument";
import { deadLetterQueue, roleWithPolicy, type Scope } from "./internal/scope";
import { nameProblems, refuseProblems } from "./internal/validate";
import type { Transform } from "./types";

export type { AlertDeliveryArgs };

/** Per-child changes. */
export interface AlertDeliveryTransforms {
  function?: Transform<aws.lambda.FunctionArgs>;
  schedule?: Transform<aws.scheduler.ScheduleArgs>;
}

/** Options of AlertDelivery. */
export interface AlertDeliveryOptions extends pulumi.ComponentResourceOptions {
  transform?: AlertDeliveryTransforms;
}

/**
 * Delivers the messages of one alert topic to Slack, Microsoft Teams, PagerDuty and webhooks, and sends them a digest. What can't be
 * delivered after three attempts is kept for two weeks in a queue, whose alarm goes to the topic's mail subscribers. Use one per region.
 */
export class AlertDelivery extends pulumi.ComponentResource {
  readonly functionName: pulumi.Output<string>;
  readonly functionArn: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  readonly alarmNames: pulumi.Output<string[]>;

  /** @throws RunError with every problem of the arguments; nothing is registered then */
  constructor(name: string, args: AlertDeliveryArgs, opts?: AlertDeliveryOptions) {
    refuseProblems("AlertDelivery", name, [...nameProblems(name), ...alertDeliveryProblems(args)]);
    const guard = new Guard(`AlertDelivery "${name}"`, guardOf(opts?.parent));
    super("pulumi-backup321:index:AlertDelivery", name, args, guard.options(opts));
    guard.watch(this);

    const { region, tags, topicArn, channels } = args;
    const account = accountOf(this);
    const scope: Scope = { parent: this, name, guard, region, tags };
    const deadLetters = deadLetterQueue(scope, topicArn);
    const freshnessFunctionArns = pulumi.all(args.freshnessFunctionArns ?? []);
    const secretArns = channels.flatMap(({ secretArn, signingSecretArn }) =>
      [secretArn, signingSecretArn ?? []].flat(),
    );
    const places = {
      [ENV.bucket]: args.primaryBucketName,
      [ENV.region]: args.primaryBucketName && (args.primaryRegion ?? account.region),
      [ENV.replicaBucket]: args.replicaBucketName,
      [ENV.replicaRegion]: args.replicaRegion,
    };
    const known = Object.entries(places).filter(([, value]) => value !== undefined) as [string, pulumi.Input<string>][];
    const deliver = lambdaFunction(scope, {
      role: "function",
      bundle: "alert",
      description: `${name}: delivers alerts`,
      environment: {
        [ENV.repository]: args.repositoryName ?? name,
        ...Object.fromEntries(known),
        [ALERT_ENV.channels]: pulumi
          .all(channels.map((channel) => pulumi.output({ ...channel })))
          .apply((all) => JSON.stringify(all)),
        ...(args.freshnessFunctionArns && {
          [ALERT_ENV.freshnessFunctionArns]: freshnessFunctionArns.apply((arns) => arns.join(",")),
        }),
      },
      statements: (logGroupArn) =>
        pulumi
          .output({
            logGroupArn,
            secretArns: pulumi.all(secretArns),
            secretKeyArns: pulumi.all(args.secretKmsKeyArns ?? []),
            deadLetterQueueArn: deadLetters.queue.arn,
            freshnessFunctionArns,
          })
          .apply(deliveryStatements),
      timeoutSeconds: ALERT_FUNCTION_TIMEOUT_SECONDS,
      deadLetterQueueArn: deadLetters.queue.arn,
      transform: opts?.transform?.function,
    });
    const permission = child(
      aws.lambda.Permission,
      childName(name, "permission"),
      {
        region,
        function: deliver.name,
        action: "lambda:InvokeFunction",
        principal: "sns.amazonaws.com",
        sourceArn: topicArn,
      },
      guard,
      { parent: this },
    );
    child(
      aws.sns.TopicSubscription,
      childName(name, "subscription"),
      { region, topic: topicArn, protocol: "lambda", endpoint: deliver.arn },
      guard,
      { parent: this, dependsOn: [permission] },
    );
    if (args.freshnessFunctionArns) {
      const roleArn = roleWithPolicy(
        scope,
        "schedule-role",
        account.accountId.apply((id) => serviceTrust("scheduler.amazonaws.com", id)),
        pulumi
          .all([deliver.arn, deadLetters.queue.arn])
          .apply(([arn, queueArn]) => [
            allow("Invoke", "lambda:InvokeFunction", arn),
            allow("DeadLetter", "sqs:SendMessage", queueArn),
          ]),
      );
      const schedule: aws.scheduler.ScheduleArgs = {
        region,
        description: `${name}: digests`,
        scheduleExpression: args.digestScheduleExpression ?? DEFAULTS.digestScheduleExpression,
        flexibleTimeWindow: { mode: "OFF" },
        state: "ENABLED",
        target: {
          arn: deliver.arn,
          roleArn,
          input: JSON.stringify(DIGEST_EVENT),
          retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
          deadLetterConfig: { arn: deadLetters.queue.arn },
        },
      };
      child(aws.scheduler.Schedule, childName(name, "schedule"), schedule, guard, {
        parent: this,
        transform: opts?.transform?.schedule,
      });
    }

    this.functionName = deliver.name;
    this.functionArn = deliver.arn;
    this.roleArn = deliver.role;
    this.deadLetterQueueUrl = deadLetters.queue.url;
    this.alarmNames = pulumi.all([deadLetters.alarmName]);
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      roleArn: this.roleArn,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      alarmNames: this.alarmNames,
    });
  }
}
