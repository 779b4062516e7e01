import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { RestoreDrillArgs } from "../../restoreDrillArgs";
import { drillAgeLimitMinutes } from "../drill/drillAlarms";
import type { DashboardLimits } from "./dashboard";
import { LISTED, objectivesOf } from "./objectives";

/** What the dashboard draws lines for: the same numbers that alarms and drills judge by. */
export function dashboardLimits(settings: DatabaseBackupArgs, drilling: RestoreDrillArgs | undefined): DashboardLimits {
  return {
    rpoMinutes: objectivesOf(settings).map(({ database, rpoMinutes }) => ({
      database: database === LISTED ? undefined : database,
      value: rpoMinutes,
    })),
    drillAgeMinutes: drilling === undefined ? [] : [{ database: undefined, value: drillAgeLimitMinutes(drilling) }],
    rtoSeconds:
      drilling?.databases.flatMap(({ name, rtoMinutes = drilling.rtoMinutes }) =>
        rtoMinutes === undefined ? [] : [{ database: name, value: rtoMinutes * 60 }],
      ) ?? [],
  };
}
