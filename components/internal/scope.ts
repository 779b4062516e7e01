import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../types";
import { type Children, child } from "./child";
import { childName, fittedName } from "./childName";
import { type Statement, policyJson } from "./policyDocument";

/** A component's children: who their parent is, and what their names begin with. */
export interface Scope extends Children {
  parent: pulumi.Resource;
  name: string;
}

/** A role for a service. Returns its ARN, known only once its policy is attached, so that nothing uses it without. */
export function roleWithPolicy(
  { parent, name, guard, tags }: Scope,
  role: string,
  trust: pulumi.Input<string>,
  statements: pulumi.Input<Statement[]>,
  transform?: Transform<aws.iam.RoleArgs>,
  path?: string,
): pulumi.Output<string> {
  const roleName = fittedName(name, role);
  const created = child(aws.iam.Role, roleName, { assumeRolePolicy: trust, path, tags }, guard, { parent, transform });
  const policy = child(
    aws.iam.RolePolicy,
    childName(roleName, "policy"),
    { role: created.name, policy: pulumi.output(statements).apply((list) => policyJson(list)) },
    guard,
    { parent: created },
  );
  return pulumi.all([created.arn, policy.id]).apply(([arn]) => arn);
}

/** What an alarm watches. */
export interface AlarmInput {
  /** Last part of its name. */
  role: string;
  description: string;
  namespace: string;
  metricName: string;
  dimensions: Record<string, pulumi.Input<string>>;
  statistic: "Maximum" | "Minimum" | "Sum";
  comparison: "GreaterThanThreshold" | "LessThanThreshold";
  threshold: number;
  periodMinutes: number;
  /** Whether silence is an alarm. */
  missingDataBreaches: boolean;
}

/** One alarm, on a single period. Returns its name. */
export function alarm(
  { parent, name, guard, region, provider, tags }: Scope,
  input: AlarmInput,
  topicArn: pulumi.Input<string> | undefined,
  transform?: Transform<aws.cloudwatch.MetricAlarmArgs>,
): pulumi.Output<string> {
  const actions = topicArn === undefined ? [] : [topicArn];
  const args: aws.cloudwatch.MetricAlarmArgs = {
    region,
    alarmDescription: input.description,
    namespace: input.namespace,
    metricName: input.metricName,
    dimensions: input.dimensions,
    statistic: input.statistic,
    comparisonOperator: input.comparison,
    threshold: input.threshold,
    period: input.periodMinutes * 60,
    evaluationPeriods: 1,
    treatMissingData: input.missingDataBreaches ? "breaching" : "notBreaching",
    alarmActions: actions,
    okActions: actions,
    tags,
  };
  return child(aws.cloudwatch.MetricAlarm, childName(name, input.role), args, guard, {
    parent,
    provider,
    transform,
  }).name;
}

/** A queue for what a schedule or a rule could not deliver, and the alarm that says so. Two weeks to look. */
export function deadLetterQueue(
  scope: Scope,
  topicArn: pulumi.Input<string> | undefined,
): { queue: aws.sqs.Queue; alarmName: pulumi.Output<string> } {
  const { parent, name, guard, region, tags } = scope;
  const queue = child(
    aws.sqs.Queue,
    childName(name, "dead-letters"),
    { region, messageRetentionSeconds: 14 * 86_400, sqsManagedSseEnabled: true, tags },
    guard,
    { parent },
  );
  const alarmName = alarm(
    scope,
    {
      role: "dead-letters-alarm",
      description: `${name}: a schedule or an event could not be delivered; read the queue`,
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: queue.name },
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 0,
      periodMinutes: 5,
      missingDataBreaches: false,
    },
    topicArn,
  );
  return { queue, alarmName };
}
