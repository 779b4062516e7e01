import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { FRAME_TRAILER, frameHeader } from "../../runner/dump/tableFrames";
import { rawFrame } from "../../runner/stream/rawFrame";
import { TableText } from "../../runner/verification/tableText";
import { FrameWalker } from "../../runner/stream/zstdFrames";
import { hex } from "./verifyFixtures";

const table = (name: string, columns: string[]) =>
  ({ schema: 's"\n.', name, columns }) as unknown as Parameters<typeof frameHeader>[0];
const sqlOf = (name: string, columns: string[], text: string, encoding = "UTF8") =>
  Buffer.concat([frameHeader(table(name, columns), encoding), Buffer.from(text, "latin1"), FRAME_TRAILER]);
const entry = (name: string, sql: Buffer, rows: number) => ({
  table: { schema: 's"\n.', name },
  data: { object: 0, offset: 0, bytes: 10, rawBytes: sql.length, rows },
});

const NO_COLUMNS = sqlOf("none", [], "\n\n");
const HOSTILE = sqlOf('"; FROM stdin;\n', ["a b", '"\n\\.\n', "Ü"], "\\\\.\n\\N\t\xff\n\\\\\n.\n", "LATIN1");
const EMPTY = sqlOf("empty", ["x"], "");
const ENTRIES = [entry("none", NO_COLUMNS, 2), entry('"; FROM stdin;\n', HOSTILE, 4), entry("empty", EMPTY, 0)];

describe("TableText", () => {
  it.each([1, 2, 3, 7, 64, 100_000])("counts rows whatever they hold, in chunks of %i bytes", (size) => {
    const text = new TableText("key", ENTRIES);
    const { mark } = text;
    const all = Buffer.concat([mark, NO_COLUMNS, mark, HOSTILE, mark, EMPTY, mark]);
    for (let at = 0; at < all.length; at += size) text.push(all.subarray(at, at + size));
    const sql = Buffer.concat([NO_COLUMNS, HOSTILE, EMPTY]);
    expect(text.finish()).toEqual({ bytes: sql.length, sha256: hex(sql) });
    expect(text.problems).toEqual([]);
    expect(text.rows).toBe(6);
  });

  it("fails when one entry is missing or one is too many", () => {
    const few = new TableText("key", ENTRIES.slice(0, 2));
    few.push(Buffer.concat([few.mark, NO_COLUMNS, few.mark]));
    expect(() => few.finish()).toThrow(/ends early$/);
    const many = new TableText("key", ENTRIES.slice(0, 1));
    expect(() => many.push(Buffer.concat([many.mark, NO_COLUMNS, many.mark, EMPTY]))).toThrow(/something follows$/);
  });

  it("fails when a header does not end", () => {
    const text = new TableText("key", ENTRIES);
    text.push(text.mark);
    const endless = Buffer.from(`COPY "${"a".repeat(100_000)}`);
    expect(() => {
      for (let n = 0; n < 20; n++) text.push(endless);
    }).toThrow(/does not begin with the COPY of that table$/);
  });

  it("never has the same mark twice", () => {
    expect(new TableText("key", ENTRIES).mark).not.toEqual(new TableText("key", ENTRIES).mark);
  });
});

describe("FrameWalker", () => {
  const zstd = (bytes: Buffer, ...args: string[]) =>
    execFileSync("zstd", ["-q", "--stdout", ...args, "-"], { input: bytes });
  const walk = (bytes: Buffer, size: number) => {
    const walker = new FrameWalker();
    for (let at = 0; at < bytes.length; at += size) walker.push(bytes.subarray(at, at + size));
    return walker;
  };
  const random = randomBytes(300_000);
  const zeros = Buffer.alloc(500_000);
  const kinds: [string, Buffer][] = [
    ["nothing", zstd(Buffer.alloc(0))],
    ["raw blocks", zstd(random)],
    ["repeated bytes", zstd(zeros)],
    ["compressed text", zstd(Buffer.from("some text, ".repeat(10_000)), "-19")],
    ["a known size", zstd(zeros, `--stream-size=${zeros.length}`)],
    ["no checksum", zstd(random, "--no-check")],
    ["long windows and threads", zstd(Buffer.concat([random, zeros]), "--long=27", "-T2")],
    ["raw frames of our own", rawFrame(random)],
    ["many frames", Buffer.concat([zstd(zeros), rawFrame(Buffer.alloc(0)), zstd(random)])],
  ];

  it.each(kinds)("knows where frames of %s end", (_, bytes) => {
    for (const size of [1, 5, 65_536, 1 << 20]) expect([size, walk(bytes, size).isWhole]).toEqual([size, true]);
  });

  it.each(kinds)("fails when frames of %s are cut, begin later or are followed by something", (_, bytes) => {
    for (const cut of [1, 2, 5]) expect(walk(bytes.subarray(0, -cut), 1000).isWhole).toBe(false);
    expect(walk(bytes.subarray(1), 1000).isWhole).toBe(false);
    expect(walk(Buffer.concat([bytes, Buffer.from("x")]), 1000).isWhole).toBe(false);
  });

  it("fails when there is no frame, a skippable one, or a reserved block", () => {
    expect(new FrameWalker().isWhole).toBe(false);
    expect(walk(Buffer.from([0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9]), 4).isBroken).toBe(true);
    const reserved = rawFrame(Buffer.from("abc"));
    reserved[9]! |= 0b110;
    expect(walk(reserved, 4).isBroken).toBe(true);
  });
});
