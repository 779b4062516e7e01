import { judge, type Reports, type Written } from "./harness";
import type { Rule } from "../../policies";

/** One stack and what a rule says of it, whole messages in order; an empty list is a stack that passes. */
export interface RuleCase {
  /** Reads on from the rule: "passes with a customer key", "fails when versioning is suspended". */
  name: string;
  /** What the program asks for. */
  stack: readonly Written[];
  /** What the stack validator sees, where the provider filled in more. */
  outputs?: readonly Written[];
  config?: object;
  /** The engine does not tell which values are secret: the rule's level is not `remediate`. */
  unmarked?: boolean;
  expect: Reports;
}

/**
 * What a rule does, as data: run by rules.test.ts, and once more against each mutant of the rule by mutation.test.ts.
 * Every kind must have a case.
 */
export interface RuleCases {
  rule: Rule;
  /** Stacks that keep to the rule: each expects nothing. */
  compliant: readonly RuleCase[];
  /** One mutation of a compliant stack for each way to break the rule. */
  violations: readonly RuleCase[];
  /** Each spelling of the resources that the rule judges, both ways: what passes and what is refused. */
  spellings: readonly RuleCase[];
  /** Values known only at the update: a visible note, or a violation all the same; never silence about a violation. */
  unknowns: readonly RuleCase[];
  /** Values from `secret`: judged like any other, and never shown. */
  secrets: readonly RuleCase[];
  /** Whatever else is worth holding: joins, options, odd input. */
  others?: readonly RuleCase[];
}

/** All cases of a rule, each with its kind. */
export function allCases(cases: RuleCases): (RuleCase & { kind: string })[] {
  const { rule, ...kinds } = cases;
  void rule;
  return Object.entries(kinds).flatMap(([kind, list]) => (list ?? []).map((one) => ({ ...one, kind })));
}

/** Runs one case with a rule, which may be a mutant of the rule that the case was written for. */
export function run(rule: Rule, { stack, outputs, config, unmarked }: RuleCase): Promise<Reports> {
  return judge(rule, stack, {
    ...(outputs === undefined ? {} : { outputs }),
    ...(config === undefined ? {} : { config }),
    ...(unmarked === undefined ? {} : { unmarked }),
  });
}
