import { verificationKey } from "../../runner/contract";
import { drillId, drillKey, type DrillRecord } from "../../runner/drillContract";
import { encodeRecord, recordMetadata, storeRecord } from "../../runner/drill/record";
import { formatOf, sinceOf } from "../../runner/cli/report";
import type { DatabaseEvidence } from "../../runner/report/evidence";
import { databasesWithEvidence, gatherEvidence, renderReport } from "../../runner/report";
import { summaryOf } from "../../runner/report/summary";
import { ClockedRepository, commitPoint, failureOf, LOCK } from "./readFixtures";
import { brokenDrill, databaseEvidence, drillRecord, evidenceOf, TASK } from "./reportFixtures";

const SINCE = "2025-11-21T00:00:00.000Z";
const gapsOf = (evidence: DatabaseEvidence) => summaryOf(evidence, SINCE).notTested;
const verification = {
  key: "k",
  recoveryPointId: "20261120T020000Z-abcdef",
  startedAt: "2026-11-20T02:40:00.000Z",
  healthy: true,
  decryption: "notEncrypted" as const,
  problems: 0,
};
const person = (day: string) => drillRecord(day, { ranBy: "maria@laptop" });

describe("what a report says of a database", () => {
  it("is that it is proven by its last drill, whatever came before", () => {
    const summary = summaryOf(
      databaseEvidence("orders", { drills: [person("2026-11-20"), brokenDrill("2026-11-13")] }),
      SINCE,
    );
    expect(summary).toMatchObject({ state: "proven", passed: 1, failed: 1 });
    expect(summary.times.map(({ seconds }) => seconds)).toEqual([null, 602.5]);
  });

  it("is that it fails when the last drill did, and untested when there was none", () => {
    const drills = [brokenDrill("2026-11-20"), person("2026-11-13")];
    expect(summaryOf(databaseEvidence("orders", { drills }), SINCE)).toMatchObject({
      state: "failing",
      lastPassed: { startedAt: "2026-11-13T04:00:00.000Z" },
      lastByPerson: { ranBy: "maria@laptop" },
    });
    expect(summaryOf(databaseEvidence("orders"), SINCE).state).toBe("untested");
  });

  it("is that nothing was left untested where all of it was", () => {
    const drills = [person("2026-11-20")];
    expect(gapsOf(databaseEvidence("orders", { drills, verifications: [verification], pointsSinceDrill: 0 }))).toEqual(
      [],
    );
  });

  it("is each gap, and since when", () => {
    const last = drillRecord("2026-11-20", {
      rtoSeconds: null,
      checks: [{ name: "restore", passed: true, detail: "" }],
      source: { side: "primary", bucket: "shop-primary", region: "eu-central-1" },
      leftOut: ["rows of public.log, which were left out of the backup"],
    });
    const sealed = { ...verification, decryption: "notProven" as const };
    expect(
      gapsOf(databaseEvidence("orders", { drills: [last], verifications: [sealed], pointsSinceDrill: 1 })),
    ).toEqual([
      "1 recovery point taken after 2026-11-20 02:00 UTC: no drill has restored them",
      "the replica: every drill that passed since 2025-11-21 00:00 UTC restored from the primary",
      "the recovery time: no objective was set to hold it against",
      "what the data means: the last drill that passed asked no assertion",
      "rows of public.log, which were left out of the backup",
      "people: none has run a drill since 2025-11-21 00:00 UTC",
      "the private key: points are encrypted, and nothing has decrypted one",
    ]);
    const gaps = gapsOf(databaseEvidence("orders", { lastPassedBefore: { startedAt: "2025-09-01T04:00:00.000Z" } }));
    expect(gaps[0]).toBe(
      "restoring: no drill has passed since 2025-11-21 00:00 UTC; the last one that passed began 2025-09-01 04:00 UTC",
    );
    expect(gapsOf(databaseEvidence("orders"))[0]).toBe(
      "restoring: no drill has passed since 2025-11-21 00:00 UTC; none that passed is known before",
    );
  });

  it("is not that the key is unproven where a drill used it", () => {
    const drills = [drillRecord("2026-11-20", { decryption: "proven", ranBy: "maria@laptop" })];
    const verifications = [{ ...verification, decryption: "notProven" as const }];
    expect(gapsOf(databaseEvidence("orders", { drills, verifications, pointsSinceDrill: 0 }))).toEqual([]);
  });
});

