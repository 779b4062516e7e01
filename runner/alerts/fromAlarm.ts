import * as z from "zod";
import type { Alert, AlertSeverity } from "../alertContract";
import { METRICS } from "../contract";
import { DRILL_METRICS } from "../drillContract";
import { FRESHNESS_METRICS } from "../freshnessContract";
import { type Side, SIDES } from "../freshnessFacts";
import { shellQuote } from "../shellQuote";
import { type AlertContext, statusCommand } from "./alertContext";

const METRIC = z.object({
  MetricName: z.string().nullish(),
  Namespace: z.string().nullish(),
  Dimensions: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});

/** What CloudWatch sends to a topic when an alarm changes its state; what else is in it is not read. */
export const ALARM_MESSAGE = z.object({
  AlarmName: z.string(),
  AlarmArn: z.string().nullish(),
  AlarmDescription: z.string().nullish(),
  NewStateValue: z.enum(["OK", "ALARM", "INSUFFICIENT_DATA"]),
  NewStateReason: z.string().nullish(),
  OldStateValue: z.string().nullish(),
  StateChangeTime: z.string(),
  Trigger: METRIC.extend({
    // An alarm on an expression over several metrics.
    Metrics: z.array(z.object({ MetricStat: z.object({ Metric: METRIC }).nullish() })).nullish(),
  }).nullish(),
});

export type AlarmMessage = z.infer<typeof ALARM_MESSAGE>;

interface Watched {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
}

function watchedOf({ Trigger }: AlarmMessage): Watched {
  const inner = Trigger?.Metrics?.map((entry) => entry.MetricStat?.Metric).find((metric) => metric != null);
  const metric = Trigger?.MetricName == null ? inner : Trigger;
  const dimensions = Object.fromEntries((metric?.Dimensions ?? []).map(({ name, value }) => [name, value]));
  return { namespace: metric?.Namespace ?? "", metric: metric?.MetricName ?? "", dimensions };
}

interface Advice {
  severity: AlertSeverity;
  atRisk: string | null;
  nextCommand: string;
}

const FRESHNESS: readonly string[] = [
  METRICS.healthy,
  METRICS.unhealthyDatabases,
  METRICS.recoveryPointAgeMinutes,
  METRICS.oldestRecoveryPointAgeMinutes,
  FRESHNESS_METRICS.storedBytes,
  FRESHNESS_METRICS.verificationAgeMinutes,
];
const DRILLS: readonly string[] = [...Object.values(DRILL_METRICS), FRESHNESS_METRICS.oldestDrillAgeMinutes];
const DOCTOR: readonly string[] = [FRESHNESS_METRICS.doctorHealthy, FRESHNESS_METRICS.doctorAgeMinutes];

/** What a side that is not sound puts at risk. */
export function riskOf(side: Side | undefined): string {
  return side === "replica"
    ? "If the primary's region or account is lost, there is no sound, recent copy elsewhere."
    : "What was written since the last sound recovery point would be lost with the database.";
}

/** What an alarm on each kind of metric means, and the command that shows more. One row a kind. */
function adviceOn(watched: Watched, alarmName: string, region: string | null, context: AlertContext): Advice {
  const { namespace, metric, dimensions } = watched;
  const at = region === null ? "" : ` --region ${shellQuote(region)}`;
  const about = aboutOf(dimensions);
  if (FRESHNESS.includes(metric)) {
    return { severity: "critical", atRisk: riskOf(about.side), nextCommand: statusCommand(context, about) };
  }
  if (DRILLS.includes(metric)) {
    return {
      severity: "critical",
      atRisk: "Nobody has proof that the newest recovery points can be restored.",
      nextCommand: statusCommand(context, about),
    };
  }
  if (DOCTOR.includes(metric)) {
    return {
      severity: "critical",
      atRisk: "A role, a lock or an alarm may not protect the backups as it should.",
      nextCommand: "backup321 doctor",
    };
  }
  if (namespace === "AWS/S3") {
    const side: Side = metric === "ReplicationLatency" ? "replica" : "primary";
    return {
      severity: "warning",
      atRisk: "If the primary's region is lost, what was not copied is lost with it.",
      nextCommand: statusCommand(context, { side }),
    };
  }
  const { StateMachineArn, QueueName, FunctionName } = dimensions;
  if (StateMachineArn !== undefined) {
    return {
      severity: "warning",
      atRisk: "A scheduled run may have left nothing behind; the next one runs as planned.",
      nextCommand: `aws stepfunctions list-executions --state-machine-arn ${shellQuote(StateMachineArn)} --max-items 5${at}`,
    };
  }
  if (QueueName !== undefined) {
    const url = `"$(aws sqs get-queue-url --queue-name ${shellQuote(QueueName)} --query QueueUrl --output text${at})"`;
    return {
      severity: "warning",
      atRisk: "A run or a message that was due may never have happened.",
      nextCommand: `aws sqs receive-message --queue-url ${url}${at}`,
    };
  }
  if (FunctionName !== undefined) {
    return {
      severity: "warning",
      atRisk: "What this function watches or sends may be missing.",
      nextCommand: `aws logs tail ${shellQuote(`/aws/lambda/${FunctionName}`)} --since 1h${at}`,
    };
  }
  return {
    severity: "warning",
    atRisk: null,
    nextCommand: `aws cloudwatch describe-alarm-history --alarm-name ${shellQuote(alarmName)} --max-items 5${at}`,
  };
}

function aboutOf(dimensions: Watched["dimensions"]): { database?: string; side?: Side } {
  const side = SIDES.find((name) => name === dimensions.Side);
  return { ...(dimensions.Database !== undefined && { database: dimensions.Database }), ...(side && { side }) };
}

/** `2026-11-20T03:10:00.000+0000` → ISO 8601 in UTC; undefined for what is no time. */
export function isoTime(text: string): string | undefined {
  const at = new Date(text.replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/**
 * The alert of an alarm's change of state. CloudWatch sends each change once, so nothing is held back here, but for one: `OK` after
 * `INSUFFICIENT_DATA` is what a new alarm begins with, so only receivers that keep problems open hear of it.
 *
 * @param receivedAt for a message whose time can't be read
 */
export function alertFromAlarm(message: AlarmMessage, context: AlertContext, receivedAt: string): Alert {
  const { AlarmName, AlarmArn, AlarmDescription, NewStateValue, NewStateReason, OldStateValue } = message;
  const region = AlarmArn?.split(":")[3] ?? null;
  const watched = watchedOf(message);
  const isRecovered = NewStateValue === "OK";
  const { severity, atRisk, nextCommand } = adviceOn(watched, AlarmName, region, context);
  const since = isoTime(message.StateChangeTime) ?? receivedAt;
  const silence = NewStateValue === "INSUFFICIENT_DATA" ? ["The alarm has no data to judge by."] : [];
  return {
    id: AlarmArn ?? `alarm/${AlarmName}`,
    state: isRecovered ? "recovered" : "problem",
    severity: isRecovered ? "info" : severity,
    title: `${AlarmName} is ${isRecovered ? "OK again" : NewStateValue === "ALARM" ? "in alarm" : "without data"}`,
    what: [...silence, ...[AlarmDescription, NewStateReason].filter((text): text is string => !!text)],
    since,
    at: since,
    atRisk: isRecovered ? null : atRisk,
    nextCommand: isRecovered ? null : nextCommand,
    source: { repository: watched.dimensions.Repository ?? context.repository, ...aboutOf(watched.dimensions), region },
    ...(isRecovered && OldStateValue === "INSUFFICIENT_DATA" && { isQuiet: true as const }),
  };
}
