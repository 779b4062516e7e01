import type {
  PolicyComplianceFramework,
  ReportViolation,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";

/** What every rule says about itself; the rule table in the docs is made from it. */
interface RuleFacts {
  /** `vendor-service-resource-property`, unique. The name to use in a pack's configuration. */
  name: string;
  displayName: string;
  description: string;
  severity: Severity;
  framework: PolicyComplianceFramework;
  /** Controls of other frameworks, `SOC2-CC6.1`, `CIS-AWS-3.0.0-2.1.1`. */
  tags: string[];
  remediationSteps: string;
  url: string;
}

/** A rule that judges the inputs of one resource at a time. */
export type ResourceRule = RuleFacts &
  ResourceValidationPolicy &
  Required<Pick<ResourceValidationPolicy, "validateResource">>;

/**
 * A rule that judges all resources of the stack together. It may carry a resource validator as well, to learn what a
 * resource's program asked for: the stack sees only outputs, where the provider has filled in what the cloud chose.
 */
export type StackRule = RuleFacts & StackValidationPolicy & Pick<ResourceValidationPolicy, "validateResource">;

/** One rule, with everything a reader of its violation needs. */
export type Rule = ResourceRule | StackRule;

/** A control of ISO/IEC 27001:2022, Annex A. */
export function iso27001(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "ISO/IEC 27001", version: "2022", reference, specification };
}

/**
 * Reports at the advisory level whatever the rule's own level: for what the rule could not decide. Never silence.
 * The SDK takes this object form; its types know the string alone.
 */
export function note(report: ReportViolation, message: string, urn?: string): void {
  const noted = { message, enforcementLevel: "advisory", ...(urn === undefined ? {} : { urn }) };
  (report as unknown as (violation: typeof noted) => void)(noted);
}
