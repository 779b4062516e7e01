import { FRESHNESS_ENV, FRESHNESS_METRICS, FRESHNESS_THRESHOLDS } from "../../runner/freshnessContract";
import { textOf } from "../tree";

const page = textOf("docs/freshness.md");
/** Codes of a union type in the source. */
const codesOf = (type: string): string[] => {
  const union = new RegExp(`export type ${type} =([^;]+);`).exec(textOf("runner/freshness.ts"))![1]!;
  return [...union.matchAll(/"(\w+)"/g)].map((match) => match[1]!);
};
/** First cells of the rows below a heading. */
const rowsOf = (from: string, to: string): string[] => {
  const section = page.slice(page.indexOf(from), page.indexOf(to));
  return [...section.matchAll(/^\| `(\w+)` /gm)].map((match) => match[1]!);
};

describe("docs/freshness.md", () => {
  it("has a row for every problem and every notice, once", () => {
    expect(codesOf("ProblemCode").length).toBeGreaterThan(30);
    expect(rowsOf("## What each problem means", "## Notices").sort()).toEqual(codesOf("ProblemCode").sort());
    expect(rowsOf("## Notices", "## Settings").sort()).toEqual(codesOf("NoticeCode").sort());
  });

  it("names every threshold, variable and metric", () => {
    const names = [
      ...Object.keys(FRESHNESS_THRESHOLDS),
      ...Object.values(FRESHNESS_ENV),
      ...Object.values(FRESHNESS_METRICS),
    ];
    const isNamed = (name: string) => page.includes(`\`${name}\``) || page.includes(`\`${name}=`);
    expect(names.filter((name) => !isNamed(name))).toEqual([]);
  });
});
