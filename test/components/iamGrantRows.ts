import { forBucket, type Keys, locked, type Row } from "./iamRows";

const DUMP = "primary/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const COPY = "replica/dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const MANIFEST = "primary/manifests/daily/shop/2026/11/20/20261120T020000Z-k3q7ab.json";
const CRM = "primary/dumps/daily/crm/2026/11/20/20261120T020000Z-k3q7ab/database";
const PRIMARY = forBucket("eu-central-1", "primary");
const REPLICA = forBucket("eu-west-1", "replica");
const READ = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"];
const LIST = ["s3:ListBucket", "s3:ListBucketVersions"];
const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];
const ON_CLUSTER = { "ecs:cluster": "cluster cluster" };
const TASK = "arn:aws:ecs:eu-central-1:111111111111:task/acme-cluster-0123456/0123456789abcdef";
const TASK_RULE = "arn:aws:events:eu-central-1:111111111111:rule/StepFunctionsGetEventsForECSTaskRule";
const ECR = "arn:aws:ecr:eu-central-1:111111111111:repository/backup321";

function allowed(who: string, actions: readonly string[], resource: string, keys: Keys = {}): Row[] {
  return actions.map((action): Row => [who, action, resource, keys, "allowed"]);
}

/** The rest of what roles are granted: without any of these a part of the layout stands still. */
export const GRANT_ROWS: readonly Row[] = [
  ...allowed("dump-crm", ["s3:PutObjectRetention"], CRM, locked(35)),
  ...allowed("dump-crm", ["s3:AbortMultipartUpload"], CRM),
  ...allowed("dump-crm", ["kms:GenerateDataKey", "kms:Decrypt"], "key primary", PRIMARY),
  ...allowed("replication", ["kms:GenerateDataKey"], "key replica", REPLICA),
  ...allowed("restorer", LIST, "primary"),
  ...allowed("restorer", READ, DUMP),
  ...allowed("plan-role", LIST, "primary"),
  ...allowed("plan-role", READ, MANIFEST),
  ...allowed("plan-role", LOG, "logs plan-logs"),
  ...allowed("fresh-primary-function-role", LIST, "primary"),
  ...allowed("fresh-primary-function-role", READ, DUMP),
  ...allowed("fresh-primary-function-role", LOG, "logs fresh-primary-function-logs"),
  ...allowed("fresh-replica-function-role", LIST, "replica"),
  ...allowed("fresh-replica-function-role", READ, COPY),
  ...allowed("fresh-replica-function-role", LOG, "logs fresh-replica-function-logs"),
  ...allowed("fresh-replica-function-role", ["cloudwatch:PutMetricData"], "*", { "cloudwatch:namespace": "Backup321" }),
  ...allowed("drill-role-1", LIST, "replica"),
  ...allowed("drill-role-1", READ, COPY),
  ...allowed("execution-role-1", LOG, "logs logs"),
  ...allowed(
    "execution-role-1",
    ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
    ECR,
  ),
  ...allowed("machine-role", ["ecs:StopTask", "ecs:DescribeTasks"], TASK, ON_CLUSTER),
  ...allowed("machine-role", ["ecs:TagResource"], TASK, { "ecs:CreateAction": "RunTask" }),
  ...allowed("machine-role", ["events:PutTargets", "events:DescribeRule"], TASK_RULE),
];
