import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { StageError } from "../../runner/errors";
import { startDecompressor } from "../../runner/stream/archive";
import { feedStages, type StoredPart } from "../../runner/stream/storedFeed";
import { failureOf } from "./readFixtures";
import { consumerStage, leavingNoProcess, textOf } from "./shellStage";
import { RAW, readerOf, type Source, stored } from "./storedObjects";

const RUNNING = new AbortController().signal;
/** Opens what `sealed` made: a file begins with its length, and every byte is turned around. */
const HEADER = 4;

leavingNoProcess();

/** Feeds a part through zstd to a script, and returns what that said. */
async function feed(repository: Source, part: StoredPart, script: string, signal = RUNNING): Promise<string> {
  const reader = readerOf(repository, signal);
  const consumer = consumerStage(script);
  const output = textOf(consumer).catch(() => "");
  await feedStages(reader, part, [startDecompressor(reader, consumer), consumer]);
  return output;
}

describe("feeding stored bytes to programs", () => {
  it("gives the last of them every raw byte, and its end", async () => {
    const { repository, object } = await stored();
    expect(await feed(repository, { object }, "sha256sum | cut -d' ' -f1")).toBe(object.raw.sha256);
  });

  it("gives a range of whole frames alone", async () => {
    const { repository, object } = await stored();
    const all = { offset: 0, bytes: object.stored.bytes };
    expect(await feed(repository, { object, range: all }, "wc -c")).toBe(String(RAW.length));
    const wrong = { ...object, stored: { ...object.stored, sha256: "0".repeat(64) } };
    expect(await feed(repository, { object: wrong, range: all }, "wc -c")).toBe(String(RAW.length));
  });

  it("lets the last have enough early, and still checks every byte", async () => {
    const { repository, object } = await stored();
    expect(await feed(repository, { object }, "head -c 10 >/dev/null; echo enough")).toBe("enough");
    const wrong = { ...object, stored: { ...object.stored, sha256: "0".repeat(64) } };
    const error = await failureOf(feed(repository, { object: wrong }, "head -c 10 >/dev/null"));
    expect(error.message).toMatch(/^digest: .* the manifest says \d+ bytes with SHA-256 0{64}/);
  });

  it.each([
    ["is broken for the one before it", "zstd: error 70 : Write error : cannot write block : Broken pipe", true],
    [
      "is reset for the one before it",
      "zstd: error 70 : Write error : cannot write block : Connection reset by peer",
      true,
    ],
    ["has no such fate", "zstd: error 70 : Write error : cannot write block : No space left on device", false],
  ])("lets the last have enough when its pipe %s", async (_, words, isFine) => {
    const { repository, object } = await stored();
    const last = consumerStage("cat >/dev/null");
    const first = consumerStage(`cat >/dev/null; echo '${words}' >&2; exit 70`, last);
    const outcome = feedStages(readerOf(repository), { object }, [first, last]).then(
      () => "fine",
      (error: Error) => error.message,
    );
    expect(await outcome).toBe(isFine ? "fine" : `consumer: sh exited with code 70: ${words}`);
  });

  it("fails when a digest is another, before anybody saw the end", async () => {
    const { repository, object } = await stored();
    const wrong = { ...object, stored: { ...object.stored, sha256: "0".repeat(64) } };
    const consumer = consumerStage("cat >/dev/null; echo ended");
    const output = textOf(consumer).catch(() => "");
    const reader = readerOf(repository);
    const error = await failureOf(
      feedStages(reader, { object: wrong }, [startDecompressor(reader, consumer), consumer]),
    );
    expect(error.message).toMatch(/^digest: /);
    expect(await output).toBe("");
  });

  it("fails with the words of a consumer that failed, not with those of its broken pipe", async () => {
    const { repository, object } = await stored();
    const error = await failureOf(feed(repository, { object }, "head -c 1 >/dev/null; echo 'no space' >&2; exit 3"));
    expect(error.message).toBe("consumer: sh exited with code 3: no space");
  });

  it("fails with the words of zstd when its input is damaged, whatever the consumer then says", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) => {
      const damaged = Buffer.from(bytes);
      damaged[1_000_000]! ^= 1;
      return Readable.from([damaged.subarray(0, 2_000_000)]);
    };
    const range = { offset: 0, bytes: 2_000_000 };
    const error = await failureOf(feed(repository, { object, range }, "cat >/dev/null; echo 'cut off' >&2; exit 3"));
    expect(error.message).toMatch(/^decompress: zstd exited with code 1/);
  });

  it("fails when the source breaks off, with its own words", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) =>
      Readable.from(
        (function* () {
          yield bytes.subarray(0, 1024 * 1024);
          throw new Error("connection reset");
        })(),
      );
    const error = await failureOf(feed(repository, { object }, "cat >/dev/null"));
    expect(error).toMatchObject({
      exit: "restore",
      message: `read: ${object.key} version ${object.versionId}: connection reset`,
    });
  });

  it("reads the version of the manifest, whatever is current now", async () => {
    const { repository, object } = await stored();
    repository.addVersion(object.key, "forged");
    repository.addVersion(object.key);
    expect(await feed(repository, { object }, "wc -c")).toBe(String(RAW.length));
  });

  it("fails when a consumer fails after the last byte", async () => {
    const { repository, object } = await stored();
    const error = await failureOf(feed(repository, { object }, "cat >/dev/null; exit 4"));
    expect(error.message).toBe("consumer: sh exited with code 4");
  });

  it("fails when the source just ends early", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) => Readable.from([bytes.subarray(0, 1024 * 1024)]);
    const error = await failureOf(feed(repository, { object }, "cat >/dev/null"));
    expect(error.message).toMatch(/^digest: .*: stored bytes are 1048576 bytes/);
  });

  it("fails when a signal arrives while the consumer finishes", async () => {
    const { repository, object } = await stored();
    const stop = new AbortController();
    const reader = readerOf(repository, stop.signal);
    const consumer = consumerStage("cat >/dev/null; echo ended; exec sleep 600");
    consumer.stdout!.once("data", () => stop.abort());
    const feeding = feedStages(reader, { object }, [startDecompressor(reader, consumer), consumer]);
    expect(await failureOf(feeding)).toMatchObject({ message: "read: stopped by a signal", exit: "interrupted" });
  });

  it("fails when a range is answered with fewer bytes", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) => Readable.from([bytes.subarray(0, 10)]);
    const error = await failureOf(feed(repository, { object, range: { offset: 5, bytes: 20 } }, "cat >/dev/null"));
    expect(error.message).toBe(`read: ${object.key} version ${object.versionId}: 20 bytes from 5 were 10`);
  });

  it("fails when a version is not there", async () => {
    const { repository, object } = await stored();
    const error = await failureOf(feed(repository, { object: { ...object, versionId: "v9" } }, "cat >/dev/null"));
    expect(error.message).toBe(`read: repository: read ${object.key}: there is no such object`);
  });

  it("fails when a signal comes while nothing is taken, and when storage does not answer", async () => {
    const { repository, object } = await stored();
    for (const body of [(bytes: Buffer) => Readable.from([bytes]), () => new Readable({ read: () => undefined })]) {
      repository.body = body;
      const stop = new AbortController();
      const feeding = failureOf(feed(repository, { object }, "exec sleep 600", stop.signal));
      setImmediate(() => stop.abort());
      expect(await feeding).toMatchObject({ exit: "interrupted", message: "read: stopped by a signal" });
    }
  });
});

