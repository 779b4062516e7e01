import type { Digest } from "../manifestFormat";
import { StageError } from "../errors";
import { type Stage, startStage } from "./childStage";

/**
 * Runs as a process of its own, so that raw bytes never pass through the event loop of the runner. Programs of PostgreSQL write
 * 8 KiB at a time; waiting half a millisecond for more makes reads and writes ten times as large, which pays for the rest.
 */
const SCRIPT = `
const hash = require("node:crypto").createHash("sha256");
const fs = require("node:fs");
const buffer = Buffer.allocUnsafeSlow(1 << 18);
const clock = new Int32Array(new SharedArrayBuffer(4));
const ENOUGH = 1 << 16;
const TELL_EVERY = 1 << 24;
let bytes = 0;
let told = 0;
let isBroken = false;
for (let ended = false; !ended && !isBroken; ) {
  let filled = 0;
  while (filled < ENOUGH && !ended) {
    let got = 0;
    try {
      got = fs.readSync(0, buffer, filled, buffer.length - filled, null);
    } catch (error) {
      if (error.code === "EAGAIN") { Atomics.wait(clock, 0, 0, 1); continue; }
      throw error;
    }
    if (got === 0) ended = true;
    filled += got;
    if (!ended && filled < ENOUGH) Atomics.wait(clock, 0, 0, 0.5);
  }
  const chunk = buffer.subarray(0, filled);
  hash.update(chunk);
  for (let written = 0; written < filled && !isBroken; ) {
    try {
      written += fs.writeSync(1, buffer, written, filled - written);
    } catch (error) {
      if (error.code !== "EPIPE") throw error;
      isBroken = true;
    }
  }
  bytes += filled;
  if (bytes - told >= TELL_EVERY) fs.writeSync(3, (told = bytes) + "\\n");
}
if (isBroken) process.exitCode = 1;
else fs.writeSync(3, JSON.stringify({ bytes, sha256: hash.digest("hex") }));
`;

/**
 * Starts a process that passes its stdin to `next` and reports its digest.
 *
 * @param onBytes told now and then, about every 16 MiB, how many bytes went through so far
 */
export function startDigestRelay(next: Stage, onBytes?: (bytes: number) => void): Stage {
  return startStage({
    stage: "digest",
    exit: "dump",
    command: process.execPath,
    args: ["--max-old-space-size=32", "-e", SCRIPT],
    env: {},
    stdin: "pipe",
    stdout: next,
    hasReport: true,
    onReportLine: (line) => onBytes?.(Number(line)),
  });
}

/** What a relay that is done passed on. */
export function relayedDigest(relay: Stage): Digest {
  const report = relay.report();
  if (report === "") throw new StageError("digest", "dump", "the digesting process exited 0 but reported nothing");
  return JSON.parse(report) as Digest;
}
