import { rules, type Rule } from "../../policies";
import { RESOURCE_TYPES } from "../../policies/resourceTypes";
import { caseFiles } from "./caseFiles";
import { Secret } from "@pulumi/policy";
import { allCases, run, type RuleCases } from "./ruleCases";

const files = caseFiles();
const KINDS = ["compliant", "violations", "spellings", "unknowns", "secrets"] as const;

const isNote = (report: string): boolean => report.startsWith("note: ");

test("every rule has its file of cases, and no file is left without a rule", () => {
  expect(files.map(({ cases }) => cases.rule.name).sort()).toEqual(rules.map((rule) => rule.name).sort());
});

describe.each(files.map(({ cases }): [string, RuleCases] => [cases.rule.name, cases]))("%s", (_name, cases) => {
  const all = allCases(cases);

  test.each(all.map((one): [string, (typeof all)[number]] => [`${one.kind}: ${one.name}`, one]))(
    "%s",
    async (_, one) => {
      expect(await run(cases.rule, one)).toEqual(one.expect);
    },
  );

  test("has cases of every kind, each under a name of its own", () => {
    expect(KINDS.filter((kind) => cases[kind].length === 0)).toEqual([]);
    expect(new Set(all.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(all.length);
  });

  test("lets through what complies, and refuses each violation", () => {
    expect(cases.compliant.filter((one) => one.expect.length > 0).map((one) => one.name)).toEqual([]);
    expect(cases.violations.filter((one) => one.expect.every(isNote)).map((one) => one.name)).toEqual([]);
  });

  test("judges each spelling of its resources", () => {
    const judged = new Set(all.flatMap((one) => one.stack.map(({ type }) => type)));
    expect(spellingsOf(cases.rule).filter((type) => !judged.has(type))).toEqual([]);
  });

  test("never shows a secret value", () => {
    const values = cases.secrets.flatMap((one) => one.stack.flatMap(({ props }) => secretsIn(props)));
    expect(values.length).toBeGreaterThan(0);
    const reports = all.flatMap((one) => one.expect).join("\n");
    expect(values.filter((value) => value.length >= 8 && reports.includes(value))).toEqual([]);
  });
});

function spellingsOf({ judges }: Rule): string[] {
  return judges.flatMap((concept) => RESOURCE_TYPES[concept]);
}

function secretsIn(value: unknown): string[] {
  if (value instanceof Secret) return [String(value.value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
