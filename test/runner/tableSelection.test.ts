import type { ManifestTable } from "../../runner/manifestFormat";
import {
  contentsFrom,
  isLargeObject,
  isPrivilege,
  isRefresh,
  isRows,
  isTable,
  tablesOf,
  useList,
} from "../../runner/postgres/tableOfContents";
import { selectTables } from "../../runner/postgres/tableSelection";
import { failureOf } from "./readFixtures";

const table = (name: string, kind = "r", schema = "public"): ManifestTable => ({
  schema,
  name,
  kind,
  rowEstimate: 0,
  bytes: 0,
});

/** As `pg_restore --list --verbose` prints it. */
const LIST = `;
; Archive created at 2026-11-21 12:26:52 UTC
;     TOC Entries: 50
3407; 0 0 ENCODING - ENCODING 
223; 1255 16764 FUNCTION public trg() postgres
217; 1259 16710 TABLE public customers postgres
216; 1259 16709 SEQUENCE public customers_id_seq postgres
;	depends on: 217
219; 1259 16733 TABLE public m postgres
220; 1259 16743 TABLE public m1 postgres
;	depends on: 219
221; 1259 16751 TABLE public m2 postgres
;	depends on: 219
218; 1259 16717 TABLE public orders postgres
3412; 0 0 ACL public TABLE orders postgres
;	depends on: 218
222; 1259 16759 MATERIALIZED VIEW public tot postgres
;	depends on: 218
3223; 0 0 TABLE ATTACH public m1 postgres
;	depends on: 220 219
3224; 0 0 TABLE ATTACH public m2 postgres
;	depends on: 219 221
3403; 2613 4242 BLOB - 4242 postgres
3500; 0 0 COMMENT - LARGE OBJECT 4242 postgres
;	depends on: 3403
3398; 0 16710 TABLE DATA public customers postgres
;	depends on: 217
3397; 0 16900 TABLE DATA ext settings postgres
3399; 0 16717 TABLE DATA public orders postgres
;	depends on: 218
3400; 0 16743 TABLE DATA public m1 postgres
;	depends on: 220
3404; 0 0 BLOBS - BLOBS 
3230; 1259 16732 INDEX public orders_c_idx postgres
;	depends on: 218
3245; 2606 16738 FK CONSTRAINT public m m_c_fkey postgres
;	depends on: 219 3229 217
3243; 2606 16722 FK CONSTRAINT public orders orders_c_fkey postgres
;	depends on: 3229 218 217
3501; 0 0 COMMENT public CONSTRAINT orders_c_fkey ON orders postgres
;	depends on: 3243
3244; 2606 16727 FK CONSTRAINT public orders orders_self_fkey postgres
;	depends on: 218 218 3232
3402; 0 16759 MATERIALIZED VIEW DATA public tot postgres
;	depends on: 222 3406`.split("\n");

const TABLES = [table("customers"), table("m", "p"), table("m1"), table("m2"), table("orders"), table("tot", "m")];
const named = (...names: string[]) => TABLES.filter(({ name }) => names.includes(name));
const select = async (...names: string[]) => selectTables(await contentsFrom(LIST), TABLES, named(...names));

async function missing(...names: string[]) {
  const entries = await contentsFrom(LIST);
  const kept = new Set((await select(...names)).entries.map(({ id }) => id));
  return entries.map(({ id }) => id).filter((id) => !kept.has(id));
}

