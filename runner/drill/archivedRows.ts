import { qualifiedName } from "../postgres/qualifiedName";
import { textOf } from "../postgres/textEncoding";

const IDENT = String.raw`("(?:[^"]|"")*"|[^\s,;".()]+)`;
const COPY = new RegExp(`^COPY ${IDENT}\\.${IDENT}(?: \\(.*\\))? FROM stdin;$`, "s");
const LINE_FEED = 0x0a;
const BEGINNING = Buffer.from("COPY ");
const END_MARK = Buffer.from("\\.");
const END = " FROM stdin;";

const unquoted = (ident: string) => (ident.startsWith('"') ? ident.slice(1, -1).replace(/""/g, '"') : ident);

/**
 * Counts rows in what `pg_restore --data-only --file=-` prints: a line each, between a COPY and its end mark. Of a row nothing is kept,
 * since one may be as long as 1 GB.
 */
export class ArchivedRows {
  /** Rows by the table's name as SQL spells it, `"schema"."table"`. */
  readonly byTable = new Map<string, number>();
  private table: string | undefined;
  private rows = 0;
  /** Of the current line: how long it is so far, and whether it is, so far, what is looked for. */
  private lineBytes = 0;
  private isMatching = true;
  /** Pieces of a line that begins a COPY, and of the lines before it where names hold line breaks. */
  private header: Buffer[] = [];
  private isHeaderBegun = false;

  /** @param encoding the database's, as pg_encoding_to_char spells it */
  constructor(private readonly encoding: string) {}

  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length;) {
      const lineFeed = chunk.indexOf(LINE_FEED, from);
      const end = lineFeed === -1 ? chunk.length : lineFeed;
      this.match(chunk, from, end);
      // Copied: a view would hold the whole chunk.
      if (this.isOfHeader()) this.header.push(Buffer.from(chunk.subarray(from, end)));
      if (lineFeed === -1) return;
      this.endLine();
      from = end + 1;
    }
  }

  /** Holds the first bytes of the current line against the end mark in a COPY, and against its beginning outside. */
  private match(chunk: Buffer, from: number, end: number): void {
    const looked = this.table === undefined ? BEGINNING : END_MARK;
    for (let at = from, of = this.lineBytes; at < end && of < looked.length; at++, of++) {
      if (chunk[at] !== looked[of]) this.isMatching = false;
    }
    this.lineBytes += end - from;
  }

  private isOfHeader(): boolean {
    return this.table === undefined && (this.isHeaderBegun || this.isMatching);
  }

  private endLine(): void {
    if (this.table === undefined) this.endOutside();
    else if (this.isMatching && this.lineBytes === END_MARK.length) this.endTable(this.table);
    else this.rows += 1;
    this.lineBytes = 0;
    this.isMatching = true;
  }

  private endTable(table: string): void {
    this.byTable.set(table, (this.byTable.get(table) ?? 0) + this.rows);
    this.table = undefined;
    this.rows = 0;
  }

  private endOutside(): void {
    this.isHeaderBegun ||= this.isMatching && this.lineBytes >= BEGINNING.length;
    if (!this.isHeaderBegun) {
      this.header = [];
      return;
    }
    const text = textOf(Buffer.concat(this.header), this.encoding);
    const [, schema, name] = (text.endsWith(END) ? COPY.exec(text) : null) ?? [];
    if (schema === undefined || name === undefined) {
      this.header.push(Buffer.of(LINE_FEED));
      return;
    }
    this.header = [];
    this.isHeaderBegun = false;
    this.table = qualifiedName({ schema: unquoted(schema), name: unquoted(name) });
  }
}
