import { DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { ListSubscriptionsByTopicCommand, type Subscription } from "@aws-sdk/client-sns";
import { regionOf } from "../stackSettings";
import {
  type CheckResult,
  type DoctorCheck,
  type DoctorContext,
  examine,
  examineEach,
  type Look,
  unless,
} from "./check";

/** Names in one call of DescribeAlarms. */
const NAMES_AT_ONCE = 100;

async function describe(context: DoctorContext, region: string, names: readonly string[]): Promise<MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  for (let i = 0; i < names.length; i += NAMES_AT_ONCE) {
    const AlarmNames = names.slice(i, i + NAMES_AT_ONCE);
    const { MetricAlarms = [] } = await context
      .clients(region)
      .cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames, MaxRecords: NAMES_AT_ONCE }));
    found.push(...MetricAlarms);
  }
  return found;
}

/** Whether an alarm would reach anybody. That it is going off is freshness's to say, or the two would keep each other going. */
function armed(alarm: MetricAlarm): string[] {
  const name = alarm.AlarmName!;
  return unless(
    [alarm.ActionsEnabled === true, `${name}: its actions are switched off`],
    [(alarm.AlarmActions ?? []).length > 0, `${name}: it tells nobody`],
    [alarm.StateValue !== "INSUFFICIENT_DATA", `${name}: it has no data; its metric does not arrive`],
  );
}

/** Every alarm of the stack: there, armed, with data. */
export const alarms: DoctorCheck = {
  id: "alarm",
  run: async (context) => {
    const results: CheckResult[] = [];
    for (const { side, region } of context.sides) {
      const names = side === "primary" ? context.stack.primaryAlarmNames : context.stack.replicaAlarmNames;
      const look = async (known: readonly string[]): Promise<Look> => {
        const found = await describe(context, region, known);
        const there = new Set(found.map(({ AlarmName }) => AlarmName));
        const going = found.filter(({ StateValue }) => StateValue === "ALARM").length;
        return {
          ok: `${found.length} armed${going > 0 ? `, ${going} of them going off now` : ""}`,
          problems: [
            ...(known.length === 0 ? ["no alarm is named: whatever goes wrong here, nobody hears of it"] : []),
            ...known.filter((name) => !there.has(name)).map((name) => `${name}: it is not there`),
            ...found.flatMap(armed),
          ],
        };
      };
      const all = names && [names];
      results.push(...(await examineEach(context, "alarm", all, () => `alarms of the ${side}`, look)));
    }
    return results;
  },
};

async function subscriptions(context: DoctorContext, arn: string): Promise<Subscription[]> {
  const found: Subscription[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await context
      .clients(regionOf(arn)!)
      .sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn, NextToken }));
    found.push(...(answer.Subscriptions ?? []));
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return found;
}

/** Somebody must have said yes to hearing of each topic. */
export const topics: DoctorCheck = {
  id: "topic",
  run: async (context) => {
    const { primaryTopicArn, replicaTopicArn } = context.stack;
    const known = [primaryTopicArn, replicaTopicArn].filter((arn) => arn !== undefined);
    const look = async (arn: string): Promise<Look> => {
      const found = await subscriptions(context, arn);
      const isConfirmed = ({ SubscriptionArn }: Subscription) => SubscriptionArn?.startsWith("arn:") === true;
      const waiting = found.filter((one) => !isConfirmed(one));
      return {
        ok: `${found.length} subscriptions, all confirmed`,
        problems: [
          ...(found.some(isConfirmed) ? [] : ["nobody hears of it: no subscription is confirmed"]),
          ...waiting.map(({ Protocol, Endpoint }) => `${Protocol} to ${Endpoint} is not confirmed; its owner has to`),
        ],
      };
    };
    if (known.length === 0) return examineEach(context, "topic", undefined, String, look);
    return Promise.all(known.map((arn) => examine("topic", arn, () => look(arn))));
  },
};
