import { dumpKey, manifestKey, ObjectLockMode, parseRecoveryPointId } from "../../runner/contract";
import { type FreshnessLimits, judge, type Problem } from "../../runner/freshness";
import type { FreshnessFacts, PointFacts, Side } from "../../runner/freshnessFacts";
import { manifestMetadata } from "../../runner/manifest";
import type { ListedVersion, ObjectHead } from "../../runner/repository/repository";
import { manifestOf, pointAt } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const ID = "20261120T020000Z-aaaaaa";
const OLDER = "20261119T020000Z-bbbbbb";
const LIMITS: FreshnessLimits = { rpoMinutes: 1560, timeoutMinutes: 60, replicationGraceMinutes: 30 };
const BYTES = Buffer.from("stored bytes");

/** What is found of an untouched point whose run took ten minutes. */
function pointFacts(id: string, status: string | undefined): PointFacts {
  const at = pointAt(id);
  const takenAt = parseRecoveryPointId(id)!.takenAt;
  const lastModified = new Date(takenAt.getTime() + 600_000);
  const head = (key: string, bytes: number, metadata: Record<string, string>): ObjectHead => ({
    key,
    versionId: "v1",
    bytes,
    lastModified,
    metadata,
    lock: { mode: ObjectLockMode.Governance, retainUntil: new Date("2027-01-01T00:00:00.000Z") },
    replicationStatus: status,
    storageClass: "STANDARD",
  });
  const key = dumpKey(at, "database.pgdump.zst");
  return {
    point: { ...at, takenAt, committedAt: lastModified },
    manifestVersions: [version("v1", false, lastModified)],
    manifest: head(manifestKey(at), 500, manifestMetadata(manifestOf(at, "v1", BYTES, BYTES))),
    listed: [{ key, bytes: BYTES.length, lastModified }],
    heads: [head(key, BYTES.length, {})],
  };
}

function version(versionId: string, isDeleteMarker: boolean, lastModified: Date): ListedVersion {
  return { key: manifestKey(pointAt(ID)), versionId, isDeleteMarker, lastModified, bytes: 1 };
}

function facts(side: Side, change: (point: PointFacts, all: FreshnessFacts) => void = () => undefined): FreshnessFacts {
  const point = pointFacts(ID, side === "primary" ? "COMPLETED" : "REPLICA");
  const all: FreshnessFacts = {
    database: "orders",
    side,
    points: [point],
    hiddenManifests: [],
    flooded: [],
    earlier: [],
    verifications: [],
    drills: undefined,
  };
  change(point, all);
  return all;
}

const problemsOf = (found: FreshnessFacts, limits: Partial<FreshnessLimits> = {}, now = NOW): Problem[] =>
  judge(found, { ...LIMITS, ...limits }, now).problems;
const DATA = dumpKey(pointAt(ID), "database.pgdump.zst");
const MANIFEST = manifestKey(pointAt(ID));

describe("an untouched point", () => {
  it.each(["primary", "replica"] as const)("is healthy on the %s", (side) => {
    expect(judge(facts(side), LIMITS, NOW)).toEqual({
      database: "orders",
      side,
      healthy: true,
      ageMinutes: 60,
      rpoMinutes: 1560,
      recoveryPoint: { id: ID, tier: "daily", storedBytes: BYTES.length },
      verification: null,
      drill: null,
      problems: [],
      notices: [],
    });
  });

  it("is healthy where no replication rule applies", () => {
    expect(problemsOf(facts("primary", (point) => (point.heads[0]!.replicationStatus = undefined)))).toEqual([]);
  });
});

describe("a missing or old point", () => {
  it("is a problem when there is none, with no age to publish", () => {
    const judgement = judge(
      facts("replica", (_, all) => (all.points = [])),
      LIMITS,
      NOW,
    );
    expect(judgement).toMatchObject({ healthy: false, ageMinutes: null, recoveryPoint: null });
    expect(judgement.problems).toEqual([
      {
        code: "noRecoveryPoint",
        message: 'database "orders" has no complete recovery point on the replica; run a backup and look at its log',
      },
    ]);
  });

  it("is a problem past the RPO, and none at it", () => {
    expect(problemsOf(facts("primary"), { rpoMinutes: 60 })).toEqual([]);
    expect(problemsOf(facts("primary"), { rpoMinutes: 59 })).toEqual([
      { code: "stale", message: `newest recovery point ${ID} is 60 minutes old; the RPO is 59 minutes` },
    ]);
  });

  it("is never younger than storage's own time says", () => {
    const found = facts("primary", (point) => (point.manifest.lastModified = new Date("2026-11-19T02:00:00Z")));
    expect(judge(found, LIMITS, NOW).ageMinutes).toBe(1500);
  });
});

