import type { Manifest } from "../../runner/manifestFormat";
import { allRows, definitionsOf, someRows, tablesNamed } from "../../runner/restorePlan";
import { StageError } from "../../runner/errors";
import { manifestOf, pointAt } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";

/** A parallel point: `wide` in two ranges over two objects, `small` beside one of them. */
function manifest(): Manifest {
  const single = manifestOf(pointAt(ID), "v1", Buffer.alloc(1), Buffer.alloc(1));
  const [archive] = single.objects;
  const rows = (bytes: number) => ({ ...archive!, role: "tables" as const, stored: { ...archive!.stored, bytes } });
  const table = { schema: "public", kind: "r", rowEstimate: 1, bytes: 8192 };
  const data = { rawBytes: 5, rows: 1 };
  return {
    ...single,
    shape: "parallel",
    objects: [{ ...archive!, role: "schema" }, rows(30), rows(50)],
    tables: [
      { ...table, name: "empty", data: [] },
      { ...table, name: "small", data: [{ ...data, object: 1, offset: 20, bytes: 10, rows: 2 }] },
      {
        ...table,
        name: "wide",
        data: [
          { ...data, object: 1, offset: 0, bytes: 20, rows: 3, fromBlock: 0, toBlock: 4 },
          { ...data, object: 2, offset: 0, bytes: 50, rows: 4, fromBlock: 4 },
        ],
      },
      { ...table, name: "view", kind: "m" },
      { ...table, name: "far", kind: "f" },
      { ...table, name: "left", schema: "out" },
    ],
    excludedTables: ["out.left"],
  };
}

function failure(work: () => unknown): StageError {
  try {
    work();
  } catch (error) {
    if (error instanceof StageError) return error;
  }
  throw new Error("expected a StageError");
}

describe("the rows of a restore", () => {
  it("of everything are whole objects, the largest first, with what each COPY must say", () => {
    expect(allRows(manifest()).map(({ storedBytes, range, expected }) => ({ storedBytes, range, expected }))).toEqual([
      { storedBytes: 50, range: undefined, expected: [{ table: "public.wide", rows: 4 }] },
      {
        storedBytes: 30,
        range: undefined,
        expected: [
          { table: "public.wide", rows: 3 },
          { table: "public.small", rows: 2 },
        ],
      },
    ]);
    expect(allRows(manifest())[1]!.files).toEqual([
      { offset: 0, bytes: 20 },
      { offset: 20, bytes: 10 },
    ]);
  });

  it("of some tables are their ranges alone", () => {
    const point = manifest();
    const parts = someRows(point, tablesNamed(point, ["public.wide", "public.empty"]));
    expect(parts.map(({ object, range }) => [point.objects.indexOf(object), range])).toEqual([
      [2, { offset: 0, bytes: 50 }],
      [1, { offset: 0, bytes: 20 }],
    ]);
  });

  it("fails when a table with rows is nowhere, unless it was left out", () => {
    const point = { ...manifest(), excludedTables: [] };
    expect(failure(() => allRows(point))).toMatchObject({
      exit: "unhealthy",
      message: 'manifest: it does not say where the rows of "out.left" are; no run writes that',
    });
    expect(() => allRows(manifest())).not.toThrow();
  });

  it("fails when there is no schema, or more than one", () => {
    const point = manifest();
    expect(definitionsOf(point)).toBe(point.objects[0]);
    expect(failure(() => definitionsOf({ ...point, objects: point.objects.slice(1) })).message).toBe(
      `manifest: ${ID} has 0 objects of the role "schema" instead of one; no run writes that`,
    );
    expect(failure(() => definitionsOf({ ...point, objects: [point.objects[0]!, point.objects[0]!] })).message).toBe(
      `manifest: ${ID} has 2 objects of the role "schema" instead of one; no run writes that`,
    );
  });
});

describe("names of tables", () => {
  it("mean each table once", () => {
    expect(tablesNamed(manifest(), ["public.wide", '"public"."wide"']).map(({ name }) => name)).toEqual(["wide"]);
  });

  it("fails when they mean none, or what has no rows here, all at once", () => {
    const error = failure(() =>
      tablesNamed(manifest(), ["wide", "public.wiide", "x.y", "public.view", "public.far", "out.left"]),
    );
    expect(error.exit).toBe("usage");
    expect(error.message).toBe(
      [
        "restore: 6 problems:",
        `  - there is no table "wide" in ${ID}; names are schema.table; like it are public.wide`,
        `  - there is no table "public.wiide" in ${ID}; names are schema.table; like it are public.wide`,
        `  - there is no table "x.y" in ${ID}; names are schema.table`,
        '  - "public.view" is a materialized view, whose rows come from other tables; restore those, or the whole database',
        '  - "public.far" is a foreign table; its rows are on another server',
        `  - "out.left" is in ${ID} without its rows: they were left out of the backup`,
      ].join("\n"),
    );
  });

  it("fails when two tables are meant, with how to name each", () => {
    const point = manifest();
    const table = point.tables[0]!;
    const tables = [
      { ...table, schema: "a.b", name: "c" },
      { ...table, schema: "a", name: "b.c" },
    ];
    expect(failure(() => tablesNamed({ ...point, tables }, ["a.b.c"])).message).toBe(
      'restore: "a.b.c" can mean "a.b"."c" or "a"."b.c"; name it like that',
    );
    expect(tablesNamed({ ...point, tables }, ['"a"."b.c"'])).toEqual([tables[1]]);
  });
});
