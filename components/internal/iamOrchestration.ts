import { allow, type Statement } from "./policyDocument";

/** What the state machine drives. */
export interface StateMachineTargets {
  partition: string;
  region: string;
  accountId: string;
  clusterArn: string;
  /** Task definition ARNs without a revision. */
  taskFamilyArns: readonly string[];
  /** Roles of the tasks, execution role included. */
  taskRoleArns: readonly string[];
  planFunctionArn: string;
}

/**
 * The state machine: plans, runs our task families on our cluster, and stops them on a time-out.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 */
export function stateMachineStatements(to: StateMachineTargets): Statement[] {
  const onCluster = { ArnEquals: { "ecs:cluster": to.clusterArn } };
  return [
    allow("Plan", "lambda:InvokeFunction", to.planFunctionArn),
    allow(
      "Run",
      "ecs:RunTask",
      to.taskFamilyArns.map((arn) => `${arn}:*`),
      onCluster,
    ),
    allow("Follow", ["ecs:StopTask", "ecs:DescribeTasks"], "*", onCluster),
    allow("Tag", "ecs:TagResource", "*", { StringEquals: { "ecs:CreateAction": "RunTask" } }),
    allow("PassRoles", "iam:PassRole", [...to.taskRoleArns], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
    // The rule through which Step Functions learns that a task stopped; its name is fixed by AWS.
    allow(
      "TaskEvents",
      ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
      `arn:${to.partition}:events:${to.region}:${to.accountId}:rule/StepFunctionsGetEventsForECSTaskRule`,
    ),
  ];
}

/** Starts executions of one state machine. */
export function starterStatements(stateMachineArn: string): Statement[] {
  return [allow("Start", "states:StartExecution", stateMachineArn)];
}

/** A schedule whose target is a state machine. */
export function executionScheduleStatements(stateMachineArn: string, queueArn: string): Statement[] {
  return [allow("Start", "states:StartExecution", stateMachineArn), allow("DeadLetter", "sqs:SendMessage", queueArn)];
}

/** A schedule whose target is a Lambda function. */
export function functionScheduleStatements(functionArn: string, queueArn: string): Statement[] {
  return [allow("Invoke", "lambda:InvokeFunction", functionArn), allow("DeadLetter", "sqs:SendMessage", queueArn)];
}

/** Lets one EventBridge rule put what it could not deliver into the queue. */
export function deadLetterQueueStatements(queueArn: string, ruleArn: string): Statement[] {
  return [
    {
      ...allow("EventBridge", "sqs:SendMessage", queueArn, { ArnEquals: { "aws:SourceArn": ruleArn } }),
      Principal: { Service: "events.amazonaws.com" },
    },
  ];
}

/**
 * An alert topic: alarms and buckets of this account may publish, and EventBridge; nobody in the clear. EventBridge's statement has no
 * condition: it was seen to send no `aws:SourceAccount` to topics, and a failed task would then be silent.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 */
export function topicStatements(topicArn: string, accountId: string): Statement[] {
  return [
    {
      ...allow("AlarmsAndBuckets", "sns:Publish", topicArn, { StringEquals: { "aws:SourceAccount": accountId } }),
      Principal: { Service: ["cloudwatch.amazonaws.com", "s3.amazonaws.com"] },
    },
    { ...allow("Events", "sns:Publish", topicArn), Principal: { Service: "events.amazonaws.com" } },
    {
      Sid: "DenyInsecureTransport",
      Effect: "Deny",
      Principal: "*",
      Action: "sns:Publish",
      Resource: topicArn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}
