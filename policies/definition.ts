import type {
  PolicyComplianceFramework,
  PolicyConfigSchema,
  PolicyResourceOptions,
  PolicyProviderResource,
  Severity,
} from "@pulumi/policy";
import type { ResourceConcept } from "./resourceTypes";
import type { Stack } from "./stack";

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
  /** The kinds of resource whose spellings the rule knows; empty for a rule that judges every resource alike. */
  judges: readonly ResourceConcept[];
  /** The rule's own options, each with a default; every rule has `exemptions` and `unknownValues` besides. */
  options?: PolicyConfigSchema["properties"];
  /**
   * Mends a resource before it is created or updated, where the rule's level is `remediate`: the new properties, or
   * undefined where nothing is to be mended. Only for what is safe whatever the stack.
   */
  remediate?(resource: RemediatedResource, options: Options): Record<string, unknown> | undefined;
}

/** What a message is about. */
export interface Target {
  urn: string;
  name: string;
}

/** One resource as its program asked for it. */
export interface JudgedResource extends Target {
  type: string;
  /** Below the SDK's checking proxies: read with `at` and `listAt`, which know about unknown values. */
  props: object;
  opts: PolicyResourceOptions;
  provider?: PolicyProviderResource;
  /** Where secrets lie, for a rule that asks (`asksForSecrets`); absent where the engine did not say. */
  secretPaths?: ReadonlySet<string>;
}

/**
 * A resource about to be mended. In `props` secrets are `Secret`s and unknowns are placeholders; a copy with another
 * property keeps both. Read them with `at`.
 */
export interface RemediatedResource extends Target {
  type: string;
  props: Record<string, unknown>;
}

/** The rule's own options, as the pack and the command line set them, defaults included. */
export type Options = Record<string, unknown>;

/** How a rule says what it found. Messages name the resource, the property and the fix, never a value that may be secret. */
export interface Verdict {
  violation(target: Target, message: string): void;
  /** What can be judged at the update alone; `unknownValues` says whether that is a note or a violation. */
  unknown(target: Target, message: string): void;
  /** Advisory whatever the rule's level: what the rule could not decide. */
  note(target: Target, message: string): void;
}

/** A rule that judges the inputs of one resource at a time. */
export interface ResourceRule extends RuleFacts {
  judgeResource(resource: JudgedResource, verdict: Verdict, options: Options): void | Promise<void>;
  /**
   * The rule has to tell secrets from plain values, which a validator is not told: they reach it alike, in plaintext. A
   * remediation is told, so the rule runs at the level `remediate`, mends nothing, and remembers. The engine reports its
   * violations as mandatory all the same.
   */
  asksForSecrets?: true;
}

/** A rule that judges all resources of the stack together. */
export interface StackRule extends RuleFacts {
  judgeStack(stack: Stack, verdict: Verdict, options: Options): void;
  /**
   * The kinds of resource whose inputs the rule reads (`StackResource.inputs`): a stack rule sees outputs, where the
   * provider has filled in what the cloud chose.
   */
  readsInputsOf?: readonly ResourceConcept[];
}

/** One rule, with everything a reader of its violation needs. */
export type Rule = ResourceRule | StackRule;

/** A control of ISO/IEC 27001:2022, Annex A. */
export function iso27001(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "ISO/IEC 27001", version: "2022", reference, specification };
}
