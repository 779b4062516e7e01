import { dumpKey, manifestKey } from "../../runner/contract";
import {
  findRecoveryPoint,
  listRecoveryPoints,
  newestRecoveryPoint,
  readManifest,
  recoveryPointAsOf,
} from "../../runner/recoveryPoints";
import { ClockedRepository, commitPoint, failureOf, LOCK, pointAt } from "./readFixtures";

const OLD = "20240131T020000Z-aaaaaa";
const WEEK = "20261116T020000Z-bbbbbb";
const LAST = "20261120T020000Z-cccccc";

async function history(): Promise<ClockedRepository> {
  const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
  await commitPoint(repository, OLD);
  await commitPoint(repository, WEEK, { tier: "weekly" });
  await commitPoint(repository, LAST);
  return repository;
}

describe("listing recovery points", () => {
  it("shows every tier, newest first", async () => {
    const points = await listRecoveryPoints(await history(), "orders");
    expect(points.map((point) => [point.id, point.tier])).toEqual([
      [LAST, "daily"],
      [WEEK, "weekly"],
      [OLD, "daily"],
    ]);
    expect(points[0]!.takenAt).toEqual(new Date("2026-11-20T02:00:00Z"));
    expect(points[0]!.committedAt).toEqual(new Date("2026-11-20T02:10:00Z"));
  });

  it("can be narrowed to tiers, turned round, and begun at a day", async () => {
    const repository = await history();
    const ids = async (options: Parameters<typeof listRecoveryPoints>[2]) =>
      (await listRecoveryPoints(repository, "orders", options)).map((point) => point.id);
    expect(await ids({ tiers: ["weekly"] })).toEqual([WEEK]);
    expect(await ids({ newestFirst: false })).toEqual([OLD, WEEK, LAST]);
    expect(await ids({ sinceDay: new Date("2026-11-16T23:00:00Z") })).toEqual([LAST, WEEK]);
    expect(await ids({ sinceDay: new Date("2026-11-17T00:00:00Z") })).toEqual([LAST]);
  });

  it("asks once which tiers there are, and not where they are given", async () => {
    const repository = await history();
    repository.calls = [];
    await listRecoveryPoints(repository, "orders");
    expect(repository.calls).toEqual([
      "folders manifests/",
      "list manifests/daily/orders/",
      "list manifests/weekly/orders/",
    ]);
    repository.calls = [];
    await listRecoveryPoints(repository, "orders", { tiers: ["weekly"] });
    expect(repository.calls).toEqual(["list manifests/weekly/orders/"]);
  });

  it("ignores dumps without a manifest and keys that no run writes", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    await repository.putOnce("dumps/daily/orders/2026/11/20/20261120T020000Z-dddddd/database.pgdump.zst", "x", LOCK);
    await repository.putOnce("manifests/daily/orders/2026/11/20/latest.json", "{}", LOCK);
    await repository.putOnce("manifests/daily/orders/2026/11/19/20261120T020000Z-dddddd.json", "{}", LOCK);
    expect(await listRecoveryPoints(repository, "orders")).toEqual([]);
    expect(await newestRecoveryPoint(repository, "orders")).toBeUndefined();
  });

  it("fails when the name is none", async () => {
    expect((await failureOf(listRecoveryPoints(await history(), "Orders/../x"))).message).toBe(
      'recovery points: database "Orders/../x" is no name in a repository; use 1-63 characters of a-z, 0-9 and inner hyphens',
    );
  });
});

