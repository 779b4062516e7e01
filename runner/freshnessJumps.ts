import type { PointLocation } from "./contract";
import type { Findings, ProblemCode } from "./freshness";
import { FRESHNESS_THRESHOLDS, type FreshnessSettings, type FreshnessThresholds } from "./freshnessContract";
import type { ManifestMetadata } from "./manifest";

/** A point is compared with the median of this many before it. */
export const BASELINE_POINTS = 7;
/** Fewer are no baseline: a new database grows, shrinks and is migrated. */
const MIN_BASELINE_POINTS = 3;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const percent = (part: number, whole: number): number => Math.round((100 * part) / whole);

/** Stored bytes per raw byte; 1 means that nothing compresses. undefined where nothing was dumped. */
function ratio({ storedBytes, rawBytes }: ManifestMetadata): number | undefined {
  return rawBytes > 0 ? Math.min(1, storedBytes / rawBytes) : undefined;
}

/** The fall of a count below its share of the median, as one sentence; undefined where it is none. */
function fall(what: string, value: number, usual: number, minPercent: number): string | undefined {
  if (usual === 0 || value >= (usual * minPercent) / 100) return undefined;
  return `has ${value} ${what}, ${percent(value, usual)} % of the median of the points before it, ${usual}; the least is ${minPercent} %`;
}

function judgeRatio(
  newest: ManifestMetadata,
  before: readonly ManifestMetadata[],
  maxPercent: number,
): string | undefined {
  const now = ratio(newest);
  const usual = median(before.map(ratio).filter((one) => one !== undefined));
  // Noise is all that is left between "hardly compresses" and "does not compress".
  if (now === undefined || Number.isNaN(usual) || usual > 0.95) return undefined;
  const way = (now - usual) / (1 - usual);
  if (way <= maxPercent / 100) return undefined;
  return `stores ${percent(now, 1)} % of its raw bytes, the points before it ${percent(usual, 1)} %; that is ${percent(way, 1)} % of the way to what does not compress at all, the most is ${maxPercent} %: rows that somebody encrypted look like this`;
}

function compare(newest: ManifestMetadata, before: readonly ManifestMetadata[], limits: FreshnessThresholds): Findings {
  const problems: Findings["problems"] = [];
  const notices: Findings["notices"] = [];
  const usual = (pick: (metadata: ManifestMetadata) => number) => median(before.map(pick));
  const problem = (code: ProblemCode, message: string | undefined) => message && problems.push({ code, message });
  problem(
    "tooSmall",
    fall(
      "stored bytes",
      newest.storedBytes,
      usual((m) => m.storedBytes),
      limits.minStoredPercent,
    ),
  );
  problem("incompressible", judgeRatio(newest, before, limits.maxIncompressiblePercent));
  const rows = fall(
    "estimated rows",
    newest.rowEstimate,
    usual((m) => m.rowEstimate),
    limits.minRowsPercent,
  );
  if (newest.rowEstimate > 0) problem("rowsDropped", rows);
  else if (rows) {
    // After an upgrade of the server the planner knows nothing until it looks again; what was emptied is too small as well.
    notices.push({ code: "rowsUnknown", message: "has no estimate of rows, the points before it have; run ANALYZE" });
  }
  const tables = fall(
    "tables",
    newest.tables,
    usual((m) => m.tables),
    limits.minTablesPercent,
  );
  problem("tablesDropped", tables);
  const last = before[0]!;
  if (!tables && newest.tables !== last.tables) {
    const message = `has ${newest.tables} tables, the point before it ${last.tables}`;
    notices.push({ code: "tablesChanged", message });
  } else if (!tables && newest.fingerprint !== last.fingerprint) {
    notices.push({ code: "schemaChanged", message: "has other columns than the point before it" });
  }
  const excluded = usual((m) => m.excluded);
  if (newest.excluded > excluded + limits.maxMoreExcludedTables) {
    const what = `leaves out the rows of ${newest.excluded} tables, the points before it of ${excluded}`;
    problem("tablesExcluded", `${what}; ${limits.maxMoreExcludedTables} more are let pass`);
  }
  return { problems, notices };
}

/**
 * Holds a point against those before it, by what their manifests' HEADs say. A change that was meant ends by itself when it has
 * become the median: after four points, or two where there are only three to compare with.
 * @param earlier of the points before it, newest first
 */
export function judgeJumps(
  { database, id }: PointLocation,
  newest: ManifestMetadata,
  earlier: readonly ManifestMetadata[],
  settings: FreshnessSettings,
): Findings {
  const before = earlier.slice(0, BASELINE_POINTS);
  const limits = { ...FRESHNESS_THRESHOLDS, ...settings.thresholds };
  const { problems, notices }: Findings =
    before.length < MIN_BASELINE_POINTS ? { problems: [], notices: [] } : compare(newest, before, limits);
  const least = settings.minStoredBytes ?? 0;
  if (newest.storedBytes < least) {
    const message = `has ${newest.storedBytes} stored bytes, the least is ${least} (minStoredBytes)`;
    problems.unshift({ code: "tooSmall", message });
  }
  const look = `if nobody meant that, keep the points before it: see \`backup321 list --database ${database}\``;
  return {
    problems: problems.map(({ code, message }) => ({ code, message: `${id} ${message}; ${look}` })),
    notices: notices.map(({ code, message }) => ({ code, message: `${id} ${message}` })),
  };
}
