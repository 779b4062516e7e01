import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import type { Rule } from "../../policies";
import { sdkProxy } from "./sdkProxy";

/** What the engine sends for a text that is not known yet. */
export const UNKNOWN_TEXT: string = sdkProxy.unknownStringValue;

/** A resource as a test writes it. `dependsOn` gives, per argument, the names of the resources it comes from. */
export interface Written {
  type: string;
  name: string;
  props: object;
  dependsOn?: Record<string, string[]>;
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

function urnOf({ type, name }: Written): string {
  return `urn:pulumi:dev::shop::${type}::${name}`;
}

/** Properties behind the SDK's own proxy, as validators get them: reading an unknown through it throws. */
function resourceOf(written: Written): PolicyResource {
  return {
    type: written.type,
    name: written.name,
    urn: urnOf(written),
    props: sdkProxy.unknownCheckingProxy(written.props),
    opts: { ...OPTIONS, additionalSecretOutputs: written.additionalSecretOutputs ?? [] },
    dependencies: [],
    propertyDependencies: {},
    isType: (resourceClass) => (resourceClass as unknown as { __pulumiType?: string }).__pulumiType === written.type,
    asType: () => undefined,
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

/** Runs a rule's resource validator over one resource. */
export async function judgeResource(rule: Rule, written: Written, config: object = {}): Promise<Reports> {
  const reports: Reports = [];
  const resource = resourceOf(written);
  const args = {
    ...resource,
    stackTags: new Map(),
    getConfig: () => config,
    notApplicable: () => {
      throw new Error("notApplicable was called");
    },
  } as unknown as ResourceValidationArgs;
  const validators = [rule.validateResource].flat();
  for (const validate of validators) await validate?.(args, reporterInto(reports));
  return reports;
}

/** Runs a rule over a whole stack as the engine does: each resource's inputs, then all outputs together. */
export async function judgeStack(rule: Rule, inputs: Written[], outputs: Written[] = inputs): Promise<Reports> {
  const reports: Reports = [];
  for (const written of inputs) reports.push(...(await judgeResource(rule, written)));
  const resources = outputs.map(resourceOf);
  outputs.forEach((written, index) => {
    for (const [argument, names] of Object.entries(written.dependsOn ?? {})) {
      resources[index]!.propertyDependencies[argument] = names.map((name) => resources.find((r) => r.name === name)!);
    }
  });
  const args = { resources, stackTags: new Map(), getConfig: () => ({}), notApplicable: () => undefined };
  if (!("validateStack" in rule)) throw new Error(`${rule.name} is no stack rule`);
  await rule.validateStack(args as unknown as StackValidationArgs, reporterInto(reports));
  return reports;
}

/** Key-shaped texts, put together here so that no file holds one. Each is random-looking but fixed. */
export const leaked = {
  accessKeyId: ["AK", "IA", "QX7RZ2LMNB3TW5VC"].join(""),
  sampleAccessKeyId: ["AK", "IA", "IOSFODNN7EXAMPLE"].join(""),
  secretKey: ["h8Fq2LzX0p", "Rk7Vb/3Nd", "S9wYt+1Ucj", "G4mQe6aBiKo"].join(""),
  privateKey: [
    "-----BEGIN ",
    "PRIVATE KEY-----\n",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(2),
    "\n-----END ",
    "PRIVATE KEY-----",
  ].join(""),
  url: ["postgres://", "shop:", "tr0ub4dor", "@db.internal:5432/shop"].join(""),
  github: ["gh", "p_", "a1B2c3D4e5F6".repeat(3)].join(""),
  gitlab: ["gl", "pat-", "a1B2c3D4e5F6g7H8i9J0"].join(""),
  slack: ["xo", "xb-", "123456789012-abcdefABCDEF"].join(""),
  stripe: ["sk", "_live_", "a1B2c3D4e5F6g7H8"].join(""),
  npm: ["np", "m_", "a1B2c3D4e5F6".repeat(3)].join(""),
  google: ["AI", "za", "a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwX_"].join(""),
  jwt: ["ey", "JhbGciOiJIUzI1NiJ9", ".ey", "JzdWIiOiIxMjM0NTY3ODkwIn0", ".dozjgNryP4J3jVmNHl0w5N"].join(""),
} as const;
