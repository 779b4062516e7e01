import { forBucket, type Keys, ONCE, type Row } from "./iamRows";

const WHO = "doctor-function-role";
const at = (region: string): Keys => ({ "aws:RequestedRegion": region });
const HERE = at("eu-central-1");
const THERE = at("eu-west-1");
const SCHEDULE = "arn:aws:scheduler:eu-central-1:111111111111:schedule/acme-schedules-0123456/acme-schedule-1";
const OTHER_SCHEDULE = "arn:aws:scheduler:eu-central-1:111111111111:schedule/default/acme-schedule-1";
const ALARM = "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:acme-executions-alarm-0123456";
const RECORD = "primary/drills/_doctor/2026/11/20/20261120T020000Z-k3q7ab.json";
const DUMP = "dumps/daily/shop/2026/11/20/20261120T020000Z-k3q7ab/database";
const PRIMARY = forBucket("eu-central-1", "primary");

const may = (action: string, resource: string, keys: Keys = {}): Row => [WHO, action, resource, keys, "allowed"];
const not = (action: string, resource: string, keys: Keys = {}): Row => [WHO, action, resource, keys, "not allowed"];

const SETTINGS = [
  "s3:GetBucketObjectLockConfiguration",
  "s3:GetBucketOwnershipControls",
  "s3:GetBucketPolicy",
  "s3:GetBucketPublicAccessBlock",
  "s3:GetBucketVersioning",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
];

/** The doctor's function: it looks at settings, at no backup and no secret's value, and adds records of its own alone. */
export const DOCTOR_ROWS: readonly Row[] = [
  ...SETTINGS.map((action) => may(action, "primary")),
  may("s3:GetReplicationConfiguration", "primary"),
  may("kms:DescribeKey", "key primary"),
  may("kms:GetKeyRotationStatus", "key primary"),
  may("scheduler:GetSchedule", SCHEDULE),
  ...["states:DescribeStateMachine", "states:ListExecutions"].flatMap((action) =>
    ["machine backup", "machine starter"].map((machine) => may(action, machine)),
  ),
  ...[HERE, THERE].flatMap((region) => [
    may("cloudwatch:DescribeAlarms", ALARM, region),
    may("cloudwatch:GetMetricStatistics", "*", region),
    may("ecs:DescribeTaskDefinition", "*", region),
  ]),
  may("secretsmanager:DescribeSecret", "secret shop"),
  may("secretsmanager:DescribeSecret", "secret identity"),
  ...["iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"].flatMap((action) =>
    ["role dump-shop", "role verify-role-1", "role drill-role-1"].map((role) => may(action, role)),
  ),
  may("lambda:GetFunctionConfiguration", "function fresh-primary-function"),
  may("sns:ListSubscriptionsByTopic", "topic primary"),
  may("s3:PutObject", RECORD, ONCE),
  may("kms:GenerateDataKey", "key primary", PRIMARY),
  may("logs:CreateLogStream", "logs doctor-function-logs"),
  may("logs:PutLogEvents", "logs doctor-function-logs"),

  // A record is written once, below its own prefix, and stands.
  [WHO, "s3:PutObject", RECORD, { "s3:ObjectCreationOperation": "true" }, "denied by DenyOverwrite"],
  not("s3:PutObject", "primary/drills/shop/2026/11/20/d.json", ONCE),
  not("s3:PutObject", "primary/verifications/shop/2026/11/20/v.json", ONCE),
  not("s3:PutObject", `primary/${DUMP}`, ONCE),
  not("s3:PutObjectRetention", RECORD),
  [WHO, "s3:DeleteObject", RECORD, {}, "denied by DenyDeleteObject"],
  // No backup, no secret, no record.
  not("s3:GetObject", `primary/${DUMP}`),
  not("s3:GetObject", RECORD),
  not("s3:ListBucket", "primary"),
  not("kms:Decrypt", "key primary", PRIMARY),
  not("kms:GenerateDataKey", "key primary", forBucket("eu-central-1", "another")),
  not("kms:GenerateDataKey", "key primary"),
  not("secretsmanager:GetSecretValue", "secret shop"),
  // Nobody else's.
  not("secretsmanager:DescribeSecret", "secret slack"),
  not("scheduler:GetSchedule", OTHER_SCHEDULE),
  not("states:DescribeStateMachine", "machine drill-machine"),
  not("iam:GetRole", "role restorer"),
  not("iam:GetRolePolicy", "role dump-shop"),
  not("lambda:GetFunctionConfiguration", "function plan"),
  not("lambda:GetFunction", "function fresh-primary-function"),
  not("cloudwatch:DescribeAlarms", ALARM, at("us-east-1")),
  not("ecs:DescribeTaskDefinition", "*", at("us-east-1")),
  not("cloudwatch:DisableAlarmActions", ALARM, HERE),
  not("logs:PutLogEvents", "logs fresh-primary-function-logs"),

  ["doctor-schedule-role", "lambda:InvokeFunction", "function doctor-function", {}, "allowed"],
  ["doctor-schedule-role", "lambda:InvokeFunction", "function plan", {}, "not allowed"],
];

const OF_REPLICA = [
  ...SETTINGS.map((action) => [action, "replica"] as const),
  ["kms:DescribeKey", "key replica"],
  ["kms:GetKeyRotationStatus", "key replica"],
  ["lambda:GetFunctionConfiguration", "function fresh-replica-function"],
  ["sns:ListSubscriptionsByTopic", "topic replica"],
] as const;

/** In one account alone: the other one's settings are nobody's to look at from here. */
export const ONE_ACCOUNT_DOCTOR_ROWS: readonly Row[] = [
  ...OF_REPLICA.map(([action, resource]) => may(action, resource)),
  not("s3:GetReplicationConfiguration", "replica"),
];
export const OTHER_ACCOUNT_DOCTOR_ROWS: readonly Row[] = OF_REPLICA.map(([action, resource]) => not(action, resource));
