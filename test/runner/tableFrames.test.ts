import { beginSql, copyOutSql, frameHeader, quoteLiteral, SESSION_SQL } from "../../runner/dump/tableFrames";
import { qualifiedName } from "../../runner/postgres/qualifiedName";

const orders = { schema: "public", name: "orders", columns: ["id", "note"] };
const odd = { schema: 'a"b', name: "c.d\ne", columns: ["UPPER", "ü"] };

describe("SQL of a table's frame", () => {
  it("quotes every name and text", () => {
    expect(qualifiedName({ schema: 's"', name: 'a "quoted" name' })).toBe('"s"""."a ""quoted"" name"');
    expect(quoteLiteral("it's \\")).toBe("'it''s \\'");
  });

  it("begins with settings of its own, and ends in the COPY", () => {
    expect(String(frameHeader(orders, "UTF8"))).toBe(`SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET search_path = '';
SET row_security = off;
SET statement_timeout = 0;
SET xmloption = content;
SET datestyle = ISO;
SET intervalstyle = postgres;
SET lc_monetary = 'C';
COPY "public"."orders" ("id", "note") FROM stdin;
`);
  });

  it.each([
    ["UTF8", 'COPY "a""b"."c.d\ne" ("UPPER", "ü") FROM stdin;\n'],
    ["LATIN1", `COPY "a""b"."c.d\ne" ("UPPER", "ü") FROM stdin WITH (ENCODING 'LATIN1');\n`],
  ])("loads rows in the encoding of their database: %s", (encoding, last) => {
    expect(String(frameHeader(odd, encoding)).endsWith(`\n${last}`)).toBe(true);
  });

  it("names no column of a table that has none", () => {
    expect(copyOutSql({ ...orders, columns: [] }, "UTF8")).toBe('COPY "public"."orders" TO STDOUT');
  });

  it("reads a table, a range of its blocks, or what lies behind one", () => {
    expect(copyOutSql(orders, "UTF8")).toBe('COPY "public"."orders" ("id", "note") TO STDOUT');
    expect(copyOutSql(orders, "LATIN1", { fromBlock: 3, toBlock: 9 })).toBe(
      `COPY (SELECT "id", "note" FROM ONLY "public"."orders" WHERE ctid >= '(3,0)' AND ctid < '(9,0)') TO STDOUT WITH (ENCODING 'LATIN1')`,
    );
    expect(copyOutSql(orders, "UTF8", { fromBlock: 9 })).toBe(
      `COPY (SELECT "id", "note" FROM ONLY "public"."orders" WHERE ctid >= '(9,0)') TO STDOUT`,
    );
  });

  it("sees the snapshot, and waits for no lock", () => {
    expect(beginSql(orders, "00000003-1")).toEqual([
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      "SET TRANSACTION SNAPSHOT '00000003-1'",
      'LOCK TABLE ONLY "public"."orders" IN ACCESS SHARE MODE NOWAIT',
    ]);
    expect(SESSION_SQL[0]).toBe("SET search_path = ''");
    expect(SESSION_SQL).toContain("SET row_security = off");
  });
});
