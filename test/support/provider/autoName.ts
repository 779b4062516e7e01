// Names for resources that were given none, formed as the AWS provider forms them: `<name>-<7 hex digits>`. Pure.
import { createHash } from "node:crypto";

export interface NameRule {
  property: string;
  /** Longest name AWS takes, in characters. */
  maxLength: number;
  lowerCase?: boolean;
  prefix?: string;
}

const SUFFIX_LENGTH = 8;

/**
 * @param seed random bytes from the engine: the same in preview and update of one plan, new for every replacement
 * @throws Error when the name leaves no room for the suffix, as the AWS provider does
 */
export function autoName(rule: NameRule, resourceName: string, seed: Uint8Array): string {
  const base = `${rule.prefix ?? ""}${rule.lowerCase ? resourceName.toLowerCase() : resourceName}`;
  if (base.length + SUFFIX_LENGTH > rule.maxLength) {
    throw new Error(
      `name "${base}" plus ${SUFFIX_LENGTH} characters is longer than the ${rule.maxLength} that AWS allows: ` +
        `shorten the resource's name or give "${rule.property}" explicitly`,
    );
  }
  return `${base}-${createHash("sha256")
    .update(seed)
    .update(base)
    .digest("hex")
    .slice(0, SUFFIX_LENGTH - 1)}`;
}
