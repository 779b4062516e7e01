import { readFileSync } from "node:fs";
import path from "node:path";
import { Preset, Tier } from "../../components";
import { databaseBackupProblems } from "../../components/internal/frontDoor/databaseBackupProblems";
import { objectivesOf } from "../../components/internal/frontDoor/objectives";
import { PRESETS, withPreset } from "../../components/internal/frontDoor/presets";
import { tierWarnings } from "../../components/internal/tiers";
import { BACKUP_ARGS } from "./fixtures";

const NO_ACCESS = { assumeRole: undefined, provider: undefined };

describe.each(Object.values(Preset))("the preset %s", (preset) => {
  it("is valid, and nothing in it is worth a warning", () => {
    expect(databaseBackupProblems({ ...BACKUP_ARGS, preset }, NO_ACCESS, undefined)).toEqual([]);
    expect(tierWarnings(PRESETS[preset].tiers)).toEqual([]);
  });

  it("gives way to every argument that is given, and to none that is undefined", () => {
    const own = {
      scheduleExpression: "rate(1 day)",
      timeoutMinutes: 7,
      tiers: [{ tier: Tier.Yearly, expireDays: 1 }],
      cpu: 4096,
      memoryMiB: 8192,
    };
    expect(withPreset({ ...BACKUP_ARGS, preset, ...own })).toEqual({ ...BACKUP_ARGS, preset, ...own });
    const absent = Object.fromEntries(Object.keys(own).map((key) => [key, undefined]));
    expect(withPreset({ ...BACKUP_ARGS, preset, ...absent })).toEqual({ ...BACKUP_ARGS, preset, ...PRESETS[preset] });
  });

  it("is described in the README as it is", () => {
    const [objectives] = objectivesOf(withPreset({ ...BACKUP_ARGS, preset }));
    const { scheduleExpression, cpu, memoryMiB, timeoutMinutes } = PRESETS[preset];
    const row = readFileSync(path.join(__dirname, "../../README.md"), "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| \`${preset}\``))!;
    const cells = row.split("|").map((cell) => cell.trim());
    expect(cells.slice(2, -1)).toEqual([
      `\`${scheduleExpression}\``,
      objectives!.tiers.map(({ tier, expireDays }) => `${tier} ${expireDays}`).join(", "),
      objectives!.tiers.map(({ recoveryPoints }) => recoveryPoints).join(" + "),
      `${objectives!.rpoMinutes / 60} h`,
      `${timeoutMinutes} min`,
      `${cpu / 1024} vCPU, ${memoryMiB / 1024} GiB`,
    ]);
  });
});

it("leaves arguments alone without a preset", () => {
  expect(withPreset(BACKUP_ARGS)).toBe(BACKUP_ARGS);
});
