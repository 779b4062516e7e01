import { rawFrame } from "../../runner/stream/rawFrame";
import { zstdDecompress } from "./zstd";

describe("a frame of raw blocks", () => {
  it.each([0, 1, 255, 8192, 131_071, 131_072, 131_073, 300_000])("is opened by zstd: %i bytes", async (length) => {
    const content = Buffer.from(Array.from({ length }, (_, i) => (i * 31) % 256));
    const frame = rawFrame(content);
    expect((await zstdDecompress(frame)).equals(content)).toBe(true);
    expect(frame.length).toBe(length + 9 + 3 * Math.max(1, Math.ceil(length / 131_072)));
  });

  it("is followed by others", async () => {
    const frames = Buffer.concat([rawFrame(Buffer.from("one ")), rawFrame(Buffer.from("two"))]);
    expect(String(await zstdDecompress(frames))).toBe("one two");
  });

  it("fails in zstd when it is cut", async () => {
    await expect(zstdDecompress(rawFrame(Buffer.from("one")).subarray(0, -1))).rejects.toThrow();
  });
});
