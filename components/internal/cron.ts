import { remembered } from "./remembered";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAY_MINUTES = 1440;
const DAY_MS = 86_400_000;
/** Years that EventBridge Scheduler knows. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2199;
/** Years that are played through: they hold every length of a month at every weekday's place but the rarest. */
const SAMPLE_FROM_YEAR = 2024;
const SAMPLE_YEARS = 10;

/** A day as the fields see it: `weekday` 1 (Sunday) to 7. */
interface Day {
  year: number;
  month: number;
  day: number;
  weekday: number;
  lastDay: number;
}

function numberOf(text: string, names: readonly string[], base: number): number {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + base;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** Values of one field, or undefined when it is malformed or out of its range. A range may wrap: 22-2 is 22, 23, 0, 1, 2. */
function fieldValues(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
  wraps = true,
): Set<number> | undefined {
  const values = new Set<number>();
  const inRange = (value: number): boolean => value >= least && value <= most;
  for (const item of field.split(",")) {
    const m = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d+))?$/.exec(item);
    if (!m || (m[1] === "*" && m[2] !== undefined)) return undefined;
    const from = m[1] === "*" ? least : numberOf(m[1]!, names, least);
    const isOpen = m[1] === "*" || (m[2] === undefined && m[3] !== undefined);
    const to = m[2] !== undefined ? numberOf(m[2], names, least) : isOpen ? most : from;
    const step = m[3] === undefined ? 1 : Number(m[3]);
    if (!inRange(from) || !inRange(to) || step < 1 || (to < from && !wraps)) return undefined;
    const width = most - least + 1;
    const end = to < from ? to + width : to;
    for (let value = from; value <= end; value += step) values.add(value > most ? value - width : value);
  }
  return values;
}

/** The weekday (Monday to Friday) nearest to a day of the month, within that month; undefined where the month has no such day. */
function nearestWeekday(target: number, { day, weekday, lastDay }: Day): number | undefined {
  if (target > lastDay) return undefined;
  const weekdayThen = ((((weekday - 1 + target - day) % 7) + 7) % 7) + 1;
  if (weekdayThen === 7) return target === 1 ? 3 : target - 1;
  if (weekdayThen === 1) return target === lastDay ? target - 2 : target + 1;
  return target;
}

/** Matches days of the month, or of the week; undefined when malformed. */
function dayMatcher(dayOfMonth: string, dayOfWeek: string): ((day: Day) => boolean) | undefined {
  if (dayOfWeek === "?") {
    if (dayOfMonth === "L") return (day) => day.day === day.lastDay;
    const near = /^(\d{1,2})W$/.exec(dayOfMonth);
    if (near) {
      const target = Number(near[1]);
      return target >= 1 && target <= 31 ? (day) => day.day === nearestWeekday(target, day) : undefined;
    }
    const days = fieldValues(dayOfMonth, 1, 31);
    return days && ((day) => days.has(day.day));
  }
  const nth = /^([A-Za-z0-9]+)(?:#([1-5])|L)$/.exec(dayOfWeek);
  if (nth) {
    const weekday = numberOf(nth[1]!, DAYS, 1);
    if (!(weekday >= 1 && weekday <= 7)) return undefined;
    return nth[2] === undefined
      ? (day) => day.weekday === weekday && day.day > day.lastDay - 7
      : (day) => day.weekday === weekday && Math.ceil(day.day / 7) === Number(nth[2]);
  }
  // Alone, L is the last day of the week.
  const days = fieldValues(dayOfWeek === "L" ? "SAT" : dayOfWeek, 1, 7, DAYS);
  return days && ((day) => days.has(day.weekday));
}

/** Days since the epoch on which a start is due, from the beginning of one year to that of another. */
function matchingDays(fromYear: number, toYear: number, matches: (day: Day) => boolean): number[] {
  const found: number[] = [];
  for (let index = Date.UTC(fromYear, 0, 1) / DAY_MS; index < Date.UTC(toYear, 0, 1) / DAY_MS; index++) {
    const date = new Date(index * DAY_MS);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (matches({ year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, lastDay })) found.push(index);
  }
  return found;
}

function widestGap(ascending: readonly number[]): number {
  return ascending.slice(1).reduce((widest, value, i) => Math.max(widest, value - ascending[i]!), 0);
}

/** Whether no year comes after the last of these that would continue their pattern before years themselves end. */
function ends(years: readonly number[]): boolean {
  return years.at(-1)! + Math.max(1, widestGap(years)) <= LAST_YEAR;
}

/** Names the fields without values. */
function unreadable(fields: readonly (readonly [name: string, text: string, values: unknown])[]): string {
  const bad = fields.filter(([, , values]) => !values).map(([name, text]) => `${name} "${text}"`);
  return `cron has a field that can't be read: ${bad.join(", ")}`;
}

/** Times between two starts, in minutes. */
export interface CronGaps {
  readonly longestMinutes: number;
  readonly averageMinutes: number;
}

/**
 * Longest and average time between two starts of `<minutes> <hours> <day-of-month> <month> <day-of-week> <year>`,
 * or in words what is wrong with it. Years must not end; whether the first of them has begun is not known here.
 *
 * `W` moves a day on a weekend to the nearest weekday of its month. It is not documented what it does in a month without that day
 * (31W in April); nothing is assumed to start then, so the longest time is rather too long than too short.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
 */
export const cronGaps = remembered((fields: string): CronGaps | string => {
  // Many databases share few schedules, and each is asked about many times.
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6)
    return `cron needs six fields (minutes hours day-of-month month day-of-week year), it has ${parts.length}`;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = parts as [string, string, string, string, string, string];
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    return "cron needs ? in exactly one of day-of-month and day-of-week";
  const minutes = fieldValues(minute, 0, 59);
  const hours = fieldValues(hour, 0, 23);
  const months = fieldValues(month, 1, 12, MONTHS);
  const isDay = dayMatcher(dayOfMonth, dayOfWeek);
  const years = fieldValues(year, FIRST_YEAR, LAST_YEAR, [], false);
  if (!minutes || !hours || !months || !isDay || !years) {
    return unreadable([
      ["minutes", minute, minutes],
      ["hours", hour, hours],
      ["month", month, months],
      ["day", dayOfWeek === "?" ? dayOfMonth : dayOfWeek, isDay],
      ["year", year, years],
    ]);
  }
  const sortedYears = [...years].sort((a, b) => a - b);
  if (ends(sortedYears)) {
    return `cron ends with the year ${sortedYears.at(-1)!}, and the backups with it; use * as its year`;
  }
  const from = Math.max(SAMPLE_FROM_YEAR, sortedYears[0]!);
  const to = Math.min(LAST_YEAR + 1, from + Math.max(SAMPLE_YEARS, 2 * widestGap(sortedYears)));
  const days = matchingDays(from, to, (day) => years.has(day.year) && months.has(day.month) && isDay(day));
  const times = [...hours].flatMap((h) => [...minutes].map((m) => h * 60 + m)).sort((a, b) => a - b);
  if (days.length < 2) return "cron never starts, or only once in many years";
  const overnight = DAY_MINUTES * (widestGap(days) - 1) + (DAY_MINUTES - times.at(-1)! + times[0]!);
  return {
    longestMinutes: Math.max(widestGap(times), overnight),
    averageMinutes: ((days.at(-1)! - days[0]!) * DAY_MINUTES) / ((days.length - 1) * times.length),
  };
});