describe("the newest recovery point", () => {
  it("is found in a few calls whatever the history", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    for (let day = 1; day <= 28; day++) {
      await commitPoint(repository, `202602${String(day).padStart(2, "0")}T020000Z-aaaaaa`, { raw: Buffer.from("x") });
    }
    await commitPoint(repository, LAST);
    repository.calls = [];
    expect((await newestRecoveryPoint(repository, "orders", { tiers: ["daily"] }))?.id).toBe(LAST);
    expect(repository.calls).toEqual([
      "folders manifests/daily/orders/",
      "folders manifests/daily/orders/2026/",
      "folders manifests/daily/orders/2026/11/",
      "list manifests/daily/orders/2026/11/20/",
    ]);
  });

  it("is found behind newer folders that hold nothing of ours", async () => {
    const repository = await history();
    await repository.putOnce("manifests/daily/orders/2027/01/01/readme.txt", "x", LOCK);
    await repository.putOnce("manifests/daily/orders/zzzz/01/01/readme.txt", "x", LOCK);
    expect((await newestRecoveryPoint(repository, "orders"))?.id).toBe(LAST);
  });

  it("fails when foreign folders fill the repository", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    for (let year = 3000; year < 3060; year++) await repository.putOnce(`manifests/daily/orders/${year}/x`, "x", LOCK);
    expect((await failureOf(newestRecoveryPoint(repository, "orders"))).message).toBe(
      "recovery points: manifests/daily/orders/: 60 folders without a recovery point; foreign keys fill the repository",
    );
  });

  it("is not one from the future, nor hidden behind folders of it, where the time is known", async () => {
    const repository = await history();
    await commitPoint(repository, "20270301T020000Z-ffffff");
    for (let year = 3000; year < 3060; year++) await repository.putOnce(`manifests/daily/orders/${year}/x`, "x", LOCK);
    const now = new Date("2026-11-20T03:00:00Z");
    expect((await newestRecoveryPoint(repository, "orders", { now }))?.id).toBe(LAST);
  });

  it("before a moment is found in as many calls, on the same day or an earlier one", async () => {
    const repository = await history();
    await commitPoint(repository, "20261120T010000Z-gggggg");
    const before = async (time: string) => {
      repository.calls = [];
      return (await newestRecoveryPoint(repository, "orders", { before: new Date(time), tiers: ["daily"] }))?.id;
    };
    expect(await before("2026-11-20T02:00:00.900Z")).toBe("20261120T010000Z-gggggg");
    expect(repository.calls).toHaveLength(4);
    expect(await before("2026-11-20T02:00:01Z")).toBe(LAST);
    expect(await before("2026-11-20T00:30:00Z")).toBe("20240131T020000Z-aaaaaa");
    expect(repository.calls.length).toBeLessThanOrEqual(8);
    expect(await before("2001-01-01T00:00:00Z")).toBeUndefined();
  });

  it("may be of a runner whose clock is ahead by a day at most", async () => {
    const repository = await history();
    await commitPoint(repository, "20261121T020000Z-ffffff");
    const newest = async (now: string) => (await newestRecoveryPoint(repository, "orders", { now: new Date(now) }))?.id;
    expect(await newest("2026-11-20T02:00:00Z")).toBe("20261121T020000Z-ffffff");
    expect(await newest("2026-11-19T23:00:00Z")).toBe(LAST);
  });

  it("as of a time is the last one taken at or before it", async () => {
    const repository = await history();
    const asOf = async (time: string) => (await recoveryPointAsOf(repository, "orders", new Date(time)))?.id;
    expect(await asOf("2026-11-20T02:00:00Z")).toBe(LAST);
    expect(await asOf("2026-11-20T01:59:59Z")).toBe(WEEK);
    expect(await asOf("2024-01-01T00:00:00Z")).toBeUndefined();
  });
});

