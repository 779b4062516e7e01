import { allow, deny, type Statement } from "../policyDocument";

/** What the state machine drives. */
export interface StateMachineTargets {
  partition: string;
  region: string;
  accountId: string;
  clusterArn: string;
  /** Task definition ARNs without a revision; may hold `*`. */
  taskFamilyArns: readonly string[];
  /** Roles of the tasks, execution roles included; may hold `*`. */
  taskRoleArns: readonly string[];
  /** Undefined where nothing is planned. */
  planFunctionArn: string | undefined;
  /** ARN of the list's object in S3; undefined without one. */
  listArn: string | undefined;
}

/**
 * The state machine: plans, runs our task families on our cluster, and stops them on a time-out.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 */
export function stateMachineStatements(to: StateMachineTargets): Statement[] {
  const onCluster = { ArnEquals: { "ecs:cluster": to.clusterArn } };
  return [
    ...(to.planFunctionArn === undefined ? [] : [allow("Plan", "lambda:InvokeFunction", to.planFunctionArn)]),
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
    ...(to.listArn === undefined ? [] : [allow("ReadList", "s3:GetObject", to.listArn)]),
  ];
}

/**
 * A machine with a Distributed Map starts, follows and stops executions of itself.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export function distributedMapStatements(stateMachineArn: string): Statement[] {
  const executions = stateMachineArn.replace(":stateMachine:", ":execution:");
  return [
    allow("StartItems", "states:StartExecution", stateMachineArn),
    allow("FollowItems", ["states:DescribeExecution", "states:StopExecution"], [`${executions}:*`, `${executions}/*`]),
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
    deny("DenyInsecureTransport", "sns:Publish", topicArn, { Bool: { "aws:SecureTransport": "false" } }),
  ];
}
