import { dumpKey, manifestKey } from "../../runner/contract";
import { judge } from "../../runner/freshness";
import { recentSince } from "../../runner/freshnessConfig";
import { gatherFacts } from "../../runner/freshnessFacts";
import { ClockedRepository, commitPoint, LOCK, pointAt } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const LIMITS = { rpoMinutes: 1560, timeoutMinutes: 60, replicationGraceMinutes: 30 };
const LAST = "20261120T020000Z-cccccc";
const BEFORE = "20261119T020000Z-bbbbbb";
const PRIMARY = { side: "primary" as const, tiers: ["daily"], since: recentSince(LIMITS.rpoMinutes, NOW) };

const repositoryAt = () => ClockedRepository.at("2026-11-20T02:10:00Z");

describe("gathering facts", () => {
  it("takes the same few calls whatever the history, and reads no object", async () => {
    const repository = repositoryAt();
    for (let day = 1; day <= 28; day++) {
      await commitPoint(repository, `202602${String(day).padStart(2, "0")}T020000Z-aaaaaa`, { raw: Buffer.from("x") });
    }
    await commitPoint(repository, LAST);
    repository.calls = [];
    repository.read = () => Promise.reject(new Error("a freshness check may not read"));
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({ healthy: true, ageMinutes: 60, recoveryPoint: { id: LAST } });
    expect(repository.calls).toEqual([
      "list manifests/daily/orders/",
      `versions ${manifestKey(pointAt(LAST))}`,
      `head ${manifestKey(pointAt(LAST))}`,
      `list dumps/daily/orders/2026/11/20/${LAST}/`,
      `head ${dumpKey(pointAt(LAST), "database.pgdump.zst")}`,
      "list dumps/daily/orders/",
    ]);
  });

  it("finds a point of last year, so that its age can be told", async () => {
    const repository = ClockedRepository.at("2025-11-20T02:10:00Z");
    await commitPoint(repository, "20251120T020000Z-cccccc");
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({ ageMinutes: 525660, problems: [{ code: "stale" }] });
  });

  it("judges the oldest version of a manifest", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    repository.addVersion(manifestKey(pointAt(LAST)), "{}", LOCK);
    const judgement = judge(await gatherFacts(repository, "orders", PRIMARY), LIMITS, NOW);
    expect(judgement.problems.map((problem) => problem.code)).toEqual(["manifestChanged"]);
  });

  it("sees a manifest that hides behind a delete marker", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await commitPoint(repository, LAST);
    repository.addVersion(manifestKey(pointAt(LAST)));
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.hiddenManifests).toEqual([manifestKey(pointAt(LAST))]);
    expect(facts.points[0]!.point.id).toBe(BEFORE);
  });

  it("takes a dump without any manifest for a run that failed or is not done", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await repository.putOnce(dumpKey(pointAt(LAST), "database.pgdump.zst"), "x", LOCK);
    expect((await gatherFacts(repository, "orders", PRIMARY)).hiddenManifests).toEqual([]);
  });

  it("does not follow a flood of foreign keys below a point", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n < 50; n++) await repository.putOnce(dumpKey(pointAt(LAST), `x${n}`), "x", LOCK);
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.points[0]!.listed).toHaveLength(2);
    expect(facts.points[0]!.heads).toHaveLength(2);
  });

  it("looks past a pending point on the replica, and only there", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await commitPoint(repository, LAST);
    repository.addVersion(dumpKey(pointAt(LAST), "database.pgdump.zst"));
    const ids = async (side: "primary" | "replica") =>
      (await gatherFacts(repository, "orders", { ...PRIMARY, side })).points.map((facts) => facts.point.id);
    expect(await ids("replica")).toEqual([LAST, BEFORE]);
    expect(await ids("primary")).toEqual([LAST]);
  });
});