describe("finding a point by id", () => {
  it("looks in every tier that the repository has or had, whatever its name", async () => {
    const repository = await history();
    await commitPoint(repository, "20261117T020000Z-eeeeee", { tier: "monthly-10y" });
    repository.calls = [];
    expect((await findRecoveryPoint(repository, "orders", WEEK)).tier).toBe("weekly");
    const keys = ["daily", "monthly-10y", "weekly"].map((tier) => manifestKey(pointAt(WEEK, tier)));
    expect(repository.calls).toEqual(["folders manifests/", ...keys.map((key) => `versions ${key}`)]);
    expect((await findRecoveryPoint(repository, "orders", "20261117T020000Z-eeeeee")).tier).toBe("monthly-10y");
  });

  it("finds the only one of its tier behind a delete marker", async () => {
    const repository = await history();
    repository.addVersion(manifestKey(pointAt(WEEK, "weekly")));
    expect((await findRecoveryPoint(repository, "orders", WEEK)).tier).toBe("weekly");
  });

  it("finds one whose manifest hides behind a delete marker", async () => {
    const repository = await history();
    repository.addVersion(manifestKey(pointAt(LAST)));
    expect((await newestRecoveryPoint(repository, "orders"))?.id).toBe(WEEK);
    expect((await findRecoveryPoint(repository, "orders", LAST)).id).toBe(LAST);
  });

  it("fails when there is no such point, or the id is none", async () => {
    const repository = await history();
    expect((await failureOf(findRecoveryPoint(repository, "orders", "20261120T020000Z-zzzzzz"))).message).toBe(
      'recovery points: no recovery point 20261120T020000Z-zzzzzz of database "orders" in bucket "primary" (eu-central-1); backup321 list shows what is there',
    );
    expect((await failureOf(findRecoveryPoint(repository, "orders", "latest"))).message).toBe(
      'recovery points: "latest" is no recovery point id; expected like 20261120T020000Z-k3q7ab',
    );
  });

  it("fails when two tiers hold the same id", async () => {
    const repository = await history();
    await commitPoint(repository, LAST, { tier: "weekly" });
    expect((await failureOf(findRecoveryPoint(repository, "orders", LAST))).message).toBe(
      `recovery points: ${LAST} has a manifest in more than one tier (daily, weekly); ids are never reused: look who wrote them`,
    );
  });
});

describe("reading a manifest", () => {
  it("gives the stored one and finds no tampering in an untouched point", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    const written = await commitPoint(repository, LAST);
    const read = await readManifest(repository, pointAt(LAST));
    expect(read.manifest).toEqual(written);
    expect(read.tampering).toEqual([]);
  });

  it("gives the oldest version and reports what came later", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    const written = await commitPoint(repository, LAST);
    const key = manifestKey(pointAt(LAST));
    const second = repository.addVersion(key, '{"forged":true}', LOCK);
    const marker = repository.addVersion(key);
    const read = await readManifest(repository, pointAt(LAST));
    expect(read.manifest).toEqual(written);
    expect(read.tampering).toEqual([
      `second version ${second} on ${key}, written 2026-11-20T02:10:00.000Z`,
      `delete marker ${marker} on ${key}, written 2026-11-20T02:10:00.000Z`,
    ]);
  });

  it("fails when its content speaks of another point", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    await commitPoint(repository, LAST, { change: (manifest) => (manifest.database = "invoices") });
    expect((await failureOf(readManifest(repository, pointAt(LAST)))).message).toBe(
      `manifest: ${manifestKey(pointAt(LAST))}: its content speaks of daily/invoices/${LAST}; no run writes that`,
    );
  });

  it("fails when it names data outside of its own prefix, such as an old dump's", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    const old = dumpKey(pointAt(OLD), "database.pgdump.zst");
    await commitPoint(repository, LAST, { change: (manifest) => (manifest.objects[0]!.key = old) });
    expect((await failureOf(readManifest(repository, pointAt(LAST)))).message).toBe(
      `manifest: ${manifestKey(pointAt(LAST))}: it names data that is not its own: ${old}; no run writes that`,
    );
  });

  it("fails when there is none", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    expect((await failureOf(readManifest(repository, pointAt(LAST)))).message).toBe(
      `manifest: ${manifestKey(pointAt(LAST))}: there is no version to read; the recovery point does not exist`,
    );
  });
});
