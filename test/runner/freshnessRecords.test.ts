import { verificationKey } from "../../runner/contract";
import { drillKey } from "../../runner/drillContract";
import { DOCTOR_PREFIX, parseDoctorKey } from "../../runner/freshnessContract";
import { gatherDoctor, gatherDrills, gatherVerifications } from "../../runner/freshnessRecords";
import type { RecoveryPoint } from "../../runner/recoveryPoints";
import { type Verification, recordVerification } from "../../runner/verify";
import { ClockedRepository, commitPoint, LOCK, pointAt } from "./readFixtures";

const NEWEST = "20261120T020000Z-aaaaaa";
const OLDER = "20261119T020000Z-bbbbbb";
const OLDEST = "20261118T020000Z-cccccc";
const NOW = new Date("2026-11-20T03:00:00Z");
const DUE = new Date("2026-11-20T02:00:00Z");

const repositoryAt = (time = "2026-11-20T02:10:00Z") => ClockedRepository.at(time);
const point = (id: string, committedAt: string): RecoveryPoint => ({
  ...pointAt(id),
  takenAt: new Date(committedAt),
  committedAt: new Date(committedAt),
});
const put = (repository: ClockedRepository, key: string, metadata: Record<string, string> = {}) =>
  repository.putOnce(key, "{}", { ...LOCK, metadata });

describe("looking for verifications", () => {
  const points = [
    point(NEWEST, "2026-11-20T02:10:00Z"),
    point(OLDER, "2026-11-19T02:10:00Z"),
    point(OLDEST, "2026-11-18T02:10:00Z"),
  ];

  it("takes the highest number, which is not the last key of a listing", async () => {
    const repository = repositoryAt();
    for (let n = 1; n <= 10; n++) await put(repository, verificationKey("orders", NEWEST, n), { n: String(n) });
    repository.calls = [];
    const [first, ...more] = await gatherVerifications(repository, points, DUE);
    expect(first!.record!.metadata).toEqual({ n: "10" });
    expect(more).toEqual([]);
    expect(repository.calls).toHaveLength(2);
  });

  it("looks past keys that are no record's", async () => {
    const repository = repositoryAt();
    const key = verificationKey("orders", NEWEST, 1);
    for (const foreign of ["-01.json", "-2.txt", "-0.json", "-123456.json"])
      await put(repository, key.replace("-1.json", foreign));
    expect((await gatherVerifications(repository, points, DUE))[0]!.record).toBeUndefined();
    await put(repository, key, { healthy: "true" });
    expect((await gatherVerifications(repository, points, DUE))[0]!.record!.key).toBe(key);
  });

  it("asks for the point before only while the newest may still be verified", async () => {
    const repository = repositoryAt();
    await put(repository, verificationKey("orders", OLDER, 1));
    const ids = async (due: string) =>
      (await gatherVerifications(repository, points, new Date(due))).map(({ point: { id }, record }) => [id, !!record]);
    expect(await ids("2026-11-20T02:09:59Z")).toEqual([
      [NEWEST, false],
      [OLDER, true],
    ]);
    expect(await ids("2026-11-20T02:10:00Z")).toEqual([[NEWEST, false]]);
    expect(await ids("2026-11-19T02:09:59Z")).toEqual([
      [NEWEST, false],
      [OLDEST, false],
    ]);
    expect(await ids("2026-11-17T00:00:00Z")).toEqual([[NEWEST, false]]);
    expect(await gatherVerifications(repository, [], DUE)).toEqual([]);
  });

  it("finds what a verification leaves in its record's metadata", async () => {
    const repository = repositoryAt();
    const verification = {
      database: "orders",
      recoveryPointId: NEWEST,
      healthy: false,
      decryption: "notProven",
      startedAt: "2026-11-20T02:11:00.000Z",
      seconds: 61.5,
    } as Verification;
    await recordVerification(repository, verification);
    expect((await gatherVerifications(repository, points, DUE))[0]!.record!.metadata).toEqual({
      healthy: "false",
      decryption: "notProven",
      startedat: "2026-11-20T02:11:00.000Z",
      finishedat: "2026-11-20T02:12:01.500Z",
    });
  });
});

