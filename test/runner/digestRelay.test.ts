import { createHash } from "node:crypto";
import { outputOf, type Stage, startStage } from "../../runner/stream/childStage";
import { relayedCount, relayedDigest, startCountingRelay, startDigestRelay } from "../../runner/stream/digestRelay";

const sh = (script: string, next: Stage | "pipe", stdin: "pipe" | "ignore") =>
  startStage({
    stage: "dump",
    exit: "dump",
    command: "sh",
    args: ["-c", script],
    env: { PATH: process.env.PATH! },
    stdin,
    stdout: next,
  });

async function through(script: string, start: (next: Stage) => Stage): Promise<{ bytes: Buffer; relay: Stage }> {
  const last = sh("cat", "pipe", "pipe");
  const relay = start(last);
  const first = sh(script, relay, "ignore");
  const chunks: Buffer[] = [];
  for await (const chunk of outputOf(last)) chunks.push(chunk);
  await Promise.all([first.done, relay.done]);
  return { bytes: Buffer.concat(chunks), relay };
}

describe("a process that passes bytes on", () => {
  it("reports their length and SHA-256", async () => {
    const { bytes, relay } = await through("head -c 300001 /dev/urandom", startDigestRelay);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(relayedDigest(relay)).toEqual({ bytes: 300_001, sha256 });
  });

  it.each([
    ["", 0, 0],
    ["no line feed", 12, 0],
    ["\\n\\n", 2, 2],
    ["a\\nb\\nc", 5, 2],
  ])("counts the line feeds of %j", async (text, bytes, lines) => {
    const { relay } = await through(`printf '${text}'`, startCountingRelay);
    expect(relayedCount(relay)).toEqual({ bytes, lines });
  });

  it("counts the line feeds of many reads, and none of those that a former read left behind", async () => {
    const { relay } = await through("yes | head -n 300000; head -c 5 /dev/zero", startCountingRelay);
    expect(relayedCount(relay)).toEqual({ bytes: 600_005, lines: 300_000 });
  });

  it("fails when the next program ends early", async () => {
    const last = sh("exit 0", "pipe", "pipe");
    const relay = startCountingRelay(last);
    sh("cat /dev/zero", relay, "ignore");
    await expect(relay.done).rejects.toThrow("digest: node exited with code 1");
  });

  it("fails when it reported nothing", () => {
    const silent = { report: () => "" } as Stage;
    expect(() => relayedDigest(silent)).toThrow("digest: the digesting process exited 0 but reported nothing");
    expect(() => relayedCount(silent)).toThrow("digest: the digesting process exited 0 but reported nothing");
  });
});
