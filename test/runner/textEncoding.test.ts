import { PassThrough } from "node:stream";
import { linesOf } from "../../runner/postgres/archivePrograms";
import { textOf } from "../../runner/postgres/textEncoding";

const bytes = (...values: number[]) => Buffer.from(values);

describe("textOf", () => {
  it.each([
    ["LATIN1", bytes(0xdc, 0x62, 0x9c), "Üb\u009c"],
    ["LATIN2", bytes(0xb3), "ł"],
    ["LATIN9", bytes(0xa4), "€"],
    ["WIN1251", bytes(0xcf), "П"],
    ["KOI8R", bytes(0xf0), "П"],
    ["EUC_JP", bytes(0xc5, 0xec), "東"],
    ["UTF8", Buffer.from("東"), "東"],
  ])("reads names of %s", (encoding, text, expected) => expect(textOf(text, encoding)).toBe(expected));

  it("takes what is UTF-8 for that, since pg_dump may have been told to write it", () => {
    expect(textOf(Buffer.from("Übersicht"), "LATIN1")).toBe("Übersicht");
  });

  it("marks what it can't read", () => {
    expect(textOf(bytes(0x61, 0xe9), "SQL_ASCII")).toBe("a\ufffd");
  });
});

it("lines are read whole, however their bytes arrive", async () => {
  const stdout = new PassThrough();
  for (const piece of [bytes(0x61, 0xdc), bytes(0x0a), Buffer.from("東").subarray(0, 1), Buffer.from("東").subarray(1)])
    stdout.write(piece);
  stdout.end();
  const lines: string[] = [];
  for await (const line of linesOf(stdout, "LATIN1")) lines.push(line);
  expect(lines).toEqual(["aÜ", "東"]);
});
