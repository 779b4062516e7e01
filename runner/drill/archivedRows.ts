import { qualifiedName } from "../dump/tableFrames";
import { textOf } from "../postgres/textEncoding";

const IDENT = String.raw`("(?:[^"]|"")*"|[^\s,;".()]+)`;
const COPY = new RegExp(`^COPY ${IDENT}\\.${IDENT}(?: \\(.*\\))? FROM stdin;$`, "s");
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const BEGINNING = Buffer.from("COPY ");
const END = " FROM stdin;";

const unquoted = (ident: string) => (ident.startsWith('"') ? ident.slice(1, -1).replace(/""/g, '"') : ident);

/** Counts rows in what `pg_restore --data-only --file=-` prints: a line each, between a COPY and its end mark. */
export class ArchivedRows {
  /** Rows by the table's name as SQL spells it, `"schema"."table"`. */
  readonly byTable = new Map<string, number>();
  private table: string | undefined;
  private rows = 0;
  /** What is left of the last chunk, without a line feed. */
  private rest: Buffer = Buffer.alloc(0);
  /** The beginning of a COPY whose names hold line breaks. */
  private header: Buffer = Buffer.alloc(0);

  /** @param encoding the database's, as pg_encoding_to_char spells it */
  constructor(private readonly encoding: string) {}

  push(chunk: Buffer): void {
    const text = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let from = 0;
    for (let end = text.indexOf(LINE_FEED); end !== -1; end = text.indexOf(LINE_FEED, from)) {
      this.line(text, from, end);
      from = end + 1;
    }
    this.rest = Buffer.from(text.subarray(from));
  }

  private line(text: Buffer, from: number, end: number): void {
    if (this.table === undefined) return this.outside(text.subarray(from, end));
    const isEnd = end - from === 2 && text[from] === BACKSLASH && text[from + 1] === DOT;
    if (!isEnd) {
      this.rows += 1;
      return;
    }
    this.byTable.set(this.table, (this.byTable.get(this.table) ?? 0) + this.rows);
    this.table = undefined;
    this.rows = 0;
  }

  private outside(line: Buffer): void {
    const isBegun = this.header.length > 0;
    if (!isBegun && !line.subarray(0, BEGINNING.length).equals(BEGINNING)) return;
    this.header = isBegun ? Buffer.concat([this.header, Buffer.of(LINE_FEED), line]) : Buffer.from(line);
    const text = textOf(this.header, this.encoding);
    if (!text.endsWith(END)) return;
    const [, schema, name] = COPY.exec(text) ?? [];
    if (schema === undefined || name === undefined) return;
    this.header = Buffer.alloc(0);
    this.table = qualifiedName({ schema: unquoted(schema), name: unquoted(name) });
  }
}
