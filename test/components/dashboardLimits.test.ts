import { dashboardLimits } from "../../components/internal/frontDoor/dashboardLimits";
import type { DatabaseBackupArgs } from "../../components";
import type { RestoreDrillArgs } from "../../components";

const SETTINGS = {
  databases: [{ name: "orders" }, { name: "billing", rpoMinutes: 2000 }],
  rpoMinutes: 1600,
} as unknown as DatabaseBackupArgs;
const DRILL = {
  databases: [{ name: "orders" }, { name: "billing", rtoMinutes: 10 }],
  scheduleExpression: "rate(7 days)",
} as unknown as RestoreDrillArgs;

describe("what the dashboard draws lines for", () => {
  it("is each database's RPO, and nothing of drills where there are none", () => {
    expect(dashboardLimits(SETTINGS, undefined)).toEqual({
      rpoMinutes: [
        { database: "orders", value: 1600 },
        { database: "billing", value: 2000 },
      ],
      drillAgeMinutes: [],
      rtoSeconds: [],
    });
  });

  it("is one RPO for a list", () => {
    const { rpoMinutes } = dashboardLimits({ rpoMinutes: 1600 } as unknown as DatabaseBackupArgs, undefined);
    expect(rpoMinutes).toEqual([{ database: undefined, value: 1600 }]);
  });

  it("is the age at which the drill's alarm goes off, and each RTO that is set, a database's own first", () => {
    expect(dashboardLimits(SETTINGS, { ...DRILL, rtoMinutes: 60 })).toMatchObject({
      drillAgeMinutes: [{ database: undefined, value: 15_120 }],
      rtoSeconds: [
        { database: "orders", value: 3600 },
        { database: "billing", value: 600 },
      ],
    });
    expect(dashboardLimits(SETTINGS, DRILL).rtoSeconds).toEqual([{ database: "billing", value: 600 }]);
  });
});
