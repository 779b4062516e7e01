import { ENV } from "../../../runner/contract";

/** Name of the one container of every task. Failure rules and overrides refer to it. */
export const CONTAINER_NAME = "runner";

/** One state of Amazon States Language. */
export type State = Record<string, unknown>;

/** Where tasks run, and how long. */
export interface RunTaskInput {
  partition: string;
  clusterArn: string;
  subnetIds: readonly string[];
  securityGroupId: string;
  /** Longest dump, verification, or drill. */
  timeoutMinutes: number;
}

/** What the states of one database are made from. */
export interface DatabaseStatesInput extends RunTaskInput {
  planFunctionArn: string;
  /** For a list in S3: the tasks of all its databases, and the tiers of one that names none. Else each item brings its own. */
  listed?: { dump: string; verify: string; tiers: readonly string[] } | undefined;
}

/** Attempts in all, for tasks whose container never started. */
const LAUNCH_ATTEMPTS = 3;

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

export function catchAll(next: string): State {
  return { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: next };
}

/** Environment of one run: name to the path of its value. All else is in the task definition, since overrides are small. */
export function runTask(input: RunTaskInput, task: State, environment: Record<string, string>, rest: State): State {
  return {
    Type: "Task",
    Resource: `arn:${input.partition}:states:::ecs:runTask.sync`,
    TimeoutSeconds: input.timeoutMinutes * 60,
    Parameters: {
      Cluster: input.clusterArn,
      ...task,
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
      Overrides: {
        ContainerOverrides: [
          {
            Name: CONTAINER_NAME,
            Environment: Object.entries(environment).map(([Name, path]) => ({ Name, "Value.$": path })),
          },
        ],
      },
    },
    Retry: [LAUNCH_RETRY],
    ResultPath: null,
    ...rest,
  };
}

/** Counts the launches of what follows. */
export function firstAttempt(next: string): State {
  return { Type: "Pass", Result: { attempt: 1 }, ResultPath: "$.launch", Next: next };
}

/** What a task's failure leads to: its cause is looked at by `relaunchStates`, any other failure is recorded. */
export function relaunchCatch(task: string): State[] {
  return [
    { ErrorEquals: ["States.TaskFailed"], ResultPath: "$.error", Next: `Why${task}Failed` },
    catchAll("RecordFailure"),
  ];
}

/**
 * Starts a task again that never started (image, network, capacity). It fails under the same error name as one that exited non-zero;
 * only its cause tells. Nothing ran, so starting it again does nothing twice.
 */
export function relaunchStates(task: string): Record<string, State> {
  return {
    [`Why${task}Failed`]: {
      Type: "Choice",
      Choices: [
        {
          And: [
            { Variable: "$.error.Cause", IsPresent: true },
            { Variable: "$.error.Cause", StringMatches: '*"TaskFailedToStart"*' },
            { Variable: "$.launch.attempt", NumericLessThan: LAUNCH_ATTEMPTS },
          ],
          Next: "WaitForCapacity",
        },
      ],
      Default: "RecordFailure",
    },
    WaitForCapacity: { Type: "Wait", Seconds: 60, Next: "CountAttempt" },
    CountAttempt: {
      Type: "Pass",
      Parameters: { "attempt.$": "States.MathAdd($.launch.attempt, 1)" },
      ResultPath: "$.launch",
      Next: task,
    },
  };
}

/** How the states of one database end. Only the error's name is kept: causes hold whole task descriptions. */
export const RECORD_STATES: Readonly<Record<string, State>> = {
  RecordSuccess: { Type: "Pass", Result: { failed: 0 }, End: true },
  RecordFailure: {
    Type: "Pass",
    Parameters: { failed: 1, "name.$": "$.name", "error.$": "$.error.Error" },
    End: true,
  },
};

/**
 * What comes before an item of a list in S3. Nobody checked it at a deployment, and a path that is missing ends an execution with
 * an error that no state can catch.
 */
function listedItemStates(tiers: readonly string[]): Record<string, State> {
  const isText = (Variable: string): State[] => [
    { Variable, IsPresent: true },
    { Variable, IsString: true },
  ];
  return {
    CheckEntry: {
      Type: "Choice",
      Choices: [{ And: [...isText("$.name"), ...isText("$.secretArn")], Next: "WhichTiers" }],
      Default: "BadEntry",
    },
    BadEntry: { Type: "Pass", Result: { failed: 1, name: "", error: "BadEntry" }, End: true },
    WhichTiers: {
      Type: "Choice",
      Choices: [{ Variable: "$.tiers", IsPresent: true, Next: "FirstAttempt" }],
      Default: "EveryTier",
    },
    EveryTier: { Type: "Pass", Result: tiers, ResultPath: "$.tiers", Next: "FirstAttempt" },
  };
}

/**
 * One database: plan, dump, verify. Every failure ends in a record, or one bad database would abort its siblings. Records are
 * small: those of all databases share the 256 KiB of one state's output, 10,000 successes among them.
 */
export function databaseStates(input: DatabaseStatesInput): { StartAt: string; States: Record<string, State> } {
  const { listed } = input;
  const name = { [ENV.database]: "$.name" };
  const tier = { [ENV.tier]: "$.plan.tier" };
  const dump = listed ? { TaskDefinition: listed.dump } : { "TaskDefinition.$": "$.dump" };
  const verify = listed ? { TaskDefinition: listed.verify } : { "TaskDefinition.$": "$.verify" };
  const States = {
    ...(listed ? listedItemStates(listed.tiers) : {}),
    FirstAttempt: firstAttempt("Plan"),
    Plan: {
      Type: "Task",
      Resource: `arn:${input.partition}:states:::lambda:invoke`,
      TimeoutSeconds: 300,
      Parameters: { FunctionName: input.planFunctionArn, Payload: { "database.$": "$.name", "tiers.$": "$.tiers" } },
      ResultSelector: { "tier.$": "$.Payload.tier" },
      ResultPath: "$.plan",
      Retry: [LAMBDA_RETRY],
      Catch: [catchAll("RecordFailure")],
      Next: "Dump",
    },
    Dump: runTask(input, dump, listed ? { ...name, [ENV.secretArn]: "$.secretArn", ...tier } : tier, {
      Catch: relaunchCatch("Dump"),
      Next: "Verify",
    }),
    ...relaunchStates("Dump"),
    // One task definition for many databases: it holds no secret, and its role reads them all.
    Verify: runTask(input, verify, name, { Catch: [catchAll("RecordFailure")], Next: "RecordSuccess" }),
    ...RECORD_STATES,
  };
  return { StartAt: listed ? "CheckEntry" : "FirstAttempt", States };
}
