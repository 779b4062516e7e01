import { ENV } from "../../runner/contract";

/** Name of the one container of every task. Failure rules and overrides refer to it. */
export const CONTAINER_NAME = "runner";

/** A database as the state machine sees it. RunTask's overrides are small, so settings live in the task definitions. */
export interface DatabaseTasks {
  name: string;
  dumpTaskDefinitionArn: string;
  verifyTaskDefinitionArn: string;
}

/** What the backup state machine is made from. */
export interface BackupMachineInput {
  partition: string;
  clusterArn: string;
  planFunctionArn: string;
  databases: readonly DatabaseTasks[];
  subnetIds: readonly string[];
  securityGroupId: string;
  /** Longest dump, and longest verification. */
  timeoutMinutes: number;
  maxConcurrency: number;
}

type State = Record<string, unknown>;

/** Attempts in all, for tasks whose container never started. */
const LAUNCH_ATTEMPTS = 3;
/** Planning, waiting for capacity, and the overhead of both tasks. */
const OVERHEAD_MINUTES = 60;

/** Failures of the launch itself: capacity, throttling, a broken API call. A dump that failed is never repeated silently. */
const LAUNCH_RETRY = {
  ErrorEquals: [
    "ECS.AmazonECSException",
    "ECS.EcsException",
    "ECS.ServerException",
    "ECS.SdkClientException",
    "AmazonECS.Unknown",
  ],
  IntervalSeconds: 60,
  MaxAttempts: LAUNCH_ATTEMPTS - 1,
  BackoffRate: 2,
};

const LAMBDA_RETRY = {
  ErrorEquals: [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.TooManyRequestsException",
  ],
  IntervalSeconds: 2,
  MaxAttempts: 5,
  BackoffRate: 2,
};

function catchAll(next: string): State {
  return { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: next };
}

function runTask(input: BackupMachineInput, taskDefinitionPath: string, environment: State[], rest: State): State {
  return {
    Type: "Task",
    Resource: `arn:${input.partition}:states:::ecs:runTask.sync`,
    TimeoutSeconds: input.timeoutMinutes * 60,
    Parameters: {
      Cluster: input.clusterArn,
      "TaskDefinition.$": taskDefinitionPath,
      LaunchType: "FARGATE",
      PlatformVersion: "1.4.0",
      PropagateTags: "TASK_DEFINITION",
      EnableExecuteCommand: false,
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          Subnets: input.subnetIds,
          SecurityGroups: [input.securityGroupId],
          AssignPublicIp: "DISABLED",
        },
      },
      ...(environment.length === 0
        ? {}
        : { Overrides: { ContainerOverrides: [{ Name: CONTAINER_NAME, Environment: environment }] } }),
    },
    Retry: [LAUNCH_RETRY],
    ResultPath: null,
    ...rest,
  };
}

/** One database: plan, dump, verify. Every failure ends in a record, or one bad database would abort its siblings. */
function databaseStates(input: BackupMachineInput): Record<string, State> {
  return {
    Plan: {
      Type: "Task",
      Resource: `arn:${input.partition}:states:::lambda:invoke`,
      TimeoutSeconds: 300,
      Parameters: { FunctionName: input.planFunctionArn, Payload: { "database.$": "$.name" } },
      ResultSelector: { "tier.$": "$.Payload.tier" },
      ResultPath: "$.plan",
      Retry: [LAMBDA_RETRY],
      Catch: [catchAll("RecordFailure")],
      Next: "Dump",
    },
    Dump: runTask(input, "$.dumpTaskDefinitionArn", [{ Name: ENV.tier, "Value.$": "$.plan.tier" }], {
      Catch: [
        { ErrorEquals: ["States.TaskFailed"], ResultPath: "$.error", Next: "WhyDumpFailed" },
        catchAll("RecordFailure"),
      ],
      Next: "Verify",
    }),
    // A task that never started (image, network, capacity) fails under the same error name as a dump that exited non-zero. Only
    // its cause tells: nothing ran, so starting it again makes no second dump.
    WhyDumpFailed: {
      Type: "Choice",
      Choices: [
        {
          And: [
            { Variable: "$.error.Cause", IsPresent: true },
            { Variable: "$.error.Cause", StringMatches: '*"TaskFailedToStart"*' },
            { Variable: "$.attempt", NumericLessThan: LAUNCH_ATTEMPTS },
          ],
          Next: "WaitForCapacity",
        },
      ],
      Default: "RecordFailure",
    },
    WaitForCapacity: { Type: "Wait", Seconds: 60, Next: "CountAttempt" },
    CountAttempt: {
      Type: "Pass",
      Parameters: {
        "name.$": "$.name",
        "dumpTaskDefinitionArn.$": "$.dumpTaskDefinitionArn",
        "verifyTaskDefinitionArn.$": "$.verifyTaskDefinitionArn",
        "plan.$": "$.plan",
        "attempt.$": "States.MathAdd($.attempt, 1)",
      },
      Next: "Dump",
    },
    Verify: runTask(input, "$.verifyTaskDefinitionArn", [], {
      Catch: [catchAll("RecordFailure")],
      Next: "RecordSuccess",
    }),
    RecordSuccess: {
      Type: "Pass",
      Parameters: { "name.$": "$.name", "tier.$": "$.plan.tier", status: "SUCCEEDED" },
      End: true,
    },
    // Only the error's name: causes hold whole task descriptions, and the results of all databases share 256 KiB.
    RecordFailure: {
      Type: "Pass",
      Parameters: { "name.$": "$.name", "error.$": "$.error.Error", status: "FAILED" },
      End: true,
    },
  };
}

