// State machines and the schedules that start them.
import * as scheduler from "@aws-sdk/client-scheduler";
import * as sfn from "@aws-sdk/client-sfn";
import { found, gone, lowerTagList, pascal, tagList, type Context, type Handler } from "../handler";
import { schedule as refuseSchedule } from "../refusals/schedule";
import { stateMachine as refuseStateMachine } from "../refusals/stateMachine";
import type { Props } from "../wire";
import { mustAssume } from "./trust";

const machineInputs = (i: Props) => ({
  definition: i["definition"] as string,
  roleArn: i["roleArn"] as string,
  loggingConfiguration: i["loggingConfiguration"] && {
    level: i["loggingConfiguration"].level,
    includeExecutionData: i["loggingConfiguration"].includeExecutionData,
    destinations: i["loggingConfiguration"].logDestination
      ? [{ cloudWatchLogsLogGroup: { logGroupArn: i["loggingConfiguration"].logDestination } }]
      : undefined,
  },
  tracingConfiguration: i["tracingConfiguration"],
});

const stateMachine: Handler = {
  type: "aws:sfn/stateMachine:StateMachine",
  name: { property: "name", maxLength: 80 },
  replaceOn: ["name", "namePrefix", "type"],
  computed: ["arn", "creationDate", "revisionId", "status", "tagsAll"],
  refuse: refuseStateMachine,
  async create(context, i) {
    await mustAssume(context, i["roleArn"], "states.amazonaws.com");
    const made = await context.aws.sfn.send(
      new sfn.CreateStateMachineCommand({
        name: i["name"],
        type: i["type"] ?? "STANDARD",
        tags: lowerTagList(i["tags"]),
        ...machineInputs(i),
      }),
    );
    return {
      id: made.stateMachineArn!,
      outputs: {
        arn: made.stateMachineArn,
        creationDate: made.creationDate?.toISOString(),
        status: "ACTIVE",
        revisionId: "",
      },
    };
  },
  async update(context, stateMachineArn, i) {
    await mustAssume(context, i["roleArn"], "states.amazonaws.com");
    await context.aws.sfn.send(new sfn.UpdateStateMachineCommand({ stateMachineArn, ...machineInputs(i) }));
  },
  exists: ({ aws }, stateMachineArn) => found(aws.sfn.send(new sfn.DescribeStateMachineCommand({ stateMachineArn }))),
  delete: ({ aws }, stateMachineArn) => gone(aws.sfn.send(new sfn.DeleteStateMachineCommand({ stateMachineArn }))),
};

const scheduleGroup: Handler = {
  type: "aws:scheduler/scheduleGroup:ScheduleGroup",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "namePrefix"],
  computed: ["arn", "creationDate", "lastModificationDate", "state", "tagsAll"],
  async create({ aws }, i) {
    const { ScheduleGroupArn } = await aws.scheduler.send(
      new scheduler.CreateScheduleGroupCommand({ Name: i["name"], Tags: tagList(i["tags"]) }),
    );
    const group = await aws.scheduler.send(new scheduler.GetScheduleGroupCommand({ Name: i["name"] }));
    return {
      id: i["name"],
      outputs: {
        arn: ScheduleGroupArn,
        state: group.State,
        creationDate: group.CreationDate?.toISOString(),
        lastModificationDate: group.LastModificationDate?.toISOString(),
      },
    };
  },
  update: async ({ aws }, _id, i, olds) =>
    void (await aws.scheduler.send(
      new scheduler.TagResourceCommand({ ResourceArn: olds["arn"], Tags: tagList(i["tags"]) }),
    )),
  exists: ({ aws }, Name) => found(aws.scheduler.send(new scheduler.GetScheduleGroupCommand({ Name }))),
  delete: ({ aws }, Name) => gone(aws.scheduler.send(new scheduler.DeleteScheduleGroupCommand({ Name }))),
};

const scheduleInputs = (i: Props): scheduler.CreateScheduleCommandInput => ({
  Name: i["name"],
  GroupName: i["groupName"],
  Description: i["description"],
  ScheduleExpression: i["scheduleExpression"],
  ScheduleExpressionTimezone: i["scheduleExpressionTimezone"] ?? "UTC",
  FlexibleTimeWindow: pascal(i["flexibleTimeWindow"]),
  State: i["state"] ?? "ENABLED",
  StartDate: i["startDate"] && new Date(i["startDate"]),
  EndDate: i["endDate"] && new Date(i["endDate"]),
  KmsKeyArn: i["kmsKeyArn"],
  ActionAfterCompletion: i["actionAfterCompletion"],
  Target: {
    Arn: i["target"].arn,
    RoleArn: i["target"].roleArn,
    Input: i["target"].input,
    RetryPolicy: pascal(i["target"].retryPolicy),
    DeadLetterConfig: pascal(i["target"].deadLetterConfig),
  },
});

const mayStart = (context: Context, i: Props): Promise<void> =>
  mustAssume(context, i["target"].roleArn, "scheduler.amazonaws.com");

const schedule: Handler = {
  type: "aws:scheduler/schedule:Schedule",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "namePrefix", "groupName"],
  computed: ["arn"],
  refuse: refuseSchedule,
  async create(context, i) {
    await mayStart(context, i);
    const { ScheduleArn } = await context.aws.scheduler.send(new scheduler.CreateScheduleCommand(scheduleInputs(i)));
    return { id: `${i["groupName"] ?? "default"}/${i["name"]}`, outputs: { arn: ScheduleArn } };
  },
  async update(context, _id, i) {
    await mayStart(context, i);
    await context.aws.scheduler.send(new scheduler.UpdateScheduleCommand(scheduleInputs(i)));
  },
  exists: ({ aws }, _id, s) =>
    found(aws.scheduler.send(new scheduler.GetScheduleCommand({ Name: s["name"], GroupName: s["groupName"] }))),
  delete: ({ aws }, _id, s) =>
    gone(aws.scheduler.send(new scheduler.DeleteScheduleCommand({ Name: s["name"], GroupName: s["groupName"] }))),
};

export const workflowHandlers = [stateMachine, scheduleGroup, schedule];
