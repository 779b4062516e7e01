import { replacementQuestion } from "../../runner/cli/restoreText";
import { runCli } from "../../runner/cli/program";
import type { Manifest } from "../../runner/manifestFormat";
import { restorePoint, type RestoreDependencies, type RestoreRequest } from "../../runner/restore";
import { previewRestore } from "../../runner/restorePreview";
import type { Definitions } from "../../runner/restoreDefinitions";
import { chooseContents, requireWholeReplacement } from "../../runner/restoreSelection";
import { failureOf, manifestOf, pointAt } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";
const NEVER = new AbortController().signal;
const replace = { disconnectOthers: false, dropReplaced: false };

function request(more: Partial<RestoreRequest>): RestoreRequest {
  const omissions = { noOwner: false, noAcl: false, noTablespaces: false };
  return { point: pointAt(ID), newDatabase: "orders", workers: 1, ...omissions, ...more };
}

describe("a restore that replaces a database", () => {
  const SOME =
    "restore: some tables can't replace a database: all others would be empty; restore them under another name, or bring their rows into empty tables with --data-only";
  const NONE =
    "restore: definitions alone can't replace a database: every table would be empty; restore them under another name";
  const partial: [string, Partial<RestoreRequest>, string][] = [
    ["some tables", { tables: ["public.orders"] }, SOME],
    ["some schemas", { schemas: ["public"] }, SOME],
    ["definitions alone", { schemaOnly: true }, NONE],
  ];

  it.each(partial)("fails when it is of %s, before anything is looked at", async (_, what, message) => {
    const nothing = {} as RestoreDependencies;
    for (const work of [restorePoint, previewRestore]) {
      const error = await failureOf(work(nothing, request({ ...what, replace }), NEVER));
      expect([error.exit, error.message]).toEqual(["usage", message]);
    }
  });

  it("may be of the whole point; and what is partial may have a name of its own", () => {
    expect(() => requireWholeReplacement(request({ replace, schemaOnly: false }))).not.toThrow();
    for (const [, what] of partial) expect(() => requireWholeReplacement(request(what))).not.toThrow();
  });

  const notes = async (...args: string[]) => {
    const said: string[] = [];
    const code = await runCli(["restore", "orders", ...args], {
      env: {},
      signal: NEVER,
      clock: () => new Date(0),
      out: () => undefined,
      note: (text) => void said.push(text),
      isInteractive: false,
      ask: undefined,
    });
    return [code, said.join("\n")];
  };

  it("fails on the command line when it is of a part, naming every option", async () => {
    expect(await notes("--replace", "--table", "public.a", "--schema", "b", "--schema-only")).toEqual([
      2,
      [
        "restore: 3 problems:",
        "  - --replace takes all rows, so not with --table, which leaves tables empty; choose another name",
        "  - --replace takes all rows, so not with --schema, which leaves tables empty; choose another name",
        "  - --replace takes all rows, so not with --schema-only, which leaves tables empty; choose another name",
      ].join("\n"),
    ]);
    const [, whole] = await notes("--replace");
    expect(whole).not.toContain("takes all rows");
  });

  it("is asked for with the tables that will be empty", () => {
    const server = { host: "db", port: 5432 };
    const point = { recoveryPointId: ID, takenAt: "2026-11-20T02:00:00.000Z", excludedTables: [] as string[] };
    const what = `database "orders" on db:5432 will be renamed, and its place taken by ${ID}, taken 2026-11-20T02:00:00.000Z`;
    expect(replacementQuestion(server, point, "orders", false)).toBe(what);
    expect(replacementQuestion(server, point, "orders", true)).toBe(what.replace("renamed", "dropped"));
    const excluded = (count: number) => ({
      ...point,
      excludedTables: Array.from({ length: count }, (_, index) => `public.t${index}`),
    });
    expect(replacementQuestion(server, excluded(1), "orders", false)).toBe(
      `${what}; these tables will be EMPTY, as the backup left out their rows: public.t0`,
    );
    const ten =
      "public.t0, public.t1, public.t2, public.t3, public.t4, public.t5, public.t6, public.t7, public.t8, public.t9";
    expect(replacementQuestion(server, excluded(10), "orders", false)).toMatch(new RegExp(`: ${ten}$`));
    expect(replacementQuestion(server, excluded(12), "orders", false)).toMatch(new RegExp(`: ${ten} and 2 more$`));
  });
});

describe("a whole restore", () => {
  const table = { schema: "public", kind: "r", rowEstimate: 1, bytes: 8192 };
  const manifest = (shape: Manifest["shape"]): Manifest => ({
    ...manifestOf(pointAt(ID), "v1", Buffer.alloc(1), Buffer.alloc(1)),
    shape,
    tables: [
      { ...table, name: "kept" },
      { ...table, name: "log" },
    ],
    excludedTables: ["public.log"],
  });
  // An archive without entries: what is left out of a backup is told by the manifest alone.
  const archive = { ask: () => Promise.resolve([]), list: () => Promise.resolve("list") } as unknown as Definitions;

  it.each(["single", "parallel"] as const)("of a %s point names rows that the backup left out", async (shape) => {
    const all = await chooseContents(archive, manifest(shape), undefined, false);
    expect(all.leftOut).toEqual(["rows of public.log, which were left out of the backup"]);
    expect(all.tables.map(({ name }) => name)).toEqual(["kept"]);
    const none = await chooseContents(archive, { ...manifest(shape), excludedTables: [] }, undefined, false);
    expect([none.leftOut, none.tables.length]).toEqual([[], 2]);
  });
});
