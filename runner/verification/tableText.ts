import { createHash, randomBytes } from "node:crypto";
import { FRAME_TRAILER } from "../dump/tableFrames";
import { qualifiedName } from "../postgres/qualifiedName";
import { StageError } from "../errors";
import type { Digest, ManifestTable, TableData } from "../manifestFormat";

/** A table's rows, or a range of them, as the manifest places them. */
export interface PlacedRows {
  table: Pick<ManifestTable, "schema" | "name" | "loadInto">;
  data: TableData;
}

/** `"schema"."table" (bytes 0-99)`, for people. */
export function nameOfRows({ table, data }: PlacedRows): string {
  return `${qualifiedName(table)} (bytes ${data.offset}-${data.offset + data.bytes - 1})`;
}

/** 1,600 columns with names of 63 characters of 4 bytes, and room. */
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 20;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const QUOTE = 0x22;
/** The end mark of COPY in a line of its own; the rest of the trailer follows the rows. */
const END_MARK_BYTES = "\\.\n".length;
const NO_END_MARK = 3;
const SETTING = /^SET [a-z_]+ = [^;"]*;\n$/;
const AFTER_NAME =
  /^(?: \("(?:[^"]|"")*"(?:, "(?:[^"]|"")*")*\))? FROM stdin(?: WITH \(ENCODING '[A-Za-z0-9_]+'\))?;\n$/;

/**
 * Reads the decompressed SQL of a `tables` object and holds it against what the manifest places there: for each entry the COPY
 * of exactly that table, its rows, and the end mark; nothing before, between or after.
 *
 * Where one entry ends and the next begins is marked by a frame of `mark`, put between the compressed ones before all of them
 * are decompressed: text that nobody knew when they were written. So what is counted here is what each entry's bytes alone
 * decompress to.
 */
export class TableText {
  /** Comes before the first entry and after each. An end mark of COPY never has more in its line, so no row is like it. */
  readonly mark: Buffer;
  /** What disagrees, without making the rest unreadable. */
  readonly problems: string[] = [];
  /** Of all entries so far. */
  rows = 0;
  private readonly hash = createHash("sha256");
  private totalBytes = 0;
  private state: "between" | "header" | "rows" = "between";
  /** Of the entry that is read; -1 before the first. */
  private index = -1;
  private entryRows = 0;
  private entryBytes = 0;
  /** Of what must come literally, the part that is still to come. */
  private expected: Buffer;
  /** The current line of a header. */
  private line: Buffer = Buffer.alloc(0);
  private isQuoted = false;
  /** Characters of a row so far, as long as it could be an end mark. */
  private rowHead = 0;

  /** @param entries in the order of their offsets */
  constructor(
    private readonly key: string,
    private readonly entries: readonly PlacedRows[],
    nonce: string = randomBytes(16).toString("hex"),
  ) {
    this.mark = Buffer.from(`\n\\.${nonce}\n`);
    this.expected = this.mark;
  }