describe("looking for drills", () => {
  const SINCE = new Date("2026-11-10T00:00:00Z");
  const id = (day: number, name = "aaaaaa") => `202611${String(day).padStart(2, "0")}T040000Z-${name}`;
  const drill = (repository: ClockedRepository, day: number, verdict: string, database = "orders") =>
    put(repository, drillKey(database, id(day)), { verdict });
  const gather = (repository: ClockedRepository) =>
    gatherDrills(repository, "orders", ["daily"], { since: SINCE, now: NOW });
  const keys = async (repository: ClockedRepository) => (await gather(repository)).records.map(({ key }) => key);

  it("takes two calls where the newest passed, however many there are", async () => {
    const repository = repositoryAt();
    for (let day = 1; day <= 20; day++) await drill(repository, day, "passed");
    repository.calls = [];
    expect(await keys(repository)).toEqual([drillKey("orders", id(20))]);
    expect(repository.calls).toEqual(["list drills/orders/", `head ${drillKey("orders", id(20))}`]);
  });

  it("goes back to the last one that passed, five records at most", async () => {
    const repository = repositoryAt();
    await drill(repository, 12, "passed");
    for (const day of [13, 14, 15, 16]) await drill(repository, day, "failed");
    expect(await keys(repository)).toEqual([16, 15, 14, 13, 12].map((day) => drillKey("orders", id(day))));
    await drill(repository, 17, "failed");
    expect(await keys(repository)).toEqual([17, 16, 15, 14, 13].map((day) => drillKey("orders", id(day))));
  });

  it("walks back to an old one where none is recent, so that its age can be told", async () => {
    const repository = repositoryAt();
    await put(repository, drillKey("orders", "20250301T040000Z-aaaaaa"), { verdict: "passed" });
    repository.calls = [];
    expect(await keys(repository)).toEqual([drillKey("orders", "20250301T040000Z-aaaaaa")]);
    expect(repository.calls).toHaveLength(6);
  });

  it("believes the earlier of a record's own time and storage's", async () => {
    const repository = ClockedRepository.at("2026-11-12T00:00:00Z");
    await drill(repository, 28, "passed");
    expect((await gather(repository)).records[0]!.at).toEqual(new Date("2026-11-12T00:00:00Z"));
  });

  it("tells the oldest point where there is no drill, of whatever tier, and nothing where there is none", async () => {
    const repository = repositoryAt();
    const gatherBoth = () => gatherDrills(repository, "orders", ["daily", "weekly"], { since: SINCE, now: NOW });
    expect(await gatherBoth()).toEqual({ records: [], flooded: [], oldestPoint: undefined });
    await commitPoint(repository, NEWEST);
    await commitPoint(repository, OLDEST, { tier: "weekly" });
    await put(repository, "manifests/daily/orders/0000/foreign");
    expect(await gatherBoth()).toEqual({
      records: [],
      flooded: [],
      oldestPoint: { takenAt: new Date("2026-11-18T02:00:00Z"), retainUntil: new Date("2027-01-01T00:00:00Z") },
    });
  });

  it("sees neither another database's nor a foreign key", async () => {
    const repository = repositoryAt();
    await drill(repository, 15, "passed", "orders-2");
    await put(repository, "drills/orders/2026/11/15/notes.json");
    expect(await keys(repository)).toEqual([]);
    await drill(repository, 15, "passed");
    expect(await keys(repository)).toEqual([drillKey("orders", id(15))]);
  });

  it("does not follow a flood of keys", async () => {
    const repository = repositoryAt();
    for (let n = 0; n < 1_200; n++) await put(repository, `drills/orders/2026/11/15/${String(n).padStart(5, "0")}`);
    let listed = 0;
    const list = repository.list.bind(repository);
    repository.list = async function* (...args) {
      for await (const object of list(...args)) {
        listed += 1;
        yield object;
      }
    };
    const { records, flooded } = await gather(repository);
    // Once since a day, once in the folder of the day.
    expect(listed).toBe(2_000);
    expect([records, flooded]).toEqual([[], [{ prefix: "drills/orders/2026/11/15/", keys: 999 }]]);
  });

  it("sees those of today and yesterday behind a thousand older ones, for one call more", async () => {
    const repository = repositoryAt();
    for (let n = 0; n < 1_000; n++) await put(repository, `drills/orders/2026/11/15/${String(n).padStart(5, "0")}`);
    await drill(repository, 18, "passed");
    await drill(repository, 19, "passed");
    await drill(repository, 20, "failed");
    repository.calls = [];
    const { records, flooded } = await gather(repository);
    expect(records.map(({ key }) => key)).toEqual([drillKey("orders", id(20)), drillKey("orders", id(19))]);
    expect(flooded).toEqual([]);
    expect(repository.calls.filter((call) => !call.startsWith("head "))).toEqual(Array(2).fill("list drills/orders/"));
  });

  it("walks to the last day with one behind a thousand older ones, and keeps what it saw before", async () => {
    const repository = repositoryAt();
    await drill(repository, 11, "passed");
    for (let n = 0; n < 1_000; n++) await put(repository, `drills/orders/2026/11/15/${String(n).padStart(5, "0")}`);
    await drill(repository, 18, "failed");
    repository.calls = [];
    const { records, flooded } = await gather(repository);
    expect(records.map(({ key }) => key)).toEqual([drillKey("orders", id(18)), drillKey("orders", id(11))]);
    expect(flooded).toEqual([]);
    expect(repository.calls.filter((call) => !call.startsWith("head "))).toEqual([
      "list drills/orders/",
      "list drills/orders/",
      "folders drills/orders/",
      "folders drills/orders/2026/",
      "folders drills/orders/2026/11/",
      "list drills/orders/2026/11/18/",
    ]);
  });

  it("sees those of today behind a thousand of yesterday", async () => {
    const repository = repositoryAt();
    for (let n = 0; n < 1_000; n++) await put(repository, `drills/orders/2026/11/19/${String(n).padStart(5, "0")}`);
    await drill(repository, 20, "passed");
    const { records, flooded } = await gather(repository);
    expect([records.map(({ key }) => key), flooded]).toEqual([[drillKey("orders", id(20))], []]);
  });

  it("tells that a day has too many to have seen its newest, and not that it has one less", async () => {
    const repository = repositoryAt();
    for (let n = 0; n < 998; n++) await put(repository, `drills/orders/2026/11/20/${String(n).padStart(5, "0")}`);
    await drill(repository, 20, "passed");
    const { records, flooded } = await gather(repository);
    expect([records.map(({ key }) => key), flooded]).toEqual([[drillKey("orders", id(20))], []]);
    await put(repository, "drills/orders/2026/11/20/00998");
    expect((await gather(repository)).flooded).toEqual([{ prefix: "drills/orders/2026/11/20/", keys: 999 }]);
  });
});

