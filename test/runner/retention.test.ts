import { Tier, type TierPolicy, TIERS } from "../../runner/contract";
import { chooseTier, periodOf, retainUntil } from "../../runner/retention";

/** A small generator with a fixed seed: the same thousand cases on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const at = (iso: string) => new Date(iso);
const BASE = Date.UTC(2020, 0, 1);
const YEARS_10 = 10 * 365 * 86_400_000;

describe("periods", () => {
  it.each([
    [Tier.Hourly, "2026-11-20T02:00:00.000Z", "2026-11-20T02:59:59.999Z", "2026-11-20T03:00:00.000Z"],
    [Tier.Daily, "2026-11-20T00:00:00.000Z", "2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00.000Z"],
    [Tier.Weekly, "2026-11-16T00:00:00.000Z", "2026-11-22T23:59:59.999Z", "2026-11-23T00:00:00.000Z"],
    [Tier.Weekly, "2025-12-29T00:00:00.000Z", "2026-01-04T23:59:59.999Z", "2026-01-05T00:00:00.000Z"],
    [Tier.Monthly, "2026-02-01T00:00:00.000Z", "2026-02-28T23:59:59.999Z", "2026-03-01T00:00:00.000Z"],
    [Tier.Yearly, "2026-01-01T00:00:00.000Z", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"],
  ])("a %s one that begins at %s lasts to %s and ends before %s", (tier, first, last, next) => {
    expect(periodOf(tier, at(first))).toBe(periodOf(tier, at(last)));
    expect(periodOf(tier, at(last))).not.toBe(periodOf(tier, at(next)));
    expect(periodOf(tier, new Date(at(first).getTime() - 1))).not.toBe(periodOf(tier, at(first)));
  });
});

/** A tier by its name; its period where the name is none. */
const policy = (name: string, tier = name as Tier): TierPolicy => ({ name, tier, lockDays: 7, expireDays: 7 });
const DAILY = policy("daily");
const WEEKLY = policy("weekly");
const MONTHLY = policy("monthly");

/** Name of the tier chosen after points were committed at these times. */
function chosen(tiers: readonly TierPolicy[], committed: Record<string, string>, now: Date): string {
  const takenAt = new Map(Object.entries(committed).map(([name, iso]) => [name, at(iso)]));
  return chooseTier(tiers, takenAt, now).name;
}

