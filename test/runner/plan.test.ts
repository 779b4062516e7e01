import { Tier, type TierPolicy } from "../../runner/contract";
import { handler, type PlanEvent } from "../../runner/lambda/planHandler";
import { planBackup } from "../../runner/plan";
import { ClockedRepository, commitPoint, failureOf, LOCK } from "./readFixtures";

const WEEK = "20261116T020000Z-bbbbbb";
const LAST = "20261120T020000Z-cccccc";
const policy = (name: string, tier: Tier): TierPolicy => ({ name, tier, lockDays: 7, expireDays: 7 });
const TIERS = [policy("daily", Tier.Daily), policy("weekly-1y", Tier.Weekly)];

const emptyRepository = () => ClockedRepository.at("2026-11-20T02:10:00Z");

async function history(): Promise<ClockedRepository> {
  const repository = emptyRepository();
  await commitPoint(repository, WEEK, { tier: "weekly-1y" });
  await commitPoint(repository, LAST);
  return repository;
}

describe("planning a backup", () => {
  it("chooses the name of the tier by what is committed, in four calls for each of its tiers", async () => {
    const repository = await history();
    const plan = (time: string) => planBackup(repository, "orders", TIERS, new Date(time));
    repository.calls = [];
    expect(await plan("2026-11-21T02:00:00Z")).toEqual({ database: "orders", tier: "daily" });
    expect(repository.calls).toHaveLength(8);
    expect(await plan("2026-11-23T02:00:00Z")).toEqual({ database: "orders", tier: "weekly-1y" });
  });

  it("does not look at tiers that the database does not use", async () => {
    const repository = await history();
    await commitPoint(repository, "20261118T020000Z-eeeeee", { tier: "weekly" });
    const plan = await planBackup(repository, "orders", TIERS, new Date("2026-11-23T02:00:00Z"));
    expect(plan.tier).toBe("weekly-1y");
    expect(repository.calls.filter((call) => call.includes("/weekly/"))).toEqual([]);
  });

  it("does not take a forged point of the future for the newest of its tier", async () => {
    const repository = await history();
    await commitPoint(repository, "20991231T020000Z-ffffff", { tier: "weekly-1y" });
    const plan = await planBackup(repository, "orders", TIERS, new Date("2026-11-21T02:00:00Z"));
    expect(plan.tier).toBe("daily");
  });

  it("does not count a dump that was never committed", async () => {
    const repository = emptyRepository();
    await repository.putOnce(`dumps/weekly-1y/orders/2026/11/20/${LAST}/database.pgdump.zst`, "x", LOCK);
    const plan = await planBackup(repository, "orders", TIERS, new Date("2026-11-20T03:00:00Z"));
    expect(plan.tier).toBe("weekly-1y");
  });
});

describe("the plan function", () => {
  const environment = { ...process.env };
  beforeEach(() => {
    Object.assign(process.env, {
      AWS_REGION: "eu-central-1",
      BACKUP321_BUCKET: "primary",
      BACKUP321_TIERS: JSON.stringify([...TIERS, policy("daily-90", Tier.Daily)]),
    });
  });
  afterEach(() => {
    process.env = { ...environment };
  });
  const failure = async (event: unknown) => (await failureOf(handler(event as PlanEvent))).message;
  const THERE_ARE = "there are daily, weekly-1y, daily-90";

  it.each<[string, unknown, string]>([
    [
      "the database is none",
      { database: "../orders", tiers: ["daily"] },
      'input "database" must be a database\'s name in the repository, got "../orders"',
    ],
    [
      "a tier is unknown",
      { database: "orders", tiers: ["daily", "monthly"] },
      `input "tiers": there is no tier "monthly"; ${THERE_ARE}`,
    ],
    ["tiers are none", { database: "orders", tiers: [] }, `input "tiers": no tier is named; ${THERE_ARE}`],
    [
      "tiers are no names",
      { database: "orders", tiers: "daily" },
      'input "tiers" must be an array of tier names, got "daily"',
    ],
    [
      "a tier is there twice",
      { database: "orders", tiers: ["daily", "daily"] },
      'input "tiers": the tier daily is named twice',
    ],
    [
      "two are of one period",
      { database: "orders", tiers: ["daily", "daily-90"] },
      'input "tiers": daily and daily-90 are all daily; a database uses one tier of a period, so name its tiers',
    ],
    [
      "none is named and the repository has two of one period",
      { database: "orders", tiers: null },
      'input "tiers": daily and daily-90 are all daily; a database uses one tier of a period, so name its tiers',
    ],
  ])("fails when %s", async (_, event, message) => {
    expect(await failure(event)).toBe(`plan: ${message}`);
  });

  it("fails when input and environment are wrong, naming all of it", async () => {
    delete process.env.BACKUP321_BUCKET;
    delete process.env.BACKUP321_TIERS;
    expect(await failure({ tiers: [3] })).toBe(
      [
        "plan: 4 problems:",
        '  - input "database" must be a database\'s name in the repository, got undefined',
        "  - BACKUP321_BUCKET is missing; set it to the bucket of the repository",
        '  - BACKUP321_TIERS is missing; set it to JSON like [{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]',
        '  - input "tiers" must be an array of tier names, got [3]',
      ].join("\n"),
    );
  });
});
