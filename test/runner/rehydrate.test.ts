import { retrievalEstimate } from "../../runner/cost/retrieval";
import { rehydrationText } from "../../runner/cli/rehydrate";
import { manifestKey } from "../../runner/contract";
import { planRehydration, rehydratePoint, type RehydrationPlan } from "../../runner/rehydrate";
import { RepositoryError } from "../../runner/repository/repository";
import { checkObjects } from "../../runner/restorePreflight";
import { ClockedRepository, commitPoint, failureOf, pointAt } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";
const NEVER = new AbortController().signal;
const GIB = 1024 ** 3;

/** A repository with one point, whose only object may be in an archive class. */
async function archived(storageClass?: string, thaw?: "ongoing" | "done", readableUntil?: string) {
  const repository = ClockedRepository.at("2026-11-20T02:00:00Z");
  const manifest = await commitPoint(repository, ID);
  const object = manifest.objects[0]!;
  if (storageClass !== undefined) {
    const until = readableUntil === undefined ? undefined : new Date(readableUntil);
    repository.archive(object.key, object.versionId, storageClass, thaw, until);
  }
  return { repository, manifest, object };
}

const request = { point: pointAt(ID), retrieval: "standard" as const, days: 7 };
const NOW = new Date("2026-11-20T02:00:00Z");

describe("what a retrieval costs and takes", () => {
  it.each([
    ["eu-central-1", "standard", "GLACIER", 0.012 * 100 + 0.06 * 2, "3-5 hours"],
    ["eu-central-1", "bulk", "GLACIER", 0, "5-12 hours"],
    ["us-east-1", "expedited", "GLACIER", 0.03 * 100 + 10 * 2, "1-5 minutes"],
    ["eu-west-1", "bulk", "DEEP_ARCHIVE", 0.003 * 100 + 0.025 * 2, "within 48 hours"],
    ["eu-west-1", "standard", "DEEP_ARCHIVE", 0.02 * 100 + 0.11 * 2, "within 12 hours"],
  ])("in %s, %s, from %s is USD %d for 100 GiB in 2,000 objects", (region, retrieval, storageClass, usd, typically) => {
    const found = retrievalEstimate(region, retrieval, [{ storageClass, objects: 2000, bytes: 100 * GIB }], 0);
    expect(found).toEqual({
      retrievalUsd: expect.closeTo(usd, 10) as number,
      copiesUsd: 0,
      typically,
      pricedAs: region,
    });
  });

  it("counts the copies by the days that they stay, and takes the slowest class's time", () => {
    const found = retrievalEstimate(
      "us-east-1",
      "standard",
      [
        { storageClass: "DEEP_ARCHIVE", objects: 1, bytes: GIB },
        { storageClass: "GLACIER", objects: 1, bytes: GIB },
      ],
      365,
    );
    expect(found).toMatchObject({ copiesUsd: expect.closeTo(2 * 12 * 0.023, 10), typically: "within 12 hours" });
  });

  it("is that of the dearest region where the table does not have it", () => {
    const of = (region: string) =>
      retrievalEstimate(region, "standard", [{ storageClass: "GLACIER", objects: 1, bytes: GIB }], 1);
    expect(of("ap-south-1")).toEqual({ ...of("eu-central-1")!, pricedAs: "eu-central-1" });
  });

  it("is nothing that could be had for what DEEP_ARCHIVE does not do", () => {
    expect(
      retrievalEstimate("us-east-1", "expedited", [{ storageClass: "DEEP_ARCHIVE", objects: 1, bytes: 1 }], 1),
    ).toBeUndefined();
    expect(retrievalEstimate("us-east-1", "expedited", [], 1)).toMatchObject({ retrievalUsd: 0 });
  });
});

