import { createHash } from "node:crypto";
import type { PartUpload } from "../../runner/repository/repository";
import type { PartPlan } from "../../runner/stream/partPlan";
import { PartMemory } from "../../runner/stream/partMemory";
import { PartWriter, type PartSending, type SentStream } from "../../runner/stream/partWriter";
import { createThrottle } from "../../runner/stream/throttle";

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

const plan = (size: (n: number) => number): PartPlan => ({ partBytes: size, capacityBytes: 0 });

function sending(overrides: Partial<PartSending> = {}): PartSending {
  return {
    memory: new PartMemory({ bufferBudgetMiB: 16, streams: 1 }),
    throttle: createThrottle(undefined),
    signal: new AbortController().signal,
    onSent: () => undefined,
    ...overrides,
  };
}

const MIB = 1024 ** 2;
const untilAborted = (_: number, signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(new Error("slept no more"))));

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
  shared = sending(),
): Promise<SentStream> {
  const writer = new PartWriter(upload, parts, shared);
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
    );
    expect([...upload.parts].sort(([a], [b]) => a - b).map(([, b]) => b.length)).toEqual([1000, 2000, 3000, 4000]);
  });

  it("has as many parts in flight as there are buffers besides the one that it fills, and uses them", async () => {
    const upload = new RecordingUpload();
    await uploadStream(
      chunks(100_000),
      upload,
      plan(() => 1000),
    );
    expect(upload.mostInFlight).toBe(3); // the last part needs no buffer to be filled beside it
    const few = new RecordingUpload();
    const memory = new PartMemory({ bufferBudgetMiB: 2, streams: 1 });
    await uploadStream(
      chunks(10 * MIB, [MIB]),
      few,
      plan(() => MIB),
      sending({ memory }),
    );
    expect(few.mostInFlight).toBe(2);
    expect(memory.heldBytes).toBe(2 * MIB);
  });

  it("shares its buffers with other writers, whatever their speed, and gives all of them back", async () => {
    const memory = new PartMemory({ bufferBudgetMiB: 3, streams: 2 });
    const uploads = [new RecordingUpload(), new RecordingUpload()];
    const sent = await Promise.all(
      uploads.map((upload, i) =>
        uploadStream(
          chunks(8 * MIB, [MIB / (i + 1)]),
          upload,
          plan(() => MIB),
          sending({ memory }),
        ),
      ),
    );
    expect(sent.map(({ parts }) => parts)).toEqual([8, 8]);
    await Promise.all([1, 2, 3].map(() => memory.take(MIB, new AbortController().signal)));
  });

  it("begins a part only when the throttle lets it pass, with its length", async () => {
    const upload = new RecordingUpload();
    const passed: number[] = [];
    const pass = async (bytes: number) => {
      expect(upload.parts.size).toBe(passed.length);
      passed.push(bytes);
    };
    const writer = new PartWriter(
      upload,
      plan(() => 1000),
      sending({ throttle: { pass } }),
    );
    await writer.write(Buffer.alloc(1000));
    expect(passed).toEqual([1000]);
    while (upload.parts.size === 0) await new Promise(setImmediate);
    await writer.write(Buffer.alloc(7));
    expect(await writer.finish()).toMatchObject({ parts: 2 });
    expect(passed).toEqual([1000, 7]);
  });

  it("fails with the reason of the signal while it waits for a buffer, and begins no part after it", async () => {
    const stop = new AbortController();
    const memory = new PartMemory({ bufferBudgetMiB: 1, streams: 1 });
    const taken = await memory.take(MIB, new AbortController().signal);
    const upload = new RecordingUpload();
    const writer = new PartWriter(
      upload,
      plan(() => MIB),
      sending({ memory, signal: stop.signal }),
    );
    const writing = writer.write(Buffer.from("a"));
    stop.abort(new Error("the run is over"));
    await expect(writing).rejects.toThrow("the run is over");
    memory.giveBack(taken);
    await expect(writer.write(Buffer.from("a"))).rejects.toThrow("the run is over");
    await expect(writer.finish()).rejects.toThrow("the run is over");
    expect(upload.parts.size).toBe(0);
  });

  it("fails with the reason of the signal while the throttle holds a part, which never begins", async () => {
    const stop = new AbortController();
    const upload = new RecordingUpload();
    const throttle = createThrottle(1, { nowMs: () => 0, sleep: untilAborted });
    const writer = new PartWriter(
      upload,
      plan(() => 2 * MIB),
      sending({ throttle, signal: stop.signal }),
    );
    await writer.write(Buffer.alloc(2 * MIB));
    const finishing = writer.finish();
    stop.abort(new Error("the run is over"));
    await expect(finishing).rejects.toThrow("the run is over");
    expect(upload.parts.size).toBe(0);
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
      ),
    ).rejects.toThrow(
      "upload: k needs more than 10000 parts (0 bytes); raise bufferBudgetMiB so that parts can grow further",
    );
  });
});
