import { createHash } from "node:crypto";
import { outputOf, type Stage } from "../../runner/stream/childStage";
import { relayedDigest, startDigestRelay } from "../../runner/stream/digestRelay";
import { shellStage } from "./shellStage";

async function through(script: string): Promise<{ bytes: Buffer; relay: Stage }> {
  const last = shellStage("cat", { stdin: "pipe" });
  const relay = startDigestRelay(last);
  const first = shellStage(script, { stdout: relay });
  const chunks: Buffer[] = [];
  for await (const chunk of outputOf(last)) chunks.push(chunk);
  await Promise.all([first.done, relay.done]);
  return { bytes: Buffer.concat(chunks), relay };
}

describe("a process that passes bytes on", () => {
  it("reports their length and SHA-256", async () => {
    const { bytes, relay } = await through("head -c 300001 /dev/urandom");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(relayedDigest(relay)).toEqual({ bytes: 300_001, sha256 });
  });

  it("tells on its way how far it is", async () => {
    const told: number[] = [];
    const last = shellStage("cat >/dev/null", { stdin: "pipe" });
    const relay = startDigestRelay(last, (bytes) => told.push(bytes));
    const first = shellStage(`head -c ${3 * 2 ** 24} /dev/zero`, { stdout: relay });
    await Promise.all([first.done, relay.done, last.done]);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told[0]).toBeGreaterThanOrEqual(2 ** 24);
    expect(relayedDigest(relay).bytes).toBe(3 * 2 ** 24);
  });

  it("fails when the next program ends early", async () => {
    const last = shellStage("exit 0", { stdin: "pipe" });
    const relay = startDigestRelay(last);
    shellStage("cat /dev/zero", { stdout: relay });
    await expect(relay.done).rejects.toThrow("digest: node exited with code 1");
  });

  it("fails when it reported nothing", () => {
    const silent = { report: () => "" } as Stage;
    expect(() => relayedDigest(silent)).toThrow("digest: the digesting process exited 0 but reported nothing");
  });
});
