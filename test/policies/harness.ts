import { Secret, type PolicyResource, type ResourceValidationArgs, type StackValidationArgs } from "@pulumi/policy";
import type { Rule } from "../../policies";
import { buildPolicy } from "../../policies/buildPolicy";
import { sdkProxy } from "./sdkProxy";

/** What the engine sends for a text that is not known yet. */
export const UNKNOWN_TEXT: string = sdkProxy.unknownStringValue;
/** The day on which the cases are judged. */
export const TODAY = new Date("2026-11-21T12:00:00Z");

/** A resource as a test writes it. `dependsOn` gives, per argument, the names of the resources it comes from. */
export interface Written {
  type: string;
  name: string;
  /** A value from `secret` is what `config.requireSecret` gives. */
  props: object;
  dependsOn?: Record<string, string[]>;
  /** The name of the component that holds it. */
  parent?: string;
  /** Properties of its explicit provider. */
  provider?: object;
  additionalSecretOutputs?: string[];
}

/** What a rule reported, in order. Advisory notes begin "note: ". */
export type Reports = string[];

const OPTIONS = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
};

/** A value marked secret, anywhere in a resource's properties. */
export function secret<T>(value: T): T {
  return new Secret(value) as unknown as T;
}

export function urnOf({ type, name }: Written): string {
  return `urn:pulumi:dev::shop::${type}::${name}`;
}

/** Validators get secrets in plaintext and unmarked. Circles and assets are left as they are. */
function withoutMarks(value: unknown, seen = new Map<object, unknown>()): unknown {
  if (value instanceof Secret) return withoutMarks(value.value, seen);
  if (typeof value !== "object" || value === null) return value;
  const plain = Object.getPrototypeOf(value) === Object.prototype || Array.isArray(value);
  if (!plain) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [] : {};
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (property.get !== undefined) Object.defineProperty(copy, key, property);
    else (copy as Record<string, unknown>)[key] = withoutMarks(property.value, seen);
  }
  return copy;
}

/** Properties behind the SDK's own proxy, as validators get them: reading an unknown through it throws. */
function resourceOf(written: Written): PolicyResource {
  const { type, name, provider } = written;
  return {
    type,
    name,
    urn: urnOf(written),
    props: sdkProxy.unknownCheckingProxy(withoutMarks(written.props) as object),
    opts: { ...OPTIONS, additionalSecretOutputs: written.additionalSecretOutputs ?? [] },
    dependencies: [],
    propertyDependencies: {},
    isType: (resourceClass) => (resourceClass as unknown as { __pulumiType?: string }).__pulumiType === type,
    asType: () => undefined,
    ...(provider === undefined
      ? {}
      : { provider: { type: "pulumi:providers:aws", name: "p", urn: "urn:p", props: provider } }),
  };
}

function reporterInto(reports: Reports) {
  return (message: unknown): void => {
    if (typeof message === "string") reports.push(message);
    else {
      const noted = message as { message: string; enforcementLevel: string };
      reports.push(`${noted.enforcementLevel === "advisory" ? "note: " : ""}${noted.message}`);
    }
  };
}

const COMMON_ARGUMENTS = {
  stackTags: new Map(),
  notApplicable: () => {
    throw new Error("notApplicable was called");
  },
};

/** Runs a rule over a whole stack as the engine does: each resource's inputs, then all outputs together. */
export async function judge(
  rule: Rule,
  inputs: readonly Written[],
  {
    outputs = inputs,
    config = {},
    now = TODAY,
    unmarked = false,
  }: {
    outputs?: readonly Written[];
    config?: object;
    now?: Date;
    /** The level is not `remediate`: nothing tells secrets from plain values. */
    unmarked?: boolean;
  } = {},
): Promise<Reports> {
  const reports: Reports = [];
  const policy = buildPolicy(rule, () => now);
  const getConfig = () => config;
  if ("validateResource" in policy) {
    for (const written of inputs) {
      if (!unmarked && rule.remediate === undefined) await policy.remediateResource?.(remediationArgs(written, config));
      const args = { ...resourceOf(written), ...COMMON_ARGUMENTS, getConfig } as unknown as ResourceValidationArgs;
      for (const validate of [policy.validateResource].flat()) await validate?.(args, reporterInto(reports));
    }
  }
  if ("validateStack" in policy) {
    const resources = outputs.map(resourceOf);
    const named = (name: string): PolicyResource => {
      const found = resources.find((resource) => resource.name === name);
      if (found === undefined) throw new Error(`the case has no resource "${name}"`);
      return found;
    };
    outputs.forEach((written, index) => {
      for (const [argument, names] of Object.entries(written.dependsOn ?? {})) {
        resources[index]!.propertyDependencies[argument] = names.map(named);
      }
      if (written.parent !== undefined) resources[index]!.parent = named(written.parent);
    });
    const args = { resources, ...COMMON_ARGUMENTS, getConfig } as unknown as StackValidationArgs;
    await policy.validateStack(args, reporterInto(reports));
  }
  return reports;
}

/** What a rule at the level `remediate` makes of a resource's properties; undefined where it leaves them alone. */
export async function remediate(rule: Rule, written: Written, config: object = {}): Promise<object | undefined> {
  const policy = buildPolicy(rule, () => TODAY);
  if (!("remediateResource" in policy) || policy.remediateResource === undefined) {
    throw new Error(`${rule.name} mends nothing`);
  }
  return (await policy.remediateResource(remediationArgs(written, config))) as object | undefined;
}

/** Secrets are marked, below both of the SDK's proxies. */
function remediationArgs(written: Written, config: object): never {
  const props = sdkProxy.unknownCheckingProxy(sdkProxy.secretsPreservingProxy(written.props));
  return { ...resourceOf(written), props, ...COMMON_ARGUMENTS, getConfig: () => config } as never;
}
