// The grammar of schedule expressions and what EventBridge Scheduler refuses. Pure; one message per problem.
import { known, type Props } from "../wire";
import { oneOf, within } from "./s3";

const MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC".split("|");
const DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT".split("|");

interface Field {
  name: string;
  min: number;
  max: number;
  names?: string[];
  special?: RegExp;
}

// minute hour day-of-month month day-of-week year
const FIELDS: Field[] = [
  { name: "minutes", min: 0, max: 59 },
  { name: "hours", min: 0, max: 23 },
  { name: "day-of-month", min: 1, max: 31, special: /^(\?|L|L-\d+|\d+W|LW)$/ },
  { name: "month", min: 1, max: 12, names: MONTHS },
  { name: "day-of-week", min: 1, max: 7, names: DAYS, special: /^(\?|L|\d+L|\d+#[1-5])$/ },
  { name: "year", min: 1970, max: 2199 },
];

function fieldFits(text: string, field: Field): boolean {
  const isValue = (value: string): boolean =>
    /^\d+$/.test(value)
      ? Number(value) >= field.min && Number(value) <= field.max
      : (field.names ?? []).includes(value.toUpperCase());
  return text.split(",").every((part) => {
    if (field.special?.test(part)) return true;
    const [range, step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
    const ends = range!.split("-");
    return range === "*" || (ends.length <= 2 && ends.every(isValue));
  });
}

function cronProblem(body: string): string | undefined {
  const parts = body.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return `it has ${parts.length} fields instead of ${FIELDS.length}`;
  const wrong = FIELDS.find((field, i) => !fieldFits(parts[i]!, field));
  if (wrong) return `the field ${wrong.name} does not fit`;
  if ((parts[2] === "?") === (parts[4] === "?")) return "exactly one of day-of-month and day-of-week must be ?";
  return undefined;
}

function problemOf(expression: string, kinds: readonly string[]): string | undefined {
  const [, kind, body] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === undefined || body === undefined || !kinds.includes(kind))
    return `it must be one of ${kinds.map((k) => `${k}(...)`).join(", ")}`;
  if (kind === "cron") return cronProblem(body);
  if (kind === "at")
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? undefined : "at() takes yyyy-mm-ddThh:mm:ss";
  const [, count, unit] = /^(\d+) (minutes?|hours?|days?)$/.exec(body) ?? [];
  if (count === undefined || Number(count) < 1) return "rate() takes a positive number and minutes, hours or days";
  return Number(count) === 1 && unit!.endsWith("s") ? "rate(1 ...) takes the singular of the unit" : undefined;
}

export function scheduleExpression(expression: unknown, kinds: readonly string[] = ["rate", "cron", "at"]): string[] {
  if (typeof expression !== "string" || !known(expression)) return [];
  const problem = problemOf(expression, kinds);
  return problem ? [`ValidationException: invalid schedule expression ${expression}: ${problem}`] : [];
}

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

export function schedule(i: Props): string[] {
  const { scheduleExpressionTimezone: zone, flexibleTimeWindow: window = {}, target = {} } = i;
  const problems = [
    ...scheduleExpression(i["scheduleExpression"]),
    ...oneOf("state", i["state"], ["ENABLED", "DISABLED"]),
    ...oneOf("flexibleTimeWindow.mode", window.mode, ["OFF", "FLEXIBLE"]),
    ...within("flexibleTimeWindow.maximumWindowInMinutes", window.maximumWindowInMinutes, 1, 1440),
    ...within("target.retryPolicy.maximumRetryAttempts", target.retryPolicy?.maximumRetryAttempts, 0, 185),
    ...within("target.retryPolicy.maximumEventAgeInSeconds", target.retryPolicy?.maximumEventAgeInSeconds, 60, 86_400),
  ];
  if (window.mode === "FLEXIBLE" && window.maximumWindowInMinutes === undefined)
    problems.push("a FLEXIBLE window needs maximumWindowInMinutes");
  if (window.mode === "OFF" && window.maximumWindowInMinutes !== undefined)
    problems.push("a window that is OFF takes no maximumWindowInMinutes");
  if (typeof zone === "string" && known(zone) && !isTimezone(zone))
    problems.push(`scheduleExpressionTimezone is "${zone}": there is no such time zone`);
  const input = target.input as unknown;
  if (typeof input === "string" && known(input)) {
    try {
      JSON.parse(input);
    } catch {
      problems.push("target.input is not JSON");
    }
  }
  return problems;
}
