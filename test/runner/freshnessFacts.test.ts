import { dumpKey, manifestKey, verificationKey } from "../../runner/contract";
import { judge } from "../../runner/freshness";
import { drillKey } from "../../runner/drillContract";
import { baselineSince, recentSince } from "../../runner/freshnessConfig";
import { gatherFacts } from "../../runner/freshnessFacts";
import type { Manifest } from "../../runner/manifestFormat";
import { RepositoryError } from "../../runner/repository/repository";
import { ClockedRepository, commitPoint, LOCK, pointAt } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const LIMITS = { rpoMinutes: 1560, timeoutMinutes: 60, replicationGraceMinutes: 30 };
const LAST = "20261120T020000Z-cccccc";
const BEFORE = "20261119T020000Z-bbbbbb";
const PRIMARY = {
  side: "primary" as const,
  tiers: ["daily"],
  since: recentSince(LIMITS.rpoMinutes, NOW),
  verificationDue: new Date("2026-11-20T02:00:00Z"),
};

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
      `list ${verificationKey("orders", LAST, 1).slice(0, -"1.json".length)}`,
    ]);
  });

  it("finds a point of last year, so that its age can be told", async () => {
    const repository = ClockedRepository.at("2025-11-20T02:10:00Z");
    await commitPoint(repository, "20251120T020000Z-cccccc");
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({
      ageMinutes: 525660,
      problems: [{ code: "stale" }, { code: "notVerified" }],
    });
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

describe("what a long history costs", () => {
  const BASELINE = {
    ...PRIMARY,
    baselineSince: baselineSince(LIMITS.rpoMinutes, NOW),
    drills: { since: new Date("2026-11-09T00:00:00Z"), now: NOW },
  };
  const id = (daysAgo: number) =>
    `${new Date(Date.UTC(2026, 10, 20 - daysAgo, 2)).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z-aaaaaa`;

  async function history(days: number, change: (daysAgo: number) => Partial<Manifest> = () => ({})) {
    const repository = repositoryAt();
    for (let daysAgo = days - 1; daysAgo >= 0; daysAgo--) {
      const apply = (manifest: Manifest) => void Object.assign(manifest, change(daysAgo));
      await commitPoint(repository, id(daysAgo), { raw: Buffer.from("x"), change: apply });
      await put(repository, verificationKey("orders", id(daysAgo), 1), { healthy: "true", decryption: "notEncrypted" });
      await put(repository, drillKey("orders", id(daysAgo)), { verdict: "passed" });
    }
    repository.calls = [];
    return repository;
  }
  const put = (repository: ClockedRepository, key: string, metadata: Record<string, string>) =>
    repository.putOnce(key, "{}", { ...LOCK, metadata });

  it("is the same for nine points and for thirty: 5 LISTs with one tier, 11 HEADs, one listing of versions", async () => {
    for (const days of [9, 30]) {
      const repository = await history(days);
      const facts = await gatherFacts(repository, "orders", BASELINE);
      expect(facts.earlier).toHaveLength(7);
      expect(judge(facts, { ...LIMITS, drillIntervalDays: 7 }, NOW)).toMatchObject({ healthy: true, notices: [] });
      const of = (verb: string) => repository.calls.filter((call) => call.startsWith(verb)).length;
      expect([of("list"), of("head"), of("versions"), of("folders")]).toEqual([5, 11, 1, 0]);
    }
  });

  it("lets the newest point be compared with the seven before it, newest first", async () => {
    const repository = await history(12, (daysAgo) => ({ excludedTables: Array<string>(daysAgo).fill("public.t") }));
    const facts = await gatherFacts(repository, "orders", BASELINE);
    expect(facts.earlier.map(({ excluded }) => excluded)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("leaves out of the comparison what no run wrote and what lifecycle has taken away meanwhile", async () => {
    const repository = await history(4);
    repository.addVersion(manifestKey(pointAt(id(2))), "{}", LOCK);
    const head = repository.head.bind(repository);
    repository.head = async (key, versionId) => {
      if (key === manifestKey(pointAt(id(1)))) throw new RepositoryError("head", key, "notFound", "gone");
      return head(key, versionId);
    };
    expect((await gatherFacts(repository, "orders", BASELINE)).earlier).toHaveLength(1);
  });

  it("fails when an earlier manifest can't be looked at", async () => {
    const repository = await history(2);
    const head = repository.head.bind(repository);
    repository.head = async (key, versionId) => {
      if (key === manifestKey(pointAt(id(1)))) throw new RepositoryError("head", key, "accessDenied", "no");
      return head(key, versionId);
    };
    const message = `repository: head ${manifestKey(pointAt(id(1)))}: no`;
    await expect(gatherFacts(repository, "orders", BASELINE)).rejects.toThrow(message);
  });

  it("compares a replica's newest complete point with those before it, not with one on its way", async () => {
    const repository = await history(5, (daysAgo) => ({ excludedTables: Array<string>(daysAgo).fill("public.t") }));
    repository.addVersion(dumpKey(pointAt(id(0)), "database.pgdump.zst"));
    const facts = await gatherFacts(repository, "orders", { ...BASELINE, side: "replica" });
    expect(facts.earlier.map(({ excluded }) => excluded)).toEqual([2, 3, 4]);
    expect(facts.verifications.map(({ point }) => point.id)).toEqual([id(1)]);
  });
});

describe("a bucket that others use too", () => {
  it("is not read on for ever: 100,000 keys below a prefix are a problem after 20,000", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n < 100_000; n++) repository.addVersion(`manifests/daily/orders/2026/11/21/${n}`, "", LOCK);
    let listed = 0;
    const list = repository.list.bind(repository);
    repository.list = async function* (...args) {
      for await (const object of list(...args)) {
        listed += 1;
        yield object;
      }
    };
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.flooded).toEqual([{ prefix: "manifests/daily/orders/", keys: 20_000 }]);
    // The point itself, the data below it twice, and the first key too many.
    expect(listed).toBe(20_000 + 3);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({
      recoveryPoint: { id: LAST },
      problems: [{ code: "foreignKeys" }],
    });
  });

  it("is not searched further for a point that the flood hides", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n <= 20_000; n++) repository.addVersion(`manifests/daily/orders/2026/11/20/0-${n}`, "", LOCK);
    repository.calls = [];
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(repository.calls.filter((call) => call.startsWith("folders"))).toEqual([]);
    const codes = judge(facts, LIMITS, NOW).problems.map(({ code }) => code);
    expect(codes).toEqual(["foreignKeys", "noRecoveryPoint"]);
  });

  it("is no problem with 20,000 keys, nor with more of other days", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n < 19_999; n++) repository.addVersion(`manifests/daily/orders/2026/11/21/${n}`, "", LOCK);
    for (let n = 0; n < 1_000; n++) repository.addVersion(`manifests/daily/orders/2026/01/01/${n}`, "", LOCK);
    expect((await gatherFacts(repository, "orders", PRIMARY)).flooded).toEqual([]);
  });

  it("is told of a day of drills too, and not where drills are not looked for", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n < 1_000; n++) repository.addVersion(`drills/orders/2026/11/20/${n}`, "", LOCK);
    const drills = { since: new Date("2026-11-09T00:00:00Z"), now: NOW };
    expect((await gatherFacts(repository, "orders", { ...PRIMARY, drills })).flooded).toEqual([
      { prefix: "drills/orders/2026/11/20/", keys: 999 },
    ]);
    expect((await gatherFacts(repository, "orders", PRIMARY)).flooded).toEqual([]);
  });

  it("keeps two stacks apart whose databases have names that begin alike", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    const other = { tier: "daily", database: "orders-2", id: LAST };
    await repository.putOnce(manifestKey(other), "{}", LOCK);
    await repository.putOnce(verificationKey("orders-2", BEFORE, 1), "{}", LOCK);
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.points.map(({ point }) => [point.database, point.id])).toEqual([["orders", BEFORE]]);
    expect(facts.verifications).toMatchObject([{ record: undefined }]);
    expect(facts.hiddenManifests).toEqual([]);
  });
});
