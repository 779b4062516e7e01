import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { ManifestObject } from "../../runner/manifestFormat";
import { RepositoryError } from "../../runner/repository/repository";
import { readArchive, readArchiveHead } from "../../runner/stream/archive";
import { type Stage, startStage } from "../../runner/stream/childStage";
import { ClockedRepository, commitPoint, failureOf } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";
const RAW = randomBytes(3 * 1024 * 1024);
const RUNNING = new AbortController().signal;

function child(script: string, stdout: "pipe" | "ignore" = "pipe"): Stage {
  return startStage({
    stage: "consumer",
    exit: "restore",
    command: "sh",
    args: ["-c", script],
    env: { PATH: process.env.PATH! },
    stdin: "pipe",
    stdout,
  });
}

const children = () => process.getActiveResourcesInfo().filter((resource) => resource === "ProcessWrap").length;
const childrenBefore = children();

/** Every test, of whatever failure, must leave no process behind: it waits for the last one to go, and fails if it stays. */
afterEach(async () => {
  while (children() > childrenBefore) await new Promise((resolve) => setTimeout(resolve, 10));
});

async function outputOf(stage: Stage): Promise<string> {
  let text = "";
  for await (const chunk of stage.stdout!) text += String(chunk);
  return text.trim();
}

class Source extends ClockedRepository {
  body: (bytes: Buffer) => Readable = (bytes) => Readable.from([bytes]);
  override async read(key: string, versionId?: string): Promise<Readable> {
    const chunks: Buffer[] = [];
    for await (const chunk of await super.read(key, versionId)) chunks.push(chunk as Buffer);
    return this.body(Buffer.concat(chunks));
  }
}

async function stored(raw = RAW): Promise<{ repository: Source; object: ManifestObject }> {
  const clock = { now: new Date("2026-11-20T02:10:00Z") };
  const repository = new Source({ bucket: "primary", now: () => clock.now });
  const manifest = await commitPoint(repository, ID, { raw });
  return { repository, object: manifest.objects[0]! };
}

const reader = (repository: Source, signal = RUNNING) => ({
  repository,
  path: process.env.PATH!,
  exit: "restore" as const,
  signal,
});

/** Half of the bytes, and then nothing, not even an end. */
function unfinished(bytes: Buffer): Readable {
  const source = new Readable({ read: () => undefined });
  source.push(bytes.subarray(0, bytes.length / 2));
  return source;
}

