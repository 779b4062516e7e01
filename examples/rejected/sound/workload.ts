/** A backup that somebody made by hand, and made well: a task on Fargate, started by a state machine every night, and watched. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, backupBucket, ON_CALL } from "./buckets";
import { document, trust } from "./documents";

/** What an example does otherwise. */
export interface OtherWorkload {
  image?: string;
  /** What the role may do to the bucket beside adding objects. */
  alsoAllow?: readonly string[];
  /** @default every night */
  scheduleExpression?: string;
  /** What the machine does about errors of the task. @default two more attempts */
  retry?: readonly object[];
  /** @default an alarm on the age of the newest backup */
  isWatched?: boolean;
}

const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop";
const RETRY = [{ ErrorEquals: ["ECS.AmazonECSException", "States.TaskFailed"], MaxAttempts: 2 }];

/** Dumps `<name>` into the bucket `<name>-backups` every night. */
export function workload(name: string, otherwise: OtherWorkload = {}): void {
  const backups = `${name}-backups`;
  backupBucket(backups);
  const task = dumpTask(name, backups, otherwise);
  const machine = dumpMachine(name, task, otherwise.retry ?? RETRY);
  const starter = new aws.iam.Role(`${name}-schedule`, { assumeRolePolicy: trust("scheduler.amazonaws.com") });
  new aws.scheduler.Schedule(name, {
    flexibleTimeWindow: { mode: "OFF" },
    scheduleExpression: otherwise.scheduleExpression ?? "cron(0 2 * * ? *)",
    target: { arn: machine.arn, roleArn: starter.arn },
  });
  if (otherwise.isWatched === false) return;
  new aws.cloudwatch.MetricAlarm(`${backups}-age`, {
    namespace: "Shop",
    metricName: "NewestBackupAgeMinutes",
    statistic: "Maximum",
    comparisonOperator: "GreaterThanThreshold",
    threshold: 26 * 60,
    period: 900,
    evaluationPeriods: 1,
    treatMissingData: "breaching",
    alarmActions: [ON_CALL],
  });
}

function dumpTask(name: string, backups: string, { image, alsoAllow = [] }: OtherWorkload): aws.ecs.TaskDefinition {
  const role = new aws.iam.Role(`${name}-dump`, { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
  new aws.iam.RolePolicy(`${name}-dump`, {
    role: role.name,
    policy: document({ Effect: "Allow", Action: ["s3:PutObject", ...alsoAllow], Resource: `${arnOf(backups)}/*` }),
  });
  new aws.cloudwatch.LogGroup(`${name}-dump`, { retentionInDays: 90 });
  return new aws.ecs.TaskDefinition(`${name}-dump`, {
    family: `${name}-dump`,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    taskRoleArn: role.arn,
    containerDefinitions: JSON.stringify([
      {
        name: "dump",
        image: image ?? `registry.example.com/dump@sha256:${"5e".repeat(32)}`,
        environment: [{ name: "BUCKET", value: `example-${backups}` }],
      },
    ]),
  });
}

/** The task is named by its family, so that the definition is known at preview. */
function dumpMachine(name: string, task: aws.ecs.TaskDefinition, retry: readonly object[]): aws.sfn.StateMachine {
  const role = new aws.iam.Role(`${name}-machine`, { assumeRolePolicy: trust("states.amazonaws.com") });
  return new aws.sfn.StateMachine(name, {
    roleArn: role.arn,
    definition: pulumi.jsonStringify({
      StartAt: "Dump",
      States: {
        Dump: {
          Type: "Task",
          Resource: "arn:aws:states:::ecs:runTask.sync",
          Parameters: { LaunchType: "FARGATE", Cluster: CLUSTER_ARN, TaskDefinition: task.family },
          Retry: retry,
          End: true,
        },
      },
    }),
  });
}
