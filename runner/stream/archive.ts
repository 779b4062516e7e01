import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ENV } from "../contract";
import type { Digest, ManifestObject, RawDigest } from "../manifestFormat";
import { type ExitName, messageOf, StageError } from "../errors";
import type { Repository } from "../repository/repository";
import { outputOf, type Stage, startStage } from "./childStage";
import { Feed, interruption } from "./feed";
import type { Seal } from "./seal";

/** What reading an archive needs. */
export interface ArchiveReader {
  repository: Repository;
  /** PATH for child processes. */
  path: string;
  /** Exit code of the runner when reading fails. */
  exit: ExitName;
  signal: AbortSignal;
  /** Opens what is encrypted; it is asked for nothing else. */
  unseal?: Seal | undefined;
  /** Called with the stored bytes read so far. */
  onRead?: (storedBytes: number) => void;
}

/** Starts zstd on what is fed to its stdin. */
export function startDecompressor(
  { path, exit }: Pick<ArchiveReader, "path" | "exit">,
  stdout: "pipe" | Stage | { file: string },
): Stage {
  const isFile = typeof stdout === "object" && "file" in stdout;
  return startStage({
    stage: "decompress",
    exit,
    command: "zstd",
    args: ["--decompress", "--quiet", ...(isFile ? ["-o", stdout.file, "-"] : ["--stdout", "-"])],
    env: { PATH: path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: isFile ? "ignore" : stdout,
  });
}

/**
 * The bytes of an object before they were encrypted; the same where it is not.
 * @throws StageError `preflight` when there is no key to open it with
 */
export function unsealed(
  { unseal }: ArchiveReader,
  object: ManifestObject,
  stored: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
  if (object.encryption === undefined) return stored;
  if (unseal !== undefined) return unseal(stored);
  throw new StageError(
    "decrypt",
    "preflight",
    `${object.key} is encrypted; give the private key of one of its recipients with --identity-file or ${ENV.ageIdentityFile}`,
  );
}

interface Opened {
  source: Readable;
  zstd: Stage;
}

async function open(reader: ArchiveReader, object: ManifestObject): Promise<Opened> {
  let source: Readable;
  try {
    source = await reader.repository.read(object.key, object.versionId);
  } catch (error) {
    throw new StageError("read", reader.exit, messageOf(error), { cause: error });
  }
  const zstd = startDecompressor(reader, "pipe");
  return { source, zstd };
}

/** Opens, unless interrupted meanwhile; what opens after that is closed again at once. */
async function openUnless(interrupted: Promise<never>, reader: ArchiveReader, object: ManifestObject): Promise<Opened> {
  const opening = open(reader, object);
  try {
    return await Promise.race([opening, interrupted]);
  } catch (error) {
    void opening.then(
      ({ source, zstd }) => {
        source.destroy();
        return zstd.stop();
      },
      () => undefined,
    );
    throw error;
  }
}

/** @throws StageError `digest` when bytes are not those of the manifest */
export function requireSame(
  what: string,
  object: ManifestObject,
  got: Digest,
  expected: RawDigest,
  exit: ExitName,
): void {
  if (got.bytes === expected.bytes && (expected.sha256 ?? got.sha256) === got.sha256) return;
  throw new StageError(
    "digest",
    exit,
    `${object.key} version ${object.versionId}: ${what} are ${got.bytes} bytes with SHA-256 ${got.sha256}, the manifest says ${expected.bytes} bytes with SHA-256 ${expected.sha256 ?? "unknown"}; the object is damaged, use another recovery point or the other side`,
  );
}

/** When the source breaks off, zstd reports a truncated frame; the source's own error is what a person needs. */
async function readingCause(
  reader: ArchiveReader,
  object: ManifestObject,
  error: unknown,
  reading: Promise<void>,
): Promise<unknown> {
  const cause = await reading.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (cause instanceof StageError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (cause === undefined || code === "EPIPE") return error;
  if (error instanceof StageError && code === "ERR_STREAM_PREMATURE_CLOSE") return error;
  return new StageError("read", reader.exit, `${object.key} version ${object.versionId}: ${messageOf(cause)}`, {
    cause,
  });
}

/**
 * Feeds the beginning of an archive to a consumer that reads only its table of contents, until it exits.
 * Nothing is checked against the manifest: what it learns may only be used to refuse.
 */
export async function readArchiveHead(reader: ArchiveReader, object: ManifestObject, consumer: Stage): Promise<void> {
  const { promise: interrupted, release } = interruption(reader.signal, "read");
  let opened: Opened | undefined;
  let feeding: Promise<void> | undefined;
  try {
    opened = await openUnless(interrupted, reader, object);
    const feed = new Feed(consumer);
    const { source, zstd } = opened;
    const reading = pipeline(source, (chunks: AsyncIterable<Buffer>) => unsealed(reader, object, chunks), zstd.stdin!);
    feeding = (async () => {
      for await (const chunk of outputOf(zstd)) await feed.write(chunk);
      feed.end();
    })();
    const broken = Promise.all([reading, feeding]).then(
      () => new Promise<never>(() => undefined),
      async (error: unknown) => {
        throw await readingCause(reader, object, error, reading);
      },
    );
    broken.catch(() => undefined);
    await Promise.race([consumer.done, broken, interrupted]);
  } finally {
    release();
    opened?.source.destroy();
    await Promise.all([opened?.zstd.stop(), consumer.stop()]);
    await feeding?.catch(() => undefined);
  }
}
