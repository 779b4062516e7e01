import { Tier, type TierPolicy } from "../../runner/contract";
import { parseTierPolicies, tiersOfDatabase } from "../../runner/tierPolicies";

const policy = (name: string, tier: Tier): TierPolicy => ({ name, tier, lockDays: 7, expireDays: 14 });
const DAILY = policy("daily", Tier.Daily);
const problemsOf = (value: unknown) => parseTierPolicies(JSON.stringify(value)).problems;

describe("parsing tiers", () => {
  it("takes up to 20, several of one period by different names", () => {
    const tiers = Array.from({ length: 20 }, (_, n) => policy(`daily-${n}`, Tier.Daily));
    expect(parseTierPolicies(JSON.stringify(tiers))).toEqual({ policies: tiers, problems: [] });
    expect(problemsOf([...tiers, DAILY])).toEqual(["has 21 tiers; a repository has at most 20"]);
  });

  it("takes names of 1 to 20 characters and equal days", () => {
    const edges = ["a", "a".repeat(20)].map((name) => ({ ...policy(name, Tier.Hourly), lockDays: 14 }));
    expect(problemsOf(edges)).toEqual([]);
  });

  it.each<[string, unknown, string[]]>([
    ["is empty", [], ["must be a JSON array of at least one tier"]],
    ["is no array", DAILY, ["must be a JSON array of at least one tier"]],
    [
      "has a tier without a name",
      [{ ...DAILY, name: undefined }],
      ["[0].name must be 1 to 20 characters of a-z, 0-9 and inner hyphens, got nothing"],
    ],
    [
      "has a name that is too long for a key",
      [{ ...DAILY, name: "a".repeat(21) }],
      [`[0].name must be 1 to 20 characters of a-z, 0-9 and inner hyphens, got "${"a".repeat(21)}"`],
    ],
    [
      "has one name twice",
      [DAILY, policy("weekly", Tier.Weekly), { ...DAILY, tier: Tier.Monthly }],
      ['[2].name is "daily" as [0]\'s is; each tier needs a name of its own'],
    ],
    [
      "locks for longer than it keeps",
      [{ ...DAILY, lockDays: 15 }],
      ["[0] has lockDays 15 and expireDays 14; both are whole days, 1 <= lockDays <= expireDays"],
    ],
    [
      "locks for no day",
      [{ ...DAILY, lockDays: 0 }],
      ["[0] has lockDays 0 and expireDays 14; both are whole days, 1 <= lockDays <= expireDays"],
    ],
    [
      "is wrong in several ways",
      [DAILY, { name: "Odd", tier: "fortnightly", lockDays: 1.5 }, null],
      [
        '[1].name must be 1 to 20 characters of a-z, 0-9 and inner hyphens, got "Odd"',
        '[1].tier must be one of hourly, daily, weekly, monthly, yearly, got "fortnightly"',
        "[1] has lockDays 1.5 and expireDays nothing; both are whole days, 1 <= lockDays <= expireDays",
        "[2].name must be 1 to 20 characters of a-z, 0-9 and inner hyphens, got nothing",
        "[2].tier must be one of hourly, daily, weekly, monthly, yearly, got nothing",
        "[2] has lockDays nothing and expireDays nothing; both are whole days, 1 <= lockDays <= expireDays",
      ],
    ],
  ])("fails when it %s", (_, value, problems) => {
    expect(parseTierPolicies(JSON.stringify(value))).toEqual({ policies: [], problems });
  });

  it("fails when it is no JSON", () => {
    expect(parseTierPolicies("daily")).toEqual({ policies: [], problems: ["is no JSON"] });
  });
});

describe("the tiers of a database", () => {
  const LONGER = policy("daily-90", Tier.Daily);
  const WEEKLY = policy("weekly", Tier.Weekly);

  it("are all of the repository's where none is named and each has its period", () => {
    expect(tiersOfDatabase([DAILY, WEEKLY], undefined)).toEqual({ tiers: [DAILY, WEEKLY], problems: [] });
  });

  it("are those that are named, in the repository's order", () => {
    const { tiers, problems } = tiersOfDatabase([DAILY, LONGER, WEEKLY], ["weekly", "daily-90"]);
    expect(tiers).toEqual([LONGER, WEEKLY]);
    expect(problems).toEqual([]);
  });

  it("fail to be told when several are wrong, with all that is", () => {
    expect(tiersOfDatabase([DAILY, LONGER, WEEKLY], ["weekly", "daily", "daily-90", "yearly", "weekly"])).toEqual({
      tiers: [],
      problems: [
        'there is no tier "yearly"; there are daily, daily-90, weekly',
        "the tier weekly is named twice",
        "daily and daily-90 are all daily; a database uses one tier of a period, so name its tiers",
      ],
    });
  });
});
