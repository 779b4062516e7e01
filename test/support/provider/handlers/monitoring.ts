// Log groups, alarms, dashboards, event rules and their targets.
import * as cw from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as events from "@aws-sdk/client-eventbridge";
import { found, gone, pascal, tagList, type Context, type Handler } from "../handler";
import {
  alarm as refuseAlarm,
  eventRule as refuseRule,
  foreignActions,
  logGroup as refuseLogGroup,
} from "../refusals/monitoring";
import type { Props } from "../wire";

async function setRetention({ aws }: Context, logGroupName: string, days: number | undefined): Promise<void> {
  if (days) await aws.logs.send(new logs.PutRetentionPolicyCommand({ logGroupName, retentionInDays: days }));
  else await aws.logs.send(new logs.DeleteRetentionPolicyCommand({ logGroupName }));
}

const logGroup: Handler = {
  type: "aws:cloudwatch/logGroup:LogGroup",
  name: { property: "name", maxLength: 512 },
  replaceOn: ["name", "namePrefix", "logGroupClass"],
  computed: ["arn", "tagsAll"],
  refuse: refuseLogGroup,
  async create(context, i) {
    const { aws, region, accountId } = context;
    await aws.logs.send(
      new logs.CreateLogGroupCommand({ logGroupName: i["name"], kmsKeyId: i["kmsKeyId"], tags: i["tags"] }),
    );
    if (i["retentionInDays"]) await setRetention(context, i["name"], i["retentionInDays"]);
    return { id: i["name"], outputs: { arn: `arn:aws:logs:${region}:${accountId}:log-group:${i["name"]}` } };
  },
  update: (context, id, i) => setRetention(context, id, i["retentionInDays"]),
  async exists({ aws }, id) {
    const page = await aws.logs.send(new logs.DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    return (page.logGroups ?? []).some((group) => group.logGroupName === id);
  },
  async delete({ aws }, logGroupName, s) {
    if (!s["skipDestroy"]) await gone(aws.logs.send(new logs.DeleteLogGroupCommand({ logGroupName })));
  },
};

async function putAlarm({ aws, region }: Context, i: Props): Promise<void> {
  const problems = foreignActions(i, region);
  if (problems.length > 0) throw new Error(problems.join("; "));
  await aws.cloudwatch.send(
    new cw.PutMetricAlarmCommand({
      AlarmName: i["name"],
      AlarmDescription: i["alarmDescription"],
      ActionsEnabled: i["actionsEnabled"] ?? true,
      AlarmActions: i["alarmActions"],
      OKActions: i["okActions"],
      InsufficientDataActions: i["insufficientDataActions"],
      MetricName: i["metricName"],
      Namespace: i["namespace"],
      Statistic: i["statistic"],
      ExtendedStatistic: i["extendedStatistic"],
      Dimensions: Object.entries(i["dimensions"] ?? {}).map(([Name, Value]) => ({ Name, Value: String(Value) })),
      Period: i["period"],
      Unit: i["unit"],
      EvaluationPeriods: i["evaluationPeriods"],
      DatapointsToAlarm: i["datapointsToAlarm"],
      Threshold: i["threshold"],
      ComparisonOperator: i["comparisonOperator"],
      TreatMissingData: i["treatMissingData"] ?? "missing",
      Metrics: (i["metricQueries"] as Props[] | undefined)?.map(metricQuery),
      Tags: tagList(i["tags"]),
    }),
  );
}

const metricQuery = (q: Props): cw.MetricDataQuery => ({
  Id: q["id"],
  Expression: q["expression"],
  Label: q["label"],
  ReturnData: q["returnData"] ?? false,
  Period: q["period"],
  MetricStat: q["metric"] && {
    Metric: {
      Namespace: q["metric"].namespace,
      MetricName: q["metric"].metricName,
      Dimensions: Object.entries(q["metric"].dimensions ?? {}).map(([Name, Value]) => ({ Name, Value: String(Value) })),
    },
    Period: q["metric"].period,
    Stat: q["metric"].stat,
    Unit: q["metric"].unit,
  },
});

const metricAlarm: Handler = {
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  name: { property: "name", maxLength: 255 },
  replaceOn: ["name"],
  computed: ["arn", "tagsAll"],
  refuse: refuseAlarm,
  async create(context, i) {
    await putAlarm(context, i);
    return {
      id: i["name"],
      outputs: { arn: `arn:aws:cloudwatch:${context.region}:${context.accountId}:alarm:${i["name"]}` },
    };
  },
  update: (context, _id, i) => putAlarm(context, i),
  exists: async ({ aws }, id) =>
    ((await aws.cloudwatch.send(new cw.DescribeAlarmsCommand({ AlarmNames: [id] }))).MetricAlarms ?? []).length > 0,
  delete: ({ aws }, id) => gone(aws.cloudwatch.send(new cw.DeleteAlarmsCommand({ AlarmNames: [id] }))),
};

const putDashboard = ({ aws }: Context, i: Props) =>
  aws.cloudwatch.send(
    new cw.PutDashboardCommand({ DashboardName: i["dashboardName"], DashboardBody: i["dashboardBody"] }),
  );

const dashboard: Handler = {
  type: "aws:cloudwatch/dashboard:Dashboard",
  replaceOn: ["dashboardName"],
  computed: ["dashboardArn"],
  async create(context, i) {
    await putDashboard(context, i);
    const dashboardArn = `arn:aws:cloudwatch::${context.accountId}:dashboard/${i["dashboardName"]}`;
    return { id: i["dashboardName"], outputs: { dashboardArn } };
  },
  update: async (context, _id, i) => void (await putDashboard(context, i)),
  exists: ({ aws }, DashboardName) => found(aws.cloudwatch.send(new cw.GetDashboardCommand({ DashboardName }))),
  delete: ({ aws }, id) => gone(aws.cloudwatch.send(new cw.DeleteDashboardsCommand({ DashboardNames: [id] }))),
};

const putRule = ({ aws }: Context, i: Props) =>
  aws.events.send(
    new events.PutRuleCommand({
      Name: i["name"],
      EventBusName: i["eventBusName"],
      EventPattern: i["eventPattern"],
      ScheduleExpression: i["scheduleExpression"],
      Description: i["description"],
      State: i["state"] ?? "ENABLED",
      RoleArn: i["roleArn"],
      Tags: tagList(i["tags"]),
    }),
  );

const eventRule: Handler = {
  type: "aws:cloudwatch/eventRule:EventRule",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "namePrefix", "eventBusName"],
  computed: ["arn", "tagsAll"],
  refuse: refuseRule,
  create: async (context, i) => ({ id: i["name"] as string, outputs: { arn: (await putRule(context, i)).RuleArn } }),
  update: async (context, _id, i) => void (await putRule(context, i)),
  exists: ({ aws }, Name, s) =>
    found(aws.events.send(new events.DescribeRuleCommand({ Name, EventBusName: s["eventBusName"] }))),
  delete: ({ aws }, Name, s) =>
    gone(aws.events.send(new events.DeleteRuleCommand({ Name, EventBusName: s["eventBusName"] }))),
};

