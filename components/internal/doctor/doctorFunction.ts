import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DOCTOR_FILE, type DoctorFile } from "../../../runner/doctorContract";
import type { Transform } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { childName } from "../childName";
import { lambdaFunction } from "../lambdaFunction";
import { allow, serviceTrust } from "../policyDocument";
import { alarm, roleWithPolicy, type Scope } from "../scope";
import { doctorRoleStatements, type DoctorTargets } from "./doctorRole";

/** Per-child changes. */
export interface DoctorTransforms {
  function?: Transform<aws.lambda.FunctionArgs>;
  schedule?: Transform<aws.scheduler.ScheduleArgs>;
  alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
}

/** What the doctor is made from. */
export interface DoctorInput extends Scope {
  account: Account;
  intervalDays: number;
  targets: pulumi.Output<Omit<DoctorTargets, "logGroupArn">>;
  /** What the function is told. */
  file: pulumi.Output<DoctorFile>;
  alarmTopicArn: pulumi.Input<string> | undefined;
  transform: DoctorTransforms | undefined;
}

/** What was made. */
export interface Doctor {
  functionName: pulumi.Output<string>;
  alarmName: pulumi.Output<string>;
}

const DAY_MINUTES = 1440;

/** The function that examines, its schedule, and the alarm that it left no record. What a record says is freshness's to alarm on. */
export function createDoctor(input: DoctorInput): Doctor {
  const { parent, name, guard, account, intervalDays, targets, alarmTopicArn, transform } = input;
  const examines = lambdaFunction(input, {
    role: "function",
    bundle: "doctor",
    description: `${name}: examines the live set-up, and records what it finds`,
    environment: {},
    files: { [DOCTOR_FILE]: input.file.apply((file) => JSON.stringify(file)) },
    statements: (logGroupArn) =>
      pulumi.all([targets, logGroupArn]).apply(([to, logs]) => doctorRoleStatements({ ...to, logGroupArn: logs })),
    // Hundreds of databases are thousands of calls, to services that answer some twenty in a second.
    timeoutSeconds: 840,
    memoryMiB: 512,
    transform: transform?.function,
  });
  const roleArn = roleWithPolicy(
    input,
    "schedule-role",
    account.accountId.apply((id) => serviceTrust("scheduler.amazonaws.com", id)),
    examines.arn.apply((arn) => [allow("Invoke", "lambda:InvokeFunction", arn)]),
  );
  const schedule: aws.scheduler.ScheduleArgs = {
    description: `${name}: examinations of the live set-up`,
    scheduleExpression: intervalDays === 1 ? "rate(1 day)" : `rate(${intervalDays} days)`,
    flexibleTimeWindow: { mode: "OFF" },
    state: "ENABLED",
    target: {
      arn: examines.arn,
      roleArn,
      // Without a dead-letter queue: freshness alarms in both regions where no record came.
      retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
    },
  };
  child(aws.scheduler.Schedule, childName(name, "schedule"), schedule, guard, {
    parent,
    transform: transform?.schedule,
  });
  const alarmName = alarm(
    input,
    {
      role: "errors-alarm",
      description: `${name}: an examination failed and left no record; the function's log says why`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: examines.name },
      statistic: "Sum",
      comparison: "GreaterThanThreshold",
      threshold: 0,
      periodMinutes: DAY_MINUTES,
      missingDataBreaches: false,
    },
    alarmTopicArn,
    transform?.alarm,
  );
  return { functionName: examines.name, alarmName };
}
