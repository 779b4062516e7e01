// What CloudWatch and EventBridge refuse. Pure; one message per problem.
import { known, type Props } from "../wire";
import { scheduleExpression } from "./schedule";
import { oneOf, within } from "./s3";

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 604_800;
const HOUR_SECONDS = 3_600;
const RETENTIONS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const COMPARISONS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "GreaterThanUpperThreshold",
];

export const logGroup = ({ retentionInDays: days }: Props): string[] =>
  typeof days === "number" && !RETENTIONS.includes(days)
    ? [`retentionInDays is ${days}: AWS takes ${RETENTIONS.join(", ")}`]
    : [];

/** An alarm on metric math watches one result of up to ten metrics, and has their periods. */
function metricMath(i: Props): string[] {
  const given = (i["metricQueries"] ?? []) as unknown;
  if (!Array.isArray(given) || given.length === 0 || !given.every(known)) return [];
  const queries = given as Props[];
  const problems: string[] = [];
  if (!queries.every((query) => known(query["returnData"]))) return [];
  const watched = queries.filter((query) => query["returnData"] === true).length;
  if (watched !== 1) problems.push(`exactly one of metricQueries must return data, not ${watched}`);
  const metrics = queries.filter((query) => query["metric"] !== undefined).length;
  if (metrics > 10) problems.push(`metricQueries hold ${metrics} metrics: an alarm takes at most 10`);
  const own = ["metricName", "namespace", "statistic", "period", "dimensions"].filter((key) => i[key] !== undefined);
  if (own.length > 0) problems.push(`${own.join(", ")} must be left out beside metricQueries`);
  return problems;
}

export function alarm(i: Props): string[] {
  const { period, evaluationPeriods: evaluations, datapointsToAlarm: datapoints } = i;
  const problems = [
    ...oneOf("comparisonOperator", i["comparisonOperator"], COMPARISONS),
    ...oneOf("treatMissingData", i["treatMissingData"], ["breaching", "notBreaching", "ignore", "missing"]),
    ...within("evaluationPeriods", evaluations, 1, Number.MAX_SAFE_INTEGER),
    ...within("warmUpConfiguration.warmUpMinutes", i["warmUpConfiguration"]?.warmUpMinutes, 1, 2880),
  ];
  if (typeof period === "number") {
    if (![10, 20, 30].includes(period) && (period < 60 || period % 60 !== 0)) {
      problems.push(`period is ${period}: it must be 10, 20, 30 or a multiple of 60 seconds`);
    }
    const limit = period < HOUR_SECONDS ? DAY_SECONDS : WEEK_SECONDS;
    if (period * evaluations > limit) {
      problems.push(
        `period ${period} times evaluationPeriods ${evaluations} is ${period * evaluations} seconds: ` +
          `metrics with a period ${period < HOUR_SECONDS ? "under" : "of at least"} one hour are evaluated over at most ${limit}`,
      );
    }
  }
  if (datapoints > evaluations) {
    problems.push(`datapointsToAlarm is ${datapoints}: it must not exceed evaluationPeriods, which is ${evaluations}`);
  }
  problems.push(...metricMath(i));
  if (i["metricQueries"] === undefined && i["metricName"] === undefined)
    problems.push("metricName or metricQueries must be given");
  if (i["metricName"] !== undefined && i["statistic"] === undefined && i["extendedStatistic"] === undefined) {
    problems.push("statistic or extendedStatistic must be given");
  }
  return problems;
}

/** An alarm acts only on what lies in its own region. */
export const foreignActions = (i: Props, region: string): string[] =>
  (["alarmActions", "okActions", "insufficientDataActions"] as const)
    .flatMap((key) => (i[key] ?? []) as string[])
    .map((arn) => arn.split(":")[3])
    .filter((other): other is string => other !== undefined && other !== "" && other !== region)
    .map((other) => `ValidationError: invalid region ${other} specified. Only ${region} is supported.`);

export function eventRule(i: Props): string[] {
  const { eventPattern: pattern, scheduleExpression: schedule } = i;
  const problems: string[] = [];
  if (pattern === undefined && schedule === undefined)
    problems.push("eventPattern or scheduleExpression must be given");
  if (typeof pattern === "string" && known(pattern)) {
    try {
      const parsed = JSON.parse(pattern) as unknown;
      if (typeof parsed !== "object" || Object.keys(parsed ?? {}).length === 0)
        problems.push("InvalidEventPatternException: the pattern is empty");
    } catch {
      problems.push("InvalidEventPatternException: the pattern is not JSON");
    }
  }
  if (schedule !== undefined) problems.push(...scheduleExpression(schedule, ["rate", "cron"]));
  return problems;
}
