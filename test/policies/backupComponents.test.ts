import { BACKUP_METRICS } from "../../policies/backupComponents";
import { OUR_COMPONENTS } from "../../policies/backupWorkloads";
import { RESOURCE_TYPES } from "../../policies/resourceTypes";
import { METRICS } from "../../runner/contract";
import { DRILL_METRICS } from "../../runner/drillContract";
import { FRESHNESS_METRICS } from "../../runner/freshnessContract";

test("the metrics that alarms are looked for on are those that the runner publishes", () => {
  const { healthy, unhealthyDatabases, recoveryPointAgeMinutes, oldestRecoveryPointAgeMinutes } = METRICS;
  expect(BACKUP_METRICS).toEqual({
    freshness: [healthy, unhealthyDatabases, recoveryPointAgeMinutes, oldestRecoveryPointAgeMinutes],
    drills: [DRILL_METRICS.drillAgeMinutes, FRESHNESS_METRICS.oldestDrillAgeMinutes],
  });
});

test("the components are known by the type tokens that they register", () => {
  for (const concept of ["databaseBackup", "backupRunner", "restoreDrill"] as const) {
    const name = concept[0]!.toUpperCase() + concept.slice(1);
    expect(RESOURCE_TYPES[concept]).toEqual([OUR_COMPONENTS + name]);
  }
});
