// The provider's own settings: which are understood, and what they mean for every resource. Pure.
import { known, objectsOf, type Props } from "./wire";

/** A role that is assumed before anything is asked of AWS. */
export interface AssumedRole {
  roleArn: string;
  externalId?: string;
  sessionName?: string;
}

export interface Configuration {
  region: string;
  defaultTags: Record<string, string>;
  allowedAccountIds: string[];
  /** In order: each is assumed with the credentials of the one before. */
  assumeRoles: AssumedRole[];
}

// Switches of the AWS provider that concern checks against the real service and change nothing here.
const WITHOUT_EFFECT = /^(skip[A-Z]\w*|s3UsePathStyle|version|__internal|__defaults)$/;
const UNDERSTOOD = ["region", "defaultTags", "allowedAccountIds", "assumeRoles"];
const ROLE_SETTINGS = ["roleArn", "externalId", "sessionName"];
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
  for (const key of new Set(objectsOf(parsed(settings["assumeRoles"])).flatMap(Object.keys))) {
    if (!ROLE_SETTINGS.includes(key)) {
      problems.push(
        `the stand-in provider does not serve "${key}" of assumeRoles: it takes ${ROLE_SETTINGS.join(", ")}`,
      );
    }
  }
  if (!settings["region"]) problems.push('no region: set the configuration value "aws:region"');
  return [...problems, ...refusedRegion(settings["region"])];
}

export function configuration(settings: Props): Configuration {
  return {
    region: settings["region"],
    defaultTags: parsed(settings["defaultTags"])?.tags ?? {},
    allowedAccountIds: parsed(settings["allowedAccountIds"]) ?? [],
    assumeRoles: parsed(settings["assumeRoles"]) ?? [],
  };
}
