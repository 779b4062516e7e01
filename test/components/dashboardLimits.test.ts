import type { DatabaseBackupArgs } from "../../components";
import { dashboardLimits } from "../../components/internal/frontDoor/dashboardLimits";

const SETTINGS = {
  databases: [{ name: "orders" }, { name: "billing", rpoMinutes: 2000, drill: { rtoMinutes: 10 } }],
  rpoMinutes: 1600,
} as unknown as DatabaseBackupArgs;
const withDrill = (drill: object): DatabaseBackupArgs =>
  ({ ...SETTINGS, drill: { scheduleExpression: "rate(7 days)", ...drill } }) as DatabaseBackupArgs;

describe("what the dashboard draws lines for", () => {
  it("is each database's RPO, and nothing of drills where there are none", () => {
    expect(dashboardLimits(SETTINGS)).toEqual({
      rpoMinutes: [
        { database: "orders", value: 1600 },
        { database: "billing", value: 2000 },
      ],
      drillAgeMinutes: [],
      rtoSeconds: [],
    });
  });

  it("is one RPO for a list", () => {
    const { rpoMinutes } = dashboardLimits({ rpoMinutes: 1600 } as unknown as DatabaseBackupArgs);
    expect(rpoMinutes).toEqual([{ database: undefined, value: 1600 }]);
  });

  it("is the age at which the drill's alarm goes off, and each RTO that is set, a database's own first", () => {
    expect(dashboardLimits(withDrill({ rtoMinutes: 60 }))).toMatchObject({
      drillAgeMinutes: [{ database: undefined, value: 15_120 }],
      rtoSeconds: [
        { database: "orders", value: 3600 },
        { database: "billing", value: 600 },
      ],
    });
    expect(dashboardLimits(withDrill({})).rtoSeconds).toEqual([{ database: "billing", value: 600 }]);
    expect(dashboardLimits(withDrill({ databases: ["orders"] })).rtoSeconds).toEqual([]);
  });
});