describe("a table of contents", () => {
  it("is read with its dependencies, and written as a list that pg_restore takes", async () => {
    const entries = await contentsFrom(LIST);
    expect(entries).toHaveLength(25);
    expect(entries[3]).toEqual({
      id: 216,
      classOid: 1259,
      oid: 16709,
      what: "SEQUENCE public customers_id_seq postgres",
      dependsOn: [217],
    });
    expect(useList(entries.slice(0, 2))).toBe("3407; 0 0\n223; 0 0\n");
  });

  it("tells kinds apart although a schema has the name of one", async () => {
    const [inData, rows] = await contentsFrom(["1; 1259 7 TABLE DATA public x", "2; 0 7 TABLE DATA DATA public x"]);
    expect([isTable(inData!), isRows(inData!), isTable(rows!), isRows(rows!)]).toEqual([true, false, false, true]);
    const [view, refresh] = await contentsFrom([
      "1; 1259 7 MATERIALIZED VIEW DATA v x",
      "2; 0 7 MATERIALIZED VIEW DATA public v x",
    ]);
    expect([isRefresh(view!), isRefresh(refresh!)]).toEqual([false, true]);
  });

  it("knows privileges, of tables, of large objects and by default", async () => {
    const entries = await contentsFrom([
      "1; 0 0 ACL public TABLE x y",
      "2; 826 9 DEFAULT ACL - DEFAULT PRIVILEGES FOR TABLES y",
      "3; 0 0 COMMENT public TABLE x y",
    ]);
    expect(entries.map(isPrivilege)).toEqual([true, true, false]);
    expect(
      (await contentsFrom(["1; 2613 4 BLOB - 4 x", "2; 0 0 BLOBS - BLOBS ", "3; 0 0 BLOB METADATA - 4..5 x"])).map(
        isLargeObject,
      ),
    ).toEqual([true, true, true]);
  });

  it("finds tables whose names hold blanks, and whose owners do", async () => {
    const tables = [table("orders"), table("orders old"), table("b c", "r", "a"), table("c", "r", "a b")];
    const lists = [
      "1; 1259 1 TABLE public orders old man",
      "2; 1259 2 TABLE public orders x",
      "3; 1259 3 TABLE a b c x",
    ];
    const found = tablesOf(await contentsFrom(lists), tables);
    expect(found.get(1)).toBe(tables[1]);
    expect(found.get(2)).toBe(tables[0]);
    expect(found.has(3)).toBe(false); // two tables can be meant
  });
});

describe("a restore of some tables", () => {
  it("takes every definition and the chosen rows, without what can't hold", async () => {
    expect(await missing("orders")).toEqual([3403, 3500, 3398, 3400, 3404, 3243, 3501, 3402]);
    expect((await select("orders")).leftOut).toEqual([
      "foreign key orders_c_fkey of public.orders",
      "rows of materialized view public.tot",
      "large objects",
    ]);
  });

  it("keeps a foreign key whose both sides are chosen, and one between tables without rows", async () => {
    expect((await select("orders", "customers")).leftOut).toEqual([
      "rows of materialized view public.tot",
      "large objects",
    ]);
    expect((await select("customers")).leftOut).toEqual(["rows of materialized view public.tot", "large objects"]);
  });

  it("brings the partitions of a partitioned table", async () => {
    expect((await select("m")).tables.map(({ name }) => name)).toEqual(["m1", "m2"]);
  });

  it("leaves out the foreign key of a partitioned table of which one partition is chosen", async () => {
    expect((await select("m1")).leftOut).toContain("foreign key m_c_fkey of public.m");
    expect((await select("m1", "customers")).leftOut).not.toContain("foreign key m_c_fkey of public.m");
  });

  it("leaves out a foreign key to a partitioned table of which a partition is not chosen", async () => {
    const lines = LIST.map((line) =>
      line.includes("orders_c_fkey postgres") ? line : line.replace("3229 218 217", "3229 218 219"),
    );
    const of = async (...names: string[]) => selectTables(await contentsFrom(lines), TABLES, named(...names)).leftOut;
    expect(await of("orders", "m1")).toContain("foreign key orders_c_fkey of public.orders");
    expect(await of("orders", "m1", "m2")).not.toContain("foreign key orders_c_fkey of public.orders");
  });

  it("fails when the archive does not say which partitions a table has", async () => {
    const lines = LIST.filter((line) => !line.includes("TABLE ATTACH"));
    const selecting = contentsFrom(lines).then((entries) => selectTables(entries, TABLES, named("m")));
    expect(await failureOf(selecting)).toMatchObject({
      exit: "preflight",
      message: 'restore preflight: "public.m" is partitioned, and the archive names none of its partitions; name them',
    });
  });

  it("fails when an entry of the archive could be another table", async () => {
    const tables = [table("b c", "r", "a"), table("c", "r", "a b")];
    const selecting = contentsFrom(["3; 1259 3 TABLE a b c x"]).then((entries) =>
      selectTables(entries, tables, [tables[0]!]),
    );
    expect((await failureOf(selecting)).message).toBe(
      `restore preflight: the archive's table of contents has no entry that can only mean "a.b c"`,
    );
  });
});
