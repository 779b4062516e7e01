import { judgeDoctor, judgeDrills, judgeVerifications, verificationDueMinutes } from "../../runner/freshnessEvidence";
import type { DrillFacts, RecordFacts, VerificationFacts } from "../../runner/freshnessRecords";
import { pointAt } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const ID = "20261120T020000Z-aaaaaa";
const BEFORE = "20261119T020000Z-bbbbbb";
const LIMITS = { rpoMinutes: 1560, timeoutMinutes: 60, replicationGraceMinutes: 30 };
const DAY_MS = 86_400_000;
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const minutes = (count: number) => count * 60_000;

describe("verifications", () => {
  const KEY = "verifications/orders/x-1.json";
  const point = (id: string, committedMinutesAgo: number) => ({
    ...pointAt(id),
    takenAt: NOW,
    committedAt: ago(minutes(committedMinutesAgo)),
  });
  const verified = (metadata: Record<string, string>, id = ID): VerificationFacts => ({
    point: point(id, 50),
    record: { key: KEY, at: ago(minutes(40)), metadata },
  });
  const judged = (all: VerificationFacts[], isKeyProven?: boolean, side: "primary" | "replica" = "primary") =>
    judgeVerifications({ side, verifications: all }, LIMITS, isKeyProven, NOW);

  it("that are sound say nothing", () => {
    for (const decryption of ["notEncrypted", "proven"] as const) {
      expect(judged([verified({ healthy: "true", decryption })])).toEqual({
        verification: { recoveryPointId: ID, healthy: true, decryption, ageMinutes: 40 },
        problems: [],
        notices: [],
      });
    }
  });

  it("that are not sound are a problem, also of the point before", () => {
    const message = `${ID} was verified and is not sound; read ${KEY}, then run a backup`;
    expect(judged([verified({ healthy: "false", decryption: "proven" })])).toMatchObject({
      verification: { healthy: false },
      problems: [{ code: "verificationFailed", message }],
    });
    const pending = { point: point(ID, 10), record: undefined };
    const before = verified({ healthy: "false", decryption: "proven" }, BEFORE);
    expect(judged([pending, before])).toMatchObject({
      verification: { recoveryPointId: BEFORE },
      problems: [{ code: "verificationFailed" }],
    });
  });

  it("that tell nothing by themselves are worth a notice, not an alarm", () => {
    const notice = {
      code: "verificationUnknown",
      message: `${KEY} tells nothing without being read, as records of older versions do; \`backup321 verify --database orders --id ${ID} --record\` writes another`,
    };
    expect(judged([verified({})])).toEqual({
      verification: { recoveryPointId: ID, healthy: null, decryption: null, ageMinutes: 40 },
      problems: [],
      notices: [notice],
    });
    expect(judged([verified({ healthy: "true", decryption: "who knows" })]).notices).toEqual([notice]);
  });

  it("may be missing until the run's time-out, and no longer; on a replica as long again as replication may take", () => {
    const missing = (age: number, side: "primary" | "replica") =>
      judged([{ point: point(ID, age), record: undefined }], undefined, side).problems;
    expect([missing(60, "primary"), missing(90, "replica")]).toEqual([[], []]);
    const problem = (age: number, limit: number) => ({
      code: "notVerified",
      message: `${ID} was not verified within ${age} minutes of its commit, the limit is ${limit}; look at the log of the verification, or run \`backup321 verify --database orders --id ${ID} --record\``,
    });
    expect(missing(61, "primary")).toEqual([problem(61, 60)]);
    expect(missing(91, "replica")).toEqual([problem(91, 90)]);
    expect(verificationDueMinutes({ ...LIMITS, verificationGraceMinutes: 5 }, "primary")).toBe(5);
  });

  it("without a key are a problem where drills should have shown one, a notice where there are none", () => {
    const sealed = [verified({ healthy: "true", decryption: "notProven" })];
    expect(judged(sealed, true)).toMatchObject({ problems: [], notices: [] });
    expect(judged(sealed, false)).toMatchObject({
      problems: [
        {
          code: "keyNotProven",
          message: `${ID} is encrypted, and no drill of late has shown that a key opens it; run \`backup321 drill --database orders\` with its identity file`,
        },
      ],
      notices: [],
    });
    expect(judged(sealed, undefined)).toMatchObject({
      problems: [],
      notices: [
        {
          code: "keyNotProven",
          message: `${ID} is encrypted, and nobody has shown that a key opens it; \`backup321 verify --database orders --id ${ID} --record\` with --identity-file does, and so do drills`,
        },
      ],
    });
  });
});

