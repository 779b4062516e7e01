import { StorageClass, Tier, type TierArgs } from "../../components";
import { tierPolicies } from "../../components/internal/defaults";
import { retentionTiers, tierChoiceProblems, tiersOf, tierWarnings } from "../../components/internal/tiers";

const { StandardIa, GlacierInstantRetrieval, Glacier, DeepArchive } = StorageClass;

describe("tiers", () => {
  it("are one daily tier by default: 120 days, in GLACIER after 30", () => {
    expect(retentionTiers()).toEqual([
      {
        name: "daily",
        tier: "daily",
        expireDays: 120,
        lockDays: 120,
        transitions: [{ storageClass: "GLACIER", days: 30 }],
      },
    ]);
  });

  it("are called by their period and locked for their life, unless they say so", () => {
    const tiers = [
      { tier: Tier.Weekly, expireDays: 60 },
      { tier: Tier.Weekly, name: "legal", expireDays: 400, lockDays: 365 },
    ];
    expect(tierPolicies(tiers)).toEqual([
      { name: "weekly", tier: "weekly", expireDays: 60, lockDays: 60 },
      { name: "legal", tier: "weekly", expireDays: 400, lockDays: 365 },
    ]);
  });

  it.each<[string, number, TierArgs["transitions"], string[]]>([
    ["lives 119 days", 119, undefined, []],
    ["lives 120 days", 120, undefined, ["GLACIER at 30"]],
    ["says never", 400, [], []],
    ["says when", 60, [{ storageClass: StandardIa, days: 30 }], ["STANDARD_IA at 30"]],
  ])("archive their data as it fits when one %s", (_, expireDays, transitions, expected) => {
    const [tier] = retentionTiers([{ tier: Tier.Daily, expireDays, transitions }]);
    expect(tier!.transitions.map((move) => `${move.storageClass} at ${move.days}`)).toEqual(expected);
  });
});

describe("the tiers of a database", () => {
  const one = tierPolicies([
    { tier: Tier.Daily, expireDays: 35 },
    { tier: Tier.Monthly, expireDays: 400 },
  ]);
  const two = tierPolicies([
    { tier: Tier.Daily, name: "short", expireDays: 7 },
    { tier: Tier.Daily, name: "long", expireDays: 90 },
    { tier: Tier.Monthly, expireDays: 400 },
  ]);

  it("are all of the repository's, or those it names in the repository's order", () => {
    expect(tiersOf(one)).toEqual(one);
    expect(tiersOf(two, ["monthly", "short"]).map(({ name }) => name)).toEqual(["short", "monthly"]);
  });

  it.each([
    ["all, one of each period", one, undefined],
    ["one of each period", two, ["long", "monthly"]],
    ["one alone", two, ["short"]],
  ])("may be %s", (_, tiers, names) => {
    expect(tierChoiceProblems("databases[0].tiers", tiers, names)).toEqual([]);
  });

  it.each<[string, string[] | undefined, string[]]>([
    [
      "none is named and there are two of one period",
      undefined,
      [
        "databases[0].tiers must be named, the repository has 2 daily tiers (short, long) and a database uses one of each period: " +
          "choose among short, long, monthly",
      ],
    ],
    [
      "they are empty",
      [],
      ["databases[0].tiers must name at least one tier; leave it out for all: short, long, monthly"],
    ],
    [
      "one is unknown",
      ["short", "daily"],
      ['databases[0].tiers must be among the repository\'s tiers (short, long, monthly), got "daily"'],
    ],
    [
      "two are of one period, and one is there twice",
      ["long", "short", "long"],
      [
        "databases[0].tiers names long twice; remove one",
        "databases[0].tiers must hold one tier of each period, got 2 daily ones (short, long); keep one, points are stored once per period",
      ],
    ],
  ])("fails when %s", (_, names, problems) => {
    expect(tierChoiceProblems("databases[0].tiers", two, names)).toEqual(problems);
  });
});

describe("warnings about tiers", () => {
  const warnings = (expireDays: number, ...transitions: [StorageClass, number][]) =>
    tierWarnings([
      {
        tier: Tier.Daily,
        expireDays,
        transitions: transitions.map(([storageClass, days]) => ({ storageClass, days })),
      },
    ]);

  it("are none for the default", () => {
    expect(tierWarnings(undefined)).toEqual([]);
  });

  it.each([
    [GlacierInstantRetrieval, 90],
    [Glacier, 90],
    [DeepArchive, 180],
  ])("come when data is removed from %s before the %i days that are billed", (storageClass, billed) => {
    // It is removed 30 days after it expires.
    expect(warnings(40 + billed, [storageClass, 70])).toEqual([]);
    expect(warnings(39 + billed, [storageClass, 70])).toEqual([
      `tiers: daily is in ${storageClass} for ${billed - 1} days (from day 70 until it is removed at day ${69 + billed}, ` +
        `30 days after it expires) and billed for ${billed}; leave this transition out, or give it more time`,
    ]);
  });

  it("never come for STANDARD_IA, whose 30 days pass between expiry and removal", () => {
    expect(warnings(31, [StandardIa, 30])).toEqual([]);
    expect(warnings(400, [StandardIa, 30], [Glacier, 60])).toEqual([]);
  });

  it.each([
    [GlacierInstantRetrieval, Glacier, 90],
    [GlacierInstantRetrieval, DeepArchive, 90],
    [Glacier, DeepArchive, 90],
  ])("come when data moves on from %s to %s before the %i days that are billed", (first, second, billed) => {
    expect(warnings(1000, [first, 30], [second, 30 + billed])).toEqual([]);
    expect(warnings(1000, [first, 30], [second, 29 + billed])).toEqual([
      `tiers: daily is in ${first} for ${billed - 1} days (from day 30 until it moves on to ${second} at day ${29 + billed}) ` +
        `and billed for ${billed}; leave this transition out, or give it more time`,
    ]);
  });

  it("come when nothing is kept for 30 days", () => {
    expect(
      tierWarnings([
        { tier: Tier.Hourly, expireDays: 2 },
        { tier: Tier.Daily, expireDays: 30 },
      ]),
    ).toEqual([]);
    expect(
      tierWarnings([
        { tier: Tier.Hourly, expireDays: 2 },
        { tier: Tier.Daily, expireDays: 29 },
      ]),
    ).toEqual([
      "tiers: the longest retention is 29 days; what is noticed after a month can't be restored: keep one tier for 30 days or more",
    ]);
  });
});
