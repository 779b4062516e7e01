import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { child } from "../child";
import { childName } from "../childName";
import type { Scope } from "../scope";

/** How an execution can end badly, as Step Functions counts it. */
const BAD_ENDS = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"];
const PERIOD_SECONDS = 300;

/**
 * One alarm on executions of any of the machines that failed, timed out or were aborted. A metric without data counts as 0: most of
 * them never have any. Returns its name.
 *
 * @param what is run, for the description
 */
export function executionsAlarm(
  { parent, name, guard, region, tags }: Scope,
  machines: readonly aws.sfn.StateMachine[],
  what: string,
  topicArn: pulumi.Input<string> | undefined,
): pulumi.Output<string> {
  const actions = topicArn === undefined ? [] : [topicArn];
  const metrics = machines.flatMap((machine, i) =>
    BAD_ENDS.map((metricName, j) => ({
      id: `m${i * BAD_ENDS.length + j + 1}`,
      metric: {
        namespace: "AWS/States",
        metricName,
        dimensions: { StateMachineArn: machine.arn },
        stat: "Sum",
        period: PERIOD_SECONDS,
      },
    })),
  );
  const total = {
    id: "total",
    expression: "SUM(FILL(METRICS(), 0))",
    label: "executions without success",
    returnData: true,
  };
  const args: aws.cloudwatch.MetricAlarmArgs = {
    region,
    alarmDescription: `${name}: ${what} failed, timed out or was aborted`,
    metricQueries: [total, ...metrics],
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
    alarmActions: actions,
    okActions: actions,
    tags,
  };
  return child(aws.cloudwatch.MetricAlarm, childName(name, "executions-alarm"), args, guard, { parent }).name;
}