describe("drills", () => {
  const record = (verdict: string, daysAgo: number): RecordFacts => ({
    key: `drills/orders/${daysAgo}.json`,
    at: ago(daysAgo * DAY_MS),
    metadata: { verdict },
  });
  const judged = (drills: DrillFacts | undefined, drillIntervalDays: number | undefined = 10) =>
    judgeDrills({ database: "orders", drills }, { drillIntervalDays }, NOW);
  const of = (...records: RecordFacts[]): DrillFacts => ({ records, flooded: [], oldestPoint: undefined });

  it("are not judged where no interval is set", () => {
    const silent = { drill: null, isKeyProven: undefined, problems: [], notices: [] };
    expect(judgeDrills({ database: "orders", drills: of(record("failed", 1)) }, {}, NOW)).toEqual(silent);
    expect(judged(undefined)).toEqual(silent);
  });

  it("that passed in time say nothing and prove the key, until one and a half intervals are over", () => {
    expect(judged(of(record("passed", 15)))).toEqual({
      drill: { record: "drills/orders/15.json", passed: true, ageMinutes: 21600, passedAgeMinutes: 21600 },
      isKeyProven: true,
      problems: [],
      notices: [],
    });
    expect(judged(of(record("passed", 15.1)))).toMatchObject({
      isKeyProven: false,
      problems: [
        {
          code: "drillStale",
          message:
            "the last drill passed 15.1 days ago, one is due every 10 days; look why none ran, or run `backup321 drill --database orders`",
        },
      ],
    });
  });

  it("that failed are a problem until one passes, whatever passed before", () => {
    const failed = judged(of(record("failed", 1), record("passed", 8)));
    expect(failed).toMatchObject({
      drill: { passed: false, ageMinutes: 1440, passedAgeMinutes: 8 * 1440 },
      isKeyProven: true,
      problems: [
        {
          code: "drillFailed",
          message:
            "the newest drill failed, 2026-11-19T03:00:00.000Z; read drills/orders/1.json, mend it, and run `backup321 drill --database orders`",
        },
      ],
    });
    expect(judged(of(record("failed", 1)))).toMatchObject({ drill: { passedAgeMinutes: null }, isKeyProven: false });
    expect(judged(of(record("perhaps", 1))).problems).toMatchObject([{ code: "drillFailed" }]);
  });

  describe("when there is none", () => {
    const since = (daysAgo: number, lockDays: number | undefined): DrillFacts => {
      const takenAt = ago(daysAgo * DAY_MS);
      const retainUntil = lockDays === undefined ? undefined : new Date(takenAt.getTime() + lockDays * DAY_MS);
      return { records: [], flooded: [], oldestPoint: { takenAt, retainUntil } };
    };
    const missing = {
      code: "drillMissing",
      message: "no restore drill was ever recorded, one is due every 10 days; run `backup321 drill --database orders`",
    };

    it("are awaited for one and a half intervals since the first backup", () => {
      expect(judged(since(14.9, 100))).toMatchObject({
        drill: null,
        isKeyProven: false,
        problems: [],
        notices: [{ code: "drillPending", message: "no drill yet; the first is missed from 2026-11-20T05:24:00.000Z" }],
      });
      expect(judged(since(15, 100))).toMatchObject({ problems: [missing], notices: [] });
      expect(judged(since(14.9, undefined)).problems).toEqual([]);
    });

    it("are missed sooner where the history is at its full length, so that nobody can tell how old it is", () => {
      expect(judged(since(6.2, 7)).problems).toEqual([]);
      expect(judged(since(6.4, 7)).problems).toEqual([missing]);
    });

    it("are not missed before there is anything to restore", () => {
      expect(judged({ records: [], flooded: [], oldestPoint: undefined })).toMatchObject({ problems: [], notices: [] });
    });
  });
});

describe("the doctor", () => {
  const record = (verdict: string, daysAgo: number): RecordFacts => ({
    key: "drills/_doctor/x.json",
    at: ago(daysAgo * DAY_MS),
    metadata: { verdict },
  });

  it("is well after a run in time that found nothing", () => {
    expect(judgeDoctor({ newest: record("passed", 1.5), flooded: [] }, 1, NOW)).toEqual({
      healthy: true,
      ageMinutes: 2160,
      problems: [],
    });
  });

  it.each<[string, RecordFacts | undefined, string, string]>([
    [
      "never ran",
      undefined,
      "doctorMissing",
      "the doctor never ran, it is due every 1 days; run `backup321 doctor --record`",
    ],
    [
      "ran too long ago",
      record("passed", 1.6),
      "doctorStale",
      "the doctor ran 1.6 days ago, it is due every 1 days; run `backup321 doctor --record`",
    ],
    [
      "found something",
      record("failed", 1),
      "doctorFailed",
      "the doctor found something wrong, 2026-11-19T03:00:00.000Z; read drills/_doctor/x.json, mend it, and run `backup321 doctor --record`",
    ],
  ])("is a problem when it %s", (_, newest, code, message) => {
    const { healthy, problems } = judgeDoctor({ newest, flooded: [] }, 1, NOW);
    expect([healthy, problems]).toEqual([false, [{ code, message }]]);
  });

  it("is a problem when a day has too many keys to have seen the newest", () => {
    const flooded = [{ prefix: "drills/_doctor/2026/11/20/", keys: 999 }];
    expect(judgeDoctor({ newest: record("passed", 1), flooded }, 1, NOW)).toEqual({
      healthy: false,
      ageMinutes: 1440,
      problems: [
        {
          code: "foreignKeys",
          message:
            "drills/_doctor/2026/11/20/ holds more than 999 keys of the recent past; the rest was not looked at: look who writes there",
        },
      ],
    });
  });
});
