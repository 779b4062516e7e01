import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { child } from "../child";
import { childName } from "../childName";
import { deadLetterQueueStatements } from "./iamOrchestration";
import { policyJson } from "../policyDocument";
import type { Scope } from "../scope";
import { CONTAINER_NAME } from "./databaseStates";

/**
 * EventBridge pattern of tasks that failed. A container that never started (image, network, secret) has no exit code, hence the stop
 * code; a container that ran and failed stops as "essential container exited", hence the exit code.
 */
export function failedTaskPattern(clusterArn: string): string {
  return JSON.stringify({
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: {
      clusterArn: [clusterArn],
      lastStatus: ["STOPPED"],
      $or: [
        { stopCode: [{ "anything-but": ["EssentialContainerExited"] }] },
        { containers: { name: [CONTAINER_NAME], exitCode: [{ "anything-but": [0] }] } },
      ],
    },
  });
}

/** Sends failed tasks of a cluster to the topic. */
export function createTaskFailureRule(
  scope: Scope,
  clusterArn: pulumi.Output<string>,
  topicArn: pulumi.Input<string>,
  deadLetterQueue: aws.sqs.Queue,
  kind: "backup" | "drill",
): void {
  const { parent, guard, region, tags } = scope;
  const name = childName(scope.name, "task-failed");
  const rule = child(
    aws.cloudwatch.EventRule,
    name,
    {
      region,
      description: `${scope.name}: a ${kind} task failed or never started`,
      state: "ENABLED",
      eventPattern: clusterArn.apply(failedTaskPattern),
      tags,
    },
    guard,
    { parent },
  );
  const queuePolicy = child(
    aws.sqs.QueuePolicy,
    childName(scope.name, "dead-letters", "policy"),
    {
      region,
      queueUrl: deadLetterQueue.url,
      policy: pulumi
        .all([deadLetterQueue.arn, rule.arn])
        .apply(([queueArn, ruleArn]) => policyJson(deadLetterQueueStatements(queueArn, ruleArn))),
    },
    guard,
    { parent: deadLetterQueue },
  );
  child(
    aws.cloudwatch.EventTarget,
    childName(name, "target"),
    {
      region,
      rule: rule.name,
      arn: topicArn,
      deadLetterConfig: { arn: deadLetterQueue.arn },
      retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
    },
    guard,
    { parent: rule, dependsOn: [queuePolicy] },
  );
}
