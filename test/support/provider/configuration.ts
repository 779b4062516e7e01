// The provider's own settings: which are understood, and what they mean for every resource. Pure.
import { known, type Props } from "./wire";

export interface Configuration {
  region: string;
  defaultTags: Record<string, string>;
  allowedAccountIds: string[];
}

// Switches of the AWS provider that concern checks against the real service and change nothing here.
const WITHOUT_EFFECT = /^(skip[A-Z]\w*|s3UsePathStyle|version|__internal|__defaults)$/;
const UNDERSTOOD = ["region", "defaultTags", "allowedAccountIds"];
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

// Nested provider settings arrive as JSON text.
function parsed(value: unknown): any {
  return typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value;
}

export const refusedRegion = (region: unknown): string[] =>
  typeof region === "string" && known(region) && !REGION.test(region) ? [`invalid AWS Region: ${region}`] : [];

/** One message per setting that is missing, malformed or not served, so that none is silently ignored. */
export function refusedSettings(settings: Props): string[] {
  const problems = Object.keys(settings)
    .filter((key) => !UNDERSTOOD.includes(key) && !WITHOUT_EFFECT.test(key))
    .map(
      (key) => `the stand-in provider does not serve the provider setting "${key}": it takes ${UNDERSTOOD.join(", ")}`,
    );
  if (!settings["region"]) problems.push('no region: set the configuration value "aws:region"');
  return [...problems, ...refusedRegion(settings["region"])];
}

export function configuration(settings: Props): Configuration {
  return {
    region: settings["region"],
    defaultTags: parsed(settings["defaultTags"])?.tags ?? {},
    allowedAccountIds: parsed(settings["allowedAccountIds"]) ?? [],
  };
}
