import { manifestKey } from "../../runner/contract";
import { databasesIn, tiersIn } from "../../runner/repositoryTiers";
import { ClockedRepository, failureOf, LOCK, pointAt } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";
const emptyRepository = () => ClockedRepository.at("2026-11-20T02:10:00Z");

describe("the tiers of a repository without configuration", () => {
  it("are the folders of manifests whose names can be tiers, by name", async () => {
    const repository = emptyRepository();
    for (const tier of ["weekly", "daily-90", "Daily", "daily"]) {
      await repository.putOnce(`manifests/${tier}/orders/x`, "x", LOCK);
    }
    await repository.putOnce("manifests/readme.txt", "x", LOCK);
    await repository.putOnce("dumps/monthly/orders/x", "x", LOCK);
    expect(await tiersIn(repository)).toEqual(["daily", "daily-90", "weekly"]);
    expect(repository.calls).toEqual(["folders manifests/"]);
  });

  it("are also those in which every manifest hides behind a delete marker", async () => {
    const repository = emptyRepository();
    const key = manifestKey(pointAt(ID, "yearly"));
    await repository.putOnce(key, "x", LOCK);
    repository.addVersion(key);
    expect(await repository.listFolders("manifests/")).toEqual([]);
    expect(await tiersIn(repository)).toEqual(["yearly"]);
  });

  it("are 100 at most", async () => {
    const repository = emptyRepository();
    for (let n = 0; n < 100; n++) await repository.putOnce(`manifests/t${n}/orders/x`, "x", LOCK);
    expect(await tiersIn(repository)).toHaveLength(100);
    await repository.putOnce("manifests/t100/orders/x", "x", LOCK);
    expect((await failureOf(tiersIn(repository))).message).toBe(
      "tiers: manifests/: 101 tiers, at most 100 are looked through; foreign keys fill the repository",
    );
  });
});

describe("the databases of a repository", () => {
  it("are those with a manifest in any tier, each once, by name", async () => {
    const repository = emptyRepository();
    for (const folder of ["weekly/orders", "daily-90/orders", "daily/invoices", "daily/Odd"]) {
      await repository.putOnce(`manifests/${folder}/x`, "x", LOCK);
    }
    await repository.putOnce("dumps/daily/running/x", "x", LOCK);
    expect(await databasesIn(repository)).toEqual(["invoices", "orders"]);
  });
});