  /** @throws StageError `unhealthy` when nothing can be made of what follows */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.state === "between") at = this.passBetween(chunk, at);
      else if (this.state === "header") at = this.passHeader(chunk, at);
      else at = this.passRows(chunk, at);
    }
  }

  /**
   * Size and SHA-256 of all entries.
   * @throws StageError `unhealthy` when they ended early
   */
  finish(): Digest {
    if (this.state !== "between" || this.index < this.entries.length) throw this.finding("ends early");
    return { bytes: this.totalBytes, sha256: this.hash.digest("hex") };
  }

  private finding(what: string): StageError {
    const entry = this.entries[Math.min(Math.max(this.index, 0), this.entries.length - 1)]!;
    return new StageError("verify", "unhealthy", `${this.key}: ${nameOfRows(entry)} ${what}`);
  }

  private count(bytes: Buffer): void {
    this.hash.update(bytes);
    this.entryBytes += bytes.length;
  }

  private passBetween(chunk: Buffer, from: number): number {
    const piece = chunk.subarray(from, from + this.expected.length);
    if (piece.length === 0 || !this.expected.subarray(0, piece.length).equals(piece)) {
      throw this.finding("does not end with the end of its rows: something follows");
    }
    const ownBytes = Math.max(0, this.expected.length - this.mark.length);
    this.count(piece.subarray(0, ownBytes));
    this.expected = this.expected.subarray(piece.length);
    if (this.expected.length === 0) this.nextEntry();
    return from + piece.length;
  }

  private nextEntry(): void {
    if (this.index >= 0) this.compare(this.entries[this.index]!);
    this.totalBytes += this.entryBytes;
    this.rows += this.entryRows;
    this.index += 1;
    this.entryBytes = this.entryRows = 0;
    this.state = this.index < this.entries.length ? "header" : "between";
  }

  private compare(entry: PlacedRows): void {
    const { rows, rawBytes } = entry.data;
    const wrong = [
      ...(rows === this.entryRows ? [] : [`${this.entryRows} rows, the manifest says ${rows}`]),
      ...(rawBytes === this.entryBytes
        ? []
        : [`${this.entryBytes} bytes before compression, the manifest says ${rawBytes}`]),
    ];
    for (const what of wrong) {
      if (this.problems.length < MAX_PROBLEMS) this.problems.push(`${this.key}: ${nameOfRows(entry)} has ${what}`);
    }
  }

  /** Settings, line by line, and then the COPY, whose names may hold line feeds. */
  private passHeader(chunk: Buffer, from: number): number {
    let at = from;
    for (let isLineOver = false; at < chunk.length && !isLineOver; at++) {
      if (chunk[at] === QUOTE) this.isQuoted = !this.isQuoted;
      isLineOver = chunk[at] === LINE_FEED && !this.isQuoted;
    }
    this.line = Buffer.concat([this.line, chunk.subarray(from, at)]);
    this.count(chunk.subarray(from, at));
    if (this.line.length > MAX_HEADER_BYTES) throw this.headerFinding();
    if (this.line.at(-1) === LINE_FEED && !this.isQuoted) this.endHeaderLine(this.line.toString());
    return at;
  }

  private endHeaderLine(line: string): void {
    this.line = Buffer.alloc(0);
    const { table } = this.entries[this.index]!;
    const copy = `COPY ${qualifiedName(table.loadInto ?? table)}`;
    if (line.startsWith(copy) && AFTER_NAME.test(line.slice(copy.length))) {
      this.state = "rows";
      this.rowHead = 0;
    } else if (!SETTING.test(line)) throw this.headerFinding();
  }

  /** Without what is there instead, which may be rows of somebody's data. */
  private headerFinding(): StageError {
    return this.finding("does not begin with the COPY of that table");
  }

  private passRows(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.state === "rows") {
      if (this.rowHead === NO_END_MARK) {
        const end = chunk.indexOf(LINE_FEED, at);
        if (end === -1) at = chunk.length;
        else {
          at = end + 1;
          this.endRow();
        }
      } else this.passRowHead(chunk[at++]!);
    }
    this.count(chunk.subarray(from, at));
    return at;
  }

  /** The first bytes of a row: a row that begins with a backslash and a dot is the end mark, and nothing else. */
  private passRowHead(byte: number): void {
    const isMark = this.rowHead === END_MARK_BYTES - 1;
    if (isMark && byte !== LINE_FEED) throw this.finding("has no end mark after its rows");
    if (isMark) {
      this.state = "between";
      this.expected = Buffer.concat([FRAME_TRAILER.subarray(END_MARK_BYTES), this.mark]);
    } else if (byte === LINE_FEED) this.endRow();
    else this.rowHead = byte === [BACKSLASH, DOT][this.rowHead] ? this.rowHead + 1 : NO_END_MARK;
  }

  private endRow(): void {
    this.entryRows += 1;
    this.rowHead = 0;
  }
}
