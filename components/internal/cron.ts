const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const DAY_MINUTES = 1440;

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

/** Values of one field, or undefined when it is malformed or out of its range. */
function fieldValues(
  field: string,
  least: number,
  most: number,
  names: readonly string[] = [],
): Set<number> | undefined {
  const values = new Set<number>();
  for (const item of field.split(",")) {
    const m = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d+))?$/.exec(item);
    if (!m) return undefined;
    const from = m[1] === "*" ? least : numberOf(m[1]!, names, least);
    const open = m[1] === "*" || (m[2] === undefined && m[3] !== undefined);
    const to = m[2] !== undefined ? numberOf(m[2], names, least) : open ? most : from;
    const step = m[3] === undefined ? 1 : Number(m[3]);
    if (!(from >= least && to <= most && from <= to && step >= 1) || (m[1] === "*" && m[2] !== undefined))
      return undefined;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

/** Matches days of the month, or of the week; undefined when malformed. */
function dayMatcher(dayOfMonth: string, dayOfWeek: string): ((day: Day) => boolean) | undefined {
  if (dayOfWeek === "?") {
    if (dayOfMonth === "L") return (day) => day.day === day.lastDay;
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
  const days = fieldValues(dayOfWeek, 1, 7, DAYS);
  return days && ((day) => days.has(day.weekday));
}

/** Days since the epoch on which a start is due, over years that hold every leap case. */
function matchingDays(months: Set<number>, matches: (day: Day) => boolean): number[] {
  const found: number[] = [];
  for (let index = Date.UTC(2024, 0, 1) / 86_400_000; index < Date.UTC(2034, 0, 1) / 86_400_000; index++) {
    const date = new Date(index * 86_400_000);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
    if (months.has(month) && matches({ year, month, day: date.getUTCDate(), weekday: date.getUTCDay() + 1, lastDay })) {
      found.push(index);
    }
  }
  return found;
}

function widestGap(ascending: readonly number[]): number {
  return ascending.slice(1).reduce((widest, value, i) => Math.max(widest, value - ascending[i]!), 0);
}

/**
 * Longest time in minutes between two starts of `<minutes> <hours> <day-of-month> <month> <day-of-week> <year>`,
 * or in words what is wrong with it.
 */
export function cronGapMinutes(fields: string): number | string {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6)
    return `cron needs six fields (minutes hours day-of-month month day-of-week year), it has ${parts.length}`;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = parts as [string, string, string, string, string, string];
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    return "cron needs ? in exactly one of day-of-month and day-of-week";
  if (year !== "*") return "cron must have * as its year, or the backups would end";
  if (dayOfMonth.includes("W")) return "cron with W (nearest weekday) is not supported; name a weekday instead";
  const minutes = fieldValues(minute, 0, 59);
  const hours = fieldValues(hour, 0, 23);
  const months = fieldValues(month, 1, 12, MONTHS);
  const matches = dayMatcher(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !months || !matches) {
    const bad = [
      !minutes && `minutes "${minute}"`,
      !hours && `hours "${hour}"`,
      !months && `month "${month}"`,
      !matches && `day "${dayOfWeek === "?" ? dayOfMonth : dayOfWeek}"`,
    ].filter((text) => typeof text === "string");
    return `cron has a field that can't be read: ${bad.join(", ")}`;
  }
  const times = [...hours].flatMap((h) => [...minutes].map((m) => h * 60 + m)).sort((a, b) => a - b);
  const days = matchingDays(months, matches);
  if (days.length < 2) return "cron never starts, or only once in many years";
  const overnight = DAY_MINUTES * (widestGap(days) - 1) + (DAY_MINUTES - times.at(-1)! + times[0]!);
  return Math.max(widestGap(times), overnight);
}
