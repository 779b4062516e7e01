import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { drillAgeLimitMinutes } from "../drill/drillAlarms";
import type { DashboardLimits } from "./dashboard";
import { drilledDatabases } from "./drillParts";
import { LISTED, objectivesOf } from "./objectives";

/**
 * What the dashboard draws lines for: the same numbers that alarms and drills judge by.
 *
 * @param args valid, with the preset's settings
 */
export function dashboardLimits(args: DatabaseBackupArgs): DashboardLimits {
  const { drill } = args;
  return {
    rpoMinutes: objectivesOf(args).map(({ database, rpoMinutes }) => ({
      database: database === LISTED ? undefined : database,
      value: rpoMinutes,
    })),
    drillAgeMinutes: drill === undefined ? [] : [{ database: undefined, value: drillAgeLimitMinutes(drill) }],
    rtoSeconds: drilledDatabases(args).flatMap(({ name, drill: own }) => {
      const rtoMinutes = own?.rtoMinutes ?? drill?.rtoMinutes;
      return rtoMinutes === undefined ? [] : [{ database: name, value: rtoMinutes * 60 }];
    }),
  };
}
