import { drillKey } from "../../runner/drillContract";
import { checkSide, isAllGood, type SideCheck } from "../../runner/freshnessCheck";
import { DOCTOR_PREFIX } from "../../runner/freshnessContract";
import { RepositoryError } from "../../runner/repository/repository";
import { ClockedRepository, commitPoint, LOCK } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const LIMITS = { timeoutMinutes: 60, replicationGraceMinutes: 30 };
const LAST = "20261120T020000Z-cccccc";
const named = (...names: string[]) => names.map((name) => ({ name, rpoMinutes: 1560 }));

async function withOrders(): Promise<ClockedRepository> {
  const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
  await commitPoint(repository, LAST);
  repository.calls = [];
  return repository;
}

const check = (
  repository: ClockedRepository,
  databases: Parameters<typeof checkSide>[1]["databases"],
  tiers?: string[],
) => checkSide(repository, { side: "primary", databases, tiers, limits: LIMITS }, NOW);

describe("checking a side", () => {
  it("judges every database it can look at, in the given order, and names the others", async () => {
    const repository = await withOrders();
    const list = repository.list.bind(repository);
    repository.list = (prefix, options) => {
      if (prefix.includes("/secret/")) throw new RepositoryError("list", prefix, "accessDenied", "no");
      return list(prefix, options);
    };
    const { judgements, failures } = await check(repository, named("secret", "orders", "empty"));
    expect(judgements.map(({ database, healthy }) => [database, healthy])).toEqual([
      ["orders", true],
      ["empty", false],
    ]);
    expect(failures).toEqual([{ database: "secret", message: "repository: list manifests/daily/secret/: no" }]);
  });

  it("keeps the given order however many there are", async () => {
    const names = Array.from({ length: 40 }, (_, n) => `db-${(n * 7) % 40}`);
    const { judgements } = await check(await withOrders(), named(...names));
    expect(judgements.map(({ database }) => database)).toEqual(names);
  });

  it("looks at 12 databases at once", async () => {
    const repository = await withOrders();
    const list = repository.list.bind(repository);
    const begun = new Set<string>();
    let open = () => undefined as void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    repository.list = async function* (prefix, options) {
      begun.add(prefix.split("/")[2]!);
      await gate;
      yield* list(prefix, options);
    };
    const checking = check(repository, named(...Array.from({ length: 40 }, (_, n) => `db-${n}`)), ["daily"]);
    await new Promise(setImmediate);
    expect(begun.size).toBe(12);
    open();
    expect((await checking).judgements).toHaveLength(40);
  });

  it("holds each database against its own RPO", async () => {
    const repository = await withOrders();
    const stale = async (rpoMinutes: number) =>
      (await check(repository, [{ name: "orders", rpoMinutes }])).judgements[0]!.problems.map(({ code }) => code);
    expect(await stale(60)).toEqual([]);
    expect(await stale(59)).toEqual(["stale"]);
  });

  it("looks only into the tiers a database uses, else into the repository's", async () => {
    const repository = await withOrders();
    const healthy = async (own: string[] | undefined, all: string[]) =>
      (await check(repository, [{ name: "orders", rpoMinutes: 1560, ...(own && { tiers: own }) }], all)).judgements[0]!
        .healthy;
    expect(await healthy(["weekly"], ["daily", "weekly"])).toBe(false);
    expect(await healthy(["daily"], ["weekly"])).toBe(true);
    expect(await healthy(undefined, ["weekly"])).toBe(false);
    expect(repository.calls).not.toContain("folders manifests/");
  });

  it("asks the repository once for its tiers where nobody names any", async () => {
    const repository = await withOrders();
    expect((await check(repository, named("orders", "orders-2"))).judgements[0]!.healthy).toBe(true);
    expect(repository.calls.filter((call) => call === "folders manifests/")).toHaveLength(1);
  });
});

describe("what belongs to no database", () => {
  const doctor = { ...LIMITS, doctorIntervalDays: 1 };
  const withDoctor = (repository: ClockedRepository, limits: Parameters<typeof checkSide>[1]["limits"] = doctor) =>
    checkSide(repository, { side: "primary", databases: named("orders", "orders-2"), tiers: ["daily"], limits }, NOW);

  it("is judged once: the doctor's newest record", async () => {
    const repository = await withOrders();
    expect((await withDoctor(repository)).doctor).toMatchObject({
      healthy: false,
      problems: [{ code: "doctorMissing" }],
    });
    const key = `${DOCTOR_PREFIX}2026/11/20/20261120T020000Z-aaaaaa.json`;
    await repository.putOnce(key, "{}", { ...LOCK, metadata: { verdict: "passed" } });
    repository.calls = [];
    expect((await withDoctor(repository)).doctor).toEqual({ healthy: true, ageMinutes: 60, problems: [] });
    expect(repository.calls.filter((call) => call.includes("_doctor"))).toEqual([
      `list ${DOCTOR_PREFIX}`,
      `head ${key}`,
    ]);
  });

  it("is not looked at where no interval is set", async () => {
    const repository = await withOrders();
    expect((await withDoctor(repository, LIMITS)).doctor).toBeNull();
    expect(repository.calls.filter((call) => call.includes("_doctor"))).toEqual([]);
  });

  it("does not keep the databases from being judged when it can't be looked at", async () => {
    const repository = await withOrders();
    const list = repository.list.bind(repository);
    repository.list = (prefix, options) => {
      if (prefix === DOCTOR_PREFIX) throw new RepositoryError("list", prefix, "accessDenied", "no");
      return list(prefix, options);
    };
    const check = await withDoctor(repository);
    expect(check).toMatchObject({
      doctor: null,
      failures: [{ database: "doctor's records", message: `repository: list ${DOCTOR_PREFIX}: no` }],
    });
    expect(check.judgements).toHaveLength(2);
  });

  it("counts for whether all is good, as every database does", () => {
    const judgement = (healthy: boolean) => ({ healthy }) as SideCheck["judgements"][number];
    const check = (more: Partial<SideCheck>): SideCheck => {
      return { side: "primary", judgements: [judgement(true)], failures: [], doctor: null, ...more };
    };
    const seen = (healthy: boolean) => ({ healthy, ageMinutes: 1, problems: [] });
    expect([check({}), check({ doctor: seen(true) })].map(isAllGood)).toEqual([true, true]);
    const bad = [
      { doctor: seen(false) },
      { judgements: [judgement(true), judgement(false)] },
      { failures: [{ database: "x", message: "no" }] },
    ];
    expect(bad.map((more) => isAllGood(check(more)))).toEqual([false, false, false]);
  });
});

describe("intervals of drills", () => {
  it("are the check's, unless a database has its own", async () => {
    const repository = await withOrders();
    await repository.putOnce(drillKey("orders", "20261110T020000Z-aaaaaa"), "{}", {
      ...LOCK,
      metadata: { verdict: "passed" },
    });
    const codes = async (all: number | undefined, own?: number) => {
      const databases = [{ name: "orders", rpoMinutes: 1560, ...(own && { drillIntervalDays: own }) }];
      const limits = { ...LIMITS, drillIntervalDays: all };
      const { judgements } = await checkSide(repository, { side: "primary", databases, limits }, NOW);
      return judgements[0]!.problems.map(({ code }) => code);
    };
    // Ten days and an hour ago; at most ten and a half, or nine.
    expect(await codes(undefined)).toEqual([]);
    expect([await codes(7), await codes(6)]).toEqual([[], ["drillStale"]]);
    expect([await codes(6, 7), await codes(7, 6)]).toEqual([[], ["drillStale"]]);
  });
});
