import { setTimeout as sleep } from "node:timers/promises";
import { noteUsedUp } from "../../runner/stream/chunkGarbage";

const MIB = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** What lives through a few collections is old: only the collection of all garbage frees it. */
async function oldChunks(count: number): Promise<void> {
  const chunks = Array.from({ length: count }, () => Buffer.allocUnsafeSlow(CHUNK_BYTES));
  for (let i = 0; i < 6; i += 1) {
    noteUsedUp(2 * MIB);
    await sleep(2);
  }
  expect(chunks.length).toBe(count);
}

test("chunks that grew old are freed before 128 MiB more have passed, on whatever Node", async () => {
  const before = process.memoryUsage().arrayBuffers;
  await oldChunks(400);
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(20 * MIB);
  for (let passed = 0; passed < 140 * MIB; passed += 2 * MIB) {
    noteUsedUp(2 * MIB);
    await sleep(1);
  }
  await sleep(50);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5 * MIB);
});
