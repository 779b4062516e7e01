import { METRICS } from "../../../runner/contract";
import { DRILL_METRICS } from "../../../runner/drillContract";
import { RepositorySide } from "../../types";
import { DEFAULTS } from "../defaults";
import { checkIntervalMinutes } from "../freshness/checkInterval";
import { REPLICATION_RULE_ID } from "../repository/replication";
import type { DashboardInput, Limit } from "./dashboard";

/** One line of a metric widget: a metric, or an expression. */
type Line = (string | Record<string, unknown>)[];

/** One graph. */
export interface Widget {
  title: string;
  region: string;
  stat: "Maximum" | "Minimum" | "Sum";
  periodMinutes: number;
  lines: Line[];
  /** Lines to draw, and what they are called. */
  limits?: { name: string; values: readonly Limit[] };
}

/** Above this many databases nobody can tell lines apart: the oldest are searched instead. */
const DATABASES_IN_ONE_WIDGET = 20;
/** CloudWatch's own red and green. */
export const RED = "#d13212";
const GREEN = "#2ca02c";

/** Age of the newest points of one side. */
function ageWidget(input: DashboardInput, side: RepositorySide): Widget {
  const { repository, databases } = input;
  const isReplica = side === RepositorySide.Replica;
  const account = isReplica && input.replicaAccountId ? { accountId: input.replicaAccountId } : {};
  const periodMinutes = checkIntervalMinutes(databases === undefined);
  const namespace = DEFAULTS.metricNamespace;
  const widget = {
    title: `Age of the newest recovery point, ${side} (minutes)`,
    region: isReplica ? input.replicaRegion : input.primaryRegion,
    stat: "Maximum" as const,
    periodMinutes,
    limits: { name: "RPO", values: input.limits.rpoMinutes },
  };
  if (databases === undefined) {
    const dimensions = ["Repository", repository, "Side", side];
    return {
      ...widget,
      lines: [
        [namespace, METRICS.oldestRecoveryPointAgeMinutes, ...dimensions, { label: "oldest (minutes)", ...account }],
        [
          namespace,
          METRICS.unhealthyDatabases,
          ...dimensions,
          { label: "unhealthy databases", yAxis: "right", ...account },
        ],
      ],
    };
  }
  if (databases.length > DATABASES_IN_ONE_WIDGET) {
    const where = input.replicaAccountId && isReplica ? `:aws.AccountId="${input.replicaAccountId}" ` : "";
    const search =
      `SEARCH('{${namespace},Database,Repository,Side} ${where}MetricName="${METRICS.recoveryPointAgeMinutes}" ` +
      `Repository="${repository}" Side="${side}"', 'Maximum', ${periodMinutes * 60})`;
    return {
      ...widget,
      title: `${widget.title}, the ${DATABASES_IN_ONE_WIDGET} oldest`,
      lines: [[{ expression: `SORT(${search}, MAX, DESC, ${DATABASES_IN_ONE_WIDGET})`, id: "oldest", label: "" }]],
    };
  }
  return {
    ...widget,
    lines: databases.map((database) => [
      namespace,
      METRICS.recoveryPointAgeMinutes,
      ...["Repository", repository, "Database", database, "Side", side],
      { label: database, ...account },
    ]),
  };
}

/** S3 publishes lag beside the destination, and failures beside the source. */
function replicationWidgets(input: DashboardInput): Widget[] {
  const dimensions = [
    ...["SourceBucket", input.primaryBucketName],
    ...["DestinationBucket", input.replicaBucketName],
    ...["RuleId", REPLICATION_RULE_ID],
  ];
  const account = input.replicaAccountId ? { accountId: input.replicaAccountId } : {};
  return [
    {
      title: "Replication lag (seconds) and objects waiting",
      region: input.replicaRegion,
      stat: "Maximum",
      periodMinutes: 5,
      lines: [
        ["AWS/S3", "ReplicationLatency", ...dimensions, { label: "lag (seconds)", ...account }],
        [
          "AWS/S3",
          "OperationsPendingReplication",
          ...dimensions,
          { label: "objects waiting", yAxis: "right", ...account },
        ],
      ],
    },
    {
      title: "Objects that could not be replicated",
      region: input.primaryRegion,
      stat: "Sum",
      periodMinutes: 5,
      lines: [["AWS/S3", "OperationsFailedReplication", ...dimensions, { label: "failed" }]],
    },
  ];
}

const BAD_ENDS = ["Failed", "TimedOut", "Aborted"];
const OUTCOME_COLORS: Record<string, string> = { Succeeded: GREEN, Failed: RED, TimedOut: RED, Aborted: RED };

