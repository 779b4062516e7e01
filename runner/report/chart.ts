import { type DatabaseSummary, minuteOf, secondsOf as shown } from "./summary";

const WIDTH = 760;
const HEIGHT = 190;
const LEFT = 64;
const RIGHT = 12;
const TOP = 26;
const BOTTOM = 34;
const MOST_BARS = 60;
const WIDEST_BAR = 36;
/** An objective much longer than every restore would press all bars flat. */
const FAR = 4;

const day = (iso: string) => minuteOf(iso).slice(0, 10);

/** Seconds that clocks and people count in. */
const STEPS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400];

/** The top of the scale: the next such number, in days beyond the last of them. */
function topOf(most: number): number {
  const day = STEPS.at(-1)!;
  return STEPS.find((step) => step >= most) ?? Math.ceil(most / day) * day;
}

/**
 * Restore times as bars, oldest first, with the objective as a line: SVG that needs nothing else. A failed drill is hatched, so
 * that it shows in black and white too, and one that restored nothing is a cross. Empty without any.
 */
export function restoreChart({ times, database }: DatabaseSummary): string {
  const bars = times.slice(-MOST_BARS);
  const newest = bars.at(-1);
  if (newest === undefined) return "";
  const longest = Math.max(...bars.map(({ seconds }) => seconds ?? 0));
  const rto = newest.rtoSeconds;
  const hasLine = rto !== null && rto <= longest * FAR;
  const top = topOf(hasLine ? Math.max(longest, rto) : longest);
  const [inner, ground] = [WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM];
  const y = (seconds: number) => ground - (seconds / top) * (ground - TOP);
  const slot = Math.min(inner / bars.length, WIDEST_BAR * 1.6);
  const bar = Math.min(WIDEST_BAR, slot * 0.7);
  const at = (index: number) => LEFT + slot * index + (slot - bar) / 2;
  const fixed = (value: number) => value.toFixed(1);
  const rects = bars.map(({ seconds, passed, startedAt }, index) => {
    if (seconds === null) {
      const title = `<title>${minuteOf(startedAt)}: nothing was restored</title>`;
      return `<text class="nothing" text-anchor="middle" x="${fixed(at(index) + bar / 2)}" y="${ground - 4}">✕${title}</text>`;
    }
    const height = Math.max(1, ground - y(seconds));
    const title = `<title>${minuteOf(startedAt)}: ${shown(seconds)}, ${passed ? "passed" : "failed"}</title>`;
    const place = `x="${fixed(at(index))}" y="${fixed(ground - height)}" width="${fixed(bar)}" height="${fixed(height)}"`;
    return `<rect class="${passed ? "passed" : "failed"}" ${place}>${title}</rect>`;
  });
  const grid = [top, top / 2].map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"/><text class="scale" x="${LEFT - 6}" y="${fixed(y(value) + 4)}">${shown(value)}</text>`,
  );
  const objective =
    rto === null
      ? `<text class="note" x="${LEFT}" y="14">no objective is set</text>`
      : hasLine
        ? `<line class="objective" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(rto))}" y2="${fixed(y(rto))}"/><text class="note" x="${LEFT}" y="14">dashed line: the objective, ${shown(rto)}</text>`
        : `<text class="note" x="${LEFT}" y="14">the objective, ${shown(rto)}, is far above this chart</text>`;
  const last = bars.length - 1;
  const marks = [...new Set(last > 6 ? [0, Math.round(last / 2), last] : [0, last])].map((index) => {
    const anchor = index === 0 ? "start" : index === last && last > 6 ? "end" : "middle";
    const x = anchor === "start" ? at(index) : anchor === "end" ? at(index) + bar : at(index) + bar / 2;
    return `<text class="day" text-anchor="${anchor}" x="${fixed(x)}" y="${ground + 18}">${day(bars[index]!.startedAt)}</text>`;
  });
  const id = `hatch-${database}`;
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Restore times of ${database}, ${bars.length} drills, the longest ${shown(longest)}">`,
    `<defs><pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatchGround" width="6" height="6"/><rect class="hatchLine" width="3" height="6"/></pattern></defs>`,
    ...grid,
    `<line class="ground" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${ground}" y2="${ground}"/><text class="scale" x="${LEFT - 6}" y="${ground + 4}">0</text>`,
    ...rects.map((rect) => rect.replace('class="failed"', `class="failed" fill="url(#${id})"`)),
    objective,
    ...marks,
    "</svg>",
  ].join("\n");
}
