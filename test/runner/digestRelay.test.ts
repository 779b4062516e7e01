import { createHash } from "node:crypto";
import { outputOf, type Stage } from "../../runner/stream/childStage";
import { relayedCount, relayedDigest, startCountingRelay, startDigestRelay } from "../../runner/stream/digestRelay";
import { shellStage } from "./shellStage";

async function through(script: string, start: (next: Stage) => Stage): Promise<{ bytes: Buffer; relay: Stage }> {
  const last = shellStage("cat", { stdin: "pipe" });
  const relay = start(last);
  const first = shellStage(script, { stdout: relay });
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
    const last = shellStage("exit 0", { stdin: "pipe" });
    const relay = startCountingRelay(last);
    shellStage("cat /dev/zero", { stdout: relay });
    await expect(relay.done).rejects.toThrow("digest: node exited with code 1");
  });

  it("fails when it reported nothing", () => {
    const silent = { report: () => "" } as Stage;
    expect(() => relayedDigest(silent)).toThrow("digest: the digesting process exited 0 but reported nothing");
    expect(() => relayedCount(silent)).toThrow("digest: the digesting process exited 0 but reported nothing");
  });
});
