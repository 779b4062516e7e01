import { PolicyPack, type EnforcementLevel, type PolicyConfigSchema } from "@pulumi/policy";
import type { Rule } from "./rule";
import { allRules } from "./rules";

/** A rule's level, or its level with the rule's own options. */
export type RuleSetting = EnforcementLevel | ({ enforcementLevel?: EnforcementLevel } & Record<string, unknown>);

/** Settings by rule id; `all` is the level of the rules not named. */
export type PackSettings = { all?: EnforcementLevel } & Record<string, RuleSetting | undefined>;

const LEVELS: readonly EnforcementLevel[] = ["advisory", "mandatory", "remediate", "disabled"];

/**
 * The rules with the levels and options asked for. Pure: the rules given are not changed.
 *
 * A rule not named has the level of `all`, by default "mandatory". Options become the defaults of the rule's
 * configuration schema, so that what the command line's `--policy-pack-config` says still goes first. Disabled rules
 * stay in the pack and can be switched on there.
 *
 * @throws when a setting names no rule, no level, or no option of its rule; all problems in one error
 */
export function policiesFor(settings: PackSettings = {}, rules: readonly Rule[] = allRules): Rule[] {
  const problems = problemsOf(settings, rules);
  if (problems.length > 0) throw new Error(`policiesFor: ${problems.join("; ")}`);
  return rules.map((rule) => {
    const setting = settings[rule.name];
    const { enforcementLevel, ...options } = typeof setting === "object" ? setting : { enforcementLevel: setting };
    return {
      ...withDefaults(rule, options),
      enforcementLevel: enforcementLevel ?? settings.all ?? "mandatory",
    };
  });
}

/**
 * Starts a pack of those rules; one per process, in a folder whose package.json has a version.
 *
 * @param name letters, digits, `-`, `_` and `.`; by default "backup321"
 */
export function createPack(
  settings: PackSettings = {},
  { name = "backup321", rules = allRules }: { name?: string; rules?: readonly Rule[] } = {},
): PolicyPack {
  return new PolicyPack(name, { policies: policiesFor(settings, rules), enforcementLevel: "mandatory" });
}

function problemsOf(settings: PackSettings, rules: readonly Rule[]): string[] {
  return Object.entries(settings).flatMap(([id, setting]) => {
    if (setting === undefined) return [];
    const { enforcementLevel, ...options } = typeof setting === "object" ? setting : { enforcementLevel: setting };
    const level =
      enforcementLevel === undefined || LEVELS.includes(enforcementLevel)
        ? []
        : [`"${id}" has the level ${JSON.stringify(enforcementLevel)}; use one of ${LEVELS.join(", ")}`];
    if (id === "all")
      return typeof setting === "object" ? [`"all" must be a level; use one of ${LEVELS.join(", ")}`] : level;
    const rule = rules.find((candidate) => candidate.name === id);
    if (rule === undefined)
      return [`there is no rule "${id}"; the rules are ${rules.map((known) => known.name).join(", ")}`];
    const known = Object.keys(rule.configSchema?.properties ?? {});
    const unknown = Object.keys(options).filter((option) => !known.includes(option));
    return [
      ...level,
      ...unknown.map(
        (option) => `"${id}" has no option "${option}"; it has ${known.length > 0 ? known.join(", ") : "none"}`,
      ),
    ];
  });
}

function withDefaults(rule: Rule, options: Record<string, unknown>): Rule {
  const schema = rule.configSchema;
  if (schema === undefined || Object.keys(options).length === 0) return { ...rule };
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([option, property]) => [
      option,
      option in options ? { ...property, default: options[option] } : property,
    ]),
  ) as PolicyConfigSchema["properties"];
  return { ...rule, configSchema: { ...schema, properties } };
}
