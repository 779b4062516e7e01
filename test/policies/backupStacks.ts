import { UNKNOWN_TEXT, type Written } from "./harness";

/** Type tokens of what a backup is run by. */
export const RUN_TYPES = {
  role: "aws:iam/role:Role",
  nativeRole: "aws-native:iam:Role",
  rolePolicy: "aws:iam/rolePolicy:RolePolicy",
  nativeRolePolicy: "aws-native:iam:RolePolicy",
  policy: "aws:iam/policy:Policy",
  nativePolicy: "aws-native:iam:ManagedPolicy",
  attachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  groupAttachment: "aws:iam/policyAttachment:PolicyAttachment",
  exclusive: "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  task: "aws:ecs/taskDefinition:TaskDefinition",
  nativeTask: "aws-native:ecs:TaskDefinition",
  lambda: "aws:lambda/function:Function",
  machine: "aws:sfn/stateMachine:StateMachine",
  nativeMachine: "aws-native:stepfunctions:StateMachine",
  schedule: "aws:scheduler/schedule:Schedule",
  nativeSchedule: "aws-native:scheduler:Schedule",
  rule: "aws:cloudwatch/eventRule:EventRule",
  nativeRule: "aws-native:events:Rule",
  target: "aws:cloudwatch/eventTarget:EventTarget",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  nativeAlarm: "aws-native:cloudwatch:Alarm",
  composite: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  nativeComposite: "aws-native:cloudwatch:CompositeAlarm",
  databaseBackup: "pulumi-backup321:index:DatabaseBackup",
  backupRunner: "pulumi-backup321:index:BackupRunner",
  restoreDrill: "pulumi-backup321:index:RestoreDrill",
} as const;

/** Everything in the bucket of `BACKUPS`. */
export const OBJECTS = "arn:aws:s3:::shop-backups/*";
/** A bucket with Object Lock, whose name is known. */
export const BACKUPS: Written = {
  type: "aws:s3/bucket:Bucket",
  name: "backups",
  props: { bucket: "shop-backups", objectLockEnabled: true },
};

export function allow(Action: unknown, Resource: unknown = OBJECTS, more: object = {}): object {
  return { Effect: "Allow", Action, Resource, ...more };
}

export function document(...Statement: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** A trust policy for one service. */
export function trust(Service: string = "ecs-tasks.amazonaws.com"): string {
  return document({ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" });
}

/** The role `dump`. */
export function role(props: object = {}, type: string = RUN_TYPES.role): Written {
  return { type, name: "dump", props: { name: "dump-role", assumeRolePolicy: trust(), ...props } };
}

/** The policy `dump-policy` of that role. */
export function rolePolicy(...statements: object[]): Written {
  return {
    type: RUN_TYPES.rolePolicy,
    name: "dump-policy",
    props: { role: "dump-role", policy: document(...statements) },
    dependsOn: { role: ["dump"] },
  };
}

/** The same while the bucket's ARN is not known: one unknown text. */
export const UNKNOWN_POLICY: Written = {
  type: RUN_TYPES.rolePolicy,
  name: "dump-policy",
  props: { role: "dump-role", policy: UNKNOWN_TEXT },
  dependsOn: { role: ["dump"], policy: ["backups"] },
};

/** A bucket, and a role that may add to it. */
export const WRITER: readonly Written[] = [BACKUPS, role(), rolePolicy(allow("s3:PutObject"))];
/** A bucket, and a role that may add to it once its policy is known, if it may. */
export const PERHAPS_WRITER: readonly Written[] = [BACKUPS, role(), UNKNOWN_POLICY];

/** The task definition `dump-task`, which runs as the role `dump`. */
export function task(containers: unknown = [{ name: "dump", image: "x" }], props: object = {}): Written {
  return {
    type: RUN_TYPES.task,
    name: "dump-task",
    props: {
      taskRoleArn: UNKNOWN_TEXT,
      containerDefinitions: typeof containers === "string" ? containers : JSON.stringify(containers),
      ...props,
    },
    dependsOn: { taskRoleArn: ["dump"] },
  };
}

/** The state machine `machine`, which runs the task `dump-task`. */
export function machine(definition: unknown, props: object = {}): Written {
  return {
    type: RUN_TYPES.machine,
    name: "machine",
    props: { definition, ...props },
    dependsOn: { definition: ["dump-task"] },
  };
}

/** The schedule `nightly`, which starts the task `dump-task`. */
export function schedule(props: object = {}): Written {
  return {
    type: RUN_TYPES.schedule,
    name: "nightly",
    props: { scheduleExpression: "rate(1 day)", target: { arn: UNKNOWN_TEXT }, ...props },
    dependsOn: { target: ["dump-task"] },
  };
}