describe("choosing a tier", () => {
  const now = at("2026-11-20T02:00:00Z"); // a Friday
  const used = [DAILY, WEEKLY, MONTHLY];

  it("starts with the highest period in an empty repository", () => {
    expect(chosen(used, {}, now)).toBe("monthly");
  });

  it("takes the weekly tier when this month is served and this week is not", () => {
    expect(chosen(used, { monthly: "2026-11-01T02:00:00Z" }, now)).toBe("weekly");
  });

  it("lets a monthly point of this week count for the week", () => {
    expect(chosen(used, { monthly: "2026-11-17T02:00:00Z" }, now)).toBe("daily");
  });

  it("promotes the next daily run when the weekly one failed", () => {
    const committed = { monthly: "2026-11-01T02:00:00Z", weekly: "2026-11-09T02:00:00Z" };
    expect(chosen(used, { ...committed, daily: "2026-11-19T02:00:00Z" }, now)).toBe("weekly");
  });

  it("does not let a lower period count for a higher one", () => {
    expect(chosen(used, { daily: "2026-11-20T01:00:00Z" }, now)).toBe("monthly");
  });

  it("takes the lowest tier when every period is served", () => {
    expect(chosen(used, { monthly: "2026-11-20T01:00:00Z" }, now)).toBe("daily");
  });

  it("ignores the order in which tiers are given", () => {
    expect(chosen([MONTHLY, DAILY, WEEKLY], { monthly: "2026-11-01T02:00:00Z" }, now)).toBe("weekly");
  });

  it("goes by the periods of tiers, whatever their names", () => {
    const named = [policy("weekly", Tier.Monthly), policy("a", Tier.Daily), policy("constructor", Tier.Weekly)];
    expect(chosen(named, {}, now)).toBe("weekly");
    expect(chosen(named, { weekly: "2026-11-01T02:00:00Z" }, now)).toBe("constructor");
    expect(chosen(named, { weekly: "2026-11-17T02:00:00Z" }, now)).toBe("a");
  });

  it("does not count a point of a tier that the database does not use, whose life is another", () => {
    const longer = policy("monthly-10y", Tier.Monthly);
    expect(chosen([DAILY, longer], { monthly: "2026-11-20T00:00:00Z" }, now)).toBe("monthly-10y");
    expect(chosen([DAILY, longer], { "monthly-10y": "2026-11-20T00:00:00Z" }, now)).toBe("daily");
  });

  it("fails when there is no tier", () => {
    expect(() => chooseTier([], new Map(), now)).toThrow(
      new Error("retention: no tier to choose from; give at least one"),
    );
  });

  it("keeps its promises for a thousand random histories", () => {
    const random = randomNumbers(321);
    for (let n = 0; n < 1000; n++) {
      const moment = new Date(BASE + Math.floor(random() * YEARS_10));
      const tiers = TIERS.filter(() => random() < 0.6).map((tier) => policy(`${tier}-${n}`, tier));
      if (tiers.length === 0) tiers.push(DAILY);
      const committed = new Map(
        tiers
          .filter(() => random() < 0.7)
          .map(({ name }) => [name, new Date(moment.getTime() - Math.floor(random() ** 6 * 400 * 86_400_000))]),
      );
      const choice = chooseTier(tiers, committed, moment);
      expect(tiers).toContain(choice);
      // Once the chosen point is committed, no tier up to it is due any more; those above were served before.
      expect(chooseTier(tiers, new Map([...committed, [choice.name, moment]]), moment)).toBe(tiers[0]);
      // A point more never raises the choice.
      for (const { name } of tiers) {
        const next = chooseTier(tiers, new Map([...committed, [name, moment]]), moment);
        expect(tiers.indexOf(next)).toBeLessThanOrEqual(tiers.indexOf(choice));
      }
    }
  });

  it("serves every period of every tier when runs come daily and some fail", () => {
    const random = randomNumbers(7);
    const tiers = [Tier.Daily, Tier.Weekly, Tier.Monthly, Tier.Yearly].map((tier) => policy(tier));
    const committed = new Map<string, Date>();
    const stored = new Map<Tier, Set<string>>(tiers.map(({ tier }) => [tier, new Set()]));
    const succeeded: Date[] = [];
    for (let day = 0; day < 800; day++) {
      if (random() < 0.2) continue;
      const moment = new Date(BASE + day * 86_400_000 + 7_200_000);
      const choice = chooseTier(tiers, committed, moment);
      committed.set(choice.name, moment);
      succeeded.push(moment);
      // A point counts for its own period and every lower one.
      for (const { tier } of tiers.slice(0, tiers.indexOf(choice) + 1)) stored.get(tier)!.add(periodOf(tier, moment));
    }
    for (const { tier } of tiers) {
      expect(stored.get(tier)).toEqual(new Set(succeeded.map((moment) => periodOf(tier, moment))));
    }
  });
});

describe("the end of a lock", () => {
  it("is whole days later, to the second", () => {
    expect(retainUntil({ lockDays: 35 }, at("2026-11-20T02:00:00.987Z"))).toEqual(at("2026-12-25T02:00:00.000Z"));
  });

  it("does not shift with a leap day or a new year", () => {
    expect(retainUntil({ lockDays: 2 }, at("2028-02-28T12:00:00Z"))).toEqual(at("2028-03-01T12:00:00.000Z"));
    expect(retainUntil({ lockDays: 1 }, at("2026-12-31T23:59:59Z"))).toEqual(at("2027-01-01T23:59:59.000Z"));
  });
});
