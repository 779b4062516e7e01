import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { FrameSplitter } from "../../runner/stream/frameSplitter";
import { rawFrame } from "../../runner/stream/rawFrame";

const zstd = (bytes: Buffer) => execFileSync("zstd", ["-q", "--stdout", "-"], { input: bytes });
const FRAMES = [zstd(Buffer.alloc(0)), zstd(randomBytes(200_000)), rawFrame(Buffer.from("x")), zstd(Buffer.alloc(9e5))];
const ALL = Buffer.concat(FRAMES);

function splitter(bytes: Buffer, size = 1000): FrameSplitter {
  const count = Math.ceil(bytes.length / size);
  const chunks = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
  return new FrameSplitter(Readable.from([Buffer.alloc(0), ...chunks]));
}

async function frameOf(frames: FrameSplitter): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of frames.next()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("FrameSplitter", () => {
  it.each([1, 7, 65_536, 1 << 20])("gives each frame by itself, from chunks of %i bytes", async (size) => {
    const frames = splitter(ALL, size);
    for (const [index, frame] of FRAMES.entries())
      expect([index, (await frameOf(frames)).equals(frame)]).toEqual([index, true]);
    await expect(frames.end()).resolves.toBeUndefined();
  });

  it("fails when the stream ends within a frame, or before one", async () => {
    const message = "compress: the compressor's output ended within a frame";
    await expect(frameOf(splitter(FRAMES[1]!.subarray(0, -1)))).rejects.toThrow(message);
    await expect(frameOf(splitter(Buffer.alloc(0)))).rejects.toThrow(message);
  });

  it("fails when there is a frame more", async () => {
    const frames = splitter(Buffer.concat([FRAMES[0]!, FRAMES[2]!]));
    await frameOf(frames);
    await expect(frames.end()).rejects.toThrow("compress: the compressor wrote more frames than there are tables");
  });

  it("fails when something else comes, after all of it: a program that wrote it may have more to say", async () => {
    const stream = Readable.from([Buffer.from("nothing of zstd's"), Buffer.from("more")]);
    await expect(frameOf(new FrameSplitter(stream))).rejects.toThrow(
      "compress: the compressor wrote something that is no zstd frame",
    );
    expect(stream.readableEnded).toBe(true);
  });
});
