import { StorageClass, Tier, type TierArgs } from "../../components";
import { tierProblems } from "../../components/internal/tierProblems";

const { StandardIa, GlacierInstantRetrieval, Glacier, DeepArchive } = StorageClass;
const daily = (more: Partial<TierArgs> = {}): TierArgs => ({ tier: Tier.Daily, expireDays: 400, ...more });
const moving = (...moves: [StorageClass, number][]): TierArgs[] => [
  daily({ transitions: moves.map(([storageClass, days]) => ({ storageClass, days })) }),
];
const many = (count: number) => Array.from({ length: count }, (_, i) => daily({ name: `t${i}` }));

describe("tiers", () => {
  it.each<[string, TierArgs[] | undefined]>([
    ["left out", undefined],
    ["20", many(20)],
    ["two of one period, one of them named", [daily(), daily({ name: "legal" })]],
    ["a name of 20 characters", [daily({ name: "a".repeat(20) })]],
    ["a day, locked as long", [daily({ expireDays: 1, lockDays: 1 })]],
    ["a century", [daily({ expireDays: 36500, lockDays: 36500 })]],
    ["without transitions", [daily({ transitions: [] })]],
    ["moved on the day before it expires", moving([DeepArchive, 399])],
    ["in an archive after a day", moving([GlacierInstantRetrieval, 1])],
    ["in STANDARD_IA after 30 days", moving([StandardIa, 30])],
    ["in an archive 30 days after STANDARD_IA", moving([StandardIa, 30], [Glacier, 60])],
    ["in the next archive a day later", moving([GlacierInstantRetrieval, 1], [Glacier, 2], [DeepArchive, 3])],
    ["in every class", moving([StandardIa, 30], [GlacierInstantRetrieval, 60], [Glacier, 150], [DeepArchive, 240])],
  ])("may be %s", (_, tiers) => {
    expect(tierProblems(tiers)).toEqual([]);
  });

  it.each<[string, TierArgs[], string]>([
    ["none", [], "tiers must hold at least one tier; a repository that keeps nothing is no backup"],
    ["21", many(21), "tiers must hold at most 20 tiers, got 21; merge those that live about as long"],
    [
      "of no period",
      [daily({ tier: "fortnightly" as Tier })],
      'tiers: "fortnightly" is no period; use one of hourly, daily, weekly, monthly, yearly',
    ],
    [
      "named with capitals",
      [daily({ name: "Legal" })],
      'tiers: a name must be 1-20 characters of a-z, 0-9 and inner hyphens, got "Legal"',
    ],
    [
      "named with 21 characters",
      [daily({ name: "a".repeat(21) })],
      `tiers: a name must be 1-20 characters of a-z, 0-9 and inner hyphens, got "${"a".repeat(21)}"`,
    ],
    [
      "twice of one period, without names",
      [daily(), daily()],
      "tiers: 2 daily tiers have no name; give all but one a name of its own, or merge them",
    ],
    [
      "twice of one name",
      [daily({ name: "legal" }), daily({ tier: Tier.Weekly, name: "legal" })],
      "tiers: 2 tiers are named legal (without a name, a tier is called by its period); give each its own",
    ],
    [
      "named like another's period",
      [daily(), daily({ tier: Tier.Weekly, name: "daily" })],
      "tiers: 2 tiers are named daily (without a name, a tier is called by its period); give each its own",
    ],
    [
      "half a day",
      [daily({ expireDays: 1.5 })],
      "tiers: daily.expireDays must be a whole number from 1 to 36500, got 1.5",
    ],
    ["not locked", [daily({ lockDays: 0 })], "tiers: daily.lockDays must be a whole number from 1 to 36500, got 0"],
    [
      "locked for longer than it lives",
      [daily({ name: "legal", lockDays: 401 })],
      "tiers: legal.lockDays must be at most expireDays (400), got 401; lifecycle would hide versions that are still locked behind " +
        "delete markers: lower lockDays or raise expireDays",
    ],
    [
      "in a class of one zone",
      moving(["ONEZONE_IA" as StorageClass, 30]),
      'tiers: daily.transitions[0].storageClass must be one of STANDARD_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE, got "ONEZONE_IA"',
    ],
    [
      "moved at once",
      moving([Glacier, 0]),
      "tiers: daily.transitions[0].days must be a whole number from 1 to 36500, got 0",
    ],
    [
      "in STANDARD_IA after 29 days",
      moving([StandardIa, 29]),
      "tiers: daily.transitions[0].days must be at least 30 for STANDARD_IA, got 29; S3 refuses less: raise it",
    ],
    [
      "moved on the day it expires",
      moving([Glacier, 400]),
      "tiers: daily.transitions[0].days must be less than expireDays (400), got 400; S3 refuses to move what is expired: lower it, " +
        "raise expireDays, or leave it out",
    ],
    [
      "moved backwards",
      moving([Glacier, 30], [StandardIa, 90]),
      "tiers: daily.transitions[1] moves from GLACIER to STANDARD_IA; S3 moves only forward in STANDARD_IA, GLACIER_IR, GLACIER, " +
        "DEEP_ARCHIVE: reorder them or leave one out",
    ],
    [
      "moved to where it is",
      moving([Glacier, 30], [Glacier, 90]),
      "tiers: daily.transitions[1] moves from GLACIER to GLACIER; S3 moves only forward in STANDARD_IA, GLACIER_IR, GLACIER, " +
        "DEEP_ARCHIVE: reorder them or leave one out",
    ],
    [
      "moved twice in a day",
      moving([Glacier, 30], [DeepArchive, 30]),
      "tiers: daily.transitions[1].days must be at least 31, got 30; DEEP_ARCHIVE comes after GLACIER at day 30: raise it or lower that",
    ],
    [
      "in an archive 29 days after STANDARD_IA",
      moving([StandardIa, 30], [GlacierInstantRetrieval, 59]),
      "tiers: daily.transitions[1].days must be at least 60, got 59; GLACIER_IR comes 30 days or more after STANDARD_IA at day 30: " +
        "raise it or lower that",
    ],
  ])("fails when they are %s", (_, tiers, problem) => {
    expect(tierProblems(tiers)).toEqual([problem]);
  });

  it("fails with every problem of every tier at once", () => {
    const tiers = [...moving([StandardIa, 7], [Glacier, 400]), daily({ name: "-", expireDays: 0 })];
    expect(tierProblems(tiers).map((problem) => problem.replace(/;.*| must.*/, ""))).toEqual([
      "tiers: daily.transitions[0].days",
      "tiers: daily.transitions[1].days",
      "tiers: a name",
      "tiers: -.expireDays",
    ]);
  });
});
