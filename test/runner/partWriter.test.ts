import { createHash } from "node:crypto";
import type { PartUpload } from "../../runner/repository/repository";
import type { PartPlan } from "../../runner/stream/partPlan";
import { PartWriter, type SentStream } from "../../runner/stream/partWriter";

/** Records parts; each takes a turn of the event loop or more, and the n-th may fail. */
class RecordingUpload implements PartUpload {
  readonly key = "k";
  readonly parts = new Map<number, Buffer>();
  inFlight = 0;
  mostInFlight = 0;
  constructor(private readonly failAt = 0) {}
  async uploadPart(number: number, bytes: Buffer, sha256: string): Promise<void> {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    await new Promise((r) => setTimeout(r, number % 3));
    this.inFlight -= 1;
    if (number === this.failAt) throw new Error(`part ${number} refused`);
    // Read only now: a buffer reused too early would show.
    expect(createHash("sha256").update(bytes).digest("base64")).toBe(sha256);
    this.parts.set(number, Buffer.from(bytes));
  }
  complete = () => Promise.reject(new Error("PartWriter never completes"));
  abort = () => Promise.reject(new Error("PartWriter never aborts"));
}

const plan = (size: (n: number) => number, concurrency = 2): PartPlan => ({
  partBytes: size,
  concurrency: () => concurrency,
  bufferBudgetBytes: 0,
  capacityBytes: 0,
});

/** Deterministic bytes in chunks of uneven length. */
async function* chunks(total: number, lengths = [1, 700, 65536, 13]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < total; i += 1) {
    const length = Math.min(lengths[i % lengths.length]!, total - at);
    yield Buffer.from(Uint8Array.from({ length }, (_, j) => (at + j) * 31));
    at += length;
  }
}
const whole = async (source: AsyncIterable<Buffer>) => {
  const all: Buffer[] = [];
  for await (const c of source) all.push(c);
  return Buffer.concat(all);
};

/** Writes all of a source, as a dump does. */
async function uploadStream(
  source: AsyncIterable<Buffer>,
  upload: PartUpload,
  parts: PartPlan,
  onSent: (bytes: number) => void,
): Promise<SentStream> {
  const writer = new PartWriter(upload, parts, onSent);
  for await (const chunk of source) await writer.write(chunk);
  return writer.finish();
}

describe("PartWriter", () => {
  it.each([1, 999, 1000, 1001, 250_000])(
    "sends exactly the %i bytes of the source, in numbered parts",
    async (total) => {
      const upload = new RecordingUpload();
      const sent = await uploadStream(
        chunks(total),
        upload,
        plan(() => 1000),
        () => undefined,
      );
      const expected = await whole(chunks(total));
      const parts = [...upload.parts].sort(([a], [b]) => a - b);
      expect(parts.map(([n]) => n)).toEqual(parts.map((_, i) => i + 1));
      expect(Buffer.concat(parts.map(([, b]) => b)).equals(expected)).toBe(true);
      expect(sent).toEqual({
        stored: { bytes: total, sha256: createHash("sha256").update(expected).digest("hex") },
        parts: Math.ceil(total / 1000),
      });
    },
  );

  it("follows a plan whose parts grow", async () => {
    const upload = new RecordingUpload();
    await uploadStream(
      chunks(10_000),
      upload,
      plan((n) => n * 1000),
      () => undefined,
    );
    expect([...upload.parts].sort(([a], [b]) => a - b).map(([, b]) => b.length)).toEqual([1000, 2000, 3000, 4000]);
  });

  it("keeps to the plan's concurrency, and uses it", async () => {
    const upload = new RecordingUpload();
    await uploadStream(
      chunks(100_000),
      upload,
      plan(() => 1000, 3),
      () => undefined,
    );
    expect(upload.mostInFlight).toBe(3);
  });

  it("fails the writes after a refused part with its error", async () => {
    const upload = new RecordingUpload(3);
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 1;
        yield Buffer.alloc(1000);
      }
    }
    await expect(
      uploadStream(
        endless(),
        upload,
        plan(() => 1000),
        () => undefined,
      ),
    ).rejects.toThrow("part 3 refused");
    expect(read).toBeLessThan(20);
  });

  it("fails when the stream outgrows 10,000 parts, saying what to raise", async () => {
    const upload = new RecordingUpload();
    const quick: PartUpload = { ...upload, key: "k", uploadPart: async () => undefined };
    await expect(
      uploadStream(
        chunks(10_001),
        quick,
        plan(() => 1),
        () => undefined,
      ),
    ).rejects.toThrow(
      "upload: k needs more than 10000 parts (0 bytes); raise bufferBudgetMiB so that parts can grow further",
    );
  });
});
