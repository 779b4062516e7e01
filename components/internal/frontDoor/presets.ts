import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import { Preset, Tier } from "../../types";

/** What a preset decides, unless the argument of the same name is given. */
export type PresetSettings = Required<
  Pick<DatabaseBackupArgs, "scheduleExpression" | "timeoutMinutes" | "tiers" | "cpu" | "memoryMiB">
>;

/** Five weeks: a mistake that shows at the end of a month can be traced to before that month. Too short to pay for an archive. */
const DAILY = { tier: Tier.Daily, expireDays: 35, transitions: [] };
/** A month readable at once, then exactly the 90 days that GLACIER bills in any case. */
const WEEKLY = { tier: Tier.Weekly, expireDays: 120 };
/** A year for an audit and a month to hold it; longer than that is a decision of its own, for the lock lasts as long. */
const MONTHLY = { tier: Tier.Monthly, expireDays: 400 };

/** Settings of each preset. The RPO follows from schedule and time-out: see `defaultRpoMinutes`. */
export const PRESETS: Readonly<Record<Preset, PresetSettings>> = {
  [Preset.Critical]: {
    scheduleExpression: "cron(0 0/4 * * ? *)",
    // Half of the interval: a dump that hangs is stopped, and seen, before the next one is due.
    timeoutMinutes: 120,
    // Two weeks of every four hours: long enough to find the hour of a mistake made before somebody's holiday.
    tiers: [{ tier: Tier.Hourly, expireDays: 14, transitions: [] }, DAILY, WEEKLY, MONTHLY],
    cpu: 2048,
    memoryMiB: 4096,
  },
  [Preset.Standard]: {
    scheduleExpression: "cron(0 2 * * ? *)",
    timeoutMinutes: 240,
    tiers: [DAILY, WEEKLY, MONTHLY],
    cpu: 1024,
    memoryMiB: 2048,
  },
  [Preset.Development]: {
    // Saturday night: nobody works, and Monday starts with a fresh point.
    scheduleExpression: "cron(0 2 ? * SUN *)",
    timeoutMinutes: 240,
    // Five points, at least a month in all.
    tiers: [{ tier: Tier.Weekly, expireDays: 35, transitions: [] }],
    cpu: 512,
    memoryMiB: 1024,
  },
};

/** The arguments with a preset's settings in place of those that were not given. An unknown preset is reported elsewhere. */
export function withPreset(args: DatabaseBackupArgs): DatabaseBackupArgs {
  const settings: PresetSettings | undefined = args.preset === undefined ? undefined : PRESETS[args.preset];
  if (settings === undefined) return args;
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  return { ...args, ...settings, ...given };
}
