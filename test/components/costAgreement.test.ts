import { DatabaseBackup, type DatabaseBackupArgs } from "../../components";
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
import { BACKUP_ARGS, SERVER_IMAGE } from "./fixtures";
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
    ["no doctor", { doctor: false }],
    ["a doctor that runs elsewhere", { doctor: false, doctorIntervalDays: 7 }],
    [
      "drills of two of three databases",
      {
        databases: ["a", "b", "c"].map((name) => ({ ...orders!, name })),
        drill: { serverImage: SERVER_IMAGE, databases: ["a", "b"] },
      },
    ],
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

  it("on how often drills and the doctor run, and where", async () => {
    const linesOf = async (args: Partial<DatabaseBackupArgs>) => {
      await startMocks();
      const { lines } = await valueOf(new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args }).estimatedMonthlyCost);
      await settle();
      return Object.fromEntries(lines.map(({ item, quantity }) => [item, quantity]));
    };
    const drill = { serverImage: SERVER_IMAGE };
    const weekly = await linesOf({ drill });
    expect(weekly["drills: transfer from the replica"]).toBeCloseTo((365 / 12 / 7) * 10, 9);
    const daily = await linesOf({
      drill: { ...drill, scheduleExpression: "rate(1 day)", nextMajorServerImage: SERVER_IMAGE },
    });
    expect(daily["drills: transfer from the replica"]).toBeCloseTo((365 / 12) * 2 * 10, 9);
    const there = { inReplicaRegion: true, vpcId: "vpc-there", subnetIds: ["subnet-there"] };
    expect(await linesOf({ drill: { ...drill, ...there } })).not.toHaveProperty("drills: transfer from the replica");
    expect(await linesOf({})).not.toHaveProperty("drills: vCPU");
    const requests = async (args: Partial<DatabaseBackupArgs>) => (await linesOf(args))["lambda requests"]! * 1e6;
    const without = await requests({ doctor: false });
    expect((await requests({})) - without).toBeCloseTo(365 / 12, 6);
    expect((await requests({ doctorIntervalDays: 5 })) - without).toBeCloseTo(365 / 12 / 5, 6);
  });
});
