import { tablePatterns } from "../../runner/dump/tablePatterns";

const tables = (schema: string, ...names: string[]) => names.map((name) => ({ schema, name }));

describe("patterns of pg_dump for exactly some tables", () => {
  it("quote everything that stands for itself, and write shared beginnings once", () => {
    expect(tablePatterns([])).toEqual([]);
    expect(tablePatterns(tables("public", "orders"))).toEqual(['"public"."orders"']);
    expect(tablePatterns(tables("public", "t1", "t2", "t10"))).toEqual(['"public"."t"("1"(|"0")|"2")']);
    expect(tablePatterns(tables('a"b', 'x"y', "x.y", "(|)*?$"))).toEqual(['"a""b".("(|)*?$"|"x"("""y"|".y"))']);
  });

  it("are one for each schema, in which no name is taken for one that it begins with", () => {
    expect(tablePatterns([...tables("a", "t", "table"), ...tables("b", "t")])).toEqual(['"a"."t"(|"able")', '"b"."t"']);
    expect(tablePatterns(tables("a", "é", "日本", "日光"))).toEqual(['"a".("é"|"日"("光"|"本"))']);
    expect(tablePatterns(tables("a", "x😀", "x😁", "x"))).toEqual(['"a"."x"(|"😀"|"😁")']);
  });

  it("stay so short that the server's regular expressions bear them", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 5000}${"ü".repeat(i % 30)}`);
    const patterns = tablePatterns(tables("public", ...names));
    expect(patterns.length).toBeGreaterThan(5);
    expect(patterns.length).toBeLessThan(500);
    for (const pattern of patterns) expect(Buffer.byteLength(pattern)).toBeLessThanOrEqual(2048);
  });
});
