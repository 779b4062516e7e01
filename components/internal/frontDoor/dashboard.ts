import { RED, type Widget, widgetsOf } from "./dashboardWidgets";

/** What a dashboard shows. */
export interface DashboardInput {
  /** Name of the repository, a metric dimension. */
  repository: string;
  /** Names of the databases; undefined for a list, of which only aggregates are published. */
  databases: readonly string[] | undefined;
  primaryRegion: string;
  replicaRegion: string;
  /** Account of the replica, where it is another one; showing its metrics needs CloudWatch's cross-account sharing. */
  replicaAccountId: string | undefined;
  primaryBucketName: string;
  replicaBucketName: string;
  stateMachineArn: string;
  starterArn: string;
  deadLetterQueueUrl: string;
  /** Databases that are drilled; empty without drills. */
  drilled: readonly string[];
  /** Where drills run. */
  drillRegion: string;
  drillStateMachineArn: string | undefined;
  /** What was promised, drawn as lines: without them nobody can tell a good age from a bad one. */
  limits: DashboardLimits;
}

/** Objectives, by what they hold for. */
export interface DashboardLimits {
  /** Highest age of the newest recovery point. */
  rpoMinutes: readonly Limit[];
  /** Highest age of the last drill that passed. */
  drillAgeMinutes: readonly Limit[];
  /** Longest restore of a drill. */
  rtoSeconds: readonly Limit[];
}

/** An objective of one database, or of all where its name is undefined. */
export interface Limit {
  database: string | undefined;
  value: number;
}

const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 6;
const HEADER_HEIGHT = 3;
/** More lines than that, or more names at one, can't be read. */
const MOST_LIMITS = 3;

/** One line for each different objective, with whose it is; of more than three the lowest and the highest. */
function limitLines({ name, values: limits }: NonNullable<Widget["limits"]>): Record<string, unknown>[] {
  const values = [...new Set(limits.map(({ value }) => value))].sort((a, b) => a - b);
  const drawn = values.length <= MOST_LIMITS ? values : [values[0]!, values.at(-1)!];
  return drawn.map((value) => {
    const names = limits.filter((limit) => limit.value === value).map(({ database }) => database);
    const isForAll = values.length === 1 || names.includes(undefined);
    const whose = names.length <= MOST_LIMITS ? names.join(", ") : `${names.length} databases`;
    return { label: isForAll ? name : `${name} of ${whose}`, value, color: RED };
  });
}

/** What to do, for somebody who was woken up and sees this page for the first time. */
function headerText({ repository, primaryRegion, replicaRegion }: DashboardInput): string {
  return [
    `# Backups of ${repository}`,
    `**Something is red, or an alarm is on?** Its description says what is at risk and what to run next: [alarms](#alarmsV2:) of ${primaryRegion}, and of ${replicaRegion}.`,
    "**What is there, and is it good?** `backup321 status --stack NAME`. **Restore:** the stack's output `runbook` has the commands, `backup321 restore --help` the choices.",
    "Red lines are limits: the RPO, the RTO, the age at which an alarm goes off. A graph that ends is worse than one that is high: nobody looks any more, and an alarm goes off for that too.",
  ].join("\n");
}

/**
 * Body of the dashboard. Each widget names its region: the console would show the viewer's.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboardBody(input: DashboardInput): string {
  const header = { type: "text", x: 0, y: 0, width: 24, height: HEADER_HEIGHT };
  return JSON.stringify({
    widgets: [
      { ...header, properties: { markdown: headerText(input) } },
      ...widgetsOf(input).map(({ title, region, stat, periodMinutes, lines, limits }, i) => ({
        type: "metric",
        x: (i % COLUMNS) * WIDTH,
        y: HEADER_HEIGHT + Math.floor(i / COLUMNS) * HEIGHT,
        width: WIDTH,
        height: HEIGHT,
        properties: {
          title,
          region,
          stat,
          period: periodMinutes * 60,
          view: "timeSeries",
          metrics: lines,
          // A scale that begins anywhere makes a mountain of nothing.
          yAxis: { left: { min: 0 } },
          ...(limits === undefined || limits.values.length === 0
            ? {}
            : { annotations: { horizontal: limitLines(limits) } }),
        },
      })),
    ],
  });
}