describe("looking for the doctor's record", () => {
  const KEY = `${DOCTOR_PREFIX}2026/11/15/20261115T040000Z-aaaaaa.json`;
  const SINCE = new Date("2026-11-10T00:00:00Z");

  it("finds the newest, and nothing where the doctor never ran", async () => {
    const repository = repositoryAt();
    const gather = () => gatherDoctor(repository, { since: SINCE, now: NOW });
    expect(await gather()).toEqual({ newest: undefined, flooded: [] });
    await put(repository, KEY.replaceAll("15", "14"), { verdict: "failed" });
    await put(repository, KEY, { verdict: "passed" });
    expect(await gather()).toEqual({
      newest: { key: KEY, at: new Date("2026-11-15T04:00:00Z"), metadata: { verdict: "passed" } },
      flooded: [],
    });
  });

  it("finds the newest of one that ran every hour for two months", async () => {
    const repository = repositoryAt();
    const last = new Date("2026-11-20T02:00:00Z");
    for (let hours = 60 * 24; hours >= 0; hours--) {
      const time = new Date(last.getTime() - hours * 3_600_000).toISOString();
      const id = `${time.slice(0, 19).replace(/[-:]/g, "")}Z-aaaaaa`;
      await put(repository, `${DOCTOR_PREFIX}${time.slice(0, 10).replace(/-/g, "/")}/${id}.json`, {
        verdict: hours === 0 ? "failed" : "passed",
      });
    }
    repository.calls = [];
    const facts = await gatherDoctor(repository, { since: new Date("2026-09-01T00:00:00Z"), now: NOW });
    expect(facts).toMatchObject({ newest: { at: last, metadata: { verdict: "failed" } }, flooded: [] });
    expect(repository.calls).toEqual([
      `list ${DOCTOR_PREFIX}`,
      `list ${DOCTOR_PREFIX}`,
      `head ${DOCTOR_PREFIX}2026/11/20/20261120T020000Z-aaaaaa.json`,
    ]);
  });

  it("takes no key for one that is of another day, of another folder, or of no date", () => {
    expect(parseDoctorKey(KEY)).toEqual({ id: "20261115T040000Z-aaaaaa", startedAt: new Date("2026-11-15T04:00:00Z") });
    expect(parseDoctorKey(KEY.replace("/15/", "/16/"))).toBeUndefined();
    expect(parseDoctorKey(KEY.replace("_doctor", "orders"))).toBeUndefined();
    expect(parseDoctorKey(KEY.replace("T04", "T99"))).toBeUndefined();
  });
});
