import type { DatabaseFreshnessArgs, FreshnessThresholdsArgs } from "../../freshnessArgs";
import { wholeNumberProblems } from "../validate";

/** Greatest value of each threshold, as the function that judges by them takes it. */
const MOST: Readonly<Record<keyof FreshnessThresholdsArgs, number>> = {
  minStoredPercent: 100,
  minRowsPercent: 100,
  minTablesPercent: 100,
  maxIncompressiblePercent: 100,
  maxMoreExcludedTables: 1_000_000,
};

/** Problems of what one database is held against. @param where what leads to it, like `databases[0].` */
export function databaseFreshnessProblems(
  where: string,
  { minStoredBytes, thresholds = {} }: DatabaseFreshnessArgs,
): string[] {
  return [
    ...wholeNumberProblems(`${where}minStoredBytes`, minStoredBytes, 0, Number.MAX_SAFE_INTEGER),
    ...Object.entries(MOST).flatMap(([name, most]) =>
      wholeNumberProblems(`${where}thresholds.${name}`, thresholds[name as keyof typeof MOST], 0, most),
    ),
  ];
}
