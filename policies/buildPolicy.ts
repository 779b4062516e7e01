import type {
  PolicyConfigSchema,
  ReportViolation,
  ResourceRemediation,
  ResourceValidation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { JudgedResource, Options, Rule, Target, Verdict } from "./definition";
import { exemptionFor, exemptionProblems, EXEMPTIONS_SCHEMA, stateOf, type Exemption } from "./exemptions";
import { InputsMemory } from "./inputsMemory";
import { secretPaths } from "./secretPaths";
import { stackOf } from "./stack";
import { rawProps } from "./unknowns";

/** A policy of the SDK: what a pack takes. */
export type BuiltPolicy = (ResourceValidationPolicy | StackValidationPolicy) & { name: string };

/** Options that every rule has. */
export const COMMON_OPTIONS: PolicyConfigSchema["properties"] = {
  exemptions: EXEMPTIONS_SCHEMA,
  unknownValues: {
    type: "string",
    enum: ["note", "refuse"],
    default: "note",
    description:
      'What becomes of a value that is known only at the update: "note" says so and judges it then, "refuse" makes it a violation at the preview.',
  },
};

/** Every option that a rule takes, its own first; `defaults` stand in for the rule's. */
export function optionsOf(rule: Rule, defaults: Options = {}): PolicyConfigSchema["properties"] {
  const options = Object.entries({ ...rule.options, ...COMMON_OPTIONS }).map(([option, schema]) => [
    option,
    option in defaults ? { ...(schema as object), default: defaults[option] } : schema,
  ]);
  return Object.fromEntries(options) as PolicyConfigSchema["properties"];
}

/**
 * A rule as the SDK wants it. What holds for every rule is here, and nowhere else: exemptions, unknown values, unknown
 * options, and that a rule that fails says so as a violation and never takes the whole preview down.
 *
 * @param defaults of options, where they are not the rule's own
 * @param memory shared by the rules of a pack
 */
export function buildPolicy(
  rule: Rule,
  now: () => Date,
  defaults: Options = {},
  memory: InputsMemory = new InputsMemory(),
): BuiltPolicy {
  const known = optionsOf(rule, defaults);
  const facts = {
    name: rule.name,
    displayName: rule.displayName,
    description: rule.description,
    severity: rule.severity,
    framework: rule.framework,
    tags: rule.tags,
    remediationSteps: rule.remediationSteps,
    url: rule.url,
    configSchema: { properties: known },
  };
  const settings = settingsReader(rule, known, now);
  const secrets = new Map<string, ReadonlySet<string>>();
  const remediateResource = "asksForSecrets" in rule ? noting(secrets) : remediation(rule, now);
  const withRemediation = remediateResource === undefined ? {} : { remediateResource };
  if ("judgeResource" in rule) {
    const validateResource: ResourceValidation = async (args, report) => {
      const resource = judged(args, secrets.get(args.urn));
      secrets.delete(args.urn);
      const { options, verdict } = settings(args.getConfig<Options>(), report, resource);
      await guarded(rule, resource, verdict, () => rule.judgeResource(resource, verdict, options));
    };
    return { ...facts, validateResource, ...withRemediation };
  }
  const { readsInputsOf } = rule;
  if (readsInputsOf !== undefined) memory.keep(readsInputsOf);
  return {
    ...facts,
    ...withRemediation,
    // Asked for each resource: by then it is known which rule listens.
    get validateResource() {
      return readsInputsOf === undefined ? undefined : memory.validatorOf(rule);
    },
    validateStack: async (args, report) => {
      const whole: Target = { urn: args.resources.find(isStackItself)?.urn ?? "", name: "the stack" };
      const { options, verdict } = settings(args.getConfig<Options>(), report, whole);
      const stack = stackOf(args.resources, (urn) => memory.of(urn));
      await guarded(rule, whole, verdict, () => rule.judgeStack(stack, verdict, options));
    },
  };
}

function isStackItself({ type }: { type: string }): boolean {
  return type === "pulumi:pulumi:Stack";
}

function judged(args: ResourceValidationArgs, secretPathsOf: ReadonlySet<string> | undefined): JudgedResource {
  const { type, name, urn, opts, provider } = args;
  return {
    ...{ type, name, urn, opts },
    props: rawProps(args.props),
    ...(provider === undefined ? {} : { provider }),
    ...(secretPathsOf === undefined ? {} : { secretPaths: secretPathsOf }),
  };
}

/**
 * A remediation that mends nothing: the engine runs it before it has the same resource judged. Properties that cannot be
 * read tell nothing, and the rule goes on as where it was not told.
 */
function noting(secrets: Map<string, ReadonlySet<string>>): ResourceRemediation {
  return ({ urn, props }) => {
    try {
      secrets.set(urn, secretPaths(props));
    } catch {
      secrets.delete(urn);
    }
    return undefined;
  };
}

/** What cannot be mended is left as it is: the rule judges it next, and refuses it. */
function remediation(rule: Rule, now: () => Date): ResourceRemediation | undefined {
  if (rule.remediate === undefined) return undefined;
  return (args) => {
    const { type, name, urn, props } = args;
    const options = args.getConfig<Options>();
    const exemptions = Array.isArray(options["exemptions"]) ? (options["exemptions"] as Exemption[]) : [];
    const exemption = exemptionFor({ urn, name }, exemptions);
    if (exemption !== undefined && stateOf(exemption, now()) !== "ended") return undefined;
    try {
      return rule.remediate?.({ type, name, urn, props: rawProps(props) as Record<string, unknown> }, options);
    } catch {
      return undefined;
    }
  };
}

/** Only the kind of the error is told: an error's words may hold the value that it choked on. */
async function guarded(rule: Rule, target: Target, verdict: Verdict, judge: () => void | Promise<void>): Promise<void> {
  try {
    await judge();
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    verdict.violation(
      target,
      `"${target.name}": ${rule.name} failed with ${kind} and judged nothing here; report it, and exempt the resource until it is mended.`,
    );
  }
}

type Settings = (config: Options, report: ReportViolation, whole: Target) => { options: Options; verdict: Verdict };

/** Reads a rule's configuration; says what is wrong with it once, as a violation: a mistyped option must not go unseen. */
function settingsReader(rule: Rule, known: PolicyConfigSchema["properties"], now: () => Date): Settings {
  const defaults = Object.fromEntries(
    Object.entries(known).map(([option, schema]) => [option, (schema as { default?: unknown }).default]),
  );
  let told = false;
  return (config, report, whole) => {
    const options: Options = { ...defaults, ...config };
    const today = now();
    const problems = exemptionProblems(options["exemptions"], today);
    for (const option of Object.keys(config)) {
      if (!(option in known))
        problems.push(`there is no option "${option}"; there are ${Object.keys(known).join(", ")}`);
    }
    const exemptions = problems.length === 0 ? (options["exemptions"] as Exemption[]) : [];
    const verdict = verdictFor(report, exemptions, options["unknownValues"] === "refuse", today);
    if (!told && problems.length > 0) {
      told = true;
      report(`the configuration of ${rule.name}: ${problems.join("; ")}.`, whole.urn);
    }
    return { options, verdict };
  };
}

function verdictFor(
  report: ReportViolation,
  exemptions: readonly Exemption[],
  refuseUnknown: boolean,
  today: Date,
): Verdict {
  const toldOf = new Set<Exemption>();
  const violation = (target: Target, message: string): void => {
    const exemption = exemptionFor(target, exemptions);
    const state = exemption === undefined ? "ended" : stateOf(exemption, today);
    if (exemption !== undefined && state !== "holds" && !toldOf.has(exemption)) {
      toldOf.add(exemption);
      const about = `the exemption of "${target.name}" (${exemption.owner}: ${exemption.reason})`;
      if (state === "ended") {
        report(`${about} ended with ${exemption.expires}; mend the resource, or renew the exemption.`, target.urn);
      } else {
        note(report, `${about} ends with ${exemption.expires}.`, target.urn);
      }
    }
    if (state === "ended") report(message, target.urn);
  };
  return {
    violation,
    unknown: (target, message) => (refuseUnknown ? violation(target, message) : note(report, message, target.urn)),
    note: (target, message) => note(report, message, target.urn),
  };
}

/**
 * Reports at the advisory level whatever the rule's own level. Never silence.
 * The SDK takes this object form; its types know the string alone.
 */
function note(report: ReportViolation, message: string, urn: string): void {
  (report as unknown as (violation: { message: string; enforcementLevel: string; urn: string }) => void)({
    message,
    enforcementLevel: "advisory",
    urn,
  });
}
