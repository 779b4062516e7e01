import { verificationKey } from "../../runner/contract";
import { drillKey, type DrillRecord } from "../../runner/drillContract";
import { decodeRecord, encodeRecord, storeRecord } from "../../runner/drill/record";
import { gatherEvidence, renderReport } from "../../runner/report";
import { summaryOf } from "../../runner/report/summary";
import { decodeVerification } from "../../runner/report/verificationRecord";
import { ClockedRepository, failureOf, LOCK } from "./readFixtures";
import { brokenDrill, databaseEvidence, drillRecord, evidenceOf } from "./reportFixtures";

const request = {
  side: "primary" as const,
  databases: ["orders"],
  since: new Date("2026-01-01T00:00:00Z"),
  now: new Date("2026-11-21T09:30:00Z"),
  toolVersion: "0.1.0",
};
const SINCE = request.since.toISOString();
const put = (repository: ClockedRepository, key: string, text: string) => repository.putOnce(key, text, LOCK);

async function gathered(repository: ClockedRepository) {
  const { databases } = await gatherEvidence(repository, request);
  return databases[0]!;
}

describe("a drill record that can't be read", () => {
  const UNREADABLE = drillKey("orders", "20261120T050000Z-abcdef");
  const problem = `drill record: ${UNREADABLE} is no JSON`;

  async function withRecords(...records: DrillRecord[]) {
    const repository = ClockedRepository.at("2026-11-20T06:00:00Z");
    await put(repository, UNREADABLE, "no JSON");
    for (const record of records) await storeRecord(repository, record);
    return gathered(repository);
  }

  it.each([
    ["newer than one that passed", [drillRecord("2026-11-20")]],
    ["the only one", []],
  ])("makes the database failing when it is %s", async (_, records) => {
    const evidence = await withRecords(...records);
    expect(evidence.unreadableLast).toEqual({ key: UNREADABLE, startedAt: "2026-11-20T05:00:00.000Z", problem });
    expect(evidence.remarks).toEqual([`not counted: ${problem}`]);
    expect(summaryOf(evidence, SINCE)).toMatchObject({ state: "failing", passed: records.length, failed: 0 });
  });

  it("leaves the state to the last drill where it is older than that", async () => {
    const evidence = await withRecords(drillRecord("2026-11-21"));
    expect(evidence.unreadableLast).toBeNull();
    expect(evidence.remarks).toEqual([`not counted: ${problem}`]);
    expect(summaryOf(evidence, SINCE).state).toBe("proven");
  });

  it("is one from before the period no more than it counts", async () => {
    const repository = ClockedRepository.at("2026-11-20T06:00:00Z");
    await put(repository, UNREADABLE, "no JSON");
    const { databases } = await gatherEvidence(repository, { ...request, since: new Date("2026-11-20T12:00:00Z") });
    expect(summaryOf(databases[0]!, SINCE).state).toBe("untested");
  });

  it("is what the report says of the last drill, instead of what an older one came to", async () => {
    const evidence = evidenceOf(await withRecords(drillRecord("2026-11-19")));
    const lines = renderReport(evidence, "md").split("\n");
    expect(lines[6]).toMatch(
      /^\| orders \| \*\*failing\*\* \| 2026-11-20 05:00 UTC, record not readable \| {2}\| {2}\| {2}\| 2026-11-19 04:00 UTC \|/,
    );
    expect(lines).toContain(`**The last drill left a record that can't be read.** ${problem}`);
    const html = renderReport(evidence, "html");
    expect(html).toContain(`<h3>The last drill left a record that can't be read</h3>${problem}</div>`);
    expect(html).toContain("<td>2026-11-20 05:00 UTC, record not readable</td><td></td><td></td><td></td>");
  });
});