describe("asking for an archived point", () => {
  it("is planned without changing anything, then done, then on its way, then there", async () => {
    const { repository, object } = await archived("DEEP_ARCHIVE");
    const plan = await planRehydration(repository, request, NOW);
    expect(plan).toMatchObject({ objects: 1, ongoing: [], expiring: [], lasting: [], region: "eu-central-1" });
    expect(plan.archived).toEqual([
      {
        key: object.key,
        versionId: object.versionId,
        bytes: object.stored.bytes,
        storageClass: "DEEP_ARCHIVE",
      },
    ]);
    expect((await repository.head(object.key)).thaw).toBeUndefined();
    expect(await rehydratePoint(repository, plan, NEVER)).toEqual({ requested: 1, ongoing: 0, extended: 0 });
    // Again, by the old plan and by a new one: nothing is asked for twice.
    expect(await rehydratePoint(repository, plan, NEVER)).toEqual({ requested: 0, ongoing: 1, extended: 0 });
    const again = await planRehydration(repository, request, NOW);
    expect([again.archived, again.ongoing.length]).toEqual([[], 1]);
    expect(await rehydratePoint(repository, again, NEVER)).toEqual({ requested: 0, ongoing: 1, extended: 0 });
    repository.archive(object.key, object.versionId, "DEEP_ARCHIVE", "done");
    const there = await planRehydration(repository, request, NOW);
    // The requests alone: what was read once is not read again.
    expect(there.estimate.retrievalUsd).toBeCloseTo(0.12 / 1000, 10);
    expect(await rehydratePoint(repository, there, NEVER)).toEqual({ requested: 0, ongoing: 0, extended: 1 });
  });

  it("finds nothing to do where everything can be read at once", async () => {
    const { repository } = await archived("GLACIER_IR");
    const plan = await planRehydration(repository, request, NOW);
    expect([plan.archived, plan.ongoing, plan.expiring, plan.lasting]).toEqual([[], [], [], []]);
    expect(rehydrationText(plan)).toBe(
      `${ID} in bucket "primary" (eu-central-1): nothing is archived, all 1 objects can be read at once`,
    );
  });

  it("tells people what it takes", () => {
    const object = { key: "k", versionId: "v", bytes: 50 * GIB, storageClass: "GLACIER" };
    const plan: RehydrationPlan = {
      ...request,
      bucket: "primary",
      region: "us-east-1",
      objects: 4,
      archived: [object, object],
      ongoing: [object],
      expiring: [{ ...object, readableUntil: null }],
      lasting: [],
      estimate: { retrievalUsd: 1.0001, copiesUsd: 0.529, typically: "3-5 hours", pricedAs: "us-east-1" },
    };
    expect(rehydrationText(plan).split("\n")).toEqual([
      `${ID} in bucket "primary" (us-east-1): 4 objects`,
      "to ask for: 2 objects, 100.0 GiB, in GLACIER",
      "on their way already: 1 objects",
      "readable already: 1 objects, which are asked for again to stay 7 days from now",
      "readable: 3-5 hours after asking (standard), for 7 days",
      "price: about USD 1.00 once, and USD 0.53 for the copies (list prices of us-east-1, 2024-09-25)",
    ]);
  });

  it.each([
    ["2026-11-27T02:00:00Z", "2026-11-27 02:00 UTC"],
    ["2026-12-20T00:00:00Z", "2026-12-20 00:00 UTC"],
  ])("leaves a copy alone that stays until %s anyway, since asking would let it go sooner", async (until, shown) => {
    const { repository, object } = await archived("GLACIER", "done", until);
    const plan = await planRehydration(repository, request, NOW);
    const readableUntil = new Date(until).toISOString();
    expect(plan.lasting).toEqual([
      {
        key: object.key,
        versionId: object.versionId,
        bytes: object.stored.bytes,
        storageClass: "GLACIER",
        readableUntil,
      },
    ]);
    expect([plan.expiring, plan.estimate.retrievalUsd, plan.estimate.copiesUsd]).toEqual([[], 0, 0]);
    expect(rehydrationText(plan).split("\n").slice(1)).toEqual([
      `readable already: 1 objects, which stay until ${shown} or longer and are left alone`,
    ]);
    expect(await rehydratePoint(repository, plan, NEVER)).toEqual({ requested: 0, ongoing: 0, extended: 0 });
    expect((await repository.head(object.key)).readableUntil?.toISOString()).toBe(readableUntil);
  });

  it("asks again for a copy that would go before the asked days are over, and prices the days that it stays longer", async () => {
    const { repository, object } = await archived("GLACIER", "done", "2026-11-27T01:59:59Z");
    const plan = await planRehydration(repository, request, NOW);
    expect(plan.lasting).toEqual([]);
    expect(plan.expiring.map(({ key, readableUntil }) => [key, readableUntil])).toEqual([
      [object.key, "2026-11-27T01:59:59.000Z"],
    ]);
    expect(rehydrationText(plan).split("\n").slice(1)).toEqual([
      "readable already: 1 objects, which are asked for again to stay 7 days from now",
      "price: about USD 0.00 once, and USD 0.00 for the copies (list prices of eu-central-1, 2024-09-25)",
    ]);
    expect(await rehydratePoint(repository, plan, NEVER)).toEqual({ requested: 0, ongoing: 0, extended: 1 });
    // As S3 does: from now on, up to the next midnight.
    expect((await repository.head(object.key)).readableUntil?.toISOString()).toBe("2026-11-28T00:00:00.000Z");
    const half = await archived("GLACIER", "done", "2026-11-23T14:00:00Z");
    const sooner = await planRehydration(half.repository, request, NOW);
    const whole = await planRehydration((await archived("GLACIER")).repository, request, NOW);
    expect(sooner.estimate.copiesUsd).toBeCloseTo(whole.estimate.copiesUsd / 2, 15);
    expect(sooner.estimate.retrievalUsd).toBeCloseTo(0.06 / 1000, 10);
  });

  it.each([0, 1.5, 366])("fails when the copies are to stay %d days", async (days) => {
    const { repository } = await archived("GLACIER");
    const error = await failureOf(planRehydration(repository, { ...request, days }, NOW));
    expect(error.message).toBe(`rehydrate: days must be a whole number from 1 to 365, got ${days}`);
  });

  it("fails when DEEP_ARCHIVE is to hurry", async () => {
    const { repository } = await archived("DEEP_ARCHIVE");
    const error = await failureOf(planRehydration(repository, { ...request, retrieval: "expedited" }, NOW));
    expect([error.exit, error.message]).toEqual([
      "usage",
      'rehydrate: objects in DEEP_ARCHIVE can\'t be asked for by "expedited"; take standard (12 hours) or bulk (48 hours)',
    ]);
  });

  it("fails when the point has no manifest", async () => {
    const { repository } = await archived("GLACIER");
    const point = pointAt("20261119T020000Z-aaaaaa");
    expect((await failureOf(planRehydration(repository, { ...request, point }, NOW))).message).toBe(
      `manifest: ${manifestKey(point)}: there is no version to read; the recovery point does not exist`,
    );
  });

  it("fails when storage refuses, with its words, and asks again where a signal stops it", async () => {
    const { repository, object } = await archived("GLACIER");
    const plan = await planRehydration(repository, request, NOW);
    const said = new RepositoryError("rehydrate", object.key, "accessDenied", "AccessDenied: no (HTTP 403)");
    repository.rehydrate = () => Promise.reject(said);
    const error = await failureOf(rehydratePoint(repository, plan, NEVER));
    expect([error.exit, error.message]).toEqual(["preflight", `rehydrate: ${said.message}`]);
    const stopped = await failureOf(rehydratePoint(repository, plan, AbortSignal.abort()));
    expect(stopped.exitCode).toBe(143);
  });
});

describe("a restore of archived data", () => {
  const check = ({ repository, manifest }: Awaited<ReturnType<typeof archived>>) =>
    checkObjects(repository, manifest.objects, manifest);

  it("fails when nobody has asked for it, with the command that does, its time and its price", async () => {
    expect((await failureOf(check(await archived("DEEP_ARCHIVE")))).message).toBe(
      `restore preflight: 1 of the objects that it needs is in storage class DEEP_ARCHIVE, 1 not asked for; ask with backup321 rehydrate --bucket primary --region eu-central-1 --database orders --id ${ID} (readable within 12 hours later, about USD 0.00 for what this restore reads), then restore again`,
    );
  });

  it("fails while it is on its way", async () => {
    expect((await failureOf(check(await archived("GLACIER", "ongoing")))).message).toBe(
      "restore preflight: 1 of the objects that it needs is in storage class GLACIER and on the way out of it; restore again when all are there",
    );
  });

  it("takes it once a readable copy is there, although S3 still names the archive class", async () => {
    await check(await archived("GLACIER", "done"));
  });

  it("takes it from a class that is read at once", async () => {
    await check(await archived("GLACIER_IR"));
  });
});
