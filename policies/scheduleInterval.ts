const UNIT_MINUTES = { minute: 1, hour: 60, day: 1440 } as const;
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;
/** Played through to find the longest gap: two leap years, and every weekday at every place of a month. */
const SAMPLE = { from: Date.UTC(2024, 0, 1), days: 9 * 365 } as const;

/**
 * Longest time in minutes between two starts of an EventBridge expression. Infinite for one that starts once or never,
 * undefined for one that cannot be read, among them crons with years. Time zones are left out: clocks move by an hour.
 * `W` counts as the day itself.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function longestIntervalMinutes(expression: string): number | undefined {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression.trim());
  if (rate !== null) return Number(rate[1]) * UNIT_MINUTES[rate[2] as keyof typeof UNIT_MINUTES];
  if (/^at\(.*\)$/.test(expression.trim())) return Infinity;
  const cron = /^cron\((.*)\)$/.exec(expression.trim());
  return cron === null ? undefined : longestCronMinutes(cron[1]!.trim().split(/\s+/));
}

function longestCronMinutes(fields: readonly string[]): number | undefined {
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year = "*"] = fields;
  if (year !== "*") return undefined;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const months = valuesOf(month, 1, 12, MONTHS);
  const isDay = dayMatcher(dayOfMonth, dayOfWeek);
  if (minutes === undefined || hours === undefined || months === undefined || isDay === undefined) return undefined;
  const times = [...hours].flatMap((h) => [...minutes].map((m) => h * 60 + m)).sort((a, b) => a - b);
  const days: number[] = [];
  for (let index = 0; index < SAMPLE.days; index++) {
    const date = new Date(SAMPLE.from + index * DAY_MS);
    if (months.has(date.getUTCMonth() + 1) && isDay(date)) days.push(index);
  }
  const widestDays = widestGap(days);
  if (widestDays === 0) return Infinity;
  return Math.max(widestGap(times), widestDays * DAY_MINUTES - times.at(-1)! + times[0]!);
}

/** The numbers of one field: `*`, `5`, `1,15`, `MON-FRI`, `0/4`; undefined where it is something else. */
function valuesOf(field: string, least: number, most: number, names: readonly string[] = []): Set<number> | undefined {
  const values = new Set<number>();
  for (const item of field.split(",")) {
    const parts = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item);
    if (parts === null) return undefined;
    const numberOf = (text: string): number => {
      const index = names.indexOf(text.toUpperCase());
      return index >= 0 ? index + least : Number(text);
    };
    const from = parts[1] === "*" ? least : numberOf(parts[1]!);
    const isOpen = parts[1] === "*" || (parts[2] === undefined && parts[3] !== undefined);
    const to = parts[2] === undefined ? (isOpen ? most : from) : numberOf(parts[2]);
    const step = Number(parts[3] ?? 1);
    if (!(from >= least && from <= most && to >= least && to <= most && step >= 1)) return undefined;
    const width = most - least + 1;
    for (let value = from; value <= (to < from ? to + width : to); value += step) {
      values.add(value > most ? value - width : value);
    }
  }
  return values;
}

function dayMatcher(dayOfMonth: string, dayOfWeek: string): ((date: Date) => boolean) | undefined {
  if (dayOfWeek === "?") {
    if (/^LW?$/.test(dayOfMonth)) return isLastDay;
    const days = valuesOf(dayOfMonth.replace(/^(\d+)W$/, "$1"), 1, 31);
    return days && ((date) => days.has(date.getUTCDate()));
  }
  if (dayOfMonth !== "?" && dayOfMonth !== "*") return undefined;
  const nth = /^(\w+?)(?:#([1-5])|L)$/.exec(dayOfWeek);
  const days = valuesOf(dayOfWeek === "L" ? "7" : (nth?.[1] ?? dayOfWeek), 1, 7, WEEKDAYS);
  if (days === undefined) return undefined;
  const isWeekday = (date: Date): boolean => days.has(date.getUTCDay() + 1);
  if (nth === null) return isWeekday;
  if (nth[2] === undefined) return (date) => isWeekday(date) && isLastDay(new Date(date.getTime() + 6 * DAY_MS), 7);
  return (date) => isWeekday(date) && Math.ceil(date.getUTCDate() / 7) === Number(nth[2]);
}

/** @param within how many days later the next month may begin */
function isLastDay(date: Date, within = 1): boolean {
  return new Date(date.getTime() + DAY_MS).getUTCDate() <= within;
}

function widestGap(ascending: readonly number[]): number {
  return ascending.slice(1).reduce((widest, value, index) => Math.max(widest, value - ascending[index]!), 0);
}
