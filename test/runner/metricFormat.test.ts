import { backupReport } from "../../runner/cli/backupReport";
import type { BackupEvent } from "../../runner/backupEvents";
import { backupMetrics, withMetrics } from "../../runner/metricFormat";

const PROGRESS: BackupEvent = {
  event: "progress",
  storedBytes: 1000,
  storedBytesPerSecond: 100,
  objectsDone: 0,
  objects: 1,
  tablesDone: 0,
  tables: 2,
  fraction: 0,
  etaSeconds: null,
};
const COMMITTED: BackupEvent = {
  event: "committed",
  key: "manifests/x.json",
  objects: 1,
  tables: 2,
  rawBytes: 5000,
  storedBytes: 1000,
  seconds: 4,
};
const STORED: BackupEvent = { event: "stored", key: "k", rawBytes: 1, storedBytes: 1, parts: 1 };
const TARGET = { namespace: "Backup321", dimensions: { Repository: "shop", Database: "orders" } };
const AT = new Date("2026-11-20T02:00:00.000Z");

/** What the specification demands of a document: every named dimension a string, every named metric a number, at the root. */
function requireFormat(line: Record<string, unknown>): void {
  const { Timestamp, CloudWatchMetrics, ...others } = line._aws as {
    Timestamp: unknown;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  expect(others).toEqual({});
  expect(Number.isInteger(Timestamp)).toBe(true);
  for (const directive of CloudWatchMetrics) {
    expect(Object.keys(directive).sort()).toEqual(["Dimensions", "Metrics", "Namespace"]);
    expect(directive.Namespace).toMatch(/^.{1,1024}$/);
    expect(directive.Metrics.length).toBeGreaterThan(0);
    expect(directive.Metrics.length).toBeLessThanOrEqual(100);
    for (const set of directive.Dimensions) {
      expect(set.length).toBeLessThanOrEqual(30);
      for (const name of set) expect(line[name]).toMatch(/^.{1,1024}$/);
    }
    for (const { Name, Unit } of directive.Metrics) {
      expect(["Bytes", "Bytes/Second", "Seconds", "Count"]).toContain(Unit);
      expect(Number.isFinite(line[Name])).toBe(true);
    }
  }
}

describe("embedded metric format", () => {
  it("puts metrics into the line of an event, by the specification", () => {
    const line = withMetrics({ ...COMMITTED }, backupMetrics(COMMITTED), TARGET, AT);
    requireFormat(line);
    expect(line).toEqual({
      ...COMMITTED,
      _aws: {
        Timestamp: 1795140000000,
        CloudWatchMetrics: [
          {
            Namespace: "Backup321",
            Dimensions: [["Repository", "Database"]],
            Metrics: [
              { Name: "DumpStoredBytes", Unit: "Bytes" },
              { Name: "DumpBytesPerSecond", Unit: "Bytes/Second" },
              { Name: "DumpRawBytes", Unit: "Bytes" },
              { Name: "DumpSeconds", Unit: "Seconds" },
              { Name: "DumpTables", Unit: "Count" },
            ],
          },
        ],
      },
      Repository: "shop",
      Database: "orders",
      DumpStoredBytes: 1000,
      DumpBytesPerSecond: 250,
      DumpRawBytes: 5000,
      DumpSeconds: 4,
      DumpTables: 2,
    });
  });

  it("tells of a dump that runs only what is known already, and of other events nothing", () => {
    expect(backupMetrics(PROGRESS).map(({ name }) => name)).toEqual(["DumpStoredBytes", "DumpBytesPerSecond"]);
    requireFormat(withMetrics({ ...PROGRESS }, backupMetrics(PROGRESS), TARGET, AT));
    expect(backupMetrics(STORED)).toEqual([]);
    expect(withMetrics({ ...STORED }, [], TARGET, AT)).toEqual(STORED);
  });

  it("has numbers even of a dump that took no time", () => {
    requireFormat(withMetrics({ ...COMMITTED }, backupMetrics({ ...COMMITTED, seconds: 0 }), TARGET, AT));
  });
});

describe("the report of a backup", () => {
  const ECS = { ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/x" };
  function report(env: Record<string, string>, isInteractive = false) {
    const lines: Record<string, unknown>[] = [];
    const clock = { seconds: 0 };
    const context = { env, isInteractive, clock: () => new Date(clock.seconds * 1000) };
    return { ...backupReport(context, "orders", (line) => lines.push(line)), lines, clock };
  }

  it("has metrics in ECS alone, under the repository's name or else its bucket's", () => {
    const namesOf = (env: Record<string, string>) => {
      const { onEvent, lines } = report(env);
      onEvent(COMMITTED);
      return [lines[0]!.database, lines[0]!.Repository, lines[0]!._aws === undefined];
    };
    expect(namesOf({ BACKUP321_REPOSITORY: "shop" })).toEqual(["orders", undefined, true]);
    expect(namesOf({ ...ECS, BACKUP321_REPOSITORY: "shop", BACKUP321_BUCKET: "b" })).toEqual(["orders", "shop", false]);
    expect(namesOf({ ...ECS, BACKUP321_BUCKET: "b" })).toEqual(["orders", "b", false]);
  });

  it("takes another namespace from the environment", () => {
    const { onEvent, lines } = report({ ...ECS, BACKUP321_BUCKET: "b", BACKUP321_METRIC_NAMESPACE: "Ours" });
    onEvent(COMMITTED);
    expect(lines[0]).toMatchObject({ _aws: { CloudWatchMetrics: [{ Namespace: "Ours" }] } });
  });

  it.each([
    ["elsewhere", {}, 10],
    ["in ECS", { ...ECS, BACKUP321_BUCKET: "b" }, 60],
  ])("has a line of progress now and then %s, and every other event at once", (_, env, everySeconds) => {
    const { onEvent, lines, clock } = report(env);
    onEvent(PROGRESS);
    clock.seconds = everySeconds - 0.001;
    onEvent(PROGRESS);
    onEvent(STORED);
    onEvent(STORED);
    clock.seconds = everySeconds;
    onEvent(PROGRESS);
    expect(lines.map(({ event }) => event)).toEqual(["progress", "stored", "stored", "progress"]);
  });

  it("has a bar in place of lines of progress where people look", () => {
    const written = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    const { onEvent, lines, stop } = report({}, true);
    onEvent(PROGRESS);
    onEvent(STORED);
    stop();
    written.mockRestore();
    expect(lines.map(({ event }) => event)).toEqual(["stored"]);
  });
});