describe("content against the manifest", () => {
  it.each<[string, (point: PointFacts) => void, Problem[]]>([
    [
      "an object too few",
      (point) => (point.listed = []),
      [{ code: "objectCountMismatch", message: `${ID} has 0 data objects; its manifest says 1` }],
    ],
    [
      "an object too many",
      (point) => point.listed.push({ ...point.listed[0]!, key: "x" }),
      [{ code: "objectCountMismatch", message: `${ID} has 2 or more data objects; its manifest says 1` }],
    ],
    [
      "other bytes",
      (point) => (point.listed[0]!.bytes = 11),
      [{ code: "sizeMismatch", message: `${ID} has 11 stored bytes; its manifest says 12` }],
    ],
    [
      "no bytes",
      (point) => (point.listed[0]!.bytes = 0),
      [
        { code: "sizeMismatch", message: `${ID} has 0 stored bytes; its manifest says 12` },
        { code: "zeroSize", message: `${ID} holds nothing: ${DATA}` },
      ],
    ],
    [
      "a manifest that says nothing was stored",
      (point) => {
        point.listed[0]!.bytes = 0;
        point.manifest.metadata.storedbytes = "0";
      },
      [{ code: "zeroSize", message: `${ID} holds nothing: ${DATA}` }],
    ],
    [
      "a manifest without a byte",
      (point) => (point.manifest.bytes = 0),
      [{ code: "zeroSize", message: `${ID} holds nothing: ${MANIFEST}` }],
    ],
    [
      "unreadable metadata",
      (point) => (point.manifest.metadata = { storedbytes: "12" }),
      [{ code: "metadataInvalid", message: `${MANIFEST} has no valid user metadata; no run writes that` }],
    ],
    [
      "a newer format, whatever else changed with it",
      (point) => (point.manifest.metadata = { formatversion: "2" }),
      [{ code: "newerFormat", message: `${MANIFEST} has format 2, this tool reads up to 1; update it` }],
    ],
  ])("reports %s", (_, change, expected) => {
    expect(problemsOf(facts("primary", change))).toEqual(expected);
  });
});

describe("locks", () => {
  const until = (iso: string) => ({ mode: ObjectLockMode.Governance, retainUntil: new Date(iso) });

  it("may end up to a second early, because storages keep whole seconds, or later", () => {
    for (const end of ["2026-12-31T23:59:59.000Z", "2027-06-01T00:00:00.000Z"]) {
      expect(problemsOf(facts("primary", (point) => (point.heads[0]!.lock = until(end))))).toEqual([]);
    }
  });

  it("must not end earlier, on data or manifest", () => {
    const found = facts("replica", (point) => {
      point.heads[0]!.lock = until("2026-12-31T23:59:58.000Z");
      point.manifest.lock = until("2026-12-01T00:00:00.000Z");
    });
    expect(problemsOf(found)).toEqual([
      {
        code: "lockTooShort",
        message: `${MANIFEST} is locked until 2026-12-01T00:00:00.000Z; its manifest promises 2027-01-01T00:00:00.000Z`,
      },
      {
        code: "lockTooShort",
        message: `${DATA} is locked until 2026-12-31T23:59:58.000Z; its manifest promises 2027-01-01T00:00:00.000Z`,
      },
    ]);
  });

  it("must be there", () => {
    expect(problemsOf(facts("replica", (point) => (point.heads[0]!.lock = undefined)))).toEqual([
      {
        code: "lockMissing",
        message: `${DATA} has no lock; its manifest promises GOVERNANCE until 2027-01-01T00:00:00.000Z`,
      },
    ]);
  });

  it("must have the promised mode, or the one the check insists on", () => {
    const compliance = { mode: ObjectLockMode.Compliance, retainUntil: new Date("2027-01-01T00:00:00.000Z") };
    expect(problemsOf(facts("primary", (point) => (point.heads[0]!.lock = compliance)))).toEqual([
      { code: "lockModeWrong", message: `${DATA} is locked in COMPLIANCE mode instead of GOVERNANCE` },
    ]);
    expect(problemsOf(facts("primary"), { lockMode: ObjectLockMode.Compliance }).map((p) => p.message)).toEqual([
      `${MANIFEST} is locked in GOVERNANCE mode instead of COMPLIANCE`,
      `${DATA} is locked in GOVERNANCE mode instead of COMPLIANCE`,
    ]);
    expect(problemsOf(facts("primary"), { lockMode: ObjectLockMode.Governance })).toEqual([]);
  });
});

