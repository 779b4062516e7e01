import {
  firstAttempt,
  RECORD_STATES,
  relaunchCatch,
  relaunchStates,
  runTask,
  type RunTaskInput,
} from "../runner/databaseStates";

/** A database as an item of the machine. */
export interface DrillItem {
  name: string;
  /** Its task definition, `family:revision`. */
  task: string;
}

/** What the machine is made from. */
export interface DrillMachineInput extends RunTaskInput {
  databases: readonly DrillItem[];
  maxConcurrency: number;
}

/** Waiting for capacity, and the images. */
const OVERHEAD_MINUTES = 60;

/** The machine that drills every database and fails if one of them failed. JSON of Amazon States Language. */
export function drillMachineDefinition(input: DrillMachineInput): string {
  const { databases, maxConcurrency, timeoutMinutes } = input;
  const longestMinutes = Math.ceil(databases.length / maxConcurrency) * (timeoutMinutes + OVERHEAD_MINUTES);
  return JSON.stringify({
    Comment:
      "Restores the newest recovery point of each database into a throwaway server; fails if one of the drills failed",
    StartAt: "Databases",
    TimeoutSeconds: longestMinutes * 60,
    States: {
      Databases: { Type: "Pass", Result: { databases }, Next: "EachDatabase" },
      EachDatabase: {
        Type: "Map",
        ItemsPath: "$.databases",
        MaxConcurrency: maxConcurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: "INLINE" },
          StartAt: "FirstAttempt",
          States: {
            FirstAttempt: firstAttempt("Drill"),
            Drill: runTask(
              input,
              { "TaskDefinition.$": "$.task" },
              {},
              {
                Catch: relaunchCatch("Drill"),
                Next: "RecordSuccess",
              },
            ),
            ...relaunchStates("Drill"),
            ...RECORD_STATES,
          },
        },
        ResultPath: "$.databases",
        Next: "Collect",
      },
      Collect: {
        Type: "Pass",
        Parameters: {
          "results.$": "$.databases",
          "anyFailed.$": "States.ArrayContains($.databases[*].failed, 1)",
        },
        Next: "Verdict",
      },
      Verdict: {
        Type: "Choice",
        Choices: [{ Variable: "$.anyFailed", BooleanEquals: true, Next: "SomeFailed" }],
        Default: "AllPassed",
      },
      SomeFailed: {
        Type: "Fail",
        Error: "DrillFailed",
        Cause: "one or more drills failed; see the results of the state Collect, and the records below drills/",
      },
      AllPassed: { Type: "Succeed" },
    },
  });
}
