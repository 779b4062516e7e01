import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import { DescribeStateMachineCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { type DoctorCheck, examineEach, primaryRegion, unless } from "./check";

/** Schedules that start backups. */
export const schedules: DoctorCheck = {
  id: "schedule",
  run: (context) => {
    const { scheduleNames, scheduleGroupName, starterArn } = context.stack;
    return examineEach(
      context,
      "schedule",
      scheduleNames,
      (name) => name,
      async (name) => {
        const found = await context
          .clients(primaryRegion(context))
          .scheduler.send(new GetScheduleCommand({ Name: name, GroupName: scheduleGroupName }));
        const target = found.Target?.Arn;
        return {
          ok: `enabled, ${found.ScheduleExpression}`,
          problems: unless(
            [found.State === "ENABLED", `it is ${found.State}: nothing is backed up; enable it`],
            [starterArn === undefined || target === starterArn, `it starts ${target}, not ${starterArn}`],
            [found.EndDate === undefined, `it ends on ${found.EndDate?.toISOString()}`],
          ),
        };
      },
    );
  },
};

/** State machines, and how the last run of each ended. */
export const machines: DoctorCheck = {
  id: "stateMachine",
  run: (context) => {
    const { stateMachineArn, starterArn } = context.stack;
    const arns = [stateMachineArn, starterArn].filter((arn) => arn !== undefined);
    return examineEach(
      context,
      "stateMachine",
      arns.length === 0 ? undefined : arns,
      (arn) => arn,
      async (arn) => {
        const { sfn } = context.clients(primaryRegion(context));
        const { status } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
        const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: arn, maxResults: 10 }));
        const last = executions.find((one) => one.status !== "RUNNING");
        return {
          ok: `active; ${last ? `its last run succeeded, ${last.startDate?.toISOString()}` : "it has not run yet"}`,
          problems: unless(
            [status === "ACTIVE", `it is ${status}`],
            [
              last === undefined || last.status === "SUCCEEDED",
              `its last run ended as ${last?.status}, ${last?.startDate?.toISOString()}; look at ${last?.name}`,
            ],
          ),
        };
      },
    );
  },
};
