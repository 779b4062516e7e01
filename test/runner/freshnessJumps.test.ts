import { ObjectLockMode } from "../../runner/contract";
import type { FreshnessSettings } from "../../runner/freshnessContract";
import { judgeJumps } from "../../runner/freshnessJumps";
import type { ManifestMetadata } from "../../runner/manifest";
import { pointAt } from "./readFixtures";

const ID = "20261120T020000Z-aaaaaa";
const LOOK = "if nobody meant that, keep the points before it: see `backup321 list --database orders`";
const USUAL: ManifestMetadata = {
  formatVersion: 1,
  storedBytes: 1000,
  rawBytes: 5000,
  objects: 2,
  tables: 10,
  rowEstimate: 400,
  fingerprint: "a",
  excluded: 1,
  storedSha256: "",
  retainUntil: new Date(0),
  lockMode: ObjectLockMode.Governance,
  toolVersion: "1",
};
type Change = Partial<ManifestMetadata>;

const found = (newest: Change, before: Change[] = Array(7).fill({}), settings: FreshnessSettings = {}) =>
  judgeJumps(
    pointAt(ID),
    { ...USUAL, ...newest },
    before.map((one) => ({ ...USUAL, ...one })),
    settings,
  );
const codes = (...args: Parameters<typeof found>) => found(...args).problems.map(({ code }) => code);
const notices = (...args: Parameters<typeof found>) => found(...args).notices.map(({ code }) => code);

describe("a point beside those before it", () => {
  it("is like them: nothing to say", () => {
    expect(found({})).toEqual({ problems: [], notices: [] });
  });

  it.each<[string, Change, Change, string, string]>([
    [
      "stored bytes below half of the median",
      { storedBytes: 500, rawBytes: 2500 },
      { storedBytes: 499, rawBytes: 2495 },
      "tooSmall",
      "has 499 stored bytes, 50 % of the median of the points before it, 1000; the least is 50 %",
    ],
    [
      "estimated rows below half of the median",
      { rowEstimate: 200 },
      { rowEstimate: 199 },
      "rowsDropped",
      "has 199 estimated rows, 50 % of the median of the points before it, 400; the least is 50 %",
    ],
    [
      "tables below four fifths of the median",
      { tables: 8 },
      { tables: 7 },
      "tablesDropped",
      "has 7 tables, 70 % of the median of the points before it, 10; the least is 80 %",
    ],
    [
      "bytes that compress no more, as encrypted rows",
      { storedBytes: 3000 },
      { storedBytes: 3001 },
      "incompressible",
      "stores 60 % of its raw bytes, the points before it 20 %; that is 50 % of the way to what does not compress at all, the most is 50 %: rows that somebody encrypted look like this",
    ],
    [
      "one more table whose rows are left out",
      { excluded: 1 },
      { excluded: 2 },
      "tablesExcluded",
      "leaves out the rows of 2 tables, the points before it of 1; 0 more are let pass",
    ],
  ])("is a problem for %s, and none at the limit", (_, at, beyond, code, message) => {
    expect(found(at).problems).toEqual([]);
    expect(found(beyond).problems).toEqual([{ code, message: `${ID} ${message}; ${LOOK}` }]);
  });

  it("is never judged by fewer than three", () => {
    const emptied = { storedBytes: 1, tables: 0, rowEstimate: 1, excluded: 9 };
    expect(found(emptied, [{}, {}])).toEqual({ problems: [], notices: [] });
    expect(codes(emptied, [{}, {}, {}])).toEqual(["tooSmall", "rowsDropped", "tablesDropped", "tablesExcluded"]);
  });

  it("is judged by the median, so that one odd point before it changes nothing", () => {
    expect(codes({ storedBytes: 499, rawBytes: 2495 }, [{ storedBytes: 1, rawBytes: 5 }, {}, {}])).toEqual([
      "tooSmall",
    ]);
    expect(codes({}, [{ storedBytes: 90_000, rawBytes: 450_000 }, {}, {}])).toEqual([]);
  });

  it("is judged by seven at most, so that a change that was meant ends by itself", () => {
    const small = { storedBytes: 100, rawBytes: 500 };
    const after = (points: number) => codes(small, [...Array(points).fill(small), ...Array(9).fill({})]);
    expect([after(0), after(3), after(4)]).toEqual([["tooSmall"], ["tooSmall"], []]);
  });

  it("may grow without limit", () => {
    expect(codes({ storedBytes: 90_000, rawBytes: 450_000, rowEstimate: 99_999, tables: 99, excluded: 0 })).toEqual([]);
  });

  it("is not judged by its ratio where hardly anything compressed before, or nothing was dumped", () => {
    const dense = Array(7).fill({ storedBytes: 4751 }) as Change[];
    expect(codes({ storedBytes: 5000 }, dense)).toEqual([]);
    expect(codes({ storedBytes: 5000 }, Array(7).fill({ storedBytes: 4749 }) as Change[])).toEqual(["incompressible"]);
    expect(codes({ storedBytes: 3001 }, Array(7).fill({ rawBytes: 0 }) as Change[])).toEqual([]);
    expect(codes({ storedBytes: 3001, rawBytes: 0 })).toEqual([]);
  });
});

