import { serialize } from "node:v8";
import { ArchivedRows } from "../../runner/drill/archivedRows";

const KIB = 1024;
const CHUNK_BYTES = 64 * KIB;
const LONG_ROW_CHUNKS = 1024;

function counted(chunks: readonly string[]): [string, number][] {
  const rows = new ArchivedRows("UTF8");
  for (const chunk of chunks) rows.push(Buffer.from(chunk));
  return [...rows.byTable];
}

/** What the counter keeps, all of its fields together. */
const heldBytes = (rows: ArchivedRows): number => serialize({ ...rows }).byteLength;

describe("counting the rows of an archive", () => {
  it("keeps nothing of a row of 64 MiB that comes in chunks of 64 KiB", () => {
    const rows = new ArchivedRows("UTF8");
    const chunk = Buffer.alloc(CHUNK_BYTES, "x");
    rows.push(Buffer.from("COPY public.files (content) FROM stdin;\nshort\n"));
    for (let n = 1; n <= LONG_ROW_CHUNKS; n++) {
      rows.push(chunk);
      // A row that is kept shows at once, and not after minutes of copying it.
      expect(heldBytes(rows)).toBeLessThan(KIB);
    }
    rows.push(Buffer.from("\n\\.\n"));
    expect([...rows.byTable]).toEqual([['"public"."files"', 2]]);
  });

  it("keeps nothing of a long line outside of a table's rows", () => {
    const rows = new ArchivedRows("UTF8");
    rows.push(Buffer.from("SELECT pg_catalog.lowrite(0, '"));
    rows.push(Buffer.alloc(CHUNK_BYTES, "0"));
    expect(heldBytes(rows)).toBeLessThan(KIB);
    rows.push(Buffer.from("');\nCOPY public.a FROM stdin;\n1\n\\.\n"));
    expect([...rows.byTable]).toEqual([['"public"."a"', 1]]);
  });

  it.each([
    [["COPY public.a FROM stdin;\n1\n", "\\", ".\n"]],
    [["COPY public.a FROM stdin;\n1\n\\", ".", "\n"]],
    [["COPY public.a FROM stdin;\n1\n\\.", "\n"]],
    [["CO", "PY public.a FROM std", "in;", "\n1", "\n\\", ".\n"]],
  ])("sees the end mark and the beginning split over the chunks %j", (chunks) => {
    expect(counted([...chunks, "COPY public.b FROM stdin;\n\\.\n"])).toEqual([
      ['"public"."a"', 1],
      ['"public"."b"', 0],
    ]);
  });

  it.each([
    ["\\", ".x\n"],
    ["\\.", ".\n"],
    ["\\", "N\n"],
    ["x\\", ".\n"],
    ["x", "\\.\n"],
    ["\\", "\n"],
    ["", "\n"],
  ])("takes the row %j%j for no end mark", (before, after) => {
    expect(counted(["COPY public.a FROM stdin;\n", before, after, "\\.\n"])).toEqual([['"public"."a"', 1]]);
  });

  it("takes no line for a beginning that only looks like one at first", () => {
    expect(counted(["COP\n", "COPS public.x FROM stdin;\n", "COPY public.a FROM stdin;\n1\n\\.\n"])).toEqual([
      ['"public"."a"', 1],
    ]);
  });
});
