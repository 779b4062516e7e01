import path from "node:path";
import { manifestKey, dumpKey } from "../../runner/contract";
import { decodeManifest, encodeManifest } from "../../runner/manifest";
import type { Manifest } from "../../runner/manifestFormat";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { pointAt } from "./readFixtures";
import { parallelParts, storeParallel } from "./verifyFixtures";

const AT = pointAt("20261120T020000Z-cccccc");
const FOLDER = path.dirname(dumpKey(AT, "x"));
let good: Manifest;
beforeAll(async () => {
  const repository = new MemoryRepository({ now: () => new Date(0) });
  good = await storeParallel(repository, AT, parallelParts());
});

/** Decodes the manifest after a change to it. */
function decode(change: (manifest: Manifest) => unknown): Manifest {
  const manifest = structuredClone(good);
  change(manifest);
  return decodeManifest(encodeManifest(manifest), manifestKey(AT));
}

describe("manifests that contradict themselves", () => {
  it.each<[string, (manifest: Manifest) => unknown, string]>([
    ["a range begins before 0", (m) => (m.tables[0]!.data![0]!.offset = -1), "tables.0.data.0.offset: "],
    ["a range is empty", (m) => (m.tables[0]!.data![0]!.bytes = 0), "tables.0.data.0.bytes: "],
    ["ranges overlap", (m) => (m.tables[0]!.data![0]!.bytes += 1), "objects.1: bytes N to N belong to two tables"],
    ["bytes are left out", (m) => (m.tables[0]!.data![0]!.bytes -= 1), "objects.1: bytes N to N belong to no table"],
    [
      "a range goes beyond its object",
      (m) => (m.tables[2]!.data![1]!.bytes += 1),
      "tables.2.data.1: ends at byte N, KEY has N",
    ],
    [
      "the last bytes are nobody's",
      (m) => (m.tables[2]!.data![1]!.bytes -= 1),
      "objects.2: bytes N to N belong to no table",
    ],
    [
      "rows are said to be in the schema",
      (m) => (m.tables[2]!.data![1]!.object = 0),
      "tables.2.data.1: object 0 holds no rows of tables",
    ],
    [
      "an object does not exist",
      (m) => (m.tables[2]!.data![1]!.object = 9),
      "tables.2.data.1: object 9 holds no rows of tables",
    ],
    [
      "blocks are left out",
      (m) => (m.tables[2]!.data![0]!.toBlock = 9),
      "tables.2.data: blocks 0-9, 10-end are not all blocks of the table, each once",
    ],
    [
      "blocks are there twice",
      (m) => (m.tables[2]!.data![1]!.fromBlock = 9),
      "tables.2.data: blocks 0-10, 9-end are not all blocks of the table, each once",
    ],
    [
      "the last blocks are missing",
      (m) => (m.tables[2]!.data![1]!.toBlock = 90),
      "tables.2.data: blocks 0-10, 10-90 are not all blocks of the table, each once",
    ],
    ["a table is there twice", (m) => m.tables.push({ ...m.tables[3]! }), "tables.4: public.empty is there twice"],
    ["a key is there twice", (m) => (m.objects[3]!.key = m.objects[0]!.key), "objects.3.key: KEY is there twice"],
    [
      "raw bytes do not add up",
      (m) => (m.objects[2]!.raw.bytes += 1),
      "objects.2.raw.bytes: its tables have N bytes before compression, it has N",
    ],
    [
      "an object is encrypted and the point is not",
      (m) => (m.objects[2]!.encryption = "age"),
      "objects.2.encryption: is encrypted, the point has no recipients",
    ],
    [
      "the shape has other objects",
      (m) => (m.objects[3]!.role = "database"),
      "objects: has 1 of role database, a parallel point has none",
    ],
  ])("are refused: fails when %s", (_, change, sentence) => {
    let message = "";
    try {
      decode(change);
    } catch (error) {
      message = (error as Error).message;
    }
    const plain = message
      .replace(new RegExp(`${FOLDER}/[a-z0-9.-]+`, "g"), "KEY")
      .replace(/(?<=bytes? | to |KEY has |it has |have )\d+/g, "N");
    expect(plain).toContain(`is not valid: ${sentence}`);
  });

  it("are refused with one sentence for one wrong range", () => {
    expect(() =>
      decode(({ tables, objects }) => {
        tables[0]!.data![0]!.bytes += 1;
        objects[1]!.raw.bytes += 1;
      }),
    ).toThrow(/is not valid: objects\.1: bytes \d+ to \d+ belong to two tables$/);
  });

  it("are refused with twenty sentences at most", () => {
    const copies = (manifest: Manifest) => {
      for (let n = 0; n < 30; n++) manifest.tables.push({ ...manifest.tables[3]! });
    };
    let message = "";
    try {
      decode(copies);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.match(/is there twice/g)).toHaveLength(20);
  });

  it("are not refused when nothing is wrong", () => {
    expect(decode(() => undefined)).toEqual(good);
  });
});