describe("verifications of a period", () => {
  const OLD = "20240105T020000Z-abcdef";
  const stored = (startedAt: string, change: object = {}) =>
    JSON.stringify({
      recoveryPointId: OLD,
      startedAt,
      healthy: true,
      decryption: "notEncrypted",
      problems: [],
      ...change,
    });

  it("are those that began in it, however old the recovery point", async () => {
    const repository = ClockedRepository.at("2024-01-05T05:00:00Z");
    await put(repository, verificationKey("orders", OLD, 1), stored("2024-01-05T04:00:00.000Z"));
    repository.clock.now = new Date("2026-11-19T05:00:00Z");
    const again = stored("2026-11-19T04:00:00.000Z", { healthy: false, problems: ["gone", "damaged"] });
    await put(repository, verificationKey("orders", OLD, 2), again);
    const evidence = await gathered(repository);
    expect(evidence.verifications).toEqual([
      {
        ...JSON.parse(again),
        key: "verifications/orders/2024/01/05/20240105T020000Z-abcdef-2.json",
        problems: 2,
      },
    ]);
    expect(evidence.remarks).toEqual([]);
    expect(summaryOf(evidence, SINCE).notTested).toContain(
      `${OLD}: its last verification, of 2026-11-19 04:00 UTC, found it unhealthy (2 problems)`,
    );
  });

  it("are of the newest recovery points where there are too many keys, which is said", async () => {
    const repository = ClockedRepository.at("2026-11-20T05:00:00Z");
    const listed: string[] = [];
    const names = Array.from({ length: 20_001 }, (_, n) => `20261120T020000Z-abcdef-${n + 1}.json`);
    repository.listFolders = (prefix) =>
      Promise.resolve(
        prefix.endsWith("/orders/")
          ? [`${prefix}2024/`, `${prefix}2026/`, `${prefix}foreign/`]
          : prefix.endsWith("2026/")
            ? [`${prefix}02/`, `${prefix}11/`]
            : prefix.endsWith("2024/")
              ? [`${prefix}01/`]
              : [],
      );
    repository.list = async function* (prefix: string) {
      await Promise.resolve();
      if (!prefix.startsWith("verifications/")) return;
      listed.push(prefix);
      for (const name of names) yield { key: `${prefix}20/${name}`, bytes: 1, lastModified: new Date(0) };
    };
    const evidence = await gathered(repository);
    expect(listed).toEqual(["verifications/orders/2026/11/"]);
    expect(evidence.remarks).toEqual([
      "verifications of recovery points taken before 2026-11 were not looked for: verifications/orders/ holds more than 20000 keys since then",
    ]);
    names.length = 10_000;
    listed.length = 0;
    expect((await gathered(repository)).remarks).toEqual([]);
    expect(listed).toEqual(["2026/11/", "2026/02/", "2024/01/"].map((month) => `verifications/orders/${month}`));
  });

  it("name a point as unhealthy by its last one alone, and no more than ten of them", () => {
    const of = (n: number, startedAt: string, healthy: boolean) => ({
      key: "k",
      recoveryPointId: `202611${String(n).padStart(2, "0")}T020000Z-abcdef`,
      startedAt,
      healthy,
      decryption: "notEncrypted" as const,
      problems: 1,
    });
    const drills = [drillRecord("2026-11-20", { ranBy: "maria@laptop" })];
    const gaps = (verifications: ReturnType<typeof of>[]) =>
      summaryOf(databaseEvidence("orders", { drills, verifications, pointsSinceDrill: 0 }), SINCE).notTested;
    const late = "2026-11-20T03:00:00.000Z";
    const early = "2026-11-19T03:00:00.000Z";
    expect(gaps([of(1, late, true), of(1, early, false)])).toEqual([]);
    expect(gaps([of(1, late, false), of(1, early, true)])).toEqual([
      "20261101T020000Z-abcdef: its last verification, of 2026-11-20 03:00 UTC, found it unhealthy (1 problem)",
    ]);
    const many = gaps(Array.from({ length: 12 }, (_, n) => of(n + 1, late, false)));
    expect(many).toHaveLength(11);
    expect(many[10]).toBe("2 more recovery points: the last verification of each found it unhealthy");
    expect(gaps(Array.from({ length: 10 }, (_, n) => of(n + 1, late, false)))).toHaveLength(10);
  });
});

describe("ids in records", () => {
  const MARKUP = "<img src=x onerror=alert(1)>";
  const record = drillRecord("2026-11-20");

  it.each<[string, Partial<DrillRecord>, string]>([
    ["a point's id", { recoveryPoint: { ...record.recoveryPoint!, id: MARKUP } }, "recoveryPoint.id"],
    ["a drill's id", { drillId: MARKUP }, "drillId"],
  ])("fail when %s is none", async (_, change, path) => {
    const key = drillKey("orders", record.drillId);
    const reading = (async () => decodeRecord(encodeRecord({ ...record, ...change }), key))();
    expect((await failureOf(reading)).message).toBe(
      `drill record: ${key} is not valid: ${path}: expected an id like 20261120T020000Z-k3q7ab`,
    );
    expect(decodeRecord(encodeRecord(record), key)).toEqual(record);
  });

  it("fail when a verification's is none", async () => {
    const verification = {
      recoveryPointId: MARKUP,
      startedAt: "2026-11-20T02:40:00.000Z",
      healthy: true,
      decryption: "proven",
      problems: [],
    };
    const reading = (async () => decodeVerification(JSON.stringify(verification), "k"))();
    expect((await failureOf(reading)).message).toBe(
      "verification record: k is not valid: recoveryPointId: expected an id like 20261120T020000Z-k3q7ab",
    );
  });

  it("are no markup in a report whatever they hold", () => {
    const drills = [
      { ...record, recoveryPoint: { ...record.recoveryPoint!, id: MARKUP }, drillId: "<b>" },
      brokenDrill("2026-11-19"),
    ];
    const evidence = evidenceOf(databaseEvidence("orders", { drills }));
    const html = renderReport(evidence, "html");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;<br>");
    expect(html).toContain("<small>&lt;b&gt;</small>");
    expect(html).not.toMatch(/<img|<b>/);
    expect(renderReport(evidence, "md")).toContain("| \\<img src=x onerror=alert(1)\\> |");
  });
});
