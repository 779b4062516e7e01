import { createHash } from "node:crypto";
import { StageError, detailOf } from "../errors";
import type { Digest, Manifest, ManifestObject } from "../manifestFormat";
import { compareContents } from "../postgres/archiveContents";
import { linesOf, startPgRestore } from "../postgres/archivePrograms";
import type { ClientProgram } from "../postgres/clientPrograms";
import { requireSame } from "../stream/archive";
import { Feed } from "../stream/feed";
import { rawFrame } from "../stream/rawFrame";
import type { Seal } from "../stream/seal";
import { ArchiveRows, listed } from "./archiveRows";
import { type ContentReader, decompressed } from "./decompressed";
import { Pieces } from "./storedObject";
import { nameOfRows, type PlacedRows, TableText } from "./tableText";
import { FrameWalker } from "../stream/zstdFrames";

/** What an object held. */
export interface Content {
  /** What disagrees, beside the one thing that ends the reading and is thrown. */
  problems: string[];
  /** Of what it decompresses to; undefined where it could not be decrypted. */
  raw?: Digest;
  /** Entries in an archive's table of contents. */
  entries?: number;
  /** Rows in an object of tables. */
  rows?: number;
}

/** An object and how to look into it. */
export interface ObjectReader extends ContentReader {
  object: ManifestObject;
  stored: AsyncIterable<Buffer>;
  /** Opens what is encrypted; undefined: it is not. */
  unseal: Seal | undefined;
}

/** The bytes before they were encrypted. What can't be opened is named. */
async function* unsealed(
  { unseal }: ObjectReader,
  bytes: AsyncIterable<Buffer>,
  what: () => string,
): AsyncGenerator<Buffer> {
  try {
    yield* unseal === undefined ? bytes : unseal(bytes);
  } catch (error) {
    if (!(error instanceof StageError) || error.stage !== "decrypt") throw error;
    throw new StageError("decrypt", error.exit, `${what()}: ${detailOf(error)}`, { cause: error });
  }
}

/** What an object of one frame run decompresses to, held against the manifest after the last byte. */
async function* rawOf(reader: ObjectReader, content: Content): AsyncGenerator<Buffer> {
  const { object, stored } = reader;
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of decompressed(
    unsealed(reader, stored, () => object.key),
    reader,
  )) {
    bytes += chunk.length;
    hash.update(chunk);
    yield chunk;
  }
  content.raw = { bytes, sha256: hash.digest("hex") };
  requireSame("raw bytes", object, content.raw, object.raw, "unhealthy");
}

/** Reads an archive twice over: once to its last byte, once for its table of contents. */
export async function readArchiveContent(
  reader: ObjectReader,
  manifest: Manifest,
  program: ClientProgram,
): Promise<Content> {
  const { object, path, signal } = reader;
  const common = { program, path, exit: "unhealthy" as const, stage: "verify" };
  const whole = startPgRestore({ ...common, args: ["--file=/dev/null"], stdout: "ignore" });
  const list = startPgRestore({ ...common, args: ["--list"], stdout: "pipe" });
  const stages = [whole, list];
  const stop = () => Promise.all(stages.map((stage) => stage.stop()));
  const onAbort = () => void stop();
  signal.addEventListener("abort", onAbort, { once: true });
  const rows = new ArchiveRows(object, manifest);
  const comparing = compareContents(
    watched(linesOf(list.stdout!, manifest.source.encoding), (line) => rows.see(line)),
    object.role === "largeObjects" ? [] : manifest.tables,
  );
  comparing.catch(() => undefined);
  const content: Content = { problems: [] };
  try {
    const feeds = stages.map((stage) => new Feed(stage));
    for await (const chunk of rawOf(reader, content)) await Promise.all(feeds.map((feed) => feed.write(chunk)));
    for (const feed of feeds) feed.end();
    await Promise.all(stages.map((stage) => stage.done));
    const { entries, missingTables } = await comparing;
    if (missingTables.length > 0) {
      content.problems.push(`${object.key} lacks tables that the manifest names: ${listed(missingTables)}`);
    }
    content.problems.push(...rows.problems());
    return { ...content, entries };
  } finally {
    signal.removeEventListener("abort", onAbort);
    await stop();
  }
}

async function* watched(lines: AsyncIterable<string>, see: (line: string) => void): AsyncGenerator<string> {
  for await (const line of lines) {
    see(line);
    yield line;
  }
}

/**
 * Reads the rows of tables.
 * @param entries all that the manifest places in the object, in the order of their offsets, from its first byte to its last
 */
export async function readTablesContent(reader: ObjectReader, entries: readonly PlacedRows[]): Promise<Content> {
  const { object } = reader;
  const text = new TableText(object.key, entries);
  for await (const chunk of decompressed(markedFrames(reader, entries, rawFrame(text.mark)), reader)) text.push(chunk);
  const raw = text.finish();
  if (text.problems.length === 0) requireSame("raw bytes", object, raw, object.raw, "unhealthy");
  return { problems: text.problems, raw, rows: text.rows };
}

/** The frames of every entry, with one of ours before, between and after them. */
async function* markedFrames(
  reader: ObjectReader,
  entries: readonly PlacedRows[],
  mark: Buffer,
): AsyncGenerator<Buffer> {
  const { object, stored } = reader;
  const pieces = new Pieces(stored);
  yield mark;
  for (const entry of entries) {
    const what = () => `${object.key}: ${nameOfRows(entry)}`;
    const walker = new FrameWalker();
    for await (const chunk of unsealed(reader, pieces.take(entry.data.bytes), what)) {
      walker.push(chunk);
      if (walker.isBroken) break;
      yield chunk;
    }
    if (!walker.isWhole) throw new StageError("verify", "unhealthy", `${what()} is not made of whole zstd frames`);
    yield mark;
  }
}

/** Longer than the last lines that pg_dumpall writes. */
const TAIL_BYTES = 1024;
const GLOBALS_END = "\n-- PostgreSQL database cluster dump complete\n";

/** Reads the globals to pg_dumpall's last line, which it writes only when it came to its end. */
export async function readGlobalsContent(reader: ObjectReader): Promise<Content> {
  const content: Content = { problems: [] };
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of rawOf(reader, content)) {
    tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  }
  if (!tail.includes(GLOBALS_END)) {
    content.problems.push(`${reader.object.key} does not end with pg_dumpall's last line; it is cut`);
  }
  return content;
}
