import { runBackup } from "../../runner/backup";
import type { PlannedObject, ProducedTable } from "../../runner/dump/dumpSource";
import { config, dependencies, keysOf, memory } from "./fixtures";
import { faulty } from "./faultyRepository";
import { ObjectsSource, plainObject, tablesObject } from "./objectsSource";
import { failureOf } from "./readFixtures";

const never = new AbortController().signal;

async function refusalOf(objects: PlannedObject[], options: { workers?: number; tables?: string[] } = {}) {
  const repository = faulty({});
  const started = jest.spyOn(repository, "startUpload");
  const source = new ObjectsSource({ objects, tables: ["a", "b"], ...options });
  const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
  expect(error.exitCode).toBe(5);
  expect([await keysOf(repository), repository.openUploads(), source.closed]).toEqual([[], [], 1]);
  return { message: error.message, uploads: started.mock.calls.length, completed: repository.completed };
}

describe("a plan", () => {
  it.each<[string, PlannedObject[], number, string]>([
    ["there is no object", [], 1, "there is no object to write"],
    ["nobody works on it", [plainObject("a.zst", "a")], 0, "0 workers; at least 1 is needed"],
    ["the workers are no number", [plainObject("a.zst", "a")], NaN, "NaN workers; at least 1 is needed"],
    [
      "two objects have one name",
      [plainObject("a.zst", "a"), plainObject("a.zst", "b"), plainObject("a.zst", "b")],
      1,
      'two objects have the name "a.zst"; a key is written once',
    ],
    [
      "a name would be another key",
      [plainObject("../a.zst", "a")],
      1,
      '"../a.zst" is no object name (a-z, 0-9, dots and hyphens)',
    ],
  ])("fails when %s, before anything is uploaded", async (_, objects, workers, problem) => {
    const { message, uploads } = await refusalOf(objects, { workers });
    expect([message, uploads]).toEqual([`dump plan: ${problem}`, 0]);
  });
});

describe("what was stored and what producers say", () => {
  const NAME = "tables-0001.sql.zst";
  const frames = [
    { table: "a", bytes: "1234" },
    { table: "b", bytes: "123456" },
  ];
  const changed = (change: (data: ProducedTable["data"], table: ProducedTable) => void, which = 1) =>
    tablesObject(NAME, frames, (table, index) => void (index === which && change(table.data, table)));

  it("agree where frames follow one another to the last byte", async () => {
    const source = new ObjectsSource({ objects: [tablesObject(NAME, frames)], tables: ["a", "b"] });
    const repository = memory();
    await runBackup(dependencies(source, repository), config(), never);
    expect(await keysOf(repository)).toHaveLength(2);
  });

  it.each<[string, PlannedObject, string]>([
    [
      "a frame begins before the end of the one before",
      changed((data) => void ((data.offset -= 1), (data.bytes += 1))),
      `${NAME}: public.b is said to have bytes 3 to 10, the one before it ends at 4`,
    ],
    [
      "there is something between two frames",
      changed((data) => void ((data.offset += 1), (data.bytes -= 1))),
      `${NAME}: public.b is said to have bytes 5 to 10, the one before it ends at 4`,
    ],
    [
      "a frame is longer than its object",
      changed((data) => void (data.bytes += 1)),
      `${NAME}: its tables end at byte 11, 10 were stored`,
    ],
    [
      "there is something after the last frame",
      changed((data) => void (data.bytes -= 1)),
      `${NAME}: its tables end at byte 9, 10 were stored`,
    ],
    [
      "raw bytes do not add up",
      changed((data) => void (data.rawBytes += 1)),
      `${NAME}: its tables have 21 bytes before compression, it has 20`,
    ],
    [
      "a table is none of the snapshot",
      changed((_, table) => void (table.name = "c")),
      `${NAME}: public.c is no table of the snapshot`,
    ],
    [
      "a table is there twice",
      changed((_, table) => void (table.name = "a")),
      "public.a: its blocks are in ranges 0-end, 0-end, which do not cover each of them once",
    ],
    [
      "a table's first blocks are missing",
      changed((data) => void (data.fromBlock = 7)),
      "public.b: its blocks are in ranges 7-end, which do not cover each of them once",
    ],
    [
      "a table's last blocks are missing",
      changed((data) => void ((data.fromBlock = 0), (data.toBlock = 7))),
      "public.b: its blocks are in ranges 0-7, which do not cover each of them once",
    ],
    [
      "an object without tables has some",
      { ...changed(() => undefined), role: "schema" },
      `${NAME}: an object of role schema has tables`,
    ],
    ["an object is empty", tablesObject(NAME, []), `${NAME}: 0 bytes were dumped and 0 stored; none may be 0`],
  ])("fails when %s, before anything is completed", async (_, object, problem) => {
    const { message, completed } = await refusalOf([plainObject("schema.pgdump.zst", "x"), object]);
    expect(message).toBe(`commit: ${problem}`);
    expect(completed).toEqual([]);
  });

  it.each<[string, { fromBlock?: number; toBlock?: number }, string]>([
    ["leave some out", { fromBlock: 6 }, "0-5, 6-end"],
    ["overlap", { fromBlock: 4 }, "0-5, 4-end"],
  ])("fails when the ranges of a table %s", async (_, second, shown) => {
    const first = tablesObject("tables-0001.sql.zst", [{ table: "a", bytes: "1", fromBlock: 0, toBlock: 5 }]);
    const rest = tablesObject("tables-0002.sql.zst", [{ table: "a", bytes: "1", ...second }]);
    const { message } = await refusalOf([rest, first]);
    expect(message).toBe(`commit: public.a: its blocks are in ranges ${shown}, which do not cover each of them once`);
  });
});
