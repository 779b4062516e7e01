import { type DatabaseBackupArgs, Preset, Tier } from "../../components";
import { monthlyCostOf } from "../../components/internal/frontDoor/cost";
import { objectivesOf } from "../../components/internal/frontDoor/objectives";
import { withPreset } from "../../components/internal/frontDoor/presets";
import { BACKUP_ARGS } from "./fixtures";
import { REGION, SECRET } from "./mocks";

function of(args: Partial<DatabaseBackupArgs>) {
  return objectivesOf(withPreset({ ...BACKUP_ARGS, ...args }));
}

describe("objectives", () => {
  it("follow from the default schedule and tier", () => {
    expect(of({})).toEqual([
      {
        database: "orders",
        rpoMinutes: 1440 + 240 + 60,
        worstCaseAgeMinutes: 1440 + 240,
        retentionDays: 120,
        tiers: [{ name: "daily", tier: "daily", expireDays: 120, recoveryPoints: 120 }],
      },
    ]);
  });

  it("count each point once, in the tier that it is stored in", () => {
    const [{ tiers }] = of({ preset: Preset.Critical }) as [ReturnType<typeof of>[number]];
    const perYear = { hourly: 0, daily: 0, weekly: 0, monthly: 0 };
    // 2026 by hand: each month's first point; each Monday's, unless it is one of these; each other day's; all else.
    for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2027, 0, 1); day += 86_400_000) {
      const date = new Date(day);
      const isMonth = date.getUTCDate() === 1;
      const isMonday = date.getUTCDay() === 1;
      perYear[isMonth ? "monthly" : isMonday ? "weekly" : "daily"] += 1;
      perYear.hourly += 5;
    }
    expect(tiers.map(({ name, recoveryPoints }) => [name, recoveryPoints])).toEqual(
      [["hourly", 14] as const, ["daily", 35] as const, ["weekly", 120] as const, ["monthly", 400] as const].map(
        ([name, days]) => [name, Math.round((perYear[name] * days) / 365)],
      ),
    );
  });

  it("are each database's own", () => {
    const databases = [
      { name: "orders", secretArn: SECRET },
      {
        name: "crm",
        secretArn: SECRET,
        scheduleExpression: "cron(0 1 ? * SUN *)",
        scheduleTimezone: "Europe/Berlin",
        tiers: ["weekly"],
        rpoMinutes: 20_000,
      },
    ];
    const tiers = [
      { tier: Tier.Daily, expireDays: 35 },
      { tier: Tier.Weekly, expireDays: 70 },
    ];
    expect(of({ databases, tiers, flexibleWindowMinutes: 15, timeoutMinutes: 60 })).toMatchObject([
      { database: "orders", rpoMinutes: 1440 + 15 + 60 + 60, worstCaseAgeMinutes: 1440 + 15 + 60, retentionDays: 70 },
      {
        database: "crm",
        rpoMinutes: 20_000,
        // An hour more: clocks in Berlin move.
        worstCaseAgeMinutes: 7 * 1440 + 60 + 15 + 60,
        retentionDays: 70,
        tiers: [{ name: "weekly", recoveryPoints: 10 }],
      },
    ]);
  });

  it("of a list are those of an entry that says nothing of its own", () => {
    const databaseList = { bucketName: "settings", key: "list.json", secretNamePrefix: "db/" };
    expect(of({ databases: undefined, databaseList, rpoMinutes: 3000 })).toMatchObject([
      { database: "*", rpoMinutes: 3000, worstCaseAgeMinutes: 1680, retentionDays: 120 },
    ]);
  });
});

describe("the monthly cost", () => {
  const costOf = (args: Partial<DatabaseBackupArgs>) => monthlyCostOf(withPreset({ ...BACKUP_ARGS, ...args }), REGION);
  const storage = (args: Partial<DatabaseBackupArgs>): number =>
    costOf(args).lines.find(({ item }) => item === "primary storage: STANDARD")!.quantity;
  const database = { name: "orders", secretArn: SECRET };

  it("goes by the stated sizes, and says where it assumes one", () => {
    const small = { ...database, name: "a", estimatedDumpGiB: 1 };
    const large = { ...database, name: "b", estimatedDumpGiB: 9 };
    const assumed = { ...database, name: "c" };
    const unit = storage({ databases: [small] });
    expect(storage({ databases: [small, large] }) / unit).toBeCloseTo(10, 0);
    expect(storage({ databases: [small, large, assumed] }) / unit).toBeCloseTo(20, 0);
    expect(costOf({ databases: [small, large] }).notes.join()).not.toContain("estimatedDumpGiB");
    expect(costOf({ databases: [small, large, assumed] }).notes[0]).toBe(
      "1 of 3 databases have no estimatedDumpGiB: a dump of 10 GiB is assumed",
    );
  });

  it("holds a line for each key that is created, and none that is given", () => {
    const keys = (args: Partial<DatabaseBackupArgs>) => costOf(args).lines.filter(({ item }) => item === "kms keys");
    expect(keys({})).toHaveLength(1);
    const [primaryKmsKeyArn, replicaKmsKeyArn] = ["arn:aws:kms:a", "arn:aws:kms:b"];
    expect(keys({ primaryKmsKeyArn })[0]!.quantity * 2).toBe(keys({})[0]!.quantity);
    expect(keys({ primaryKmsKeyArn, replicaKmsKeyArn })).toEqual([]);
  });

  it("of a list is that of one database, and says so", () => {
    const databaseList = { bucketName: "settings", key: "list.json", secretNamePrefix: "db/" };
    const cost = costOf({ databases: undefined, databaseList });
    expect(cost.usdPerMonth).toBe(costOf({}).usdPerMonth);
    expect(cost.notes[0]).toBe(
      "of a list: one database of 10 GiB is estimated; give backup321 cost their number and size",
    );
  });
});
