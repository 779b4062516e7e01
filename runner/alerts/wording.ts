import type { Alert } from "../alertContract";

/** Label of a state, for people. */
export function label({ state, severity }: Alert): string {
  if (state === "recovered") return "Recovered";
  if (state === "digest") return "Digest";
  return severity === "critical" ? "Problem" : severity === "warning" ? "Warning" : "Notice";
}

/** Title with the state before it. */
export function headline(alert: Alert): string {
  return `${label(alert)}: ${alert.title}`;
}

/** `2026-11-20 02:00:00 UTC`, so that no receiver shows a time without its zone. */
export function utc(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}

/** Name → value of what a receiver shows as a table. */
export function facts({ state, since, source }: Alert): [string, string][] {
  const { repository, database, side, region } = source;
  const all: [string, string | null | undefined][] = [
    [state === "problem" ? "Since" : "At", utc(since)],
    ["Repository", repository],
    ["Database", database],
    ["Side", side],
    ["Region", region],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] != null);
}

/** A text of at most so many characters; an ellipsis says that something was left out. */
export function clip(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Lines in at most so many characters; the last one counts what was left out. */
export function clipLines(lines: readonly string[], max: number): string[] {
  const shown: string[] = [];
  let left = max - 20;
  for (const [at, line] of lines.entries()) {
    if (line.length + 1 > left && at > 0) return [...shown, `and ${lines.length - at} more`];
    shown.push(clip(line, left));
    left -= line.length + 1;
  }
  return shown;
}
