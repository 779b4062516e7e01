import type { CatalogTable } from "../../runner/dump/dumpContext";
import { type PlanFacts, planDump } from "../../runner/dump/dumpPlan";

const MIB = 1024 * 1024;
const BLOCK = 8192;

function table(name: string, mib: number, overrides: Partial<CatalogTable> = {}): CatalogTable {
  const bytes = mib * MIB;
  return {
    oid: [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1e9,
    schema: "public",
    name,
    kind: "r",
    rowEstimate: -1,
    bytes,
    blocks: bytes / BLOCK,
    hasOwnRows: true,
    isUnlogged: false,
    columns: ["id"],
    ...overrides,
  };
}

function facts(tables: CatalogTable[], overrides: Partial<PlanFacts> = {}): PlanFacts {
  return {
    tables,
    excludedTables: new Set(),
    snapshotId: "00000003-1",
    serverMajor: 17,
    cores: 8,
    largeObjects: { count: 0, estimatedBytes: 0 },
    options: { shape: "auto", workers: undefined },
    ...overrides,
  };
}

const asParallel = { options: { shape: "parallel" as const, workers: undefined } };
const layout = (plan: ReturnType<typeof planDump>) =>
  plan.groups.map((group) =>
    group.map(({ table: { name }, range }) => (range ? `${name} ${range.fromBlock}-${range.toBlock ?? ""}` : name)),
  );
const sizes = (plan: ReturnType<typeof planDump>) =>
  plan.groups.map((group) => group.reduce((sum, part) => sum + part.estimatedBytes, 0));

describe("the shape", () => {
  it("is single below 256 MiB of tables and large objects, and parallel from there on", () => {
    expect(planDump(facts([table("a", 255)]))).toEqual({ shape: "single", workers: 1, groups: [] });
    expect(planDump(facts([table("a", 256)])).shape).toBe("parallel");
    const largeObjects = { count: 1, estimatedBytes: MIB };
    expect(planDump(facts([table("a", 255)], { largeObjects })).shape).toBe("parallel");
  });

  it("is what was asked for", () => {
    expect(planDump(facts([table("a", 1)], asParallel)).shape).toBe("parallel");
    expect(planDump(facts([table("a", 999)], { options: { shape: "single", workers: 4 } })).shape).toBe("single");
  });

  it("is single where the server exports no snapshot, and fails when parallel was demanded", () => {
    const none = { snapshotId: undefined };
    expect(planDump(facts([table("a", 999)], none)).shape).toBe("single");
    expect(() => planDump(facts([table("a", 999)], { ...none, ...asParallel }))).toThrow(
      "preflight: the server exports no snapshot, which only one program can do without; a parallel dump can't be made, use shape single or auto",
    );
  });

  it("is single where a name is no text, and fails when parallel was demanded", () => {
    const tables = [table("a", 999), table("b", 1, { columns: ["gr\uFFFDn"] })];
    expect(planDump(facts(tables)).shape).toBe("single");
    expect(() => planDump(facts(tables, asParallel))).toThrow(
      "preflight: the name of public.b or of one of its columns is not valid UTF-8; a parallel dump can't be made, use shape single or auto",
    );
  });

  it("is single where the tables' names do not fit a command line, and fails when parallel was demanded", () => {
    const name = (i: number) => String.fromCodePoint(0x4e00 + (i % 20000)) + `${i}`.padEnd(60, `${i * 7}`);
    const tables = (count: number) => Array.from({ length: count }, (_, i) => table(name(i), 1, { oid: i }));
    expect(planDump(facts(tables(9000))).shape).toBe("parallel");
    expect(planDump(facts(tables(14000))).shape).toBe("single");
    expect(() => planDump(facts(tables(14000), asParallel))).toThrow(
      /^preflight: the names of 14000 tables take \d+ bytes of a command line, at most 786432 fit; a parallel dump can't be made, use shape single or auto$/,
    );
  });
});

describe("the workers", () => {
  it.each([
    [256, 8, 1],
    [512, 8, 1],
    [513, 8, 2],
    [1025, 2, 2],
    [9999, 8, 4],
    [9999, 1, 1],
  ])("of %i MiB on %i cores are %i", (mib, cores, workers) => {
    expect(planDump(facts([table("a", mib)], { cores })).workers).toBe(workers);
  });

  it("are what was asked for", () => {
    expect(planDump(facts([table("a", 300)], { cores: 1, options: { shape: "auto", workers: 16 } })).workers).toBe(16);
  });
});

describe("the groups", () => {
  it("split a table larger than its share into ranges of equal blocks, the last without end", () => {
    const plan = planDump(facts([table("big", 64), table("small", 1)], { ...asParallel, cores: 1 }));
    expect(layout(plan)).toEqual([["big 0-2048"], ["big 2048-4096"], ["big 4096-6144"], ["big 6144-"], ["small"]]);
  });

  it("split nothing on servers that have no scans of ranges, nor a table without columns", () => {
    expect(layout(planDump(facts([table("big", 64)], { ...asParallel, serverMajor: 13 })))).toEqual([["big"]]);
    expect(layout(planDump(facts([table("big", 64, { columns: [] })], asParallel)))).toEqual([["big"]]);
    expect(layout(planDump(facts([table("big", 64)], { ...asParallel, serverMajor: 14 })))).toHaveLength(4);
  });

  it("split a table by its blocks, of which it may have fewer than shares: the rest of it is not in them", () => {
    const plan = planDump(facts([table("toasted", 640, { blocks: 2 })], asParallel));
    expect(layout(plan)).toEqual([["toasted 0-1"], ["toasted 1-"]]);
  });

  it("balance small tables, largest first, and start with the largest group", () => {
    const tables = Array.from({ length: 60 }, (_, i) => table(`t${i}`, 1 + (i % 7)));
    const plan = planDump(facts(tables, asParallel));
    const all = sizes(plan);
    expect(plan.groups.flat()).toHaveLength(60);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(MIB);
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(plan).toEqual(planDump(facts(tables, asParallel)));
  });

  it("leave out what has no rows of its own, no blocks, or is excluded", () => {
    const tables = [
      table("kept", 1),
      table("empty", 0),
      table("view", 0, { kind: "m", hasOwnRows: false, bytes: MIB }),
      table("excluded", 1),
    ];
    const excludedTables = new Set([tables[3]!.oid]);
    expect(layout(planDump(facts(tables, { ...asParallel, excludedTables })))).toEqual([["kept"]]);
  });

  it("are none where no table has rows", () => {
    expect(planDump(facts([table("empty", 0)], asParallel)).groups).toEqual([]);
  });

  it("are several for each worker, but none of them more than 4 GiB", () => {
    expect(planDump(facts([table("a", 2048)])).groups).toHaveLength(16);
    expect(planDump(facts([table("a", 1024 * 1024)])).groups).toHaveLength(256);
  });

  it("stay below 9,000, however large the database", () => {
    const tables = Array.from({ length: 9000 }, (_, i) => table(`t${i}`, 40 * 1024, { oid: i }));
    const plan = planDump(facts(tables, { options: { shape: "auto", workers: 16 } }));
    expect(plan.groups.length).toBeLessThanOrEqual(9000);
    expect(plan.groups.flat().length).toBeGreaterThanOrEqual(9000);
  });
});
