/** One example for each rule, and none without a rule. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policies";
import { ROOT, textOf } from "../tree";

const FOLDER = "examples/rejected";
const examples = readdirSync(join(ROOT, FOLDER))
  .filter((file) => file.endsWith(".ts") && file !== "index.ts")
  .map((file) => file.replace(/\.ts$/, ""));

test("every rule has its example, and every example its rule", () => {
  expect(examples.sort()).toEqual(rules.map((rule) => rule.name).sort());
});

test.each(examples)("%s says first what is wrong in it", (example) => {
  expect(textOf(`${FOLDER}/${example}.ts`)).toMatch(/^\/\*\* [A-Z][^*]+[.] \*\/\n/);
});