describe("replication", () => {
  it("is a problem on the primary when it failed", () => {
    expect(problemsOf(facts("primary", (point) => (point.heads[0]!.replicationStatus = "FAILED")))).toEqual([
      {
        code: "replicationFailed",
        message: `${DATA} was not replicated: S3 reports FAILED; replicate it again (S3 Batch Replication)`,
      },
    ]);
  });

  it("may be pending on the primary for a while, and no longer", () => {
    const found = facts("primary", (point) => (point.manifest.replicationStatus = "PENDING"));
    expect(problemsOf(found, { replicationGraceMinutes: 50 })).toEqual([]);
    expect(problemsOf(found, { replicationGraceMinutes: 49 })).toEqual([
      {
        code: "replicationPending",
        message: `${MANIFEST} has waited 50 minutes for its replication; the limit is 49`,
      },
    ]);
  });

  const pending = facts("replica", (point, all) => {
    point.listed = [];
    all.points.push(pointFacts(OLDER, "REPLICA"));
  });

  it("leaves a point pending on the replica, whose age is then the one before's", () => {
    const judgement = judge(pending, { ...LIMITS, replicationGraceMinutes: 50 }, NOW);
    expect(judgement).toMatchObject({ healthy: true, ageMinutes: 1500, recoveryPoint: { id: OLDER } });
  });

  it("becomes a problem of its own when it stays pending", () => {
    expect(problemsOf(pending, { replicationGraceMinutes: 49 })).toEqual([
      {
        code: "replicationPending",
        message: `${ID}: 0 of 1 data objects have arrived after 50 minutes; the limit is 49`,
      },
    ]);
  });

  it("makes nothing fresh while it is pending", () => {
    expect(problemsOf(pending, { rpoMinutes: 1499, replicationGraceMinutes: 50 })).toEqual([
      { code: "stale", message: `newest recovery point ${OLDER} is 1500 minutes old; the RPO is 1499 minutes` },
    ]);
  });
});

describe("tampering", () => {
  it("is a second version or a delete marker on the manifest", () => {
    const found = facts("primary", (point) => {
      const when = new Date("2026-11-20T02:30:00Z");
      point.manifestVersions.push(version("v2", false, when), version("v3", true, when));
    });
    expect(problemsOf(found)).toEqual([
      {
        code: "manifestChanged",
        message: `second version v2 on ${MANIFEST}, written 2026-11-20T02:30:00.000Z; keys are written once, so look who wrote it; restore reads the oldest version`,
      },
      {
        code: "manifestChanged",
        message: `delete marker v3 on ${MANIFEST}, written 2026-11-20T02:30:00.000Z; keys are written once, so look who wrote it; restore reads the oldest version`,
      },
    ]);
  });

  it("is a manifest hidden by a delete marker", () => {
    expect(problemsOf(facts("primary", (_, all) => (all.hiddenManifests = [MANIFEST])))).toEqual([
      {
        code: "manifestHidden",
        message: `${MANIFEST} is hidden by a delete marker; nobody deletes manifests here, so look who did; restore by id still works`,
      },
    ]);
  });

  it("is a time in the id that storage's own contradicts by more than a run may take", () => {
    expect(problemsOf(facts("primary"), { timeoutMinutes: 10 })).toEqual([]);
    expect(problemsOf(facts("primary"), { timeoutMinutes: 9 })).toEqual([
      {
        code: "forgedTime",
        message: `${ID} says it was taken 10 minutes before storage received its manifest; a run takes at most 9`,
      },
    ]);
    const future = facts("primary", (point) => (point.manifest.lastModified = new Date("2026-11-20T00:30:00Z")));
    expect(problemsOf(future)).toEqual([
      {
        code: "forgedTime",
        message: `${ID} says it was taken 90 minutes after storage received its manifest; a run takes at most 60`,
      },
    ]);
  });
});

describe("a flood of keys", () => {
  it("is a problem, because what lies behind it was not looked at", () => {
    const found = facts("primary", (_, all) => (all.flooded = [{ prefix: "manifests/daily/orders/", keys: 20_000 }]));
    expect(problemsOf(found)).toEqual([
      {
        code: "foreignKeys",
        message:
          "manifests/daily/orders/ holds more than 20000 keys of the recent past; the rest was not looked at: look who writes there",
      },
    ]);
  });
});

describe("clocks", () => {
  const received = new Date("2026-11-20T02:10:00Z");
  it("of this machine may be behind storage by five minutes, and no more", () => {
    const at = (minutes: number) => new Date(received.getTime() - minutes * 60_000);
    expect(problemsOf(facts("primary"), {}, at(5))).toEqual([]);
    expect(problemsOf(facts("primary"), {}, at(6))).toEqual([
      {
        code: "clockBehind",
        message: `storage received ${MANIFEST} 6 minutes after the time of this machine, 2026-11-20T02:04:00.000Z; set its clock, or nothing here looks old`,
      },
    ]);
  });

  it.each([
    ["ahead", "2026-11-20T02:00:00Z", 65],
    ["behind", "2026-11-20T08:00:00Z", 300],
  ])("of a runner that takes its own zone for UTC and is %s make nothing look younger than it is", (_, real, age) => {
    // The id says 02:00; storage stamps the truth.
    const found = facts("primary", (point) => (point.manifest.lastModified = new Date(real)));
    const now = new Date(new Date(real).getTime() + (age === 65 ? 65 : -60) * 60_000);
    const judgement = judge(found, { ...LIMITS, timeoutMinutes: 30 }, now);
    expect(judgement.ageMinutes).toBe(age);
  });
});
