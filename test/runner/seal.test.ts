import { randomBytes } from "node:crypto";
import { StageError } from "../../runner/errors";
import { ageSeal, openSealed, type Seal } from "../../runner/stream/seal";
import { newIdentity } from "./ageFixtures";
import { failureOf } from "./readFixtures";

const CHUNK_BYTES = 65_536;
const TAG_BYTES = 16;

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function through(seal: Seal, bytes: Buffer, size = 10_000): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of seal(chunked(bytes, size))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A frame that notes what becomes of it. */
function watched(chunks: number, error?: Error) {
  const seen = { pulled: 0, ended: false };
  async function* frame(): AsyncGenerator<Buffer> {
    try {
      for (; seen.pulled < chunks; seen.pulled++) yield await Promise.resolve(Buffer.alloc(CHUNK_BYTES));
      if (error) throw error;
    } finally {
      seen.ended = true;
    }
  }
  return { seen, frame: frame() };
}

describe("a sealed frame", () => {
  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 300_000])("opens to its %i bytes", async (length) => {
    const { identity, recipient } = await newIdentity();
    const plain = randomBytes(length);
    const sealed = await through(ageSeal([recipient]), plain);
    expect(sealed.length).toBeGreaterThan(length);
    expect(length > 100 && sealed.includes(plain.subarray(0, 100))).toBe(false);
    expect((await through(openSealed([identity], "restore"), sealed)).equals(plain)).toBe(true);
  });

  it("opens for each of several recipients alone, whatever other identities are there", async () => {
    const pairs = [await newIdentity(), await newIdentity(), await newIdentity()];
    const sealed = await through(ageSeal(pairs.map((pair) => pair.recipient)), Buffer.from("rows"));
    const stranger = await newIdentity();
    for (const { identity } of pairs) {
      expect(String(await through(openSealed([stranger.identity, identity], "restore"), sealed))).toBe("rows");
    }
  });

  it("is never the same twice", async () => {
    const { recipient } = await newIdentity();
    const seal = ageSeal([recipient]);
    const [a, b] = [await through(seal, Buffer.alloc(100)), await through(seal, Buffer.alloc(100))];
    expect(a.subarray(-116).equals(b.subarray(-116))).toBe(false);
  });

  it("is pulled no further than its reader reads", async () => {
    const { recipient } = await newIdentity();
    const { seen, frame } = watched(1_000);
    let read = 0;
    for await (const chunk of ageSeal([recipient])(frame)) {
      read += chunk.length;
      expect(seen.pulled * CHUNK_BYTES).toBeLessThan(read + 6 * CHUNK_BYTES);
      if (read > 20 * CHUNK_BYTES) break;
    }
    expect(seen).toEqual({ pulled: expect.any(Number) as number, ended: true });
    expect(seen.pulled).toBeLessThan(30);
  });

  it("fails when its source fails, with the source's own error", async () => {
    const { recipient } = await newIdentity();
    const cause = new StageError("dump", "dump", "pg_dump was killed");
    const { seen, frame } = watched(3, cause);
    const seal = ageSeal([recipient]);
    expect(await failureOf(drain(seal(frame)))).toBe(cause);
    expect(seen.ended).toBe(true);
  });

  it("fails when a recipient is none, and ends the source", async () => {
    const { seen, frame } = watched(3);
    await frame.next();
    const error = await failureOf(drain(ageSeal(["age1nonsense"])(frame)));
    expect(error.message).toMatch(/^encrypt: /);
    expect(error).toMatchObject({ exit: "dump" });
    expect(seen.ended).toBe(true);
  });
});

async function drain(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

describe("opening", () => {
  const sealedTo = async (length: number) => {
    const { identity, recipient } = await newIdentity();
    return { identity, sealed: await through(ageSeal([recipient]), randomBytes(length)) };
  };

  it("fails when no identity is the right one", async () => {
    const { sealed } = await sealedTo(10);
    const [a, b] = [await newIdentity(), await newIdentity()];
    const one = await failureOf(through(openSealed([a.identity], "unhealthy"), sealed));
    expect(one.message).toBe("decrypt: the identity does not open it: it was encrypted to others");
    expect(one).toMatchObject({ exit: "unhealthy" });
    const two = await failureOf(through(openSealed([a.identity, b.identity], "restore"), sealed));
    expect(two.message).toBe("decrypt: none of the 2 identities opens it: it was encrypted to others");
  });

  it.each([1, TAG_BYTES, CHUNK_BYTES, CHUNK_BYTES + TAG_BYTES])("fails when the last %i bytes are cut", async (cut) => {
    const { identity, sealed } = await sealedTo(2 * CHUNK_BYTES);
    const error = await failureOf(through(openSealed([identity], "restore"), sealed.subarray(0, -cut)));
    expect(error.message).toMatch(/^decrypt: it is no age file, or damaged, or cut \(.+\)$/);
  });

  it.each([0, 30, 100, 150, 200, 300, -1, -CHUNK_BYTES])("fails when a bit at %i is flipped", async (at) => {
    const { identity, sealed } = await sealedTo(2 * CHUNK_BYTES);
    sealed[at < 0 ? sealed.length + at : at]! ^= 1;
    const error = await failureOf(through(openSealed([identity], "restore"), sealed));
    expect(error.message).toMatch(/^decrypt: /);
  });

  it("fails when bytes follow, or another file", async () => {
    const { identity, sealed } = await sealedTo(100);
    for (const more of [Buffer.from("x"), sealed]) {
      const error = await failureOf(through(openSealed([identity], "restore"), Buffer.concat([sealed, more])));
      expect(error.message).toMatch(/^decrypt: it is no age file, or damaged, or cut/);
    }
  });

  it("fails when its source fails, with the source's own error", async () => {
    const { identity, sealed } = await sealedTo(100);
    const cause = new StageError("read", "restore", "connection reset");
    async function* broken(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(sealed.subarray(0, 50));
      throw cause;
    }
    expect(await failureOf(drain(openSealed([identity], "restore")(broken())))).toBe(cause);
  });
});
