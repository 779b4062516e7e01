import type { Readable } from "node:stream";
import { StageError } from "../errors";
import type { Manifest, ManifestObject } from "../manifestFormat";
import { startPgRestore } from "../postgres/archivePrograms";
import type { ClientProgram } from "../postgres/clientPrograms";
import { type ArchiveReader, startDecompressor } from "../stream/archive";
import { feedStages } from "../stream/storedFeed";
import { ArchivedRows } from "./archivedRows";

/** Thousands of roles; anything longer is no list of roles. */
const MAX_GLOBALS_BYTES = 64 * 1024 * 1024;

async function collected(stdout: Readable, key: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdout as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_GLOBALS_BYTES) {
      throw new StageError("restore", "restore", `${key}: larger than ${MAX_GLOBALS_BYTES} bytes; these are no roles`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Both at once; when one fails the other is waited for too, so that no program outlives the call. */
async function together<T>(result: Promise<T>, feeding: Promise<void>): Promise<T> {
  const [made, fed] = await Promise.allSettled([result, feeding]);
  if (made.status === "rejected" && made.reason instanceof StageError) throw made.reason;
  if (fed.status === "rejected") throw fed.reason;
  if (made.status === "rejected") throw made.reason;
  return made.value;
}

/** The text of a point's globals, checked against its digest. */
export async function readGlobals(reader: ArchiveReader, object: ManifestObject): Promise<string> {
  const zstd = startDecompressor(reader, "pipe");
  return together(collected(zstd.stdout!, object.key), feedStages(reader, { object }, [zstd]));
}

/** Counts the rows of each table in the archive of a whole database, by reading it to its end. */
export async function countArchivedRows(
  reader: ArchiveReader,
  pgRestore: ClientProgram,
  object: ManifestObject,
  { source }: Manifest,
): Promise<Map<string, number>> {
  const rows = new ArchivedRows(source.encoding);
  const restore = startPgRestore({
    program: pgRestore,
    path: reader.path,
    stage: "restore",
    exit: "restore",
    args: ["--data-only", "--file=-"],
    stdout: "pipe",
  });
  const counting = (async () => {
    for await (const chunk of restore.stdout! as AsyncIterable<Buffer>) rows.push(chunk);
    return rows.byTable;
  })();
  return together(counting, feedStages(reader, { object }, [startDecompressor(reader, restore), restore]));
}