describe("a report", () => {
  const evidence = evidenceOf(
    databaseEvidence("billing", { drills: [drillRecord("2026-11-19")] }),
    databaseEvidence("orders", { drills: [brokenDrill("2026-11-20"), drillRecord("2026-11-13")] }),
    databaseEvidence("sessions", { remarks: ["of 500 drill records the newest 400 were read"] }),
  );

  it("begins with the answers in Markdown, the worrying databases first", () => {
    const lines = renderReport(evidence, "md").split("\n");
    expect(lines[0]).toBe("# Restore evidence of 2026-11-21 09:30 UTC");
    expect(lines[2]).toMatch(/^\*\*3 databases: 1 failing, 1 untested, 1 proven\.\*\* Period: 2025-11-21 00:00 UTC to/);
    const answers = lines.slice(6, 9).map((line) => line.split(" | ").slice(0, 3).join(" | "));
    expect(answers).toEqual([
      "| orders | **failing** | 2026-11-20 04:00 UTC",
      "| sessions | **untested** | never in the period",
      "| billing | **proven** | 2026-11-19 04:00 UTC",
    ]);
    expect(lines).toContain(
      "**The last drill failed.** restore: digest: an object \\<is\\> damaged \\| use the other side",
    );
    expect(lines).toContain("| 2026-11-13 04:00 UTC | 10m 3s | ██████████████████████████████ | passed |");
    expect(lines).toContain("| 2026-11-20 04:00 UTC | not restored |  | failed |");
    expect(lines).toContain("- of 500 drill records the newest 400 were read");
  });

  it("is one HTML file without script or anything from elsewhere, in which no value is markup", () => {
    const html = renderReport(evidence, "html");
    expect(html).toContain("an object &lt;is&gt; damaged");
    expect(html).not.toMatch(/<is>|<script|<link|src=|@import|url\(http/);
    expect(html.match(/<section id="/g)).toHaveLength(3);
    expect(html.match(/<svg class="chart"/g)).toHaveLength(2);
    expect(html).toContain(`scheduled task<br><small>…${TASK.slice(-8)}, account 123456789012</small>`);
  });

  it("draws a failed drill otherwise than one that passed, and the objective where it is near", () => {
    const slow = drillRecord("2026-11-06", {
      verdict: "failed",
      rtoSeconds: 900,
      seconds: { preflight: 0, restore: 1000, checks: 0, total: 1000 },
    });
    const near = drillRecord("2026-11-13", { rtoSeconds: 900 });
    const chart = renderReport(evidenceOf(databaseEvidence("orders", { drills: [near, slow] })), "html");
    expect(chart.match(/<rect class="failed" fill="url\(#hatch-orders\)"/g)).toHaveLength(1);
    expect(chart.match(/<rect class="passed"/g)).toHaveLength(1);
    expect(chart).toContain("dashed line: the objective, 15m");
    const far = renderReport(evidenceOf(databaseEvidence("orders", { drills: [drillRecord("2026-11-13")] })), "html");
    expect(far).not.toContain('class="objective"');
    expect(far).toContain("the objective, 1h, is far above this chart");
  });

  it("holds all of the evidence in JSON", () => {
    const parsed = JSON.parse(renderReport(evidence, "json"));
    expect(parsed).toMatchObject({ formatVersion: 1, bucket: "shop-primary", databases: evidence.databases });
    expect(parsed.summaries.map(({ database }: { database: string }) => database)).toEqual([
      "orders",
      "sessions",
      "billing",
    ]);
  });
});

describe("gathering evidence", () => {
  const request = {
    side: "primary" as const,
    databases: ["orders"],
    since: new Date("2026-01-01T00:00:00Z"),
    now: new Date("2026-11-21T09:30:00Z"),
    toolVersion: "0.1.0",
  };
  const put = (repository: ClockedRepository, key: string, text: string) => repository.putOnce(key, text, LOCK);

  it("reads the drills and verifications of the period, and counts the points since", async () => {
    const repository = ClockedRepository.at("2026-11-20T05:00:00Z");
    const drills = [drillRecord("2026-11-19"), brokenDrill("2026-11-20"), drillRecord("2025-12-31")];
    for (const record of drills) await storeRecord(repository, record);
    await commitPoint(repository, "20261119T020000Z-abcdef");
    await commitPoint(repository, "20261120T020000Z-abcdef");
    const stored = {
      recoveryPointId: "20261120T020000Z-abcdef",
      startedAt: "2026-11-20T02:40:00.000Z",
      healthy: true,
      decryption: "notEncrypted",
    };
    await put(
      repository,
      verificationKey("orders", stored.recoveryPointId, 1),
      JSON.stringify({ ...stored, problems: [] }),
    );
    await put(repository, "drills/_doctor/2026/11/20/20261120T040000Z-abcdef.json", "{}");
    expect(await databasesWithEvidence(repository)).toEqual(["orders"]);
    const { databases } = await gatherEvidence(repository, request);
    expect(databases).toEqual([
      {
        database: "orders",
        drills: [drills[1], drills[0]],
        unreadableLast: null,
        lastPassedBefore: null,
        verifications: [{ ...stored, key: verificationKey("orders", stored.recoveryPointId, 1), problems: 0 }],
        pointsSinceDrill: 1,
        newestPointAt: "2026-11-20T02:00:00.000Z",
        remarks: [],
      },
    ]);
  });

  it("finds the last drill that passed before the period", async () => {
    const repository = ClockedRepository.at("2026-11-20T05:00:00Z");
    for (const record of [drillRecord("2025-06-01"), drillRecord("2025-05-01"), brokenDrill("2025-07-01")])
      await storeRecord(repository, record);
    const { databases } = await gatherEvidence(repository, request);
    expect(databases[0]).toMatchObject({
      drills: [],
      lastPassedBefore: { startedAt: "2025-06-01T04:00:00.000Z" },
      pointsSinceDrill: null,
      newestPointAt: null,
    });
  });

  it("names each record that it can't read, and reads no more than the newest 400", async () => {
    const repository = ClockedRepository.at("2026-11-20T05:00:00Z");
    const record = drillRecord("2026-11-20");
    await put(repository, drillKey("orders", "20261120T050000Z-abcdef"), "no JSON");
    await put(repository, drillKey("orders", "20261120T060000Z-abcdef"), encodeRecord(record));
    await put(
      repository,
      drillKey("orders", "20261120T070000Z-abcdef"),
      JSON.stringify({ ...record, verdict: "fine" }),
    );
    await put(repository, "drills/orders/foreign.txt", "x");
    for (let n = 0; n < 400; n++) {
      const at = new Date(Date.UTC(2026, 10, 19, 0, 0, n));
      await storeRecord(repository, { ...record, drillId: drillId(at, "abcdef"), startedAt: at.toISOString() });
    }
    const { databases } = await gatherEvidence(repository, request);
    expect(databases[0]!.drills).toHaveLength(397);
    expect(databases[0]!.remarks).toEqual([
      "of 403 drill records the newest 400 were read",
      "not counted: drill record: drills/orders/2026/11/20/20261120T050000Z-abcdef.json is no JSON",
      "not counted: drill record: drills/orders/2026/11/20/20261120T060000Z-abcdef.json: its content speaks of orders/20261120T040000Z-abcdef",
      expect.stringMatching(
        /^not counted: drill record: \S+070000Z-abcdef\.json is not valid: verdict: Invalid option/,
      ),
    ]);
  });
});

describe("the metadata of a drill's record", () => {
  it("says what freshness and an estimate need, without being read", async () => {
    expect(recordMetadata(drillRecord("2026-11-20"))).toEqual({
      verdict: "passed",
      recoverypoint: "20261120T020000Z-abcdef",
      startedat: "2026-11-20T04:00:00.000Z",
      finishedat: "2026-11-20T04:12:00.000Z",
      restoreseconds: "602.5",
    });
    const lost: DrillRecord = { ...brokenDrill("2026-11-20"), recoveryPoint: null };
    expect(recordMetadata(lost)).toMatchObject({ verdict: "failed", recoverypoint: "none", restoreseconds: "none" });
  });
});

describe("the options of a report", () => {
  const now = new Date("2026-11-21T09:30:00Z");
  it("take a day of the past, by default one of a year ago", () => {
    expect(sinceOf("2026-11-21", now).toISOString()).toBe("2026-11-21T00:00:00.000Z");
    expect(sinceOf(undefined, now).toISOString()).toBe(SINCE);
  });

  it.each(["2026-11-22", "2026-13-01", "yesterday", "2026-11-20T02:00Z"])("fail when the day is %s", async (text) => {
    const error = await failureOf((async () => sinceOf(text, now))());
    expect(error.message).toBe(`report: --since must be a day of the past like 2026-01-01 (UTC), got "${text}"`);
  });

  it("find the format by the name of the file", () => {
    expect(formatOf({ out: "a.html" })).toBe("html");
    expect(formatOf({ out: "a.html", format: "json" })).toBe("json");
    expect(formatOf({ out: "evidence" })).toBe("md");
    expect(formatOf({})).toBe("md");
  });
});
