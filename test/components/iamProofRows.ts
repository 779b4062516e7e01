import type { Keys, Row } from "./iamRows";

const HERE: Keys = { "aws:SourceAccount": "111111111111" };
const ON_CLUSTER: Keys = { "ecs:cluster": "cluster drill-cluster" };
const TO_TASKS: Keys = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
const DRILL_TASK = "arn:aws:ecs:eu-central-1:111111111111:task/acme-drill-cluster-0123456/0123456789abcdef";
const TASK_RULE = "arn:aws:events:eu-central-1:111111111111:rule/StepFunctionsGetEventsForECSTaskRule";
const ECR = "arn:aws:ecr:eu-central-1:111111111111:repository/backup321";

/** Drills and alerts: what starts the drills, and what reads the secrets of receivers. The drill's own role is among the readers. */
export const PROOF_ROWS: readonly Row[] = [
  ["drill-machine-role", "ecs:RunTask", "task drill-shop", ON_CLUSTER, "allowed"],
  ["drill-machine-role", "ecs:RunTask", "task dump-shop", ON_CLUSTER, "not allowed"],
  ["drill-machine-role", "ecs:RunTask", "task drill-shop", { "ecs:cluster": "cluster cluster" }, "not allowed"],
  ["drill-machine-role", "ecs:StopTask", DRILL_TASK, ON_CLUSTER, "allowed"],
  ["drill-machine-role", "ecs:DescribeTasks", DRILL_TASK, ON_CLUSTER, "allowed"],
  ["drill-machine-role", "ecs:TagResource", DRILL_TASK, { "ecs:CreateAction": "RunTask" }, "allowed"],
  ["drill-machine-role", "iam:PassRole", "role drill-role-1", TO_TASKS, "allowed"],
  ["drill-machine-role", "iam:PassRole", "role drill-execution-role-1", TO_TASKS, "allowed"],
  ["drill-machine-role", "iam:PassRole", "role dump-shop", TO_TASKS, "not allowed"],
  ["drill-machine-role", "iam:PassRole", "role restorer", TO_TASKS, "not allowed"],
  ["drill-machine-role", "events:PutTargets", TASK_RULE, {}, "allowed"],
  ["drill-machine-role", "events:PutRule", TASK_RULE, {}, "allowed"],
  ["drill-machine-role", "events:DescribeRule", TASK_RULE, {}, "allowed"],
  ["drill-machine-role", "s3:GetObject", "replica/dumps/daily/shop/x", {}, "not allowed"],
  ["machine-role", "iam:PassRole", "role drill-role-1", TO_TASKS, "not allowed"],
  ["drill-schedule-role", "states:StartExecution", "machine drill-machine", {}, "allowed"],
  ["drill-schedule-role", "states:StartExecution", "machine backup", {}, "not allowed"],
  ["drill-schedule-role", "sqs:SendMessage", "queue drill-dead-letters", {}, "allowed"],

  ["drill-execution-role-1", "secretsmanager:GetSecretValue", "secret identity", {}, "allowed"],
  ["drill-execution-role-1", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],
  ["execution-role-1", "secretsmanager:GetSecretValue", "secret identity", {}, "not allowed"],
  ["drill-role-1", "secretsmanager:GetSecretValue", "secret identity", {}, "not allowed"],
  ["drill-execution-role-1", "ecr:GetAuthorizationToken", "*", {}, "allowed"],
  ["drill-execution-role-1", "ecr:BatchCheckLayerAvailability", ECR, {}, "allowed"],
  ["drill-execution-role-1", "ecr:GetDownloadUrlForLayer", ECR, {}, "allowed"],
  ["drill-execution-role-1", "ecr:BatchGetImage", ECR, {}, "allowed"],
  ["drill-execution-role-1", "logs:CreateLogStream", "logs drill-logs", {}, "allowed"],
  ["drill-execution-role-1", "logs:PutLogEvents", "logs drill-logs", {}, "allowed"],
  ["drill-execution-role-1", "logs:PutLogEvents", "logs logs", {}, "not allowed"],

  ["alert-primary-function-role", "secretsmanager:GetSecretValue", "secret slack", {}, "allowed"],
  ["alert-primary-function-role", "secretsmanager:GetSecretValue", "secret shop", {}, "not allowed"],
  ["alert-primary-function-role", "secretsmanager:GetSecretValue", "secret identity", {}, "not allowed"],
  ["alert-primary-function-role", "lambda:InvokeFunction", "function fresh-primary-function", {}, "allowed"],
  ["alert-primary-function-role", "lambda:InvokeFunction", "function plan", {}, "not allowed"],
  ["alert-primary-function-role", "s3:GetObject", "primary/dumps/daily/shop/x", {}, "not allowed"],
  ["alert-primary-function-role", "logs:CreateLogStream", "logs alert-primary-function-logs", {}, "allowed"],
  ["alert-primary-function-role", "logs:PutLogEvents", "logs alert-primary-function-logs", {}, "allowed"],
  ["alert-primary-function-role", "sqs:SendMessage", "queue alert-primary-dead-letters", {}, "allowed"],
  ["alert-primary-schedule-role", "lambda:InvokeFunction", "function alert-primary-function", {}, "allowed"],
  ["alert-primary-schedule-role", "lambda:InvokeFunction", "function plan", {}, "not allowed"],
  ["alert-primary-schedule-role", "sqs:SendMessage", "queue alert-primary-dead-letters", {}, "allowed"],
  ["alert-replica-function-role", "logs:CreateLogStream", "logs alert-replica-function-logs", {}, "allowed"],
  ["alert-replica-function-role", "logs:PutLogEvents", "logs alert-replica-function-logs", {}, "allowed"],
  ["alert-replica-function-role", "sqs:SendMessage", "queue alert-replica-dead-letters", {}, "allowed"],
  ["fresh-primary-function-role", "secretsmanager:GetSecretValue", "secret ping", {}, "allowed"],
  ["fresh-primary-function-role", "secretsmanager:GetSecretValue", "secret slack", {}, "not allowed"],

  [
    "ecs-tasks.amazonaws.com",
    "sts:AssumeRole",
    "role drill-role-1",
    { ...HERE, "aws:SourceArn": DRILL_TASK },
    "allowed",
  ],
  ["account admin", "sts:AssumeRole", "role drill-role-1", {}, "not allowed"],
];

/** In one account alone: secrets of the other one are their owner's to share. */
export const ONE_ACCOUNT_PROOF_ROWS: readonly Row[] = [
  ["alert-replica-function-role", "secretsmanager:GetSecretValue", "secret slack-there", {}, "allowed"],
  ["alert-replica-function-role", "secretsmanager:GetSecretValue", "secret slack", {}, "not allowed"],
  ["fresh-replica-function-role", "secretsmanager:GetSecretValue", "secret ping-there", {}, "allowed"],
  ["alert-primary-function-role", "lambda:InvokeFunction", "function fresh-replica-function", {}, "allowed"],
];
