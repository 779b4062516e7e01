/** How far a newest recovery point may be from the median of the up to seven before it; fewer than three are not compared. */
export interface FreshnessThresholdsArgs {
  /**
   * Least stored bytes, in percent of the median, 0-100; 0: not judged.
   *
   * @default 50
   */
  minStoredPercent?: number;
  /**
   * Least estimated rows, in percent of the median, 0-100; 0: not judged.
   *
   * @default 50
   */
  minRowsPercent?: number;
  /**
   * Least tables, in percent of the median, 0-100; 0: not judged.
   *
   * @default 80
   */
  minTablesPercent?: number;
  /**
   * How far the ratio of stored to raw bytes may come from the median towards 1, in percent of that way, 0-100: encrypted rows do not
   * compress. 100: not judged.
   *
   * @default 50
   */
  maxIncompressiblePercent?: number;
  /**
   * How many more tables than the median may be left out, 0-1000000.
   *
   * @default 0
   */
  maxMoreExcludedTables?: number;
}

/** What one database is held against by both freshness checks, besides its RPO. */
export interface DatabaseFreshnessArgs {
  /**
   * Least bytes that its newest point may have stored.
   *
   * @default 0: only a point that holds nothing is too small
   */
  minStoredBytes?: number;
  /**
   * How far its newest point may be from those before it, each threshold by itself.
   *
   * @default - the default of each
   */
  thresholds?: FreshnessThresholdsArgs;
}