async function putTarget({ aws }: Context, i: Props, Id: string): Promise<void> {
  const answer = await aws.events.send(
    new events.PutTargetsCommand({
      Rule: i["rule"],
      EventBusName: i["eventBusName"],
      Targets: [
        {
          Id,
          Arn: i["arn"],
          RoleArn: i["roleArn"],
          Input: i["input"],
          InputPath: i["inputPath"],
          InputTransformer: i["inputTransformer"] && {
            InputPathsMap: i["inputTransformer"].inputPaths,
            InputTemplate: i["inputTransformer"].inputTemplate,
          },
          DeadLetterConfig: pascal(i["deadLetterConfig"]),
          RetryPolicy: pascal(i["retryPolicy"]),
        },
      ],
    }),
  );
  const failed = answer.FailedEntries?.[0];
  if (failed) throw new Error(`${failed.ErrorCode}: ${failed.ErrorMessage}`);
}

const eventTarget: Handler = {
  type: "aws:cloudwatch/eventTarget:EventTarget",
  name: { property: "targetId", maxLength: 64 },
  replaceOn: ["rule", "targetId", "eventBusName"],
  computed: [],
  async create(context, i) {
    await putTarget(context, i, i["targetId"]);
    return { id: `${i["rule"]}-${i["targetId"]}` };
  },
  update: (context, _id, i) => putTarget(context, i, i["targetId"]),
  delete: ({ aws }, _id, s) =>
    gone(
      aws.events.send(
        new events.RemoveTargetsCommand({ Rule: s["rule"], EventBusName: s["eventBusName"], Ids: [s["targetId"]] }),
      ),
    ),
};

export const monitoringHandlers = [logGroup, metricAlarm, dashboard, eventRule, eventTarget];