/** The machine that backs up every database of a runner and fails if one of them failed. JSON of Amazon States Language. */
export function backupMachineDefinition(input: BackupMachineInput): string {
  const rounds = Math.ceil(input.databases.length / input.maxConcurrency);
  return JSON.stringify({
    Comment: "Plans, dumps and verifies every database; fails if one of them failed",
    StartAt: "Databases",
    TimeoutSeconds: rounds * (2 * input.timeoutMinutes + OVERHEAD_MINUTES) * 60,
    States: {
      Databases: {
        Type: "Pass",
        Result: input.databases.map((database) => ({ ...database, attempt: 1 })),
        ResultPath: "$.databases",
        Next: "EachDatabase",
      },
      EachDatabase: {
        Type: "Map",
        ItemsPath: "$.databases",
        MaxConcurrency: input.maxConcurrency,
        ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, StartAt: "Plan", States: databaseStates(input) },
        ResultPath: "$.results",
        Next: "Collect",
      },
      Collect: {
        Type: "Pass",
        Parameters: { "results.$": "$.results", "anyFailed.$": "States.ArrayContains($.results[*].status, 'FAILED')" },
        Next: "Verdict",
      },
      Verdict: {
        Type: "Choice",
        Choices: [{ Variable: "$.anyFailed", BooleanEquals: true, Next: "SomeFailed" }],
        Default: "AllSucceeded",
      },
      SomeFailed: {
        Type: "Fail",
        Error: "BackupFailed",
        Cause: "one or more databases failed; see the results of the state Collect",
      },
      AllSucceeded: { Type: "Succeed" },
    },
  });
}

/** Input that the schedule gives the starter; Scheduler replaces the placeholder by the time it was due. */
export const STARTER_INPUT = JSON.stringify({ scheduledTime: "<aws.scheduler.scheduled-time>" });

/**
 * The machine that the schedule starts. It starts the real one under a name made from schedule and due time, so that a delivery
 * that comes twice gives one dump: the second finds the name taken, which is success. Colons are illegal in names.
 *
 * @param label start of the name, at most 58 characters of a-z, 0-9 and hyphens
 */
export function starterMachineDefinition(partition: string, backupMachineArn: string, label: string): string {
  return JSON.stringify({
    Comment: "Starts one backup per due time",
    StartAt: "SplitTime",
    TimeoutSeconds: 900,
    States: {
      SplitTime: {
        Type: "Pass",
        Parameters: { "parts.$": "States.StringSplit($.scheduledTime, ':')" },
        ResultPath: "$.split",
        Next: "Start",
      },
      Start: {
        Type: "Task",
        Resource: `arn:${partition}:states:::states:startExecution`,
        Parameters: {
          StateMachineArn: backupMachineArn,
          "Name.$": `States.Format('${label}-{}-{}-{}', $.split.parts[0], $.split.parts[1], $.split.parts[2])`,
          Input: { "scheduledTime.$": "$.scheduledTime" },
        },
        Retry: [
          { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], MaxAttempts: 0 },
          { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 5, MaxAttempts: 4, BackoffRate: 2 },
        ],
        Catch: [{ ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], Next: "AlreadyStarted" }],
        Next: "Started",
      },
      AlreadyStarted: { Type: "Succeed" },
      Started: { Type: "Succeed" },
    },
  });
}
