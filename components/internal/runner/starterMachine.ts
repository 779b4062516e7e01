/** Input that a schedule gives the starter; Scheduler replaces the placeholder by the time it was due. */
export function starterInput(scheduleKey: string): string {
  return JSON.stringify({ scheduledTime: "<aws.scheduler.scheduled-time>", schedule: scheduleKey });
}

/**
 * The machine that schedules start. It starts the real one under a name made from schedule and due time, so that a delivery that
 * comes twice gives one dump: the second finds the name taken, which is success. Two schedules that are due at the same time have
 * two names. Colons are illegal in names.
 *
 * @param label start of the name, at most 50 characters of a-z, 0-9 and hyphens
 */
export function starterMachineDefinition(partition: string, backupMachineArn: string, label: string): string {
  return JSON.stringify({
    Comment: "Starts one backup per schedule and due time",
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
          "Name.$": `States.Format('${label}-{}-{}-{}-{}', $.schedule, $.split.parts[0], $.split.parts[1], $.split.parts[2])`,
          Input: { "scheduledTime.$": "$.scheduledTime", "schedule.$": "$.schedule" },
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
