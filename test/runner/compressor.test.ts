import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  compressedFrame,
  compressorCommand,
  DEFAULT_COMPRESSION,
  requireReportingCompressor,
} from "../../runner/stream/compressor";
import { shellStage, textOf } from "./shellStage";

const PATH = process.env.PATH!;

describe("what a compressor that a shell started reports", () => {
  it.each([0, 24, 5_000_000])("is to the byte: %i", async (rawBytes) => {
    const stage = shellStage(`head -c ${rawBytes} /dev/zero | { ${compressorCommand(DEFAULT_COMPRESSION)}; } | wc -c`, {
      hasReport: true,
    });
    const storedBytes = Number(await textOf(stage));
    await stage.done;
    expect(compressedFrame(stage.report().split("\n"))).toEqual({ rawBytes, storedBytes });
  });

  it.each([
    ["1.5", "/*stdin*\\            : 87.50%   (    24 B =>     21 B, /*stdout*\\) "],
    ["1.4", "/*stdin*\\            : 87.50%   (    24 =>     21 bytes, /*stdout*\\) "],
  ])("is read from zstd %s", (_, line) => {
    expect(compressedFrame(["*** Zstandard", line, "exit 0"])).toEqual({ rawBytes: 24, storedBytes: 21 });
  });

  it.each([
    [["exit 1"], "compress: zstd exited with code 1"],
    [["zstd: error 70 : Write error", "exit 70"], "compress: zstd exited with code 70: zstd: error 70 : Write error"],
    [["sh: 1: zstd: not found", "exit 127"], "compress: zstd exited with code 127: sh: 1: zstd: not found"],
    [["exit 137"], "compress: zstd was killed by SIGKILL"],
    [["(  24 B =>  21 B, /*stdout*\\)"], "compress: zstd did not end"],
    [["( 24.0 KiB =>  21 KiB, /*stdout*\\)", "exit 0"], "compress: zstd did not tell how much it compressed"],
  ])("fails when it is %j", (report, message) => {
    expect(() => compressedFrame(report)).toThrow(new RegExp(`^${message.replace(/[().]/g, "\\$&")}$`));
  });
});

describe("a compressor that a dump can do with", () => {
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), "backup321-compressor-"))));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("is what is installed", async () => {
    await expect(requireReportingCompressor(PATH)).resolves.toBeUndefined();
  });

  it("is not one that says no sizes", async () => {
    writeFileSync(join(dir, "zstd"), "#!/bin/sh\nexit 0\n");
    chmodSync(join(dir, "zstd"), 0o755);
    await expect(requireReportingCompressor(`${dir}:${PATH}`)).rejects.toThrow(
      "preflight: zstd does not tell how much it compressed; install version 1.5",
    );
  });

  it("is not one that is missing", async () => {
    await expect(requireReportingCompressor("/nowhere")).rejects.toThrow(/^preflight: zstd is not installed/);
  });
});
