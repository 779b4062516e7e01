import { cpuSeconds } from "../../bench/shared/measure";
import { markdownTable, targetsTable, withSection } from "../../bench/shared/markdown";
import { median, pairedRatio, roundOrder } from "../../bench/shared/statistics";
import { textOf } from "../tree";

describe("the statistics of the benches", () => {
  it("take the middle value, and the mean of two", () => {
    expect(median([3, 100, 1])).toBe(3);
    expect(median([4, 1, 100, 2])).toBe(3);
    expect(() => median([])).toThrow("bench: there is no median of nothing; at least one round must have run");
  });

  it("pair what ran in the same round, so that a slow round weighs on both", () => {
    // The medians alone would say 20 / 10.
    expect(pairedRatio([12, 20, 44], [10, 20, 40])).toBe(1.1);
    expect(pairedRatio([undefined, 20, 44], [10, undefined, 40])).toBe(1.1);
    expect(pairedRatio([1, undefined], [undefined, 1])).toBeUndefined();
  });

  it("let every contender run once a round, and not always after the same one", () => {
    const rounds = [0, 1, 2].map((round) => roundOrder(["a", "b", "c", "d"], round));
    for (const order of rounds) expect([...order].sort()).toEqual(["a", "b", "c", "d"]);
    expect(rounds).toEqual([
      ["a", "b", "c", "d"],
      ["a", "d", "c", "b"],
      ["c", "d", "a", "b"],
    ]);
  });

  it("add up the four times that bash prints", () => {
    expect(cpuSeconds("0m0.001s 0m0.002s\n1m2.500s 0m0.250s\n")).toBeCloseTo(62.753, 6);
  });

  it("fails when bash prints something else", () => {
    expect(() => cpuSeconds("0m0.001s")).toThrow(`bench: bash's times printed no four times: "0m0.001s"`);
  });
});

describe("the page of the benches", () => {
  it("has a table in which a pipe of programs stays one cell", () => {
    expect(markdownTable(["what", "s"], [["`a | b`", "1"]])).toBe("| what | s |\n| --- | --- |\n| `a \\| b` | 1 |");
  });

  it("names a target that was missed, one that was met, and one that nobody measured", () => {
    const target = (isMet: boolean | undefined) => ({ what: "w", target: "t", measured: "m", isMet });
    expect(
      targetsTable([target(true), target(false), target(undefined)])
        .split("\n")
        .slice(2),
    ).toEqual(["| w | t | m | met |", "| w | t | m | **missed** |", "| w | t | m | not measured |"]);
  });

  it("has a place for every bench, and a section changes no other", () => {
    const page = textOf("docs/performance.md");
    for (const name of ["dump", "memory", "restore"]) {
      const changed = withSection(page, name, "NEW");
      const again = withSection(changed, name, "NEWER");
      expect(changed).toContain("\n\nNEW\n\n");
      expect(again).toBe(changed.replace("\n\nNEW\n\n", "\n\nNEWER\n\n"));
      const others = ["dump", "memory", "restore"].filter((other) => other !== name);
      for (const other of others) expect(sectionOf(changed, other)).toBe(sectionOf(page, other));
    }
  });

  it("fails when the page has lost the place of a section", () => {
    expect(() => withSection("# Page\n", "dump", "NEW")).toThrow(
      'bench: the page has no lines "<!-- bench:dump: written by `npm run bench:dump -- --write` -->" and "<!-- end of bench:dump -->" around a section; restore them',
    );
  });
});

const sectionOf = (page: string, name: string): string =>
  page.slice(page.indexOf(`<!-- bench:${name}:`), page.indexOf(`<!-- end of bench:${name} -->`));
