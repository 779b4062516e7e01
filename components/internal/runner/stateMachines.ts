import { LIMITS } from "../defaults";
import { type DatabaseStatesInput, type State, databaseStates } from "./databaseStates";

/** A database as an item of the machine. Task definitions are `family:revision`: 500 items must fit the 256 KiB of one state. */
export interface DatabaseItem {
  name: string;
  /** Names of its tiers. */
  tiers: readonly string[];
  dump: string;
  verify: string;
}

/** The databases of one schedule. */
export interface ScheduledItems {
  /** Key of the schedule. */
  key: string;
  items: readonly DatabaseItem[];
}

/** A list in S3, of which each entry is a database. */
export interface ItemList {
  bucketName: string;
  key: string;
  /** Key of the one schedule. */
  scheduleKey: string;
}

/** What the backup state machine is made from. */
export interface BackupMachineInput extends DatabaseStatesInput {
  source: { schedules: readonly ScheduledItems[] } | { list: ItemList };
  maxConcurrency: number;
}

/** Planning, waiting for capacity, and the overhead of both tasks. */
const OVERHEAD_MINUTES = 60;
/** A list has no length at a deployment. A day is the longest dump that is allowed, and the usual time to the next run. */
const LIST_TIMEOUT_MINUTES = 1440;

/**
 * Whether each database is an execution of its own (Distributed Map): beyond the concurrency of the other kind, for a list in S3, and
 * beyond what fits one execution's history of 25,000 events (22 for a database when all is well, some 100 when every launch is tried
 * three times).
 */
export function isDistributed(databases: number | undefined, maxConcurrency: number): boolean {
  return databases === undefined || maxConcurrency > LIMITS.inlineConcurrency || databases > LIMITS.inlineDatabases;
}

/** States that choose the databases of the schedule in the input. Without one, as when somebody starts it by hand: all. */
function choosingStates(schedules: readonly { key: string; next: string }[], all: string): Record<string, State> {
  return {
    WhichSchedule: {
      Type: "Choice",
      Choices: [
        { Variable: "$.schedule", IsPresent: false, Next: all },
        ...schedules.map(({ key, next }) => ({ Variable: "$.schedule", StringEquals: key, Next: next })),
      ],
      Default: "UnknownSchedule",
    },
    UnknownSchedule: {
      Type: "Fail",
      Error: "UnknownSchedule",
      Cause: "the input names a schedule that this machine does not have; leave it out to back up every database",
    },
  };
}

function namedStates(schedules: readonly ScheduledItems[]): Record<string, State> {
  const databases = (items: readonly DatabaseItem[]): State => ({
    Type: "Pass",
    Result: { databases: items, expected: items.length },
    Next: "EachDatabase",
  });
  const stateOf = (key: string): string => `Schedule-${key}`;
  const all = schedules.length === 1 ? stateOf(schedules[0]!.key) : "EverySchedule";
  return {
    ...choosingStates(
      schedules.map(({ key }) => ({ key, next: stateOf(key) })),
      all,
    ),
    ...Object.fromEntries(schedules.map(({ key, items }) => [stateOf(key), databases(items)])),
    ...(schedules.length === 1 ? {} : { EverySchedule: databases(schedules.flatMap(({ items }) => items)) }),
  };
}

function mapState(input: BackupMachineInput, distributed: boolean): State {
  const { source, partition, maxConcurrency } = input;
  const items =
    "list" in source
      ? {
          ItemReader: {
            Resource: `arn:${partition}:states:::s3:getObject`,
            ReaderConfig: { InputType: "JSON" },
            Parameters: { Bucket: source.list.bucketName, Key: source.list.key },
          },
        }
      : { ItemsPath: "$.databases" };
  const mode = distributed ? { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } : { Mode: "INLINE" };
  return {
    Type: "Map",
    ...items,
    MaxConcurrency: maxConcurrency,
    // Every failure of a database is caught inside; what is left (an execution that was stopped, or broke) must not abort its
    // siblings either. Such an execution leaves no record, so Verdict counts them.
    ...(distributed ? { Label: "EachDatabase", ToleratedFailurePercentage: 100 } : {}),
    ItemProcessor: { ProcessorConfig: mode, ...databaseStates(input) },
    // In place of the items, not beside them: both together might not fit.
    ResultPath: "$.databases",
    Next: "Collect",
  };
}

/** The machine that backs up the databases of a schedule and fails if one of them failed. JSON of Amazon States Language. */
export function backupMachineDefinition(input: BackupMachineInput): string {
  const { source, maxConcurrency, timeoutMinutes } = input;
  const count = "list" in source ? undefined : source.schedules.reduce((sum, { items }) => sum + items.length, 0);
  const longestMinutes =
    count === undefined
      ? LIST_TIMEOUT_MINUTES
      : Math.ceil(count / maxConcurrency) * (2 * timeoutMinutes + OVERHEAD_MINUTES);
  const choosing =
    "list" in source
      ? choosingStates([{ key: source.list.scheduleKey, next: "EachDatabase" }], "EachDatabase")
      : namedStates(source.schedules);
  return JSON.stringify({
    Comment: "Plans, dumps and verifies the databases of a schedule, or all without one; fails if one of them failed",
    StartAt: "WhichSchedule",
    TimeoutSeconds: longestMinutes * 60,
    States: {
      ...choosing,
      EachDatabase: mapState(input, isDistributed(count, maxConcurrency)),
      Collect: {
        Type: "Pass",
        Parameters: {
          "results.$": "$.databases",
          "count.$": "States.ArrayLength($.databases)",
          "recorded.$": "States.ArrayLength($.databases[*].failed)",
          "anyFailed.$": "States.ArrayContains($.databases[*].failed, 1)",
          // Nobody has counted the entries of a list.
          ...("list" in source ? {} : { "expected.$": "$.expected" }),
        },
        Next: "Verdict",
      },
      Verdict: {
        Type: "Choice",
        Choices: [
          { Variable: "$.count", NumericEquals: 0, Next: "NoDatabase" },
          { Variable: "$.anyFailed", BooleanEquals: true, Next: "SomeFailed" },
          { Variable: "$.recorded", NumericLessThanPath: "$.count", Next: "SomeFailed" },
          ...("list" in source
            ? []
            : [{ Variable: "$.recorded", NumericLessThanPath: "$.expected", Next: "SomeFailed" }]),
        ],
        Default: "AllSucceeded",
      },
      NoDatabase: { Type: "Fail", Error: "NoDatabase", Cause: "the list of databases is empty" },
      SomeFailed: {
        Type: "Fail",
        Error: "BackupFailed",
        Cause:
          "one or more databases failed; see the results of the state Collect, and the map run for executions that left none",
      },
      AllSucceeded: { Type: "Succeed" },
    },
  });
}
