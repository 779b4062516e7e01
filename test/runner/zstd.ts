import { execFileSync } from "node:child_process";

/** Decompresses with the stock program, as a person would. */
export async function zstdDecompress(bytes: Buffer): Promise<Buffer> {
  return execFileSync("zstd", ["-d", "--stdout"], { input: bytes, maxBuffer: 1 << 30 });
}
