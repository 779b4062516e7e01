import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policies";
import { withRuleTable } from "../../scripts/policyDocs";

const page = readFileSync(join(__dirname, "..", "..", "docs", "policies.md"), "utf8");

test("the rule table of docs/policies.md is what the rules say; `npx tsx scripts/policyDocs.ts` writes it", () => {
  expect(page).toBe(withRuleTable(page));
});

test("the table has one row per rule", () => {
  const rows = [...page.matchAll(/^\| \[`([a-z0-9-]+)`\]/gm)].map((row) => row[1]);
  expect(rows).toEqual(rules.map((rule) => rule.name));
});

test("fails when the marks of the table are missing", () => {
  expect(() => withRuleTable("# Policy packs\n")).toThrow(
    new Error("docs/policies.md: the marks <!-- rules:start --> and <!-- rules:end --> are missing"),
  );
});
