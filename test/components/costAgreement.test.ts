import { DatabaseBackup } from "../../components";
import { DEFAULTS } from "../../components/internal/defaults";
import { PRESETS } from "../../components/internal/frontDoor/presets";
import { readSchedule } from "../../components/internal/schedule";
import { MINIMUM_STAY_DAYS, retentionTiers } from "../../components/internal/tiers";
import { StorageClass } from "../../components/types";
import { transitionsOf } from "../../runner/cost/input";
import { COST_PRESETS } from "../../runner/cost/presets";
import { MINIMUM_DAYS, STORAGE_CLASSES } from "../../runner/cost/prices";
import { NONCURRENT_DAYS } from "../../runner/cost/storage";
import { Tier } from "../../runner/contract";
import { BACKUP_ARGS } from "./fixtures";
import { ACCOUNT, REGION, registered, settle, startMocks, valueOf } from "./mocks";

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/own`;

describe("the cost estimate agrees with the components", () => {
  it("on every preset", () => {
    const ofComponents = Object.entries(PRESETS).map(([name, { scheduleExpression, tiers, cpu, memoryMiB }]) => [
      name,
      {
        intervalMinutes: readSchedule(scheduleExpression, "UTC").longestIntervalMinutes,
        tiers: tiers.map((tier) => ({ name: tier.name ?? tier.tier, ...tier })),
        cpu,
        memoryMiB,
      },
    ]);
    expect(COST_PRESETS).toEqual(Object.fromEntries(ofComponents));
  });

  it("on storage classes, how long each is billed at least, and how long an expired version stays", () => {
    expect(STORAGE_CLASSES).toEqual(["STANDARD", ...Object.values(StorageClass)]);
    expect(MINIMUM_DAYS).toEqual({ STANDARD: 0, ...MINIMUM_STAY_DAYS });
    expect(NONCURRENT_DAYS).toBe(DEFAULTS.noncurrentDays);
  });

  it("on what is archived without being told", () => {
    for (const expireDays of [119, 120]) {
      const [tier] = retentionTiers([{ tier: Tier.Daily, expireDays }]);
      expect(transitionsOf({ name: "daily", tier: Tier.Daily, expireDays })).toEqual(tier!.transitions);
    }
    expect(transitionsOf({ name: "daily", tier: Tier.Daily, expireDays: 119 })).toEqual([]);
  });

  const [orders] = BACKUP_ARGS.databases!;
  it.each([
    ["one database", {}],
    ["three databases", { databases: ["a", "b", "c"].map((name) => ({ ...orders!, name })) }],
    [
      "a list",
      { databases: undefined, databaseList: { bucketName: "lists", key: "l.json", secretNamePrefix: "backup/" } },
    ],
    ["keys and time control", { primaryKmsKeyArn: KEY, replicationTimeControl: true }],
  ])("on how many alarms, keys and dashboards there are: %s", async (_, args) => {
    await startMocks();
    const backup = new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args });
    await settle();
    const { lines } = await valueOf(backup.estimatedMonthlyCost);
    const paid = (item: string) => lines.find((line) => line.item === item)!.quantity;
    const made = (type: string) => registered.filter((one) => one.type === type).length;
    // A key is paid for three times: itself, and two rotations.
    expect([paid("alarms"), paid("kms keys"), paid("dashboards")]).toEqual([
      made("aws:cloudwatch/metricAlarm:MetricAlarm"),
      made("aws:kms/key:Key") * 3,
      made("aws:cloudwatch/dashboard:Dashboard"),
    ]);
  });
});