describe("feeding encrypted bytes", () => {
  const turned = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 255));
  const sealed = (bytes: Buffer) => {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(bytes.length);
    return Buffer.concat([header, turned(bytes)]);
  };
  /** Takes one file: more, or less, than its header says is an error. */
  async function* unseal(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of file) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    if (whole.length !== HEADER + whole.readUInt32BE(0)) throw new StageError("decrypt", "restore", "it is cut");
    yield turned(whole.subarray(HEADER));
  }

  /** An object of several files, of which chunks begin and end anywhere. */
  async function sealedFiles(chunkBytes: number) {
    const { repository, object } = await stored(Buffer.from("first second third"));
    const plain: Buffer[] = [];
    for await (const chunk of await repository.read(object.key, object.versionId)) plain.push(chunk as Buffer);
    const files = [0, 1, 2].map((third) => {
      const [from, to] = [third, third + 1].map((end) => Math.floor((Buffer.concat(plain).length * end) / 3));
      return sealed(Buffer.concat(plain).subarray(from, to));
    });
    const whole = Buffer.concat(files);
    repository.body = () =>
      Readable.from(
        (function* () {
          for (let at = 0; at < whole.length; at += chunkBytes) yield whole.subarray(at, at + chunkBytes);
        })(),
      );
    const ranges = files.map((file, index) => ({
      offset: files.slice(0, index).reduce((sum, one) => sum + one.length, 0),
      bytes: file.length,
    }));
    const sha256 = createHash("sha256").update(whole).digest("hex");
    const encrypted = { ...object, encryption: "age" as const, stored: { bytes: whole.length, sha256 } };
    return { repository, object: encrypted, ranges };
  }

  const feedSealed = async (repository: Source, part: StoredPart) => {
    const reader = { ...readerOf(repository), unseal };
    const consumer = consumerStage("cat");
    const output = textOf(consumer).catch(() => "");
    await feedStages(reader, part, [startDecompressor(reader, consumer), consumer]);
    return output;
  };

  it.each([1, 7, 1000])("opens file after file, in chunks of %d bytes", async (chunkBytes) => {
    const { repository, object, ranges } = await sealedFiles(chunkBytes);
    expect(await feedSealed(repository, { object, files: ranges })).toBe("first second third");
  });

  it("fails when a file is shorter than its range, or bytes follow the last", async () => {
    const { repository, object, ranges } = await sealedFiles(7);
    const shifted = ranges.map(({ offset, bytes }, index) => ({ offset, bytes: index === 0 ? bytes + 1 : bytes }));
    expect((await failureOf(feedSealed(repository, { object, files: shifted }))).message).toBe("decrypt: it is cut");
    const following = await failureOf(feedSealed(repository, { object, files: ranges.slice(0, 2) }));
    expect(following.message).toBe(`read: ${object.key}: bytes follow what was to be read`);
  });

  it("fails when a digest is another although every file opens", async () => {
    const { repository, object, ranges } = await sealedFiles(7);
    const wrong = { ...object, stored: { ...object.stored, sha256: "0".repeat(64) } };
    expect((await failureOf(feedSealed(repository, { object: wrong, files: ranges }))).message).toMatch(/^digest: /);
  });

  it("fails when there is no key", async () => {
    const { repository, object, ranges } = await sealedFiles(7);
    expect((await failureOf(feed(repository, { object, files: ranges }, "cat"))).message).toBe(
      `decrypt: ${object.key} is encrypted; give the private key of one of its recipients with --identity-file or BACKUP321_AGE_IDENTITY_FILE`,
    );
  });
});