function executions(arn: string, who: string, outcomes: readonly string[]): Line[] {
  return outcomes.map((outcome) => [
    "AWS/States",
    `Executions${outcome}`,
    "StateMachineArn",
    arn,
    { label: `${who}: ${outcome}`, ...(OUTCOME_COLORS[outcome] && { color: OUTCOME_COLORS[outcome] }) },
  ]);
}

/** Executions, undelivered events, and how near Fargate is to the account's quota: tasks without a service have no metrics of their own. */
function runWidgets({ primaryRegion, stateMachineArn, starterArn, deadLetterQueueUrl }: DashboardInput): Widget[] {
  const vCpus = ["Service", "Fargate", "Type", "Resource", "Resource", "vCPU", "Class", "Standard/OnDemand"];
  return [
    {
      title: "Backup runs",
      region: primaryRegion,
      stat: "Sum",
      periodMinutes: 60,
      lines: [
        ...executions(stateMachineArn, "run", ["Started", "Succeeded", ...BAD_ENDS]),
        ...executions(starterArn, "starter", BAD_ENDS),
      ],
    },
    {
      title: "Events that could not be delivered",
      region: primaryRegion,
      stat: "Maximum",
      periodMinutes: 5,
      lines: [
        [
          "AWS/SQS",
          "ApproximateNumberOfMessagesVisible",
          "QueueName",
          deadLetterQueueUrl.split("/").at(-1)!,
          { label: "in the queue" },
        ],
      ],
    },
    {
      title: "Fargate vCPUs of the whole account, and its quota",
      region: primaryRegion,
      stat: "Maximum",
      periodMinutes: 5,
      lines: [
        ["AWS/Usage", "ResourceCount", ...vCpus, { id: "used", label: "in use" }],
        [{ expression: "SERVICE_QUOTA(used)", id: "quota", label: "quota" }],
      ],
    },
  ];
}

/** Lines of a metric of drills: one for each database, or the highest where they are too many. */
function drillLines({ repository, drilled }: DashboardInput, metric: string, stat: string, hours: number): Line[] {
  const namespace = DEFAULTS.metricNamespace;
  if (drilled.length <= DATABASES_IN_ONE_WIDGET) {
    return drilled.map((database) => [
      namespace,
      metric,
      ...["Repository", repository, "Database", database],
      { label: database },
    ]);
  }
  const search = `SEARCH('{${namespace},Database,Repository} MetricName="${metric}" Repository="${repository}"', '${stat}', ${hours * 3600})`;
  const order = stat === "Minimum" ? "ASC" : "DESC";
  return [
    [{ expression: `SORT(${search}, MAX, ${order}, ${DATABASES_IN_ONE_WIDGET})`, id: metric.toLowerCase(), label: "" }],
  ];
}

/** How long ago each database was restored, how long it took, and whether what came back was right. */
function drillWidgets(input: DashboardInput): Widget[] {
  const { drillStateMachineArn: arn, drillRegion: region } = input;
  if (arn === undefined) return [];
  const hours = 24;
  return [
    {
      title: "Age of the last restore drill that passed (minutes)",
      region,
      stat: "Maximum",
      periodMinutes: 60,
      lines: drillLines(input, DRILL_METRICS.drillAgeMinutes, "Maximum", 1),
      limits: { name: "alarm", values: input.limits.drillAgeMinutes },
    },
    {
      title: "Restore time of drills (seconds)",
      region,
      stat: "Maximum",
      periodMinutes: hours * 60,
      lines: drillLines(input, DRILL_METRICS.drillRestoreSeconds, "Maximum", hours),
      limits: { name: "RTO", values: input.limits.rtoSeconds },
    },
    {
      title: "Verdict of drills (1: passed, 0: failed)",
      region,
      stat: "Minimum",
      periodMinutes: hours * 60,
      lines: drillLines(input, DRILL_METRICS.drillPassed, "Minimum", hours),
    },
    {
      title: "Drill runs",
      region,
      stat: "Sum",
      periodMinutes: 60,
      lines: executions(arn, "drills", ["Started", "Succeeded", ...BAD_ENDS]),
    },
  ];
}

/** Every graph, the most urgent first. */
export function widgetsOf(input: DashboardInput): Widget[] {
  return [
    ageWidget(input, RepositorySide.Primary),
    ageWidget(input, RepositorySide.Replica),
    ...replicationWidgets(input),
    ...runWidgets(input),
    ...drillWidgets(input),
  ];
}
