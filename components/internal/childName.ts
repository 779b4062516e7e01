import { createHash } from "node:crypto";

/** IAM and Scheduler end names at 64 characters; Pulumi puts a hyphen and 7 of its own behind a logical name. */
const MOST = 64 - 8;

/** Logical name of a child: `<component>-<role>`. These names are contract: changing one replaces the resource. */
export function childName(name: string, ...role: string[]): string {
  return [name, ...role].join("-");
}

/** The same, for children whose physical names end at 64 characters: what is too long is cut, and told apart by a hash of the whole. */
export function fittedName(name: string, ...role: string[]): string {
  const whole = childName(name, ...role);
  if (whole.length <= MOST) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  return `${whole.slice(0, MOST - 9)}-${hash}`;
}
