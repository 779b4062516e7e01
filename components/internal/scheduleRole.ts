import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "./account";
import { child } from "./child";
import { childName } from "./childName";
import { serviceTrust } from "./policyDocument";
import { executionScheduleStatements } from "./runner/iamOrchestration";
import { type Scope, roleWithPolicy } from "./scope";

/** What schedules that start a state machine share. */
export interface SchedulesScope extends Scope {
  account: Account;
  deadLetterQueueArn: pulumi.Output<string>;
}

/** A group of schedules, and the role by which they start one state machine. */
export function scheduleGroup(
  scope: SchedulesScope,
  machineArn: pulumi.Output<string>,
): { name: pulumi.Output<string>; roleArn: pulumi.Output<string> } {
  const { parent, name, guard, region, tags, account } = scope;
  const group = child(aws.scheduler.ScheduleGroup, childName(name, "schedules"), { region, tags }, guard, { parent });
  const roleArn = roleWithPolicy(
    scope,
    "schedule-role",
    // Scheduler names the group, never the schedule.
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    pulumi
      .all([account.accountId, group.arn])
      .apply(([id, groupArn]) => serviceTrust("scheduler.amazonaws.com", id, groupArn)),
    pulumi
      .all([machineArn, scope.deadLetterQueueArn])
      .apply(([arn, queueArn]) => executionScheduleStatements(arn, queueArn)),
  );
  return { name: group.name, roleArn };
}
