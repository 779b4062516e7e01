/** Quantities as people read them. Pure; no imports. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** `1536` → `1.5 KiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]!}`;
}

/** `1563` minutes → `1d 2h 3m`. */
export function humanMinutes(minutes: number): string {
  const whole = Math.floor(minutes);
  const parts = [
    [Math.floor(whole / 1440), "d"],
    [Math.floor((whole % 1440) / 60), "h"],
    [whole % 60, "m"],
  ] as const;
  const shown = parts.filter(([value]) => value > 0).map(([value, unit]) => `${value}${unit}`);
  return shown.length > 0 ? shown.join(" ") : "0m";
}

/** `59` seconds → `59s`, `90` → `1m 30s`, `5400` → `1h 30m`. */
export function humanSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole >= 3600) return humanMinutes(whole / 60);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes === 0 ? `${rest}s` : rest === 0 ? `${minutes}m` : `${minutes}m ${rest}s`;
}

/** `2026-11-20 02:00:00`, in UTC as every time here. */
export function humanTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}
