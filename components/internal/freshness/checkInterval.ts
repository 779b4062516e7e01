import { DEFAULTS } from "../defaults";

/** Minutes between two checks of databases that are named, or of a list. */
export function checkIntervalMinutes(isList: boolean): number {
  return isList ? DEFAULTS.listFreshnessIntervalMinutes : DEFAULTS.freshnessIntervalMinutes;
}
