import { PolicyPack, type EnforcementLevel } from "@pulumi/policy";
import { buildPolicy, optionsOf, type BuiltPolicy } from "./buildPolicy";
import type { Rule } from "./definition";
import { exemptionProblems } from "./exemptions";
import { InputsMemory } from "./inputsMemory";
import { allRules } from "./rules";

/** A rule's level, or its level with the rule's own options. */
export type RuleSetting = EnforcementLevel | ({ enforcementLevel?: EnforcementLevel } & Record<string, unknown>);

/** Settings by rule id; `all` is the level of the rules not named. */
export type PackSettings = { all?: EnforcementLevel } & Record<string, RuleSetting | undefined>;

const LEVELS: readonly EnforcementLevel[] = ["advisory", "mandatory", "remediate", "disabled"];

/** Where a pack takes its rules and its clock from. */
export interface PackParts {
  /** @default every rule */
  rules?: readonly Rule[];
  /** Says whether an exemption still holds. @default the system's clock */
  now?: () => Date;
}

/**
 * The rules as policies of the SDK, with the levels and options asked for. Pure: the rules given are not changed.
 *
 * A rule not named has the level of `all`, by default "mandatory". Options become the defaults of the rule's
 * configuration schema, so that what the command line's `--policy-pack-config` says still goes first. Disabled rules
 * stay in the pack and can be switched on there. A mandatory rule that has to tell secrets from plain values gets the level
 * "remediate", at which the engine says which is which; it mends nothing, and is as mandatory.
 *
 * @throws when a setting names no rule, no level, or no option of its rule, or an exemption lacks its reason, owner or
 * end; all problems in one error
 */
export function policiesFor(settings: PackSettings = {}, parts: PackParts = {}): BuiltPolicy[] {
  const { rules = allRules, now = () => new Date() } = parts;
  const problems = problemsOf(settings, rules, now());
  if (problems.length > 0) throw new Error(`policiesFor: ${problems.join("; ")}`);
  const memory = new InputsMemory();
  return rules.map((rule) => {
    const { enforcementLevel, ...options } = spelledOut(settings[rule.name]);
    const level = enforcementLevel ?? settings.all ?? "mandatory";
    const asks = level === "mandatory" && "asksForSecrets" in rule;
    // Not spread: what a policy says of itself may change as the pack runs.
    return Object.assign(buildPolicy(rule, now, options, memory), {
      enforcementLevel: asks ? ("remediate" as const) : level,
    });
  });
}

/**
 * Starts a pack of those rules; one per process, in a folder whose package.json has a version.
 *
 * @param name letters, digits, `-`, `_` and `.`; by default "backup321"
 */
export function createPack(
  settings: PackSettings = {},
  { name = "backup321", ...parts }: PackParts & { name?: string } = {},
): PolicyPack {
  return new PolicyPack(name, { policies: policiesFor(settings, parts), enforcementLevel: "mandatory" });
}

function spelledOut(
  setting: RuleSetting | undefined,
): { enforcementLevel?: EnforcementLevel } & Record<string, unknown> {
  if (typeof setting === "object") return setting;
  return setting === undefined ? {} : { enforcementLevel: setting };
}

function problemsOf(settings: PackSettings, rules: readonly Rule[], now: Date): string[] {
  return Object.entries(settings).flatMap(([id, setting]) => {
    if (setting === undefined) return [];
    const { enforcementLevel, ...options } = spelledOut(setting);
    const level =
      enforcementLevel === undefined || LEVELS.includes(enforcementLevel)
        ? []
        : [`"${id}" has the level ${JSON.stringify(enforcementLevel)}; use one of ${LEVELS.join(", ")}`];
    if (id === "all")
      return typeof setting === "object" ? [`"all" must be a level; use one of ${LEVELS.join(", ")}`] : level;
    const rule = rules.find((candidate) => candidate.name === id);
    if (rule === undefined)
      return [`there is no rule "${id}"; the rules are ${rules.map((known) => known.name).join(", ")}`];
    const known = Object.keys(optionsOf(rule));
    const unknown = Object.keys(options).filter((option) => !known.includes(option));
    return [
      ...level,
      ...unknown.map((option) => `"${id}" has no option "${option}"; it has ${known.join(", ")}`),
      ...exemptionProblems(options["exemptions"], now).map((problem) => `"${id}": ${problem}`),
    ];
  });
}