describe("reading an archive", () => {
  it("feeds every byte to every consumer and waits for them", async () => {
    const { repository, object } = await stored();
    const consumers = [child("wc -c"), child("sha256sum | cut -d' ' -f1")];
    const outputs = consumers.map(outputOf);
    const seen: number[] = [];
    await readArchive({ ...reader(repository), onRead: (bytes) => seen.push(bytes) }, object, consumers);
    expect(await Promise.all(outputs)).toEqual([String(RAW.length), object.raw.sha256]);
    expect(seen.at(-1)).toBe(object.stored.bytes);
  });

  it("lets a consumer stop reading early if it exits 0", async () => {
    const { repository, object } = await stored();
    const consumers = [child("head -c 10 >/dev/null", "ignore"), child("wc -c")];
    const output = outputOf(consumers[1]!);
    await readArchive(reader(repository), object, consumers);
    expect(await output).toBe(String(RAW.length));
  });

  it("reads the version of the manifest, whatever is current now", async () => {
    const { repository, object } = await stored();
    repository.addVersion(object.key, "forged");
    repository.addVersion(object.key);
    const consumer = child("wc -c");
    const output = outputOf(consumer);
    await readArchive(reader(repository), object, [consumer]);
    expect(await output).toBe(String(RAW.length));
  });

  it("fails when a consumer fails, with its own words, without waiting for the rest", async () => {
    const { repository, object } = await stored();
    repository.body = unfinished;
    const consumer = child("head -c 1 >/dev/null; echo 'no space' >&2; exit 3", "ignore");
    expect((await failureOf(readArchive(reader(repository), object, [consumer]))).message).toBe(
      "consumer: sh exited with code 3: no space",
    );
  });

  it("fails when a consumer fails after the last byte", async () => {
    const { repository, object } = await stored();
    const consumer = child("cat >/dev/null; exit 4", "ignore");
    expect((await failureOf(readArchive(reader(repository), object, [consumer]))).message).toBe(
      "consumer: sh exited with code 4",
    );
  });

  it("fails when a stored byte is damaged, and the consumer never sees the end", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) => {
      const damaged = Buffer.from(bytes);
      damaged[damaged.length - 100]! ^= 1;
      return Readable.from([damaged]);
    };
    const consumer = child("cat >/dev/null; echo ended");
    const output = outputOf(consumer).catch(() => "");
    const error = await failureOf(readArchive(reader(repository), object, [consumer]));
    expect(error.message).toMatch(/^decompress: zstd exited with code 1: .*(corrupt|checksum)/i);
    expect(error.exit).toBe("restore");
    expect(await output).toBe("");
  });

  it("fails when other valid bytes are stored, and the consumer never sees the end", async () => {
    const { repository, object } = await stored();
    const other = execFileSync("zstd", ["--stdout", "--quiet", "-"], { input: Buffer.from("other data") });
    repository.body = () => Readable.from([other]);
    const consumer = child("cat >/dev/null; echo ended");
    const output = outputOf(consumer).catch(() => "");
    const error = await failureOf(readArchive(reader(repository), object, [consumer]));
    expect(error.message).toMatch(
      /^digest: dumps\/.* version v\d+: stored bytes are \d+ bytes with SHA-256 [0-9a-f]{64}, the manifest says/,
    );
    expect(await output).toBe("");
  });

  it("fails when the raw digest disagrees although the stored one agrees", async () => {
    const { repository, object } = await stored();
    const wrong = { ...object, raw: { ...object.raw, sha256: "0".repeat(64) } };
    const error = await failureOf(readArchive(reader(repository), wrong, [child("cat >/dev/null", "ignore")]));
    expect(error.message).toMatch(/^digest: .*: raw bytes are 3145728 bytes .* SHA-256 0{64}; the object is damaged/);
  });

  it("fails when the source breaks off, naming that and not the truncated frame", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) =>
      Readable.from(
        (function* () {
          yield bytes.subarray(0, 1024 * 1024);
          throw new Error("connection reset");
        })(),
      );
    const consumer = child("cat >/dev/null; echo ended");
    const output = outputOf(consumer).catch(() => "");
    const error = await failureOf(readArchive(reader(repository), object, [consumer]));
    expect(error.message).toBe(`read: ${object.key} version ${object.versionId}: connection reset`);
    expect(await output).toBe("");
  });

  it("fails when the source just ends early", async () => {
    const { repository, object } = await stored();
    repository.body = (bytes) => Readable.from([bytes.subarray(0, 1024 * 1024)]);
    const error = await failureOf(readArchive(reader(repository), object, [child("cat >/dev/null", "ignore")]));
    expect(error.message).toMatch(/^decompress: zstd exited with code 1/);
  });

  it("fails when the version is not there, and leaves no consumer behind", async () => {
    const { repository, object } = await stored();
    const consumer = child("cat >/dev/null", "ignore");
    const error = await failureOf(readArchive(reader(repository), { ...object, versionId: "v9" }, [consumer]));
    expect(error.message).toBe(`read: repository: read ${object.key}: there is no such object`);
    expect(error.cause).toBeInstanceOf(RepositoryError);
    await expect(consumer.done).rejects.toThrow("was killed by SIGTERM");
  });

  it("fails when a signal arrives, even while the consumer takes nothing", async () => {
    const { repository, object } = await stored();
    const stop = new AbortController();
    const consumer = child("exec sleep 600", "ignore");
    const reading = failureOf(readArchive(reader(repository, stop.signal), object, [consumer]));
    stop.abort();
    expect(await reading).toMatchObject({ message: "read: stopped by a signal", exit: "interrupted" });
    await expect(consumer.done).rejects.toThrow("was killed by SIGTERM");
  });

  it("fails when a signal arrives in the middle", async () => {
    const { repository, object } = await stored();
    repository.body = unfinished;
    const stop = new AbortController();
    const onRead = () => stop.abort();
    const consumer = child("exec cat >/dev/null", "ignore");
    const reading = readArchive({ ...reader(repository, stop.signal), onRead }, object, [consumer]);
    expect(await failureOf(reading)).toMatchObject({ message: "read: stopped by a signal", exit: "interrupted" });
    await expect(consumer.done).rejects.toThrow("was killed by SIGTERM");
  });

  it("fails when a signal arrives while the consumer finishes", async () => {
    const { repository, object } = await stored();
    const stop = new AbortController();
    const consumer = child("cat >/dev/null; echo ended; exec sleep 600");
    consumer.stdout!.once("data", () => stop.abort());
    const reading = readArchive(reader(repository, stop.signal), object, [consumer]);
    expect(await failureOf(reading)).toMatchObject({ message: "read: stopped by a signal", exit: "interrupted" });
  });
});

describe("reading the beginning of an archive", () => {
  it("ends when the consumer has seen enough", async () => {
    const { repository, object } = await stored();
    const consumer = child("head -c 5 | wc -c");
    const output = outputOf(consumer);
    await readArchiveHead(reader(repository), object, consumer);
    expect(await output).toBe("5");
  });

  it("fails when the consumer does", async () => {
    const { repository, object } = await stored();
    const error = await failureOf(readArchiveHead(reader(repository), object, child("exit 1", "ignore")));
    expect(error.message).toBe("consumer: sh exited with code 1");
  });

  it("fails when the beginning can't be read", async () => {
    const { repository, object } = await stored();
    repository.body = () => Readable.from([Buffer.from("no zstd frame at all")]);
    const error = await failureOf(readArchiveHead(reader(repository), object, child("cat >/dev/null", "ignore")));
    expect(error.message).toMatch(/^decompress: zstd exited with code 1/);
  });
});