describe("what is worth a notice", () => {
  it("is a table more or less than in the point before", () => {
    expect(found({ tables: 9 })).toEqual({
      problems: [],
      notices: [{ code: "tablesChanged", message: `${ID} has 9 tables, the point before it 10` }],
    });
    expect(notices({ tables: 11 }, [{ tables: 11 }, {}, {}])).toEqual([]);
    expect(notices({ tables: 10 }, [{ tables: 11 }, {}, {}])).toEqual(["tablesChanged"]);
  });

  it("is another schema with as many tables, compared with the point before alone", () => {
    expect(found({ fingerprint: "b" })).toEqual({
      problems: [],
      notices: [{ code: "schemaChanged", message: `${ID} has other columns than the point before it` }],
    });
    expect(notices({ fingerprint: "b" }, [{ fingerprint: "b" }, {}, {}])).toEqual([]);
  });

  it("is a planner that knows nothing, as after an upgrade of the server", () => {
    expect(found({ rowEstimate: 0 })).toEqual({
      problems: [],
      notices: [
        { code: "rowsUnknown", message: `${ID} has no estimate of rows, the points before it have; run ANALYZE` },
      ],
    });
    expect(notices({ rowEstimate: 0 }, Array(7).fill({ rowEstimate: 0 }) as Change[])).toEqual([]);
  });
});

describe("settings of a database", () => {
  it("name the least bytes there may be, however few points there are", () => {
    expect(codes({}, [], { minStoredBytes: 1000 })).toEqual([]);
    expect(found({}, [], { minStoredBytes: 1001 }).problems).toEqual([
      { code: "tooSmall", message: `${ID} has 1000 stored bytes, the least is 1001 (minStoredBytes); ${LOOK}` },
    ]);
  });

  it("replace one threshold and leave the others", () => {
    const emptied = { storedBytes: 10, rowEstimate: 1, tables: 1, excluded: 2 };
    const left = (thresholds: FreshnessSettings["thresholds"]) => codes(emptied, undefined, { thresholds });
    expect(left({ minStoredPercent: 0 })).toEqual(["rowsDropped", "tablesDropped", "tablesExcluded"]);
    expect(left({ minRowsPercent: 0 })).toEqual(["tooSmall", "tablesDropped", "tablesExcluded"]);
    expect(left({ minTablesPercent: 0 })).toEqual(["tooSmall", "rowsDropped", "tablesExcluded"]);
    expect(left({ maxMoreExcludedTables: 1 })).toEqual(["tooSmall", "rowsDropped", "tablesDropped"]);
    const opaque = (maxIncompressiblePercent: number) =>
      codes({ storedBytes: 5000 }, undefined, { thresholds: { maxIncompressiblePercent } });
    expect([opaque(99), opaque(100)]).toEqual([["incompressible"], []]);
  });
});
