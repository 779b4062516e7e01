import { drillKey } from "../../runner/drillContract";
import type { Repository } from "../../runner/repository/repository";
import { gatherRunbook, newestDrills, type RunbookSources } from "../../runner/runbook/gather";
import { ClockedRepository, commitPoint } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const ID = "20261120T020000Z-cccccc";

async function repository() {
  const filled = ClockedRepository.at("2026-11-20T02:10:00Z");
  await commitPoint(filled, ID);
  return filled;
}

async function drill(to: ClockedRepository, id: string, metadata: Record<string, string>): Promise<void> {
  await to.putOnce(drillKey("orders", id), "{}", { lock: undefined, contentType: "application/json", metadata });
}

function sources(primary: Repository, replica?: Repository, more: Partial<RunbookSources> = {}): RunbookSources {
  const side = (one: Repository) => ({ bucket: one.bucket, region: one.region, repository: one });
  return {
    title: "shop",
    stack: {},
    primary: side(primary),
    replica: replica && side(replica),
    databases: undefined,
    now: NOW,
    ...more,
  };
}

describe("what a runbook is made from", () => {
  it("is the newest point of each side, and what the stack says of itself", async () => {
    const stack = {
      restorerRoleArn: "arn:aws:iam::1:role/r",
      objectives: [{ database: "orders", rpoMinutes: 90, tiers: [] }],
    };
    const facts = await gatherRunbook(sources(await repository(), await repository(), { stack }));
    const [orders] = facts.databases;
    expect(facts.databases).toHaveLength(1);
    expect(orders).toMatchObject({ name: "orders", rpoMinutes: 90, drills: [], drillProblem: null });
    expect(orders!.newest.primary).toMatchObject({ point: { id: ID, tier: "daily", tables: 1, clientMajor: 15 } });
    expect(orders!.newest.replica).toEqual(orders!.newest.primary);
    expect(facts).toMatchObject({
      title: "shop",
      generatedAt: "2026-11-20T03:00Z",
      lockMode: null,
      stateMachineArn: null,
    });
    // In one account one role restores from both sides.
    expect(facts.replica?.restorerRoleArn).toBe("arn:aws:iam::1:role/r");
  });

  it("says of a database that it has no point, and of a side why it could not be read", async () => {
    const broken = await repository();
    broken.listFolders = () => Promise.reject(new Error("the region is gone"));
    const facts = await gatherRunbook(sources(await repository(), broken, { databases: ["orders", "empty"] }));
    expect(facts.databases[1]!.newest.primary).toEqual({ point: null });
    expect(facts.databases[0]!.newest.replica).toEqual({ problem: "the region is gone" });
  });

  it("takes the names of databases from the replica when the primary is gone", async () => {
    const gone = await repository();
    gone.listFolders = () => Promise.reject(new Error("the region is gone"));
    const facts = await gatherRunbook(sources(gone, await repository()));
    expect(facts.databases).toMatchObject([
      {
        name: "orders",
        newest: { primary: { problem: "the region is gone" } },
        drills: null,
        drillProblem: "the region is gone",
      },
    ]);
    await expect(gatherRunbook(sources(gone))).rejects.toThrow("the region is gone");
  });

  it("is tampering where a manifest has a second version, not the point", async () => {
    const filled = await repository();
    filled.versionsOf = async (key) => {
      const [one] = await ClockedRepository.prototype.versionsOf.call(filled, key);
      return [one!, { ...one!, versionId: "later", isDeleteMarker: true }];
    };
    const facts = await gatherRunbook(sources(filled));
    expect(facts.databases[0]!.newest.primary).toEqual({
      problem: expect.stringContaining("delete marker later on manifests/"),
    });
  });
});

describe("drills of a runbook", () => {
  it("are the newest of the last five days that had any, in bounded calls, from metadata alone", async () => {
    const filled = await repository();
    for (let day = 1; day <= 19; day++) {
      const id = `202611${String(day).padStart(2, "0")}T040000Z-aaaaaa`;
      const startedat = encodeURIComponent(`2026-11-${String(day).padStart(2, "0")}T04:00:00.000Z`);
      await drill(filled, id, { verdict: day === 18 ? "failed" : "passed", startedat, restoreseconds: `${day}.5` });
    }
    filled.calls = [];
    const drills = await newestDrills(filled, "orders");
    expect(drills.map(({ verdict, restoreSeconds }) => [verdict, restoreSeconds])).toEqual([
      ["passed", 19.5],
      ["failed", 18.5],
      ["passed", 17.5],
      ["passed", 16.5],
      ["passed", 15.5],
    ]);
    expect(drills[0]!.startedAt).toBe("2026-11-19T04:00:00.000Z");
    expect(filled.calls.length).toBeLessThanOrEqual(25);
  });

  it("pass over records that say nothing of a time, and what is no record", async () => {
    const filled = await repository();
    await drill(filled, "20261119T040000Z-aaaaaa", { verdict: "failed", restoreseconds: "none" });
    await drill(filled, "20261119T050000Z-aaaaaa", {});
    await filled.putOnce("drills/orders/2026/11/19/notes.json", "{}", { lock: undefined, contentType: "text/plain" });
    expect(await newestDrills(filled, "orders")).toEqual([]);
  });
});
