import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../../policies";
import { caseFiles } from "./caseFiles";
import { EQUIVALENT } from "./equivalentMutants";
import { loadMutant, mutantsOf, type Mutant } from "./mutants";
import { allCases, run, type RuleCases } from "./ruleCases";

/**
 * Takes each check out of each rule in turn: some case must then come out otherwise. A mutant that no case can tell from
 * the rule is a check that nobody holds, or one that does nothing.
 */
const RULES = join(__dirname, "..", "..", "policies", "rules");

function mutatedRule(cases: RuleCases, file: string, mutant: Mutant): Rule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a mutant asks for its imports by require
  const exported = loadMutant(mutant, (id) => require(id.startsWith(".") ? join(RULES, id) : id) as unknown);
  const rule = Object.values(exported).find((value) => (value as Partial<Rule> | undefined)?.name === cases.rule.name);
  if (rule === undefined) throw new Error(`${file} exports no rule ${cases.rule.name}`);
  return rule as Rule;
}

async function isTold(cases: RuleCases, rule: Rule): Promise<boolean> {
  for (const one of allCases(cases)) {
    try {
      if (JSON.stringify(await run(rule, one)) !== JSON.stringify(one.expect)) return true;
    } catch {
      return true;
    }
  }
  return false;
}

describe.each(caseFiles())("$file", ({ file, cases }) => {
  const source = readFileSync(join(RULES, file), "utf8");
  const mutants = mutantsOf(source, file);

  test("the rule has checks, and each is held by a case", async () => {
    expect(mutants.length).toBeGreaterThan(0);
    const survivors: string[] = [];
    for (const mutant of mutants) {
      if (!(await isTold(cases, mutatedRule(cases, file, mutant))))
        survivors.push(mutant.what.replace(/^line \d+: /, ""));
    }
    expect(survivors.sort()).toEqual([...(EQUIVALENT[file] ?? [])].map(({ mutant }) => mutant).sort());
  });
});

test("the rule itself passes its cases here too, so that a mutant is told by its mutation alone", async () => {
  for (const { file, cases } of caseFiles()) {
    const unchanged = { what: "nothing", source: readFileSync(join(RULES, file), "utf8") };
    expect([file, await isTold(cases, mutatedRule(cases, file, unchanged))]).toEqual([file, false]);
  }
});
