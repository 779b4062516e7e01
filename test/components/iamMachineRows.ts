import type { Row } from "./iamRows";

const HERE = { "aws:SourceAccount": "111111111111" };
const THERE = { "aws:SourceAccount": "333333333333" };
const ON_CLUSTER = { "ecs:cluster": "cluster cluster" };
const TO_TASKS = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
const from = (arn: string) => ({ ...HERE, "aws:SourceArn": `arn:aws:${arn}` });

/** State machines, schedules, the start of tasks, and who may take on which role. */
export const MACHINE_ROWS: readonly Row[] = [
  ["machine-role", "lambda:InvokeFunction", "function plan", {}, "allowed"],
  ["machine-role", "ecs:RunTask", "task dump-shop", ON_CLUSTER, "allowed"],
  ["machine-role", "ecs:RunTask", "task verify-1", ON_CLUSTER, "allowed"],
  ["machine-role", "iam:PassRole", "role dump-shop", TO_TASKS, "allowed"],
  ["machine-role", "iam:PassRole", "role verify-role-1", TO_TASKS, "allowed"],
  ["machine-role", "iam:PassRole", "role execution-role-1", TO_TASKS, "allowed"],
  [
    "machine-role",
    "events:PutRule",
    "arn:aws:events:eu-central-1:111111111111:rule/StepFunctionsGetEventsForECSTaskRule",
    {},
    "allowed",
  ],
  [
    "machine-role",
    "ecs:RunTask",
    "task dump-shop",
    { "ecs:cluster": "arn:aws:ecs:eu-central-1:111111111111:cluster/another" },
    "not allowed",
  ],
  [
    "machine-role",
    "ecs:RunTask",
    "arn:aws:ecs:eu-central-1:111111111111:task-definition/another:1",
    ON_CLUSTER,
    "not allowed",
  ],
  ["machine-role", "iam:PassRole", "role dump-shop", { "iam:PassedToService": "ec2.amazonaws.com" }, "not allowed"],
  ["machine-role", "iam:PassRole", "role restorer", TO_TASKS, "not allowed"],
  ["machine-role", "iam:PassRole", "role replication", TO_TASKS, "not allowed"],
  ["machine-role", "lambda:InvokeFunction", "function fresh-primary-function", {}, "not allowed"],
  ["machine-role", "s3:GetObject", "primary/dumps/daily/shop/x", {}, "not allowed"],
  ["machine-role", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],

  ["starter-role", "states:StartExecution", "machine backup", {}, "allowed"],
  ["starter-role", "states:StartExecution", "machine starter", {}, "not allowed"],
  ["schedule-role", "states:StartExecution", "machine starter", {}, "allowed"],
  ["schedule-role", "states:StartExecution", "machine backup", {}, "not allowed"],
  ["schedule-role", "sqs:SendMessage", "queue dead-letters", {}, "allowed"],
  ["schedule-role", "sqs:ReceiveMessage", "queue dead-letters", {}, "not allowed"],
  ["fresh-primary-schedule-role", "lambda:InvokeFunction", "function fresh-primary-function", {}, "allowed"],
  ["fresh-primary-schedule-role", "lambda:InvokeFunction", "function fresh-replica-function", {}, "not allowed"],
  ["fresh-replica-schedule-role", "lambda:InvokeFunction", "function fresh-replica-function", {}, "allowed"],
  ["fresh-replica-schedule-role", "lambda:InvokeFunction", "function plan", {}, "not allowed"],

  ["execution-role-1", "secretsmanager:GetSecretValue", "secret shop", {}, "allowed"],
  ["execution-role-1", "secretsmanager:GetSecretValue", "secret crm", {}, "not allowed"],
  ["execution-role-1", "secretsmanager:PutSecretValue", "secret shop", {}, "not allowed"],
  ["execution-role-1", "ecr:GetAuthorizationToken", "*", {}, "allowed"],
  ["execution-role-1", "logs:PutLogEvents", "logs logs", {}, "allowed"],
  ["execution-role-1", "logs:PutLogEvents", "logs plan-logs", {}, "not allowed"],
  ["execution-role-1", "s3:GetObject", "primary/dumps/daily/shop/x", {}, "not allowed"],
  ["execution-role-1", "kms:Decrypt", "key primary", {}, "not allowed"],

  // Trust.
  ["ecs-tasks.amazonaws.com", "sts:AssumeRole", "role dump-shop", from("ecs:eu-central-1:111111111111:*"), "allowed"],
  [
    "ecs-tasks.amazonaws.com",
    "sts:AssumeRole",
    "role dump-shop",
    { ...THERE, "aws:SourceArn": "arn:aws:ecs:eu-central-1:333333333333:task/x" },
    "not allowed",
  ],
  ["lambda.amazonaws.com", "sts:AssumeRole", "role dump-shop", HERE, "not allowed"],
  ["lambda.amazonaws.com", "sts:AssumeRole", "role plan-role", {}, "allowed"],
  [
    "states.amazonaws.com",
    "sts:AssumeRole",
    "role machine-role",
    from("states:eu-central-1:111111111111:stateMachine:acme-backup-0123456"),
    "allowed",
  ],
  [
    "states.amazonaws.com",
    "sts:AssumeRole",
    "role machine-role",
    { ...THERE, "aws:SourceArn": "arn:aws:states:eu-central-1:333333333333:stateMachine:x" },
    "not allowed",
  ],
  [
    "scheduler.amazonaws.com",
    "sts:AssumeRole",
    "role schedule-role",
    from("scheduler:eu-central-1:111111111111:schedule-group/acme-schedules-0123456"),
    "allowed",
  ],
  ["scheduler.amazonaws.com", "sts:AssumeRole", "role schedule-role", THERE, "not allowed"],
  ["scheduler.amazonaws.com", "sts:AssumeRole", "role fresh-primary-schedule-role", THERE, "not allowed"],
  ["s3.amazonaws.com", "sts:AssumeRole", "role replication", {}, "allowed"],
  ["deployer", "sts:AssumeRole", "role restorer", {}, "allowed"],
  ["account admin", "sts:AssumeRole", "role restorer", {}, "not allowed"],
  ["account admin", "sts:AssumeRole", "role dump-shop", {}, "not allowed"],
  ["account admin", "sts:AssumeRole", "role replication", {}, "not allowed"],
  ["stranger", "sts:AssumeRole", "role restorer", {}, "not allowed"],

  // Alerts.
  ["cloudwatch.amazonaws.com", "sns:Publish", "topic primary", HERE, "allowed"],
  ["s3.amazonaws.com", "sns:Publish", "topic primary", HERE, "allowed"],
  ["events.amazonaws.com", "sns:Publish", "topic primary", {}, "allowed"],
  ["cloudwatch.amazonaws.com", "sns:Publish", "topic replica", HERE, "allowed"],
  ["cloudwatch.amazonaws.com", "sns:Publish", "topic primary", THERE, "not allowed"],
  ["stranger", "sns:Publish", "topic primary", {}, "not allowed"],
  [
    "cloudwatch.amazonaws.com",
    "sns:Publish",
    "topic primary",
    { ...HERE, "aws:SecureTransport": "false" },
    "denied by DenyInsecureTransport",
  ],
];
