import { checkSide } from "../../runner/freshnessCheck";
import { RepositoryError } from "../../runner/repository/repository";
import { ClockedRepository, commitPoint } from "./readFixtures";

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

  it("looks at 16 databases at once", async () => {
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
    expect(begun.size).toBe(16);
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
