import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { unlessAborted } from "./interruption";
import type { ManifestObject } from "./manifestFormat";
import { linesOf, startPgRestore } from "./postgres/archivePrograms";
import type { ClientProgram } from "./postgres/clientPrograms";
import { type ContentsEntry, useList } from "./postgres/tableOfContents";
import type { RestoreDependencies } from "./restore";
import { stopped } from "./restorePreflight";
import { type ArchiveReader, readArchiveHead, requireSame, startDecompressor } from "./stream/archive";
import { openSealed } from "./stream/seal";
import { feedStages } from "./stream/storedFeed";

/** How objects of a point are read. */
export function readerOf(
  { repository, path, identities }: RestoreDependencies,
  exit: "preflight" | "restore",
  signal: AbortSignal,
): ArchiveReader {
  return { repository, path, exit, signal, unseal: identities && openSealed(identities, exit) };
}

/** What reading definitions needs besides. */
export interface DefinitionsContext {
  /** Folder for the archive and the lists. */
  directory: string;
  signal: AbortSignal;
}

/** The archive that defines everything, streamed or in a file. */
export class Definitions {
  file: string | undefined;
  private readonly reader: ArchiveReader;
  constructor(
    private readonly dependencies: RestoreDependencies,
    private readonly program: ClientProgram,
    private readonly object: ManifestObject,
    /** The database's, as pg_encoding_to_char spells it. */
    private readonly encoding: string,
    private readonly context: DefinitionsContext,
  ) {
    this.reader = readerOf(dependencies, "preflight", context.signal);
  }

  /** Decompresses it into a file: pg_restore reads it more than once, and in parallel only from one. */
  async download(): Promise<void> {
    const { object, reader } = this;
    const file = path.join(this.context.directory, "schema.pgdump");
    await feedStages(reader, { object }, [startDecompressor(reader, { file })]);
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    requireSame("raw bytes", object, { bytes, sha256: hash.digest("hex") }, object.raw, "preflight");
    this.file = file;
  }

  /** Runs pg_restore without a server and makes something of the lines that it prints. */
  async ask<T>(args: readonly string[], make: (lines: AsyncIterable<string>) => Promise<T>): Promise<T> {
    const { file, program, object, reader } = this;
    const stage = startPgRestore({
      program,
      path: this.dependencies.path,
      stage: "restore preflight",
      exit: "preflight",
      args,
      file,
      stdout: "pipe",
    });
    const made = make(linesOf(stage.stdout!, this.encoding));
    made.catch(() => undefined);
    if (file === undefined) await readArchiveHead(reader, object, stage);
    else {
      await unlessAborted(this.context.signal, stage.done, stopped).catch(async (error: unknown) => {
        await stage.stop();
        throw error;
      });
    }
    return made;
  }

  /** Writes a list of entries and returns its file. */
  async list(name: string, entries: readonly ContentsEntry[]): Promise<string> {
    const file = path.join(this.context.directory, `${name}.list`);
    await writeFile(file, useList(entries));
    return file;
  }
}
