import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../../types";
import type { Account } from "../account";
import { child } from "../child";
import { fittedName } from "../childName";
import type { DatabaseSchedule } from "./databaseSchedules";
import { scheduleGroup } from "../scheduleRole";
import type { Scope } from "../scope";
import { starterInput } from "./starterMachine";

/** What the schedules are made from. */
export interface SchedulesInput extends Scope {
  account: Account;
  schedules: readonly DatabaseSchedule[];
  starterArn: pulumi.Output<string>;
  flexibleWindowMinutes: number;
  deadLetterQueueArn: pulumi.Output<string>;
  transform: Transform<aws.scheduler.ScheduleArgs> | undefined;
}

/** What was made. */
export interface Schedules {
  names: pulumi.Output<string>[];
  groupName: pulumi.Output<string>;
}

function description(name: string, { databases }: DatabaseSchedule): string {
  if (databases.length === 0) return `${name}: backups of the databases in the list`;
  return `${name}: backups of ${databases.length === 1 ? databases[0] : `${databases.length} databases`}`;
}

/** One schedule per distinct expression and time zone, all in a group of their own, all to the starter. */
export function createSchedules(input: SchedulesInput): Schedules {
  const { parent, name, guard, region, flexibleWindowMinutes } = input;
  const { name: groupName, roleArn } = scheduleGroup(input, input.starterArn);
  const names = input.schedules.map((schedule) => {
    const args: aws.scheduler.ScheduleArgs = {
      region,
      groupName,
      description: description(name, schedule),
      scheduleExpression: schedule.expression,
      scheduleExpressionTimezone: schedule.timezone,
      flexibleTimeWindow:
        flexibleWindowMinutes === 0
          ? { mode: "OFF" }
          : { mode: "FLEXIBLE", maximumWindowInMinutes: flexibleWindowMinutes },
      state: "ENABLED",
      target: {
        arn: input.starterArn,
        roleArn,
        input: starterInput(schedule.key),
        // The service's own defaults, 185 times in 24 hours, would start a dump a day late.
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: input.deadLetterQueueArn },
      },
    };
    const { transform } = input;
    return child(aws.scheduler.Schedule, fittedName(name, "schedule", schedule.key), args, guard, {
      parent,
      transform,
    }).name;
  });
  return { names, groupName };
}
